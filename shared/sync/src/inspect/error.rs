//! Why something from outside wasn't even looked at.

/// Why a message or a change doesn't pass inspection.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InspectError {
    /// It ends too early.
    #[error("The message is cut off.")]
    Truncated,
    /// It isn't what it should be.
    #[error("The message is malformed: {0}.")]
    Malformed(&'static str),
    /// More than is taken at once.
    #[error("Too much at once: at most {max} {what} are taken. Send it in parts.")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The most.
        max: usize,
    },
    /// A Bloom filter whose parameters aren't Automerge's: its own decoder would divide by zero or loop.
    #[error("The message's Bloom filter is malformed.")]
    Bloom,
    /// A whole document, where single changes are expected.
    #[error("Send changes, not a whole document: synchronise with version 1 of the sync messages.")]
    WholeDocument,
    /// A compressed change.
    #[error("Send changes uncompressed.")]
    Compressed,
    /// A checksum is wrong.
    #[error("A change was damaged on its way: its checksum is wrong. Send it again.")]
    Checksum,
    /// A change that Automerge would write in another way, so that a stored document couldn't be read again.
    #[error("A change isn't encoded as Automerge does it.")]
    NotCanonical,
    /// A change that Automerge can't read.
    #[error("A change can't be read: {0}.")]
    Unreadable(String),
}

impl InspectError {
    /// The code for programs. Codes are part of the protocol: never renamed.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Truncated | Self::Malformed(_) | Self::Unreadable(_) => "malformed",
            Self::TooMuch { .. } => "too-much",
            Self::Bloom => "bloom",
            Self::WholeDocument => "whole-document",
            Self::Compressed => "compressed",
            Self::Checksum => "checksum",
            Self::NotCanonical => "not-canonical",
        }
    }
}
