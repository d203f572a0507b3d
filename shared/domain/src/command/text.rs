//! Edits of a collaborative text.

use automerge::{ObjId, transaction::Transactable};
use minicbor::{Decode, Encode};

use super::{CommandError, write};

/// One edit: at an offset, some text taken out and other text put in. Offsets are in UTF-16 units, as the
/// browser's.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Splice {
    /// Where.
    #[n(0)]
    pub at: usize,
    /// The text that stood there and goes.
    #[n(1)]
    pub removed: String,
    /// The text that comes.
    #[n(2)]
    pub inserted: String,
}

impl Splice {
    /// The one edit that turns `before` into `after`; none if they are equal.
    #[must_use]
    pub fn between(before: &str, after: &str) -> Option<Self> {
        if before == after {
            return None;
        }
        let start = common(before.chars(), after.chars());
        let (head, tail) = (before.get(start..)?, after.get(start..)?);
        let end = common(head.chars().rev(), tail.chars().rev());
        let at = before.get(..start)?.encode_utf16().count();
        let removed = head.get(..head.len() - end)?.to_owned();
        Some(Self {
            at,
            removed,
            inserted: tail.get(..tail.len() - end)?.to_owned(),
        })
    }

    /// Makes the edit. When a replay finds another text there, it looks for the removed text nearest to its place;
    /// what is not found is not removed, and the inserted text comes in all the same: nothing typed is lost.
    pub(super) fn apply<T: Transactable>(&self, tx: &mut T, text: &ObjId) -> Result<(), CommandError> {
        let current: Vec<u16> = tx.text(text)?.encode_utf16().collect();
        let removed: Vec<u16> = self.removed.encode_utf16().collect();
        let found = nearest(&current, &removed, self.at);
        let at = found.unwrap_or(self.at.min(current.len()));
        let length = if found.is_some() { removed.len() } else { 0 };
        // Never between the halves of a surrogate pair.
        let at = if found.is_none()
            && current
                .get(at)
                .is_some_and(|unit| (0xDC00..0xE000).contains(unit))
        {
            at - 1
        } else {
            at
        };
        let bytes = String::from_utf16_lossy(&current).len() + self.inserted.len();
        if bytes > write::DESCRIPTION + self.removed.len() {
            let max = write::DESCRIPTION;
            return Err(CommandError::TooLong {
                what: "the description",
                length: bytes,
                max,
            });
        }
        let length = isize::try_from(length).unwrap_or(isize::MAX);
        Ok(tx.splice_text(text, at, length, &self.inserted)?)
    }
}

/// How many bytes of equal characters two iterators begin with.
fn common(a: impl Iterator<Item = char>, b: impl Iterator<Item = char>) -> usize {
    a.zip(b)
        .take_while(|(a, b)| a == b)
        .map(|(a, _)| a.len_utf8())
        .sum()
}

/// The offset nearest to `at` where `wanted` stands in `text`.
fn nearest(text: &[u16], wanted: &[u16], at: usize) -> Option<usize> {
    if text.get(at..)?.starts_with(wanted) {
        return Some(at);
    }
    if wanted.is_empty() {
        return None;
    }
    let places = text
        .windows(wanted.len())
        .enumerate()
        .filter(|(_, window)| *window == wanted);
    places
        .map(|(place, _)| place)
        .min_by_key(|place| place.abs_diff(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_edit_counts_as_the_browser_does() {
        let edit = Splice::between("a😀b", "a😀cb").unwrap();
        assert_eq!(
            edit,
            Splice {
                at: 3,
                removed: String::new(),
                inserted: "c".to_owned()
            }
        );
    }

    #[test]
    fn text_that_moved_is_still_found() {
        let text: Vec<u16> = "xx hello world".encode_utf16().collect();
        let wanted: Vec<u16> = "world".encode_utf16().collect();
        assert_eq!(nearest(&text, &wanted, 6), Some(9));
        assert_eq!(nearest(&text, &wanted, 900), None);
    }

    proptest! {
        #[test]
        fn an_edit_leads_from_one_text_to_the_other(a in "[ab😀é]{0,12}", b in "[ab😀é]{0,12}") {
            let Some(edit) = Splice::between(&a, &b) else { return Ok(()) };
            let mut units: Vec<u16> = a.encode_utf16().collect();
            let removed = edit.removed.encode_utf16().count();
            units.splice(edit.at..edit.at + removed, edit.inserted.encode_utf16());
            prop_assert_eq!(String::from_utf16(&units).unwrap(), b);
        }
    }
}
