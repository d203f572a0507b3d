//! What the status bar tells, and the changes that were set aside.

use docket_domain::{Command, DocumentId, Timestamp};
use minicbor::{Decode, Encode};

use super::Hold;

/// How this tab stands with the hub.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Connection {
    /// Connected; what others do arrives at once.
    Live,
    /// Trying.
    Connecting,
    /// No network, or no hub; waits and tries again by itself.
    #[default]
    Offline,
    /// The hub takes nothing for a while, and said until when.
    Waiting,
    /// Nobody is signed in, or the session has ended: changes stay on this device until somebody signs in.
    SignedOut,
}

/// What the status bar tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Status {
    /// How this tab stands with the hub.
    pub(crate) connection: Connection,
    /// Changes of this device that the hub hasn't stored yet.
    pub(crate) pending: usize,
    /// Refused changes, set aside.
    pub(crate) refused: usize,
    /// Issues with conflicts to settle.
    pub(crate) conflicts: usize,
    /// All rows of the workspace are here.
    pub(crate) complete: bool,
    /// Open issues that are still to be fetched so that they can be edited offline; none until they are counted.
    pub(crate) to_fetch: Option<usize>,
    /// When the oldest change was made that the hub hasn't acknowledged.
    pub(crate) oldest: Option<Timestamp>,
    /// Since when there is a network; none: there is none.
    pub(crate) online: Option<Timestamp>,
    /// The hub takes nothing until then.
    pub(crate) hold: Option<Hold>,
    /// Somebody else is signed in in this browser: what this device holds isn't theirs, and isn't sent.
    pub(crate) others: bool,
}

/// A change that couldn't be stored by the hub. It survives reloading.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct SetAside {
    /// Its key in storage.
    #[n(0)]
    pub(crate) id: String,
    /// The document it was for.
    #[n(1)]
    pub(crate) document: DocumentId,
    /// What was meant; none for an imported document.
    #[n(2)]
    pub(crate) command: Option<Command>,
    /// The reason, for programs.
    #[n(3)]
    pub(crate) code: String,
    /// The reason and what to do, for people.
    #[n(4)]
    pub(crate) message: String,
    /// When it was set aside.
    #[n(5)]
    pub(crate) at: Timestamp,
}

/// Somebody who is here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Present {
    /// Who.
    pub(crate) member: docket_domain::MemberId,
    /// Their name.
    pub(crate) name: String,
    /// Which of their tabs: different for each.
    pub(crate) peer: String,
    /// The document they have open; none for a list.
    pub(crate) document: Option<DocumentId>,
    /// The field they edit.
    pub(crate) field: Option<String>,
}
