//! Who takes part: roles, duties, and what the hub knows of a member.

use std::collections::BTreeMap;

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::ids::{MemberId, OrganisationId, PersonId};

/// What a member may do, as the guard's table reads it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Role {
    /// Runs the workspace: members, organisations, lists, and all a member does.
    #[n(0)]
    Admin,
    /// Belongs to an organisation of the group and edits with the others.
    #[n(1)]
    Member,
    /// Works on what its agreements cover; doesn't set severity, priority or the group's order.
    #[n(2)]
    Vendor,
    /// Reads.
    #[n(3)]
    Viewer,
}

impl Role {
    /// All roles, the most powerful first.
    pub const ALL: [Self; 4] = [Self::Admin, Self::Member, Self::Vendor, Self::Viewer];

    /// May this role write anything at all?
    #[must_use]
    pub const fn writes(self) -> bool {
        !matches!(self, Self::Viewer)
    }
}

/// A duty within the working group, beside the role.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Duty {
    /// Receives escalations for the working group.
    #[n(0)]
    Coordinator,
    /// Sits on the Board.
    #[n(1)]
    Board,
    /// Sits in the technical working group.
    #[n(2)]
    Twg,
    /// Casts the votes of their organisation.
    #[n(3)]
    Representative,
}

/// A member as the hub knows them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct Member {
    /// The member's id.
    #[n(0)]
    pub id: MemberId,
    /// The name others see.
    #[n(1)]
    pub name: String,
    /// What they may do.
    #[n(2)]
    pub role: Role,
    /// The organisation they act for; vendors and viewers may have none.
    #[n(3)]
    #[serde(default)]
    pub organisation: Option<OrganisationId>,
    /// Their duties.
    #[n(4)]
    #[serde(default)]
    pub duties: Vec<Duty>,
}

/// Who somebody is: two names of one person, one of them in another tracker, are one person
/// ([`Workspace::people`](crate::read::Workspace::people)).
#[derive(Debug, Clone, Copy)]
pub struct Who<'p>(pub &'p BTreeMap<String, MemberId>);

impl<'p> Who<'p> {
    /// The person as they are called here: the member, if they are one.
    #[must_use]
    pub fn is(self, person: &PersonId) -> PersonId {
        let member = self.0.get(person.as_str());
        member.map_or_else(|| person.clone(), PersonId::from)
    }

    /// The same for a person's text.
    #[must_use]
    pub fn named<'a>(self, person: &'a str) -> &'a str
    where
        'p: 'a,
    {
        self.0.get(person).map_or(person, MemberId::as_str)
    }
}
