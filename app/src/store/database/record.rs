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
    /// The hub's heads of the document; empty if the hub hasn't sent any.
    #[n(1)]
    #[cbor(with = "docket_sync::hashes")]
    pub(crate) heads: Vec<ChangeHash>,
    /// The epoch in which the hub last confirmed the row; none for one that only this device has.
    #[n(2)]
    pub(crate) confirmed: Option<String>,
}

/// What is known of a stored document.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct DocumentRecord {
    /// The heads of the stored chunks.
    #[n(0)]
    #[cbor(with = "docket_sync::hashes")]
    pub(crate) heads: Vec<ChangeHash>,
    /// The heads that the hub sent last, as far as they are stored.
    #[n(1)]
    #[cbor(with = "docket_sync::hashes")]
    pub(crate) acknowledged: Vec<ChangeHash>,
}

impl RowRecord {
    pub(crate) fn new(row: Vec<u8>, heads: &[ChangeHash], confirmed: Option<String>) -> Self {
        Self {
            row,
            heads: heads.to_vec(),
            confirmed,
        }
    }
}

impl DocumentRecord {
    pub(crate) fn new(heads: &[ChangeHash], acknowledged: &[ChangeHash]) -> Self {
        Self {
            heads: heads.to_vec(),
            acknowledged: acknowledged.to_vec(),
        }
    }
}
