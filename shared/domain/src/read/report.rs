//! A quarterly report, whole: what its page shows.

use automerge::{ObjId, ROOT, ReadDoc};

use super::access::{entries, string, timestamp};
use crate::{
    ids::{EntryId, PersonId, Timestamp},
    metrics::Quarter,
    report::Section,
};

/// A report as its document has it.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Of which quarter.
    pub quarter: Quarter,
    /// Its texts, in the order of [`Section::ALL`]: Markdown.
    pub texts: [String; Section::ALL.len()],
    /// Its figures as they were frozen last; none while they aren't.
    pub frozen: Option<Frozen>,
}

/// Figures that stay as they were when somebody froze them.
#[derive(Debug, Clone, PartialEq)]
pub struct Frozen {
    /// Its key.
    pub id: EntryId,
    /// When, as claimed.
    pub at: Timestamp,
    /// By whom, as claimed.
    pub by: Option<PersonId>,
    /// The figures: JSON, for [`Figures::parse`](crate::report::Figures::parse).
    pub data: String,
}

impl Report {
    /// Reads a report; none where nothing says of which quarter it is.
    pub fn read<D: ReadDoc>(document: &D) -> Option<Self> {
        let quarter = string(document, &ROOT, "quarter")?.parse().ok()?;
        let text = |section: &Section| string(document, &ROOT, section.as_str()).unwrap_or_default();
        Some(Self {
            quarter,
            texts: Section::ALL.each_ref().map(text),
            frozen: frozen(document),
        })
    }

    /// The text of a section.
    #[must_use]
    pub fn text(&self, section: Section) -> &str {
        let texts = Section::ALL.iter().zip(&self.texts);
        texts
            .filter(|(one, _)| **one == section)
            .map(|(_, text)| text.as_str())
            .next()
            .unwrap_or_default()
    }
}

/// Of several, the last one: not by the times that are claimed, of which one that is ahead would hold for good, but by
/// which was written knowing of the others.
fn frozen<D: ReadDoc>(document: &D) -> Option<Frozen> {
    let read = entries(document, "figures")
        .into_iter()
        .filter_map(|(id, object)| {
            let ObjId::Id(counter, actor, _) = object.clone() else {
                return None;
            };
            let frozen = Frozen {
                at: timestamp(document, &object, "at")?,
                by: string(document, &object, "by").map(PersonId::from_stored),
                data: string(document, &object, "data")?,
                id: id.parse().ok()?,
            };
            Some(((counter, actor), frozen))
        });
    let last = read.max_by(|(a, _), (b, _)| a.cmp(b));
    last.map(|(_, frozen)| frozen)
}
