//! The values of rows, documents and imports: CBOR maps with numbered keys, fields only added.

use automerge::ChangeHash;
use docket_domain::Timestamp;
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

/// An import of a file on this device.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct ImportRecord {
    /// The file's name.
    #[n(0)]
    pub(crate) name: String,
    /// Its size in bytes.
    #[n(1)]
    pub(crate) size: u64,
    /// When the import began.
    #[n(2)]
    pub(crate) at: Timestamp,
    /// How many issues the dry run found to come in.
    #[n(3)]
    pub(crate) expected: u64,
    /// How many it has added.
    #[n(4)]
    pub(crate) added: u64,
    /// In how many batches.
    #[n(5)]
    pub(crate) batches: u32,
    /// The whole file was read. Else the import broke off, or is under way.
    #[n(6)]
    pub(crate) ended: bool,
    /// What came of undoing it, once somebody began to.
    #[n(7)]
    pub(crate) undone: Option<Undone>,
}

/// What came of undoing an import.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub(crate) struct Undone {
    /// Issues deleted.
    #[n(0)]
    pub(crate) deleted: u64,
    /// Issues that stay, because somebody has changed them since.
    #[n(1)]
    pub(crate) kept: u64,
    /// All of them were looked at. Else the undoing broke off, or is under way.
    #[n(2)]
    pub(crate) ended: bool,
    /// When it began, by the hub's clock.
    #[n(3)]
    #[cbor(default)]
    pub(crate) at: Timestamp,
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
