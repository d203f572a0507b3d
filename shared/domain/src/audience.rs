//! Who may read a document.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use crate::{
    ids::{OrganisationId, Timestamp},
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
    /// One organisation until a time, then the group. Not even admins read it before.
    #[n(4)]
    Sealed {
        /// The organisation that wrote it.
        #[n(0)]
        organisation: OrganisationId,
        /// When it opens.
        #[n(1)]
        until: Timestamp,
    },
}

impl Audience {
    /// May `member` read a document with this audience at `now`?
    #[must_use]
    pub fn admits(&self, member: &Member, now: Timestamp) -> bool {
        let of = |organisation: &OrganisationId| member.organisation.as_ref() == Some(organisation);
        match self {
            Self::Public => true,
            Self::Group => member.role != Role::Viewer,
            Self::Parties { organisations } => member.role == Role::Admin || organisations.iter().any(of),
            Self::Organisation { organisation } => member.role == Role::Admin || of(organisation),
            Self::Sealed { organisation, until } => {
                of(organisation) || (now >= *until && member.role != Role::Viewer)
            }
        }
    }
}
