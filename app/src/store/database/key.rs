//! Keys that begin with an id of 16 bytes, so that all of one document, or of one import, lie together.

use docket_domain::{DocumentId, Timestamp};
use minicbor::{Decode, Encode};

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

/// An import's id: the time at which it began, and chance. Ids sort by time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Encode, Decode)]
#[cbor(transparent)]
pub(crate) struct ImportId(#[cbor(with = "minicbor::bytes")] [u8; 16]);

impl ImportId {
    /// An id for an import that begins now.
    pub(crate) fn new(now: Timestamp, chance: [u8; 8]) -> Self {
        let mut id = [0; 16];
        let bytes = now.0.max(0).to_be_bytes().into_iter().chain(chance);
        id.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
        Self(id)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The key of a batch of what it added.
    pub(super) fn batch(self, number: u32) -> Vec<u8> {
        let mut key = self.0.to_vec();
        key.extend(number.to_be_bytes());
        key
    }

    pub(super) fn from_key(key: &[u8]) -> Option<Self> {
        Some(Self(key.get(..16)?.try_into().ok()?))
    }
}

/// The document that a key begins with.
pub(super) fn document(key: &[u8]) -> Option<DocumentId> {
    let bytes = key.get(..16)?.try_into().ok()?;
    Some(DocumentId::from_bytes(bytes))
}

/// The bounds of all keys that begin with an id: none is longer than 32 bytes.
pub(super) fn bounds(id: &[u8; 16]) -> (Vec<u8>, Vec<u8>) {
    let lower = id.to_vec();
    let mut upper = lower.clone();
    upper.extend([0xFF; 17]);
    (lower, upper)
}
