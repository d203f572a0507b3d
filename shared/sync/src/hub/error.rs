//! Why the hub couldn't do what it was asked.

use automerge::AutomergeError;
use docket_domain::DocumentId;

use super::StoreError;
use crate::{inspect::InspectError, wire::WireError};

/// Why the hub couldn't do what it was asked. On a socket it is said in an `error` frame, and the socket is closed: the
/// client connects again and begins with fresh sync states.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    /// The store failed; nothing of what was asked is stored.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A frame that is none.
    #[error(transparent)]
    Wire(#[from] WireError),
    /// A sync message that isn't taken.
    #[error(transparent)]
    Message(#[from] InspectError),
    /// Automerge couldn't do something with a document.
    #[error("the document {0} can't be read: {1}")]
    Document(DocumentId, #[source] Box<AutomergeError>),
    /// What the store holds of a document doesn't make up the document that it should.
    #[error("what is stored of the document {0} is damaged: restore it from a backup")]
    Damaged(DocumentId),
    /// A frame at a time when it makes no sense.
    #[error("{0}")]
    Protocol(&'static str),
    /// The document isn't there, or not for this member.
    #[error("there is no document {0} here, or not for you")]
    NotFound(DocumentId),
    /// Faster than is taken.
    #[error("too much at once: wait a little, then connect again")]
    TooFast,
}

/// What a client is told when the platform writes nothing more today: by this beginning it knows that it has to wait, and
/// that what it has stays safe with it. (It fits a closing frame.)
pub const QUOTA_OF_THE_DAY: &str = "The hub's quota of the day is used up. It takes changes again after midnight UTC: they are kept until then.";

impl HubError {
    /// Is it only that the platform's quota of the day is used up?
    #[must_use]
    pub const fn is_quota(&self) -> bool {
        matches!(self, Self::Store(error) if error.is_quota())
    }

    /// What a client is told: nothing of the hub's inner life.
    pub(super) fn public(&self) -> String {
        match self {
            error if error.is_quota() => QUOTA_OF_THE_DAY.to_owned(),
            Self::Store(_) | Self::Document(..) | Self::Damaged(_) => {
                "the hub couldn't store or read a document: connect again".to_owned()
            }
            other => other.to_string(),
        }
    }
}
