//! What can go wrong while answering, and what the asker is told of it.
//!
//! Mistakes of the asker are answered in words; the hub's own troubles are logged and answered without detail.

use crate::store::StoreError;

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No way in was shown, or one that isn't known.
    #[error("show a valid token or session: send “Authorization: Bearer <token>”, or sign in again")]
    Unauthorized,
    /// Known, but not allowed.
    #[error("{0}")]
    Forbidden(&'static str),
    /// A cookie was sent from another site's page.
    #[error("this request came from another site: open Docket at its own address")]
    Origin,
    /// Nothing is there.
    #[error("{0}")]
    NotFound(&'static str),
    /// The path exists, but not for this method.
    #[error("this address does not take that method")]
    Method,
    /// A socket's address was asked for something else.
    #[error("this is a WebSocket's address: ask with “Upgrade: websocket”")]
    Upgrade,
    /// It contradicts what is there already.
    #[error("{0}")]
    Conflict(String),
    /// The request itself is wrong.
    #[error("{0}")]
    Invalid(String),
    /// More was sent than is taken.
    #[error("the request is larger than the {limit} bytes that are taken here")]
    TooLarge {
        /// The most bytes that are taken.
        limit: usize,
    },
    /// Too many wrong tokens from one address.
    #[error("too many wrong tokens from your address: wait a minute")]
    TooMany,
    /// More than the asker's share of the hub.
    #[error("{message}")]
    Beyond {
        /// In words.
        message: String,
        /// When to ask again, in seconds.
        after: u64,
    },
    /// The body came so slowly that it isn't waited for.
    #[error("the request's body came too slowly: send it again, in smaller parts")]
    TooSlow,
    /// As many are connected as there is room for.
    #[error("this workspace has no room for another connection: try again later")]
    Full,
    /// The store failed.
    #[error("the hub could not read or write its store: try again in a moment")]
    Store(#[from] StoreError),
    /// The platform failed.
    #[error("the hub met an error of its own: try again in a moment")]
    Platform(#[from] worker::Error),
    /// The hub couldn't do its part.
    #[error("the hub could not read or write a document: try again in a moment")]
    Hub(#[from] docket_sync::hub::HubError),
    /// The hub's own logic failed; the text is for the log.
    #[error("the hub met an error of its own: try again in a moment")]
    Internal(String),
}

impl Error {
    /// The HTTP status.
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden(_) | Self::Origin => 403,
            Self::NotFound(_) => 404,
            Self::Method => 405,
            Self::Conflict(_) => 409,
            Self::TooSlow => 408,
            Self::TooLarge { .. } => 413,
            Self::Invalid(_) => 422,
            Self::Upgrade => 426,
            Self::TooMany | Self::Beyond { .. } => 429,
            Self::Full => 503,
            Self::Store(_) | Self::Platform(_) | Self::Hub(_) | Self::Internal(_) => 500,
        }
    }

    /// The word by which a program tells errors apart.
    pub(crate) const fn code(&self) -> &'static str {
        match self {
            Self::Unauthorized => "unauthorized",
            Self::Forbidden(_) => "forbidden",
            Self::Origin => "origin",
            Self::NotFound(_) => "not-found",
            Self::Method => "method",
            Self::Conflict(_) => "conflict",
            Self::TooSlow => "too-slow",
            Self::TooLarge { .. } => "too-large",
            Self::Invalid(_) => "invalid",
            Self::Upgrade => "upgrade",
            Self::TooMany | Self::Beyond { .. } => "too-many",
            Self::Full => "full",
            Self::Store(_) | Self::Platform(_) | Self::Hub(_) | Self::Internal(_) => "internal",
        }
    }

    /// In how many seconds it is worth asking again, where that is known.
    pub(crate) const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany => Some(60),
            Self::Beyond { after, .. } => Some(*after),
            Self::Full => Some(30),
            _ => None,
        }
    }

    /// What the log is told and the asker isn't.
    pub(crate) fn detail(&self) -> Option<String> {
        match self {
            Self::Store(error) => Some(error.to_string()),
            Self::Platform(error) => Some(error.to_string()),
            Self::Hub(error) => Some(error.to_string()),
            Self::Internal(text) => Some(text.clone()),
            _ => None,
        }
    }
}

/// Writes what the asker isn't told to the log.
pub(crate) fn log(during: &str, detail: &str) {
    worker::console_error!("{during}: {detail}");
}
