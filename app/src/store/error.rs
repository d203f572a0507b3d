//! What can go wrong in the store, in words for the person in front of it.

use docket_domain::{CommandError, DocumentId, Member};
use wasm_split_helpers::SplitLoaderError;

use super::Hold;

/// What went wrong, and what to do.
#[derive(Debug, Clone, thiserror::Error)]
pub(crate) enum StoreError {
    /// The browser refuses to keep data: private mode, or blocked by a setting.
    #[error(
        "This browser doesn’t let Docket keep data on this device ({0}). Allow it to store data for this site."
    )]
    NoStorage(String),
    /// The device is full.
    #[error(
        "This device has no room left for Docket’s data. Free some space, then try again; nothing was lost."
    )]
    Full,
    /// Another storage failure.
    #[error("The data on this device couldn’t be read or written ({0}). Reload the page and try again.")]
    Storage(String),
    /// The stored data is of a newer version of the app.
    #[error("This page is older than the data on this device. Reload it to get the new version.")]
    Outdated,
    /// The record isn't on this device and can't be fetched now.
    #[error("This record isn’t on this device yet. Connect to the network and open it again.")]
    NotHere(DocumentId),
    /// The hub has no such record for this person.
    #[error("There is no such record, or you may not see it.")]
    NotFound(DocumentId),
    /// What the hub sent, or the device holds, can't be read.
    #[error("The record {0} can’t be read: {1}")]
    Unreadable(DocumentId, String),
    /// A command that can't be carried out.
    #[error("{0}")]
    Command(String),
    /// Nobody is signed in.
    #[error("You aren’t signed in to this workspace. Open your invitation link, or sign in with a token.")]
    SignedOut,
    /// An admin has ended this person's access.
    #[error(
        "Your access to this workspace has ended. Ask an admin of the workspace if you think that this is a mistake."
    )]
    Revoked,
    /// Somebody else is signed in in this browser.
    #[error("{} is signed in here. Sign them out first, or say that you take their place.", .0.name)]
    SignedInAs(Box<Member>),
    /// The server takes nothing more for a while.
    #[error("{message}")]
    Wait {
        /// Why, and until when.
        hold: Hold,
        /// What it said.
        message: String,
    },
    /// The session has ended, or the link or token is wrong.
    #[error("{0}")]
    Refused(String),
    /// The network or the server isn't there.
    #[error("The server can’t be reached. Check your connection and try again.")]
    Unreachable,
    /// A part of the app isn't on this device and can't be fetched now.
    #[error(
        "A part of Docket isn’t on this device yet and couldn’t be fetched. Check your connection and try again; if Docket was renewed meanwhile, reload the page."
    )]
    NotLoaded,
    /// The server answered something else.
    #[error("The server answered with an error ({status}): {message}")]
    Server {
        /// The HTTP status.
        status: u16,
        /// What it said.
        message: String,
    },
    /// A job beside the page ended before it was done.
    #[error(
        "It stopped before it was done, perhaps because this device’s memory is full. Close other programs and try again; what is stored stays."
    )]
    BrokeDown,
}

impl From<CommandError> for StoreError {
    fn from(error: CommandError) -> Self {
        Self::Command(error.to_string())
    }
}

impl From<SplitLoaderError> for StoreError {
    fn from(_: SplitLoaderError) -> Self {
        Self::NotLoaded
    }
}
