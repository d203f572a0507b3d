//! The outbox: commands whose changes the hub hasn't acknowledged yet, and what becomes of them.
//!
//! An entry is stored in the same transaction as its changes' bytes. It leaves the outbox in one of three ways:
//! acknowledged, set aside (refused by the hub, or impossible on the hub's copy), or discarded by the person. Nothing
//! that somebody typed is lost on the way: an entry set aside keeps its command.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash};
use docket_domain::{
    MemberId, Timestamp,
    command::{Command, CommandError, Context},
    generation,
};
use minicbor::{Decode, Encode};

use super::{message::since, storage::is_blank};
use crate::wire::{MOVED, Refusal};

/// A command on its way to the hub.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub struct Entry {
    /// Its place in the order of this device's commands.
    #[n(0)]
    pub id: u64,
    /// What was meant.
    #[n(1)]
    pub command: Command,
    /// When it was given.
    #[n(2)]
    pub at: Timestamp,
    /// The changes that it became: those of [`Edited`](super::Edited).
    #[n(3)]
    #[cbor(with = "crate::hashes")]
    pub changes: Vec<ChangeHash>,
}

/// A command that can't be carried out, to be shown, copied, retried or discarded.
#[derive(Debug, Clone, PartialEq)]
pub struct SetAside {
    /// The command as it was given.
    pub entry: Entry,
    /// Why, for programs: the hub's code, or `command` when the command itself failed on the hub's copy.
    pub code: String,
    /// Why and what to do, for people.
    pub message: String,
}

/// What a renewed document leaves behind.
#[derive(Debug, Clone, Default)]
pub struct LeftBehind {
    /// What the hub refused.
    pub refused: Vec<Refusal>,
    /// Those changes and all that depend on them.
    pub changes: BTreeSet<ChangeHash>,
    /// For each of them, what its author had before them: changes that stay.
    pub bases: BTreeMap<ChangeHash, Vec<ChangeHash>>,
    /// Too much stood side by side already: what is carried out again is said on top of what is there, whatever its
    /// author saw.
    pub crowded: bool,
}

impl LeftBehind {
    /// Adds the changes of `copy` that depend on these, and notes on what each of them was made.
    pub fn extend(&mut self, copy: &Automerge) {
        // Dependencies come before what depends on them.
        for change in copy.get_changes_meta(&[]) {
            if change.deps.iter().any(|hash| self.changes.contains(hash)) {
                self.changes.insert(change.hash);
            }
            if self.changes.contains(&change.hash) {
                let base = change.deps.iter().flat_map(|hash| match self.bases.get(hash) {
                    Some(base) => base.clone(),
                    None => vec![*hash],
                });
                let base = base.collect();
                self.bases.insert(change.hash, base);
            }
        }
    }
}

/// What came of a replay. Each entry that took part is in one of the four.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Entries that were carried out again, with their new changes.
    pub entries: Vec<Entry>,
    /// Entries that can't be.
    pub aside: Vec<SetAside>,
    /// Entries whose effect is there already: they leave the outbox.
    pub done: Vec<u64>,
    /// Entries for the document in which this one goes on, their command's document now: they take the place of those
    /// with their ids. They have no changes until they are carried out there, once it is here ([`lost`]).
    pub moved: Vec<Entry>,
}

/// The entries, of those of one document, that the hub has acknowledged: it has sent `heads`, and they contain all
/// of the entry's changes.
#[must_use]
pub fn acknowledged(document: &Automerge, heads: &[ChangeHash], entries: &[Entry]) -> Vec<u64> {
    let heads: Vec<_> = heads.iter().filter(|head| has(document, head)).copied().collect();
    let open: BTreeSet<_> = if heads.is_empty() {
        return Vec::new();
    } else {
        since(document, &heads).collect()
    };
    let stored = |hash: &ChangeHash| has(document, hash) && !open.contains(hash);
    let entries = entries.iter().filter(|entry| entry.changes.iter().all(stored));
    // One that waits for its document has none yet.
    let entries = entries.filter(|entry| !entry.changes.is_empty());
    entries.map(|entry| entry.id).collect()
}

/// The entries, of those of one document, that are to be [carried out](restore) on the copy in storage, which nothing
/// but [`Client::edit`](super::Client::edit) is needed for. Those whose changes aren't in it: another tab renewed the
/// document before this change was in it, and this tab ended before it was told. And those that [moved](Replayed::moved)
/// here, once the copy holds what stood before: the hub has sent `acknowledged`, heads that are in it.
#[must_use]
pub fn lost(document: &Automerge, acknowledged: &[ChangeHash], entries: &[Entry]) -> Vec<Entry> {
    let gone = |entry: &&Entry| entry.changes.iter().any(|hash| !has(document, hash));
    let mut lost: Vec<Entry> = entries.iter().filter(gone).cloned().collect();
    lost.extend(arrived(document, acknowledged, entries));
    lost.sort_by_key(|entry| entry.id);
    lost
}

/// Of [`lost`] those that moved here: all that may be carried out at any time. What is missing in an open document may be
/// another tab's, on its way.
#[must_use]
pub fn arrived(document: &Automerge, acknowledged: &[ChangeHash], entries: &[Entry]) -> Vec<Entry> {
    let here = !acknowledged.is_empty() && generation::previous(document).is_some();
    let waiting = entries.iter().filter(|entry| here && waits(entry));
    waiting.cloned().collect()
}

/// Does the entry wait for its document, in which another one goes on?
#[must_use]
pub const fn waits(entry: &Entry) -> bool {
    entry.changes.is_empty()
}

/// Carries out again, on `document`, those of its `entries` that were left behind; but what the hub refused by name
/// is set aside, and what it has stored, though the document is out of reach, is done. The entries are in the order of
/// their ids. The document's actor is a new one.
///
/// What is carried out again is still said of what its author saw: what others did meanwhile stands beside it, as a
/// conflict where it is one, and isn't written over.
#[must_use = "store the entries with the document's chunk"]
pub fn replay(document: &mut Automerge, entries: &[Entry], left: &LeftBehind, member: &MemberId) -> Replayed {
    let mut replayed = Replayed::default();
    let mut own = Vec::new();
    for entry in entries {
        if !entry.changes.iter().any(|hash| left.changes.contains(hash)) {
            continue;
        }
        let of_entry = |refusal: &&Refusal| entry.changes.contains(&refusal.change);
        let told: Vec<&Refusal> = left.refused.iter().filter(of_entry).collect();
        let refused = told.iter().find(|refusal| !refusal.is_stored());
        match refused.filter(|refusal| refusal.code != MOVED) {
            None if refused.is_some() => again(document, entry, member, None, &mut replayed),
            None if !told.is_empty() => replayed.done.push(entry.id),
            Some(refusal) => replayed.aside.push(SetAside {
                entry: entry.clone(),
                code: refusal.code.clone(),
                message: refusal.message.clone(),
            }),
            None => {
                let base = entry.changes.first().and_then(|change| left.bases.get(change));
                let base = base.filter(|_| !left.crowded);
                let base = base.map(|base| [base.as_slice(), own.as_slice()].concat());
                again(document, entry, member, base, &mut replayed);
                let done = replayed.entries.last().filter(|done| done.id == entry.id);
                own.extend(done.iter().flat_map(|done| &done.changes));
            }
        }
    }
    replayed
}

/// As [`replay`], for entries that were [`lost`]: all of them are carried out again.
#[must_use = "store the entries with the document's chunk"]
pub fn restore(document: &mut Automerge, lost: &[Entry], member: &MemberId) -> Replayed {
    let mut replayed = Replayed::default();
    for entry in lost {
        again(document, entry, member, None, &mut replayed);
    }
    replayed
}

/// Carries an entry out again, as of `base` if that is known.
fn again(
    document: &mut Automerge,
    entry: &Entry,
    member: &MemberId,
    base: Option<Vec<ChangeHash>>,
    replayed: &mut Replayed,
) {
    if let Some(next) = generation::next(document) {
        let action = entry.command.action.clone();
        replayed.moved.push(Entry {
            command: Command::new(next, action),
            changes: Vec::new(),
            ..entry.clone()
        });
        return;
    }
    let before = document.get_heads();
    let context = Context {
        member: member.clone(),
        now: entry.at,
    };
    // Whether it may be done at all is a matter of how things are now.
    let mut now = document.clone();
    match carry_out(&mut now, &entry.command, &context) {
        Ok(()) => {
            let then = base.and_then(|base| as_of(document, &base, &entry.command, &context));
            *document = then.unwrap_or(now);
            replayed.entries.push(Entry {
                changes: since(document, &before).collect(),
                ..entry.clone()
            });
        }
        Err(CommandError::Unchanged) => replayed.done.push(entry.id),
        // Begun by somebody else before it was full.
        Err(CommandError::Exists) if waits(entry) => replayed.done.push(entry.id),
        Err(error) => replayed.aside.push(SetAside {
            entry: entry.clone(),
            code: "command".to_owned(),
            message: error.to_string(),
        }),
    }
}

/// The document with a command carried out as of `base`; none if it couldn't be done then.
fn as_of(
    document: &Automerge,
    base: &[ChangeHash],
    command: &Command,
    context: &Context,
) -> Option<Automerge> {
    let mut copy = document.fork_at(base).ok()?;
    copy.set_actor(document.get_actor().clone());
    carry_out(&mut copy, command, context).ok()?;
    let mut document = document.clone();
    document.merge(&mut copy).ok()?;
    Some(document)
}

/// Applies a command; one that begins a document finds an empty one.
///
/// # Errors
/// The command's; the document is then as it was.
pub fn carry_out(document: &mut Automerge, command: &Command, context: &Context) -> Result<(), CommandError> {
    if is_blank(document) && command.creates() {
        let mut begun = command.begin(document.get_actor().clone())?;
        command.apply(&mut begun, context)?;
        *document = begun;
    } else {
        command.apply(document, context)?;
    }
    Ok(())
}

fn has(document: &Automerge, hash: &ChangeHash) -> bool {
    document.get_change_meta_by_hash(hash).is_some()
}
