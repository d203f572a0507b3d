//! What a client answers: frames to send, and events for its owner.

use automerge::ChangeHash;
use docket_domain::{DocumentId, Facts, Member, MemberId, Timestamp};

use crate::wire::{PassedOver, Person, Refusal, RowUpdate, WireError};

/// Which rows a client has: kept in its storage, moved with the rows.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cursor {
    /// The store epoch that `version` belongs to; none before the first rows.
    pub epoch: Option<String>,
    /// The version up to which the rows are here; 0 for none.
    pub version: u64,
    /// The version of the code that derived them.
    pub derivation: u32,
}

/// What came of a call: what to send, what happened, and whether to close the socket.
#[derive(Debug, Default)]
#[must_use]
pub struct Output {
    /// Frames to send, in this order.
    pub send: Vec<Vec<u8>>,
    /// What happened.
    pub events: Vec<Event>,
    /// Close the socket and connect again after a while.
    pub close: bool,
}

impl Output {
    pub(super) fn of(frame: Vec<u8>) -> Self {
        Self {
            send: vec![frame],
            ..Self::default()
        }
    }

    pub(super) fn extend(&mut self, other: Self) {
        self.send.extend(other.send);
        self.events.extend(other.events);
        self.close |= other.close;
    }

    pub(super) fn problem(&mut self, problem: Problem) {
        self.close = true;
        self.events.push(Event::Problem(problem));
    }
}

/// What happened, for the owner of the client.
#[derive(Debug)]
pub enum Event {
    /// The hub knows this client; the open documents are being compared.
    Welcome {
        /// The store's epoch. When it isn't the cursor's, every row comes afresh.
        epoch: String,
        /// The workspace document.
        workspace: DocumentId,
        /// Whom the hub takes this person for.
        member: MemberId,
        /// The hub's clock.
        now: Timestamp,
    },
    /// Changes of others came in.
    Changed {
        /// The document.
        document: DocumentId,
        /// To be appended to its storage; empty when it came from there.
        chunk: Vec<u8>,
        /// The document's heads now.
        heads: Vec<ChangeHash>,
    },
    /// Heads sent by the hub contain more than before. [`outbox::acknowledged`](super::outbox::acknowledged)
    /// tells which commands leave the outbox.
    Acknowledged {
        /// The document.
        document: DocumentId,
        /// The heads; to be stored, and given to [`Client::open`](super::Client::open) next time.
        heads: Vec<ChangeHash>,
    },
    /// Rows of the catalogue, to be stored together with the cursor if they
    /// [join on](super::catalogue::joins) to what is stored.
    Rows {
        /// The version after which they changed.
        since: u64,
        /// The rows; one without a row has left this member's view.
        rows: Vec<RowUpdate>,
        /// Which rows are here once these are stored.
        cursor: Cursor,
        /// All rows are here: what has been confirmed in no row of this epoch is gone
        /// (see [`catalogue::standing`](super::catalogue::standing)).
        complete: bool,
    },
    /// The hub's facts about a document.
    Facts {
        /// The document.
        document: DocumentId,
        /// They.
        facts: Facts,
    },
    /// Everybody in the workspace.
    Members(Vec<Member>),
    /// The hub refused changes. The client is fetching the hub's copy; edits go on in the old one meanwhile.
    /// [`Event::Fresh`] follows.
    Refused {
        /// The document.
        document: DocumentId,
        /// The refused changes and why.
        refused: Vec<Refusal>,
        /// Changes that weren't judged because they depend on refused ones.
        dependents: Vec<ChangeHash>,
    },
    /// The hub's copy of a document with refused changes is here: call [`Client::renew`](super::Client::renew).
    Fresh {
        /// The document.
        document: DocumentId,
    },
    /// The hub doesn't have the document, or not for this member. It is asked again when a row tells of it, and
    /// after reconnecting.
    Unavailable {
        /// The document.
        document: DocumentId,
    },
    /// The document is dropped for good: drop its chunks and its row, and set its commands aside.
    Purged {
        /// The document.
        document: DocumentId,
    },
    /// Who is here, and where.
    Present(Vec<Person>),
    /// Something went wrong; the `Output` says `close` as well when the socket is of no more use.
    Problem(Problem),
}

/// What can go wrong on a socket.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The hub sent what is no frame.
    #[error("The server sent something that isn't understood ({0}). Connecting again.")]
    Frame(#[from] WireError),
    /// The hub speaks another protocol.
    #[error("The server speaks version “{0}” of the sync protocol; this app speaks “1”. Reload the app.")]
    Version(String),
    /// The hub closed the socket and says why.
    #[error("The server closed the connection: {0}")]
    Hub(String),
    /// A newer hub sent what this version can't read; the rest of it was taken in.
    #[error("Passed over, since this version can't read them: {} rows, {} members, {} messages. Reload the app.", .0.rows, .0.members, .0.frames)]
    PassedOver(PassedOver),
    /// A sync message that can't be taken: of that document alone.
    #[error("The server's copy of {0} can't be read: {1}.")]
    Sync(DocumentId, String),
    /// A stored document that can't be read.
    #[error("This device's copy of {0} can't be read: {1}")]
    Document(DocumentId, String),
    /// Facts that can't be read: a newer hub.
    #[error("The server's facts about {0} can't be read: {1}. Reload the app.")]
    Facts(DocumentId, String),
}

/// What a local edit comes to.
#[derive(Debug)]
#[must_use = "store the chunk, then call Client::stored"]
pub struct Edited<T> {
    /// What the edit answered.
    pub value: T,
    /// To be appended to the document's storage.
    pub chunk: Vec<u8>,
    /// The changes made; empty when the edit changed nothing.
    pub changes: Vec<ChangeHash>,
    /// The document's heads now.
    pub heads: Vec<ChangeHash>,
}

/// What a renewed document comes to.
#[derive(Debug)]
#[must_use = "replace the document's chunks by this one, then call Client::stored"]
pub struct Renewed<T> {
    /// What the replay answered.
    pub value: T,
    /// The whole document: replaces all chunks in its storage. Empty when nothing is left of it.
    pub chunk: Vec<u8>,
    /// The document's heads now.
    pub heads: Vec<ChangeHash>,
    /// What the hub has acknowledged of them, as in [`Event::Acknowledged`].
    pub acknowledged: Vec<ChangeHash>,
}

/// Why a document wasn't edited.
#[derive(Debug, thiserror::Error)]
pub enum NotEdited<E> {
    /// It isn't open.
    #[error("{0} isn't open")]
    Closed(DocumentId),
    /// The edit itself failed.
    #[error(transparent)]
    Change(E),
}
