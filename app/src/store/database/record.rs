//! The values of rows and documents: CBOR maps with numbered keys, fields only added.

use automerge::ChangeHash;
use minicbor::{Decode, Encode};

/// A row and what the hub said with it.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct RowRecord {
    /// `domain::Row` in CBOR.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) row: Vec<u8>,
    /// The hub's heads of the document, one after the other; empty if the hub hasn't sent any.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    heads: Vec<u8>,
    /// The epoch in which the hub last confirmed the row; none for one that only this device has.
    #[n(2)]
    pub(crate) confirmed: Option<String>,
}

/// What is known of a stored document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct DocumentRecord {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    heads: Vec<u8>,
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    acknowledged: Vec<u8>,
}

impl RowRecord {
    pub(crate) fn new(row: Vec<u8>, heads: &[ChangeHash], confirmed: Option<String>) -> Self {
        Self {
            row,
            heads: join(heads),
            confirmed,
        }
    }

    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        split(&self.heads)
    }
}

impl DocumentRecord {
    pub(crate) fn new(heads: &[ChangeHash], acknowledged: &[ChangeHash]) -> Self {
        Self {
            heads: join(heads),
            acknowledged: join(acknowledged),
        }
    }

    /// The heads of the stored chunks.
    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        split(&self.heads)
    }

    /// The heads that the hub sent last, as far as they are stored.
    pub(crate) fn acknowledged(&self) -> Vec<ChangeHash> {
        split(&self.acknowledged)
    }
}

fn join(heads: &[ChangeHash]) -> Vec<u8> {
    heads.iter().flat_map(|head| head.0).collect()
}

fn split(bytes: &[u8]) -> Vec<ChangeHash> {
    let hashes = bytes.chunks_exact(32).filter_map(|hash| hash.try_into().ok());
    hashes.map(ChangeHash).collect()
}
