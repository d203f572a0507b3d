//! The guard: which changes the hub takes from whom.
//!
//! It judges decoded operations, not differences: a concurrent write that loses shows no difference, yet stands in
//! the document. Every operation's place is looked up and held against one table of role × kind × path. Stored
//! changes are never judged again: authority is that at receipt.
//!
//! Changes come here through [`inspect`](crate::inspect) only.

mod refusal;

use automerge::{Automerge, Change};
use docket_domain::{DocumentId, Facts, Kind, Member};

pub use refusal::{Refusal, Verdict};

/// What a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Nature {
    /// One of Docket's.
    Docket(Kind),
    /// Somebody's own: it has no `kind`.
    Plain,
}

/// What the guard looks at.
#[derive(Debug, Clone, Copy)]
pub struct Input<'a> {
    /// The workspace document's id, from which those of the lists are derived.
    pub workspace: DocumentId,
    /// The document the changes are for.
    pub document: DocumentId,
    /// The document as stored and what it is; none if the hub doesn't have it yet.
    pub stored: Option<(&'a Automerge, Nature)>,
    /// The hub's facts about it: who brought which actor. Empty if the hub doesn't have it yet.
    pub facts: &'a Facts,
    /// Who brings the changes.
    pub member: &'a Member,
    /// Does the workspace keep plain documents?
    pub plain_allowed: bool,
    /// The changes, in any order.
    pub changes: &'a [Change],
}

/// What the guard found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What the document is once the allowed changes are in it; none if it then still has none.
    pub nature: Option<Nature>,
    /// A verdict for each change, in the order they were given.
    pub verdicts: Vec<Verdict>,
}

/// Judges changes.
#[must_use]
pub fn judge(input: &Input<'_>) -> Judgement {
    // Until the table stands, nothing passes.
    Judgement {
        nature: input.stored.map(|(_, nature)| nature),
        verdicts: vec![Verdict::Refused(Refusal::ReadOnly); input.changes.len()],
    }
}
