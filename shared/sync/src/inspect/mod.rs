//! Inspection: what bounds everything from outside before Automerge sees it.
//!
//! Automerge trusts what it decodes: 45 bytes of a Bloom filter divide by zero, 64 bytes of a change hold a million
//! operations, a change that is encoded in an unusual way can be stored but never loaded again. So messages are
//! parsed here by our own reader, a change's columns are walked and their runs summed, and what passes is sure to
//! decode, without a panic, into no more than the [`Limits`] allow.
//!
//! * [`message`] reads a sync message (version 1, and version 2 where it holds changes);
//! * [`change`] reads one change chunk, [`changes`] all those of a message;
//! * [`chunks`] finds chunks that stand end to end, as a stored document has them.

mod change;
mod columns;
mod error;
mod message;
mod reader;

use docket_domain::limits;

pub use change::{change, is_single};
pub use error::InspectError;
pub use message::{Message, changes, chunks, message};

/// How much is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a sync message.
    pub bytes: usize,
    /// Changes in one message.
    pub changes: usize,
    /// Operations in one message's changes. A character of a description is one.
    pub operations: usize,
    /// Hashes in a list of heads, needs or dependencies.
    pub hashes: usize,
    /// Bytes of a key, and of a commit message.
    pub key: usize,
    /// Bytes of one change.
    pub change: usize,
    /// Bytes of an actor.
    pub actor: usize,
}

impl Limits {
    /// For what was stored once, by a hub that may have taken longer actors.
    #[must_use]
    pub const fn of_stored(self) -> Self {
        Self {
            actor: change::MOST_ACTOR_BYTES,
            ..self
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: limits::FRAME,
            changes: limits::MESSAGE_CHANGES,
            operations: limits::TURN_OPERATIONS,
            hashes: limits::HASHES,
            key: limits::KEY,
            change: limits::CHANGE,
            actor: limits::ACTOR,
        }
    }
}
