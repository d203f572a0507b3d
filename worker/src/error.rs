//! What can go wrong while answering, and what the asker is told of it.
//!
//! Mistakes of the asker are answered in words; the hub's own troubles are logged and answered without detail.

use docket_domain::{Member, Timestamp};
use docket_sync::hub::{HubError, QUOTA_OF_THE_DAY};

use crate::store::{StoreError, spent::until_midnight};

/// Why a request is not done.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Error {
    /// No way in was shown, or one that isn't known.
    #[error("show a valid token or session: send “Authorization: Bearer <token>”, or sign in again")]
    Unauthorized,
    /// The way in of a member whose access was ended.
    #[error(
        "your access to this workspace was ended by an admin: what isn't sent yet can only be kept as a file"
    )]
    Revoked,
    /// Somebody else is signed in already.
    #[error("{} is signed in here: say whom you sign in over", .0.name)]
    SignedIn(Box<Member>),
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
    /// The platform writes nothing more today, or nothing more of this.
    #[error("{message}")]
    Quota {
        /// In words.
        message: &'static str,
        /// Seconds until midnight UTC.
        after: u64,
    },
    /// The store failed.
    #[error("the hub could not read or write its store: try again in a moment")]
    Store(StoreError),
    /// The platform failed.
    #[error("the hub met an error of its own: try again in a moment")]
    Platform(#[from] worker::Error),
    /// The hub couldn't do its part.
    #[error("the hub could not read or write a document: try again in a moment")]
    Hub(HubError),
    /// The hub's own logic failed; the text is for the log.
    #[error("the hub met an error of its own: try again in a moment")]
    Internal(String),
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Quota(_) => Self::quota(QUOTA_OF_THE_DAY),
            other => Self::Store(other),
        }
    }
}

impl From<HubError> for Error {
    fn from(error: HubError) -> Self {
        if error.is_quota() {
            Self::quota(QUOTA_OF_THE_DAY)
        } else {
            Self::Hub(error)
        }
    }
}

impl Error {
    /// Nothing more of this today.
    pub(crate) fn quota(message: &'static str) -> Self {
        let now = i64::try_from(worker::Date::now().as_millis()).unwrap_or_default();
        Self::Quota {
            message,
            after: until_midnight(Timestamp(now)),
        }
    }

    /// The HTTP status.
    pub(crate) const fn status(&self) -> u16 {
        match self {
            Self::Unauthorized => 401,
            Self::Forbidden(_) | Self::Origin => 403,
            Self::NotFound(_) => 404,
            Self::Method => 405,
            Self::Conflict(_) | Self::SignedIn(_) => 409,
            Self::Revoked => 410,
            Self::TooSlow => 408,
            Self::TooLarge { .. } => 413,
            Self::Invalid(_) => 422,
            Self::Upgrade => 426,
            Self::TooMany | Self::Beyond { .. } => 429,
            Self::Full | Self::Quota { .. } => 503,
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
            Self::SignedIn(_) => "signed-in",
            Self::Revoked => "revoked",
            Self::TooLarge { .. } => "too-large",
            Self::Invalid(_) => "invalid",
            Self::Upgrade => "upgrade",
            Self::TooMany | Self::Beyond { .. } => "too-many",
            Self::Full => "full",
            Self::Quota { .. } => "quota",
            Self::Store(_) | Self::Platform(_) | Self::Hub(_) | Self::Internal(_) => "internal",
        }
    }

    /// In how many seconds it is worth asking again, where that is known.
    pub(crate) const fn retry_after(&self) -> Option<u64> {
        match self {
            Self::TooMany => Some(60),
            Self::Beyond { after, .. } | Self::Quota { after, .. } => Some(*after),
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
