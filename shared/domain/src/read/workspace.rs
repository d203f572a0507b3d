//! The workspace: from it everything else is found.

use automerge::{ROOT, ReadDoc};
use minicbor::{Decode, Encode};

use super::access::{object, string};
use crate::ids::{DocumentId, OrganisationId};

/// The workspace as its document has it.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Workspace {
    /// Its name.
    #[n(0)]
    pub name: String,
    /// What stands before an issue's number: `SWG`.
    #[n(1)]
    pub prefix: String,
    /// The group's own list.
    #[n(2)]
    pub agreed: Option<DocumentId>,
    /// The member organisations, by name, each with its list.
    #[n(3)]
    pub organisations: Vec<Organisation>,
    /// The components that issues can be about, in alphabetical order.
    #[n(4)]
    pub components: Vec<String>,
}

/// A member organisation.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct Organisation {
    /// Its id.
    #[n(0)]
    pub id: OrganisationId,
    /// Its name.
    #[n(1)]
    pub name: String,
    /// Its list of priorities.
    #[n(2)]
    pub list: Option<DocumentId>,
}

impl Workspace {
    /// The key of the agreed list among the lists.
    pub const AGREED: &str = "agreed";

    /// The id of the agreed list of the workspace with document `workspace`.
    #[must_use]
    pub fn agreed_list(workspace: DocumentId) -> DocumentId {
        workspace.derive("list:agreed")
    }

    /// The id of an organisation's list in the workspace with document `workspace`.
    #[must_use]
    pub fn organisation_list(workspace: DocumentId, organisation: &OrganisationId) -> DocumentId {
        workspace.derive(&format!("list:organisation:{organisation}"))
    }

    /// Reads a workspace.
    pub fn read<D: ReadDoc>(document: &D) -> Self {
        let lists = object(document, &ROOT, "lists");
        let list = |key: &str| {
            let url = string(document, lists.as_ref()?, key)?;
            DocumentId::from_url(&url).ok()
        };
        let mut organisations = Vec::new();
        if let Some(map) = object(document, &ROOT, "organisations") {
            let keys: Vec<String> = document.keys(&map).collect();
            for key in keys {
                if let (Ok(id), Some(name)) = (key.parse(), string(document, &map, &key)) {
                    organisations.push(Organisation {
                        id,
                        name,
                        list: list(&key),
                    });
                }
            }
        }
        organisations.sort_by(|a, b| a.name.cmp(&b.name));
        let components = object(document, &ROOT, "components");
        Self {
            name: string(document, &ROOT, "name").unwrap_or_default(),
            prefix: string(document, &ROOT, "prefix").unwrap_or_else(|| "SWG".to_owned()),
            agreed: list(Self::AGREED),
            organisations,
            components: components
                .map(|map| document.keys(&map).collect())
                .unwrap_or_default(),
        }
    }
}
