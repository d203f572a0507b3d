//! A copy with refused changes, and the hub's copy that takes its place.
//!
//! A refused change strands its author: later changes depend on it and can't be taken either. So the hub's copy is
//! fetched; changes that don't depend on a refused one are carried over *as they are* (another tab may be sending
//! them at this moment; done again they would be there twice), and the commands behind the others are applied again
//! by a new actor.

use automerge::{
    Automerge, AutomergeError, Change, ChangeHash,
    sync::{Message, State, SyncDoc},
};
use docket_domain::{DocumentId, genesis};

use super::{Client, Event, Output, Problem, Renewed, outbox::LeftBehind, storage::is_blank};
use crate::wire::{CROWDED, Frame, Refusal};

/// The hub's code for a change whose dependencies it lacks.
const INCOMPLETE: &str = "incomplete";

/// What is known while the hub's copy is being fetched.
#[derive(Debug)]
pub(super) struct Stranded {
    fresh: Automerge,
    left: LeftBehind,
    complete: bool,
    /// The hub has nothing of the document.
    absent: bool,
}

impl Stranded {
    pub(super) fn new(left: LeftBehind) -> Self {
        Self {
            fresh: Automerge::new(),
            left,
            complete: false,
            absent: false,
        }
    }

    pub(super) const fn fresh(&self) -> &Automerge {
        &self.fresh
    }

    pub(super) const fn is_complete(&self) -> bool {
        self.complete
    }

    pub(super) fn refuse(&mut self, left: LeftBehind) {
        self.left.refused.extend(left.refused);
        self.left.changes.extend(left.changes);
        self.left.crowded |= left.crowded;
    }

    /// Takes in a sync message. Answers whether the hub's copy is now here, for the first time.
    pub(super) fn receive(&mut self, state: &mut State, message: Message) -> Result<bool, AutomergeError> {
        let mut heads = message.heads.clone();
        heads.sort_unstable();
        self.fresh.receive_sync_message(state, message)?;
        // Empty heads may be an answer that was on its way to the stranded copy.
        let here = !heads.is_empty() && self.fresh.get_heads() == heads;
        let first = here && !self.complete;
        self.complete |= here;
        Ok(first)
    }

    /// The hub has nothing of it. Answers whether that completes it, for the first time.
    pub(super) const fn nothing_to_fetch(&mut self) -> bool {
        let first = !self.complete;
        self.complete = true;
        self.absent = true;
        first
    }
}

impl Client {
    /// Puts the hub's copy in the place of one with refused changes, after [`Event::Fresh`]. None when there is
    /// nothing to renew.
    ///
    /// `stored` are the chunks of the document in storage: what another tab stored must not get lost. `replay` is
    /// given the new copy and what is left behind; it applies the commands of that again
    /// (see [`outbox::replay`](super::outbox::replay)). Read chunks and outbox, call this, and write both back under
    /// one lock of the document; then call [`Client::stored`].
    ///
    /// # Errors
    /// When `stored` can't be read; nothing is changed then.
    pub fn renew<T>(
        &mut self,
        id: DocumentId,
        stored: &[u8],
        replay: impl FnOnce(&mut Automerge, &LeftBehind) -> T,
    ) -> Result<Option<Renewed<T>>, Problem> {
        let failed = |error: AutomergeError| Problem::Document(id, error.to_string());
        let Some(replica) = self.replicas.get_mut(&id) else {
            return Ok(None);
        };
        replica.merge_chunks(stored).map_err(failed)?;
        let Some(mut stranded) = replica.take_fresh() else {
            return Ok(None);
        };
        stranded.left.extend(replica.document());
        let mut renewed = stranded.fresh;
        let kept: Vec<Change> = replica
            .document()
            .get_changes(&[])
            .into_iter()
            .filter(|change| !stranded.left.changes.contains(&change.hash()))
            .collect();
        renewed.apply_changes(kept).map_err(failed)?;
        renewed.set_actor(self.actors.next(id));
        let value = replay(&mut renewed, &stranded.left);
        let bare = renewed
            .get_changes_meta(&[])
            .iter()
            .all(|change| genesis::is_deterministic(&change.actor));
        if stranded.absent && bare {
            // Its creation was refused: an empty document must not be created instead.
            renewed = Automerge::new().with_actor(renewed.get_actor().clone());
        }
        let available = !stranded.absent || !is_blank(&renewed);
        let chunk = if is_blank(&renewed) {
            Vec::new()
        } else {
            renewed.save()
        };
        let heads = renewed.get_heads();
        replica.adopt(renewed, available);
        let acknowledged = replica.acknowledged().to_vec();
        Ok(Some(Renewed {
            value,
            chunk,
            heads,
            acknowledged,
        }))
    }

    pub(super) fn refused(
        &mut self,
        id: DocumentId,
        refused: Vec<Refusal>,
        dependents: Vec<ChangeHash>,
        output: &mut Output,
    ) {
        if let Some(replica) = self.replicas.get_mut(&id) {
            let hashes = refused.iter().map(|refusal| refusal.change);
            let left = LeftBehind {
                changes: hashes.chain(dependents.iter().copied()).collect(),
                // What came after a refused change before that was known is as good as it ever was; and so is what was
                // refused for what others did beside it.
                refused: refused
                    .iter()
                    .filter(|refusal| refusal.code != INCOMPLETE && refusal.code != CROWDED)
                    .cloned()
                    .collect(),
                crowded: refused.iter().any(|refusal| refusal.code == CROWDED),
                ..LeftBehind::default()
            };
            if replica.refuse(left) {
                output.send.push(Frame::Release { documents: vec![id] }.encode());
            }
        }
        output.events.push(Event::Refused {
            document: id,
            refused,
            dependents,
        });
    }
}
