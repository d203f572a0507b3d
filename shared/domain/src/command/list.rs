//! Commands on a list.

use automerge::{ROOT, transaction::Transactable};
use minicbor::{Decode, Encode};

use super::{
    Action, CommandError, Context,
    write::{self, NAME},
};
use crate::{
    ids::DocumentId,
    rank::Rank,
    read::{self, List, Ranked},
};

/// A place in a list, as a person means it: it is looked up when the command is applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Place {
    /// Before all others.
    #[n(0)]
    First,
    /// After all others.
    #[n(1)]
    Last,
    /// Before that issue; last, if it isn't ranked any more.
    #[n(2)]
    Before(#[n(0)] DocumentId),
    /// After that issue; last, if it isn't ranked any more.
    #[n(3)]
    After(#[n(0)] DocumentId),
    /// At that position, counted from 0; last, if the list is shorter.
    #[n(4)]
    At(#[n(0)] usize),
}

/// The most issues that one command ranks: a change stays small enough to be judged and sent.
const MOST: usize = 5_000;

pub(super) fn apply<T: Transactable>(
    tx: &mut T,
    action: &Action,
    context: &Context,
) -> Result<(), CommandError> {
    match action {
        Action::CreateList { name, organisation } => {
            if read::string(tx, &ROOT, "name").is_some() {
                return Err(CommandError::Exists);
            }
            tx.put(ROOT, "name", write::line("the name", name, NAME)?)?;
            match organisation {
                Some(organisation) => Ok(tx.put(ROOT, "organisation", organisation.as_str())?),
                None => Ok(()),
            }
        }
        Action::Rank { issues, place } => rank(tx, issues, *place, context),
        Action::Unrank { issue } => {
            let ranks = write::container(tx, "ranks")?;
            if List::rank_of(tx, *issue).is_none() {
                return Err(CommandError::Unchanged);
            }
            Ok(tx.delete(&ranks, issue.url())?)
        }
        _ => Err(CommandError::Unchanged),
    }
}

fn rank<T: Transactable>(
    tx: &mut T,
    issues: &[DocumentId],
    place: Place,
    context: &Context,
) -> Result<(), CommandError> {
    if issues.is_empty() {
        return Err(CommandError::Unchanged);
    }
    if issues.len() > MOST {
        return Err(CommandError::TooLong {
            what: "the selection",
            length: issues.len(),
            max: MOST,
        });
    }
    let before = List::read(tx).entries;
    let mut others = before.clone();
    others.retain(|entry| !issues.contains(&entry.issue));
    let at = match place {
        Place::First => 0,
        Place::Last => others.len(),
        Place::At(position) => position.min(others.len()),
        Place::Before(issue) => position(&others, issue).unwrap_or(others.len()),
        Place::After(issue) => position(&others, issue).map_or(others.len(), |at| at + 1),
    };
    if before
        .get(at..at + issues.len())
        .is_some_and(|run| run.iter().map(|entry| entry.issue).eq(issues.iter().copied()))
    {
        return Err(CommandError::Unchanged);
    }
    let ranks = write::container(tx, "ranks")?;
    for Ranked { rank, issue } in places(&others, at, issues, seed(issues, context))? {
        tx.put(&ranks, issue.url(), rank.as_str())?;
    }
    Ok(())
}

fn position(entries: &[Ranked], issue: DocumentId) -> Option<usize> {
    entries.iter().position(|entry| entry.issue == issue)
}

/// The ranks to write so that `issues` stand at `at` among `others`. Where two people's ranks left no room, the
/// neighbours below get new ones too, as few as give room.
fn places(
    others: &[Ranked],
    at: usize,
    issues: &[DocumentId],
    seed: u64,
) -> Result<Vec<Ranked>, CommandError> {
    let lower = at
        .checked_sub(1)
        .and_then(|index| others.get(index))
        .map(|entry| &entry.rank);
    let below = others.get(at..).unwrap_or_default();
    // Re-key 0, 1, 3, 7 … neighbours below, until there is room.
    let mut moved = 0;
    loop {
        let upper = below.get(moved).map(|entry| &entry.rank);
        if let Some(ranks) = Rank::between(lower, upper, issues.len() + moved, seed) {
            let order = issues
                .iter()
                .copied()
                .chain(below.iter().take(moved).map(|entry| entry.issue));
            return Ok(ranks
                .into_iter()
                .zip(order)
                .map(|(rank, issue)| Ranked { rank, issue })
                .collect());
        }
        if moved >= below.len() {
            return Err(CommandError::NoRoom);
        }
        moved = (moved * 2 + 1).min(below.len());
    }
}

/// Different for every member, time and issue, the same in a replay of one test.
fn seed(issues: &[DocumentId], context: &Context) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut hasher = DefaultHasher::new();
    (issues, &context.member, context.now).hash(&mut hasher);
    hasher.finish()
}
