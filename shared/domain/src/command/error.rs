//! Why a command can't be carried out, in words for the person who gave it.

use crate::{ids::DocumentId, kind::Kind, words::Status};

/// Why a command can't be carried out.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The document isn't there, or was deleted for good.
    #[error("this record isn't on this device; open it while online first")]
    NotFound,
    /// The command is for another kind of document.
    #[error("this can only be done to a document of the kind “{}”", .expected.as_str())]
    WrongKind {
        /// The kind it is for.
        expected: Kind,
    },
    /// A creating command for a document that has content already.
    #[error("this record exists already")]
    Exists,
    /// A text is empty that must not be.
    #[error("{what} can’t be empty; please write something")]
    Empty {
        /// Which text.
        what: &'static str,
    },
    /// A text is too long.
    #[error("{what} has {length} bytes; at most {max} are possible")]
    TooLong {
        /// Which text.
        what: &'static str,
        /// Its bytes.
        length: usize,
        /// The most it may have.
        max: usize,
    },
    /// The value is what it is already.
    #[error("nothing would change")]
    Unchanged,
    /// That status can't follow the present one.
    #[error("an issue that is “{}” can’t become “{}” directly", .from.label(), .to.label())]
    Transition {
        /// The present status.
        from: Status,
        /// The wanted one.
        to: Status,
    },
    /// A resolution is missing.
    #[error("please say how it was resolved")]
    NeedsResolution,
    /// A reason is missing.
    #[error("please give a reason")]
    NeedsReason,
    /// The comment, flag or link isn't there.
    #[error("this {what} is no longer there")]
    NoEntry {
        /// What it was.
        what: &'static str,
    },
    /// Somebody else's comment.
    #[error("only its author can edit a comment")]
    NotYours,
    /// The value isn't one of the conflict's.
    #[error("this conflict has been settled already")]
    Settled,
    /// There is no room at that place of the list.
    #[error("there is no room at this place of the list; move a neighbour first")]
    NoRoom,
    /// The record is deleted.
    #[error("this record was deleted; restore it first")]
    Deleted,
    /// The document has ended: the command is for the one in which it goes on.
    #[error("this goes on in another document; reload the page")]
    Moved(DocumentId),
    /// Automerge failed.
    #[error("the document can’t be changed: {0}")]
    Document(#[from] automerge::AutomergeError),
}
