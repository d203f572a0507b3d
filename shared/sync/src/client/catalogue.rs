//! What the rows that the hub sends mean for the rows and documents in storage.
//!
//! A client keeps with each row the epoch in which the hub last confirmed it. So a comparison after a change of
//! epoch can be cut off at any point and continued: when the rows are [`complete`](super::Event::Rows::complete),
//! what no row of the present epoch confirmed is gone.

use automerge::{Automerge, ChangeHash};

/// What to do with a stored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Keep it.
    Kept,
    /// The hub no longer has the document, or not for this member: drop row and chunks.
    Gone,
}

/// Judges a stored row once the rows are complete: confirmed in `confirmed`'s epoch, of a document that `is_pending`
/// (has entries in the outbox or unacknowledged changes), when the hub's epoch is `epoch`.
#[must_use]
pub fn standing(confirmed: Option<&str>, is_pending: bool, epoch: &str) -> Standing {
    if is_pending || confirmed == Some(epoch) {
        Standing::Kept
    } else {
        Standing::Gone
    }
}

/// May a row from the hub replace the stored one? Not while the document has changes that the hub hasn't
/// acknowledged: the stored one was derived from them. Once they are, derive the row again from the merged copy.
#[must_use]
pub const fn may_replace(is_pending: bool) -> bool {
    !is_pending
}

/// Must a stored document be fetched because the hub has other heads? `stored` are its heads in storage, none when
/// it isn't stored.
#[must_use]
pub fn differs(stored: Option<&[ChangeHash]>, hub: &[ChangeHash]) -> bool {
    stored.is_none_or(|stored| {
        let mut stored = stored.to_vec();
        let mut hub = hub.to_vec();
        stored.sort_unstable();
        hub.sort_unstable();
        stored != hub
    })
}

/// As [`differs`], for a copy that is loaded: one that has all of the hub's changes and further ones doesn't.
#[must_use]
pub fn lacks(copy: &Automerge, hub: &[ChangeHash]) -> bool {
    hub.iter()
        .any(|head| copy.get_change_meta_by_hash(head).is_none())
}
