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

pub use change::{change, is_single};
pub use error::InspectError;
pub use message::{Message, changes, chunks, message};

/// How much is taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of a sync message, and of a change.
    pub bytes: usize,
    /// Changes in one message.
    pub changes: usize,
    /// Operations in one message's changes. A character of a description is one.
    pub operations: usize,
    /// Hashes in a list of heads, needs or dependencies.
    pub hashes: usize,
    /// Bytes of a key, and of a commit message.
    pub key: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            // A list of 10,000 ranks made in one change has 0.6 MB.
            bytes: 8 << 20,
            changes: 20_000,
            // A pasted description of 100 KB fits; decoded, these take some 50 MB for a moment.
            operations: 150_000,
            hashes: 4_096,
            key: 4_096,
        }
    }
}
