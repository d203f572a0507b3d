//! Members as the hub tells of them in JSON. A role or a duty that this version doesn't know must keep nobody out.

use docket_domain::{Duty, Member, MemberId, OrganisationId, Role};
use serde::Deserialize;
use serde_json::Value;

/// A member, whatever their role.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct ReadMember {
    id: MemberId,
    name: String,
    role: Value,
    #[serde(default)]
    organisation: Option<OrganisationId>,
    #[serde(default)]
    duties: Vec<Value>,
}

impl ReadMember {
    /// Is the role none of those that this version knows?
    pub(crate) fn is_unknown_role(&self) -> bool {
        serde_json::from_value::<Role>(self.role.clone()).is_err()
    }
}

impl From<ReadMember> for Member {
    /// A role that isn't known reads as the one that may least; a duty that isn't is passed over.
    fn from(read: ReadMember) -> Self {
        let duties = read.duties.into_iter();
        Self {
            id: read.id,
            name: read.name,
            role: serde_json::from_value(read.role).unwrap_or(Role::Viewer),
            organisation: read.organisation,
            duties: duties
                .filter_map(|duty| serde_json::from_value::<Duty>(duty).ok())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(role: &str) -> ReadMember {
        let id = MemberId::random();
        let text =
            format!(r#"{{"id":"{id}","name":"Ann","role":"{role}","duties":["board","juggler"],"new":1}}"#);
        serde_json::from_str(&text).expect("it is read")
    }

    #[test]
    fn an_unknown_role_reads_as_a_viewer() {
        let auditor = read("auditor");
        assert!(auditor.is_unknown_role());
        let member = Member::from(auditor);
        assert_eq!((member.role, member.duties), (Role::Viewer, vec![Duty::Board]));
    }

    #[test]
    fn a_known_role_stays() {
        let admin = read("admin");
        assert!(!admin.is_unknown_role());
        assert_eq!(Member::from(admin).role, Role::Admin);
    }
}
