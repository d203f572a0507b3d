//! What the rows that the hub sends mean for the rows and documents in storage.
//!
//! A client keeps with each row the epoch in which the hub last confirmed it. So a comparison after a change of
//! epoch can be cut off at any point and continued: when the rows are [`complete`](super::Event::Rows::complete),
//! what no row of the present epoch confirmed is gone.

use automerge::{Automerge, ChangeHash};

use super::Cursor;

/// What to do with a stored row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Keep it.
    Kept,
    /// The hub no longer has the document, or not for this member: drop row and chunks.
    Gone,
}

/// Judges a stored row: confirmed in `confirmed`'s epoch, of a document that `is_pending` (has entries in the outbox
/// or unacknowledged changes), when the hub's epoch is `epoch`.
///
/// All rows are judged once the rows are complete, and a document's row when the last of its entries is set aside. A
/// row that the hub takes back while the document is pending is no longer confirmed: store none for its epoch.
#[must_use]
pub fn standing(confirmed: Option<&str>, is_pending: bool, epoch: &str) -> Standing {
    if is_pending || confirmed == Some(epoch) {
        Standing::Kept
    } else {
        Standing::Gone
    }
}

/// May these rows be stored, with `cursor`? `stored` is the cursor in storage, `since` and `cursor` are those of
/// [`Event::Rows`](super::Event::Rows).
///
/// Each tab follows the catalogue by itself and all write to one storage. Rows that another tab stored already would
/// take newer ones back, and rows that don't join on to what is stored would leave a gap behind the cursor.
#[must_use]
pub fn joins(stored: &Cursor, since: u64, cursor: &Cursor) -> bool {
    if stored.epoch == cursor.epoch {
        since <= stored.version && stored.version <= cursor.version
    } else {
        since == 0
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cursor(epoch: &str, version: u64) -> Cursor {
        Cursor {
            epoch: Some(epoch.to_owned()),
            version,
            derivation: 1,
        }
    }

    #[test]
    fn rows_that_another_tab_stored_already_are_not_stored_again() {
        assert!(joins(&cursor("a", 5), 5, &cursor("a", 7)));
        assert!(joins(&cursor("a", 5), 3, &cursor("a", 7)));
        assert!(!joins(&cursor("a", 8), 5, &cursor("a", 7)));
    }

    #[test]
    fn rows_of_another_epoch_are_stored_from_their_beginning_only() {
        assert!(joins(&Cursor::default(), 0, &cursor("a", 7)));
        assert!(joins(&cursor("a", 8), 0, &cursor("b", 2)));
        assert!(!joins(&cursor("b", 2), 8, &cursor("a", 9)));
        assert!(!joins(&cursor("b", 2), 5, &cursor("b", 9)));
    }

    #[test]
    fn what_no_row_of_the_epoch_confirmed_is_gone_unless_it_is_pending() {
        assert_eq!(standing(Some("b"), false, "b"), Standing::Kept);
        assert_eq!(standing(Some("a"), false, "b"), Standing::Gone);
        assert_eq!(standing(None, true, "b"), Standing::Kept);
    }
}
