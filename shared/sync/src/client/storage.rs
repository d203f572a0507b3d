//! Chunks in storage, and the document they make.

use automerge::{Automerge, AutomergeError};

/// The document made of these chunks, in any order, with repetitions.
///
/// [`Automerge::load`] can't be used: it refuses a stream that begins with a change whose dependencies come later,
/// and one with a change whose dependencies never come (which a tab leaves behind that ends before it hears of a
/// refusal).
///
/// # Errors
/// When a chunk's bytes are damaged.
pub fn load<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Result<Automerge, AutomergeError> {
    let mut document = Automerge::new();
    for chunk in chunks {
        if !chunk.is_empty() {
            document.load_incremental(chunk)?;
        }
    }
    Ok(document)
}

/// The changes in these chunks, each by itself, dependencies first: found by their lengths, without reading any. None
/// where that doesn't tell: a document that was saved whole, a compressed change, or a first chunk that depends on
/// another. Such chunks have to be loaded.
#[must_use]
pub fn changes<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<&'a [u8]>> {
    let mut changes: Vec<&[u8]> = Vec::new();
    for mut stream in chunks {
        while !stream.is_empty() {
            let (size, begins) = change_at(stream)?;
            if changes.is_empty() && !begins {
                return None;
            }
            let (change, rest) = stream.split_at_checked(size)?;
            changes.push(change);
            stream = rest;
        }
    }
    Some(changes)
}

/// The size of the change that a stream begins with, and whether it depends on none: magic (4 bytes), checksum (4),
/// type (1 for a change), length (LEB128), and then the number of its dependencies.
fn change_at(stream: &[u8]) -> Option<(usize, bool)> {
    let (head, rest) = stream.split_at_checked(9)?;
    if !head.starts_with(&[0x85, 0x6f, 0x4a, 0x83]) || head.last() != Some(&1) {
        return None;
    }
    let mut length = 0_usize;
    for (place, byte) in rest.iter().enumerate().take(5) {
        length |= usize::from(byte & 0x7f).checked_shl(7 * u32::try_from(place).ok()?)?;
        if byte & 0x80 == 0 {
            let size = head.len().checked_add(place + 1)?.checked_add(length)?;
            return Some((size, rest.get(place + 1) == Some(&0)));
        }
    }
    None
}

/// Is nothing here yet? Changes that wait for their dependencies are nothing.
pub(super) fn is_blank(document: &Automerge) -> bool {
    document.get_heads().is_empty()
}

#[cfg(test)]
mod tests {
    use automerge::{Change, ROOT, transaction::Transactable};

    use super::*;

    #[test]
    fn changes_are_found_without_being_read() {
        let mut document = Automerge::new();
        for n in 0..3 {
            let text = "x".repeat(n * 200);
            document
                .transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "text", text))
                .unwrap();
        }
        let all = document.get_changes(&[]);
        let raw: Vec<&[u8]> = all.iter().map(Change::raw_bytes).collect();
        let first = raw[..2].concat();
        assert_eq!(changes([first.as_slice(), raw[2]]), Some(raw.clone()));
        assert_eq!(changes([]), Some(Vec::new()));
        // What can't be told apart, or comes in another order.
        assert_eq!(changes([document.save().as_slice()]), None);
        assert_eq!(changes([raw[2], first.as_slice()]), None);
        assert_eq!(changes([&first[..first.len() - 1]]), None);
        assert_eq!(changes([&first[..5]]), None);
    }
}
