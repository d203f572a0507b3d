//! Keys that begin with a document's id, so that all of one document lie together.

use docket_domain::DocumentId;

/// A chunk's key: the document, the time it was stored, and chance. Keys of one document sort by time.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct ChunkKey(pub(super) Vec<u8>);

impl ChunkKey {
    /// A key for a chunk that is stored now.
    pub(crate) fn new(document: DocumentId, milliseconds: i64, chance: [u8; 8]) -> Self {
        let mut key = document.as_bytes().to_vec();
        key.extend(milliseconds.max(0).to_be_bytes());
        key.extend(chance);
        Self(key)
    }
}

/// An outbox entry's key: the document and the entry's id. Keys of one document sort as the commands were given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct EntryKey {
    pub(crate) document: DocumentId,
    pub(crate) id: u64,
}

impl EntryKey {
    pub(super) fn to_bytes(self) -> Vec<u8> {
        let mut key = self.document.as_bytes().to_vec();
        key.extend(self.id.to_be_bytes());
        key
    }
}

/// The document that a key begins with.
pub(super) fn document(key: &[u8]) -> Option<DocumentId> {
    let bytes = key.get(..16)?.try_into().ok()?;
    Some(DocumentId::from_bytes(bytes))
}

/// The bounds of all keys that begin with a document: none is longer than 32 bytes.
pub(super) fn bounds(document: DocumentId) -> (Vec<u8>, Vec<u8>) {
    let lower = document.as_bytes().to_vec();
    let mut upper = lower.clone();
    upper.extend([0xFF; 17]);
    (lower, upper)
}
