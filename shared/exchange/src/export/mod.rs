//! What leaves: issues written one at a time, in formats that come in again and in those of other programs.
//!
//! | writer | for | comes in again as |
//! |---|---|---|
//! | [`JsonLines`] | everything an issue holds, a line each | `Format::Docket`, as it was |
//! | [`Csv`] | the same as a table, what people read first | `Format::DocketCsv`, as it was |
//! | [`JiraCsv`] | another tracker | `Format::JiraCsv`: no history, times to the minute |
//! | [`ListCsv`] | a meeting: a list in its order | not |
//!
//! [`Quarterly`] writes the quarterly report. Each other writer appends bytes to what it is given, so that memory is one
//! issue. What “as it was” means, docs/formats.md says.

mod jira;
mod list;
mod own;
mod report;

use automerge::Automerge;
use docket_domain::{DocumentId, Facts, Row, Timestamp, row::What};

pub use self::{
    jira::{JiraColumns, JiraCsv},
    list::ListCsv,
    own::{Csv, JsonLines},
    report::Quarterly,
};
pub use crate::docket::Home;

/// An issue that leaves.
#[derive(Debug, Clone, Copy)]
pub struct Leaving<'a> {
    /// Its document's id.
    pub id: DocumentId,
    /// The document.
    pub document: &'a Automerge,
    /// What the hub knows of it.
    pub facts: &'a Facts,
}

impl Leaving<'_> {
    fn row(&self) -> Option<Row> {
        Row::derive(self.document, self.id, self.facts)
    }
}

/// When an issue that is done was resolved, if its history tells.
fn resolved(row: &Row) -> Option<Timestamp> {
    let issue = row.issue().filter(|issue| !issue.status.is_open())?;
    let mut latest_first = issue.timeline.iter().rev();
    // From being open to being done: to be closed after that resolves nothing.
    let mut found = None;
    for moment in &mut latest_first {
        match moment.what {
            What::Status { to, .. } if to.is_open() => break,
            What::Status { .. } => found = Some(moment.at),
            _ => {}
        }
    }
    found
}
