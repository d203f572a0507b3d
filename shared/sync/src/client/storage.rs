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

/// Is nothing here yet? Changes that wait for their dependencies are nothing.
pub(super) fn is_blank(document: &Automerge) -> bool {
    document.get_heads().is_empty()
}
