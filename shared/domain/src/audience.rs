//! Who may read a document.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{MemberId, OrganisationId, Timestamp},
    member::{Member, Role},
};

/// A document's audience: a hub fact, enforced wherever the hub speaks of the document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(tag = "audience", rename_all = "lowercase")]
pub enum Audience {
    /// Everybody with a way in, viewers too.
    #[default]
    #[n(0)]
    Public,
    /// The working group: all but viewers.
    #[n(1)]
    Group,
    /// The organisations that are parties of an agreement, and admins.
    #[n(2)]
    Parties {
        /// The customer's and the vendor's organisations.
        #[n(0)]
        organisations: Vec<OrganisationId>,
    },
    /// One organisation, and admins.
    #[n(3)]
    Organisation {
        /// That organisation.
        #[n(0)]
        organisation: OrganisationId,
    },
    /// Those who belonged to one organisation when it was sealed, until a time; then the group. Nobody becomes a reader
    /// meanwhile, an admin who moves into the organisation neither (docs/decisions/sealed.md: what admins could do).
    #[n(4)]
    Sealed {
        /// The organisation that wrote it.
        #[n(0)]
        organisation: OrganisationId,
        /// When it opens.
        #[n(1)]
        until: Timestamp,
        /// Who reads it before. The hub sets them; none in what a client asks for.
        #[n(2)]
        #[serde(default)]
        #[cbor(default)]
        readers: Vec<MemberId>,
        /// When it was sealed. The hub sets it.
        #[n(3)]
        #[serde(default)]
        #[cbor(default)]
        since: Timestamp,
    },
}

impl Audience {
    /// For the members of one organisation until a time; the hub finds out who they are.
    #[must_use]
    pub const fn sealed(organisation: OrganisationId, until: Timestamp) -> Self {
        Self::Sealed {
            organisation,
            until,
            readers: Vec::new(),
            since: Timestamp(0),
        }
    }

    /// May `member` read a document with this audience at `now`?
    #[must_use]
    pub fn admits(&self, member: &Member, now: Timestamp) -> bool {
        self.admits_lent(member, None, now)
    }

    /// The same for who came in by a token that somebody else made for that member, at `lent`: what was sealed before
    /// isn't read by it, or an admin could make herself one.
    #[must_use]
    pub fn admits_lent(&self, member: &Member, lent: Option<Timestamp>, now: Timestamp) -> bool {
        let of = |organisation: &OrganisationId| member.organisation.as_ref() == Some(organisation);
        match self {
            Self::Public => true,
            Self::Group => member.role != Role::Viewer,
            Self::Parties { organisations } => member.role == Role::Admin || organisations.iter().any(of),
            Self::Organisation { organisation } => member.role == Role::Admin || of(organisation),
            Self::Sealed {
                organisation, until, ..
            } if now >= *until => of(organisation) || member.role != Role::Viewer,
            Self::Sealed {
                organisation,
                readers,
                since,
                ..
            } => of(organisation) && readers.contains(&member.id) && lent.is_none_or(|at| at < *since),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(id: &str, role: Role, organisation: &str) -> Member {
        Member {
            id: id.parse().unwrap(),
            name: id.to_owned(),
            role,
            organisation: Some(organisation.parse().unwrap()),
            duties: Vec::new(),
        }
    }

    fn sealed() -> Audience {
        Audience::Sealed {
            organisation: "ornl".parse().unwrap(),
            until: Timestamp(100),
            readers: vec!["bob".parse().unwrap()],
            since: Timestamp(50),
        }
    }

    #[test]
    fn what_is_sealed_is_for_those_who_were_there_when_it_was() {
        let (bob, ann) = (
            member("bob", Role::Member, "ornl"),
            member("ann", Role::Admin, "ornl"),
        );
        let before = Timestamp(99);
        assert!(sealed().admits(&bob, before));
        // An admin who moved in, and a reader who moved out.
        assert!(!sealed().admits(&ann, before));
        assert!(!sealed().admits(&member("bob", Role::Member, "llnl"), before));
        // By a token that somebody else made: only if it was there before.
        assert!(sealed().admits_lent(&bob, Some(Timestamp(49)), before));
        assert!(!sealed().admits_lent(&bob, Some(Timestamp(50)), before));
        for (reader, reads) in [
            (&ann, true),
            (&member("cyd", Role::Vendor, "llnl"), true),
            (&member("eve", Role::Viewer, "llnl"), false),
            (&member("eve", Role::Viewer, "ornl"), true),
        ] {
            assert_eq!(sealed().admits(reader, Timestamp(100)), reads, "{reader:?}");
        }
    }

    #[test]
    fn an_older_one_is_read_and_admits_nobody_before_it_opens() {
        let older: Audience =
            serde_json::from_str(r#"{"audience": "sealed", "organisation": "ornl", "until": 100}"#).unwrap();
        let mut bytes = Vec::new();
        let mut encoder = minicbor::Encoder::new(&mut bytes);
        // As it was written before it had readers.
        encoder.array(2).unwrap().u8(4).unwrap().array(2).unwrap();
        encoder.str("ornl").unwrap().i64(100).unwrap();
        assert_eq!(minicbor::decode::<Audience>(&bytes).unwrap(), older);
        assert!(!older.admits(&member("bob", Role::Member, "ornl"), Timestamp(99)));
        let sealed = sealed();
        assert_eq!(
            minicbor::decode::<Audience>(&minicbor::to_vec(&sealed).unwrap()).unwrap(),
            sealed
        );
    }
}
