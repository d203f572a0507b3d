//! The guard: which changes the hub takes from whom.
//!
//! It judges decoded operations, not differences: a concurrent write that loses shows no difference, yet stands in
//! the document. Every operation's place is looked up and held against one table of role × kind × path
//! (`table`). Stored changes are never judged again: authority is that at receipt.
//!
//! A change passes four gates, each in a file of its own:
//!
//! 1. `cause`: it follows from changes that are stored or allowed, as its author's next one;
//! 2. `origin`: its actor is the author's own, or a layout's or import's; the document begins as its kind does;
//! 3. `structure`: its operations act on what is there, so that every replica can apply it (Automerge panics, or
//!    replicas drift apart, where they don't);
//! 4. `policy`: the author's role may do what they do, and the values (`value`) are what belongs there.
//!
//! Changes come here through [`inspect`](crate::inspect) only. Those of a bundle were judged when they were received, by
//! whoever may have been a member then; they pass again what Automerge takes for granted ([`rebuild`]).

mod ancestry;
mod cause;
mod ledger;
mod origin;
mod policy;
mod rebuild;
mod refusal;
mod structure;
mod table;
mod value;
mod whole;
mod width;

use std::collections::{HashMap, HashSet};

use automerge::{Automerge, Change, ChangeHash};
use docket_domain::{DocumentId, Facts, Kind, Member, generation, limits, operation::Places};

pub use rebuild::rebuild;
pub use refusal::{Refusal, Verdict};
pub use table::{Act, RULES, Rule};

use cause::{Causes, Standing};
use ledger::Ledger;
use origin::Origin;
use whole::Entries;
use width::Widths;

/// What may be spent on the older states that one message edits: changes and dependencies passed, a few nanoseconds
/// each.
const STEPS: usize = 20_000_000;

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
    /// The hub's facts about it: who brought which actor, up to which operation. Empty if the hub doesn't have the
    /// document yet.
    pub facts: &'a Facts,
    /// Who brings the changes.
    pub member: &'a Member,
    /// Does the workspace keep plain documents?
    pub plain_allowed: bool,
    /// Changes that were refused before, and that their author was told of. Layouts and imports are taken all the same:
    /// they are what they are whenever they come.
    pub barred: &'a HashSet<ChangeHash>,
    /// The changes, in any order.
    pub changes: &'a [Change],
}

/// What the guard found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Judgement {
    /// What the document is once the allowed changes are in it; none if there is none then.
    pub nature: Option<Nature>,
    /// A verdict for each change, in the order they were given.
    pub verdicts: Vec<Verdict>,
}

/// Judges changes. Those that are allowed can be given to Automerge together.
#[must_use]
pub fn judge(input: &Input<'_>) -> Judgement {
    hear(input, Court::examine, STEPS)
}

/// Why a change isn't allowed, if it isn't.
type Examination<'a> = fn(&mut Court<'a>, &Change, &Standing) -> Result<(), Refusal>;

fn hear<'a>(input: &'a Input<'a>, examination: Examination<'a>, steps: usize) -> Judgement {
    let document = input.stored.map(|(document, _)| document);
    let mut court = Court {
        input,
        first: document.map_or(input.document, |document| {
            generation::first(document, input.document)
        }),
        next: document.and_then(generation::next),
        nature: input.stored.map(|(_, nature)| nature),
        causes: Causes::new(document, input.facts, steps),
        ledger: Ledger::new(document),
        widths: Widths::new(document),
        entries: Entries::default(),
        values_written: 0,
        places: Places::new(document),
        operations: document.map_or(0, |document| automerge::ReadDoc::stats(document).num_ops),
        list: None,
        text_lengths: HashMap::new(),
        blank: document.is_none_or(|document| origin::is_blank(input.document, document)),
        source: value::Source::default(),
        layouts: None,
    };
    let mut verdicts = vec![None; input.changes.len()];
    for index in cause::order(input.changes) {
        if let (Some(change), Some(verdict)) = (input.changes.get(index), verdicts.get_mut(index)) {
            *verdict = Some(court.judge(change, examination));
        }
    }
    Judgement {
        nature: court.nature,
        // Every change is in the order once.
        verdicts: verdicts
            .into_iter()
            .map(|verdict| verdict.unwrap_or(Verdict::Stored))
            .collect(),
    }
}

/// What the judging of one message has found so far.
struct Court<'a> {
    input: &'a Input<'a>,
    /// The document's first generation: whose it is follows from that.
    first: DocumentId,
    /// The document in which this one goes on, if it has ended.
    next: Option<DocumentId>,
    nature: Option<Nature>,
    causes: Causes<'a>,
    ledger: Ledger<'a>,
    widths: Widths<'a>,
    /// Those that the change which is judged now makes.
    entries: Entries,
    /// The values of maps that all of them write.
    values_written: usize,
    places: Places<'a>,
    /// In the document and the allowed changes.
    operations: u64,
    /// Whose list the document is, once it was asked for.
    list: Option<policy::Whose>,
    /// How long each text is with what was judged so far, in UTF-16 units, once it was asked for.
    text_lengths: HashMap<&'static [&'static str], usize>,
    /// Is there nothing but layouts in the document?
    blank: bool,
    /// Where the import that is judged now says it comes from.
    source: value::Source,
    /// The changes that lay out a document of that kind here, once they were asked for: making them costs more than
    /// judging most changes does.
    layouts: Option<(Kind, Vec<ChangeHash>)>,
}

impl<'a> Court<'a> {
    fn judge(&mut self, change: &Change, examination: Examination<'a>) -> Verdict {
        let standing = match self.causes.standing(change) {
            Ok(standing) => standing,
            Err(verdict) => return verdict,
        };
        let verdict = match examination(self, change, &standing) {
            Ok(()) => Verdict::Allowed,
            Err(refusal) => Verdict::Refused(refusal),
        };
        if verdict.is_allowed() {
            self.ledger.keep();
            self.widths.keep();
            self.operations += change.len() as u64;
        } else {
            self.ledger.drop_pending();
        }
        self.causes.record(change, standing, &verdict);
        verdict
    }

    fn examine(&mut self, change: &Change, standing: &Standing) -> Result<(), Refusal> {
        if let Some(next) = self.next {
            return Err(Refusal::Moved { next });
        }
        if !self.input.member.role.writes() {
            return Err(Refusal::ReadOnly);
        }
        self.follows(change, standing)?;
        let before = (self.nature, self.text_lengths.clone());
        let origin = self.origin(change)?;
        let judged = self
            .operations(change, standing, origin)
            .and_then(|()| self.first_time(change, origin));
        self.blank &= judged.is_err() || origin == Origin::Layout;
        if judged.is_err() {
            // A refused first change leaves the document without a nature.
            (self.nature, self.text_lengths) = before;
        }
        judged
    }

    /// The first gate, and the document's size.
    fn follows(&mut self, change: &Change, standing: &Standing) -> Result<(), Refusal> {
        if change.is_empty() {
            return Err(Refusal::Impossible {
                why: "a change has no operations",
            });
        }
        if self.operations.saturating_add(change.len() as u64) > limits::OPERATIONS {
            return Err(Refusal::Full);
        }
        self.causes.follows(change, standing)
    }

    /// Comes last, so that a reason that still holds is told.
    fn first_time(&self, change: &Change, origin: Origin) -> Result<(), Refusal> {
        if origin == Origin::Member && self.input.barred.contains(&change.hash()) {
            Err(Refusal::Before)
        } else {
            Ok(())
        }
    }
}
