//! A list: an order of issues.

use automerge::{ROOT, ReadDoc, ScalarValue, ScalarValueRef, Value, ValueRef};

use super::access::{object, string};
use crate::{
    ids::{DocumentId, OrganisationId},
    rank::Rank,
};

/// A list as its document has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// Its name.
    pub name: String,
    /// Whose list it is; none for the group's.
    pub organisation: Option<OrganisationId>,
    /// The ranked issues, first to last: by (rank, document id).
    pub entries: Vec<Ranked>,
}

/// One issue's place.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ranked {
    /// Its rank.
    pub rank: Rank,
    /// The issue.
    pub issue: DocumentId,
}

impl List {
    /// Reads a list. Entries that are no issue's URL or no rank are passed over.
    pub fn read<D: ReadDoc>(document: &D) -> Self {
        let mut entries = Vec::new();
        if let Some(ranks) = object(document, &ROOT, "ranks") {
            for item in document.map_range(&ranks, ..) {
                let ValueRef::Scalar(ScalarValueRef::Str(text)) = &item.value else {
                    continue;
                };
                if let (Ok(issue), Ok(rank)) = (DocumentId::from_url(&item.key), Rank::parse(text)) {
                    entries.push(Ranked { rank, issue });
                }
            }
        }
        entries.sort_unstable();
        Self {
            name: string(document, &ROOT, "name").unwrap_or_default(),
            organisation: string(document, &ROOT, "organisation").and_then(|id| id.parse().ok()),
            entries,
        }
    }

    /// The rank of one issue, without reading the whole list.
    pub fn rank_of<D: ReadDoc>(document: &D, issue: DocumentId) -> Option<Rank> {
        let ranks = object(document, &ROOT, "ranks")?;
        match document.get(&ranks, issue.url()).ok()?? {
            (Value::Scalar(value), _) => match value.as_ref() {
                ScalarValue::Str(text) => Rank::parse(text).ok(),
                _ => None,
            },
            _ => None,
        }
    }

    /// The place of `issue`, counted from 0.
    #[must_use]
    pub fn position(&self, issue: DocumentId) -> Option<usize> {
        self.entries.iter().position(|entry| entry.issue == issue)
    }
}
