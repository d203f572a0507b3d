//! The workspace: from it everything else is found.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{ROOT, ReadDoc};
use minicbor::{Decode, Encode};

use super::access::{object, string};
use crate::{
    ids::{DocumentId, MemberId, OrganisationId, PersonId},
    member::Who,
    metrics::Quarter,
};

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
    /// Who somebody of another tracker (`jira:jdoe`) is here.
    #[n(5)]
    #[cbor(default)]
    pub people: BTreeMap<String, MemberId>,
    /// What another tracker's word (`jira/status/Parked`) means here (`waiting-vendor`).
    #[n(6)]
    #[cbor(default)]
    pub mappings: BTreeMap<String, String>,
    /// The quarters with a report.
    #[n(7)]
    #[cbor(default)]
    pub reports: BTreeSet<Quarter>,
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
    /// Who somebody of another tracker is here.
    #[must_use]
    pub const fn who(&self) -> Who<'_> {
        Who(&self.people)
    }

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

    /// The id of a quarter's report in the workspace with document `workspace`: whoever begins it begins the same.
    #[must_use]
    pub fn report(workspace: DocumentId, quarter: Quarter) -> DocumentId {
        workspace.derive(&format!("report:{quarter}"))
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
        let texts = |key: &str| -> Vec<(String, String)> {
            let Some(map) = object(document, &ROOT, key) else {
                return Vec::new();
            };
            let keys = document.keys(&map);
            keys.filter_map(|key| string(document, &map, &key).map(|text| (key, text)))
                .collect()
        };
        Self {
            name: string(document, &ROOT, "name").unwrap_or_default(),
            prefix: string(document, &ROOT, "prefix").unwrap_or_else(|| "SWG".to_owned()),
            agreed: list(Self::AGREED),
            organisations,
            components: components
                .map(|map| document.keys(&map).collect())
                .unwrap_or_default(),
            people: texts("people")
                .into_iter()
                // Else somebody's name here would be another's.
                .filter(|(person, _)| PersonId::from_stored(person.as_str()).is_external())
                .filter_map(|(person, member)| Some((person, member.parse().ok()?)))
                .collect(),
            mappings: texts("mappings").into_iter().collect(),
            reports: texts("reports")
                .into_iter()
                .filter_map(|(quarter, _)| quarter.parse().ok())
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use automerge::{ActorId, AutomergeError, transaction::Transactable};

    use super::*;
    use crate::{Kind, genesis};

    #[test]
    fn a_member_is_nobody_else() {
        let id = DocumentId::from_bytes([1; 16]);
        let mut document = genesis::create(Kind::Workspace, id, ActorId::from([9; 16])).unwrap();
        let people = object(&document, &ROOT, "people").unwrap();
        document
            .transact::<_, _, AutomergeError>(|tx| {
                tx.put(&people, "jira:jdoe", "m-1")?;
                tx.put(&people, "m-2", "m-1")
            })
            .unwrap();
        let workspace = Workspace::read(&document);
        assert_eq!(workspace.people.keys().collect::<Vec<_>>(), ["jira:jdoe"]);
        assert_eq!(workspace.who().named("m-2"), "m-2");
    }
}
