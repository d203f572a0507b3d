//! Why bytes are no frame.

use docket_domain::ids::IdError;

/// Why bytes are no frame or record.
#[derive(Debug, thiserror::Error)]
pub enum WireError {
    /// More bytes than are read.
    #[error("a frame of {size} bytes is too large: {limit} are allowed; send large documents over HTTP")]
    TooLarge {
        /// How many bytes there were.
        size: usize,
        /// How many are allowed.
        limit: usize,
    },
    /// Not CBOR, or not the kind of value that belongs there.
    #[error("the frame is not well-formed CBOR: {0}")]
    Malformed(#[from] minicbor::decode::Error),
    /// Values nested deeper than any frame needs.
    #[error("the frame nests values too deeply")]
    TooDeep,
    /// A field that the frame can't do without.
    #[error("the frame lacks its field “{0}”")]
    Missing(&'static str),
    /// A field with a value of another type or size than it must have.
    #[error("the field “{0}” has a value of a wrong type or size")]
    Field(&'static str),
    /// A document id or member id that is none.
    #[error(transparent)]
    Id(#[from] IdError),
}
