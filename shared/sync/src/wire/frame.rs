//! The frames of a socket.

use automerge::ChangeHash;
use docket_domain::{DocumentId, Member, MemberId, Timestamp};

use super::{PeerId, PeerMetadata};

/// One frame of a socket. The comments give its `type` on the wire.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame {
    /// `join`: a client's first frame.
    Join {
        /// The client's id.
        sender: PeerId,
        /// What it says of itself.
        metadata: PeerMetadata,
        /// The protocol versions it speaks; one must be `"1"`.
        versions: Vec<String>,
    },
    /// `peer`: the hub's answer to `join`.
    Peer {
        /// The hub's id.
        sender: PeerId,
        /// The client's id.
        target: PeerId,
        /// What the hub says of itself.
        metadata: PeerMetadata,
        /// The protocol version that both will speak.
        version: String,
    },
    /// `error`: the sender closes the socket after it.
    Error {
        /// Who says so; not every peer tells.
        sender: Option<PeerId>,
        /// To whom.
        target: Option<PeerId>,
        /// What went wrong and what to do.
        message: String,
    },
    /// `leave`: the sender goes.
    Leave {
        /// Who goes.
        sender: PeerId,
    },
    /// `request`: a sync message for a document that the sender doesn't have, asking whether the receiver does.
    Request(SyncData),
    /// `sync`: a sync message.
    Sync(SyncData),
    /// `doc-unavailable`: the sender doesn't have a requested document.
    DocUnavailable {
        /// That document.
        document: DocumentId,
        /// Who doesn't have it.
        sender: PeerId,
        /// Who asked.
        target: PeerId,
    },
    /// `ephemeral`: a message about a document that is never stored.
    Ephemeral(Ephemeral),
    /// `remote-subscription-change`: whose heads the sender wants to hear of.
    RemoteSubscriptionChange {
        /// Who wants to hear.
        sender: PeerId,
        /// From whom.
        target: PeerId,
        /// Storage ids to add.
        add: Vec<String>,
        /// Storage ids to remove.
        remove: Vec<String>,
    },
    /// `remote-heads-changed`: what other storages are known to have.
    RemoteHeadsChanged {
        /// Who tells.
        sender: PeerId,
        /// To whom.
        target: PeerId,
        /// Of which document.
        document: DocumentId,
        /// What each storage has.
        heads: Vec<RemoteHeads>,
    },
    /// `docket-subscribe`, to the hub: send the catalogue's rows after a version, and then its changes.
    Subscribe {
        /// The store epoch that `version` belongs to; none when the client has no rows.
        epoch: Option<String>,
        /// The version up to which the client has the rows; 0 for none.
        version: u64,
        /// The version of the code that derived the client's rows.
        derivation: u32,
    },
    /// `docket-release`, to the hub: stop syncing these documents.
    Release {
        /// Which.
        documents: Vec<DocumentId>,
    },
    /// `docket-here`, to the hub: where this person is.
    Here {
        /// The document that is open; none for a list.
        document: Option<DocumentId>,
        /// The field that is edited.
        field: Option<String>,
    },
    /// `docket-welcome`: the hub's first frame to a Docket client, after `peer`.
    Welcome {
        /// The store's epoch: another one than before means that versions don't compare.
        epoch: String,
        /// The workspace document.
        workspace: DocumentId,
        /// Whom the hub takes this client for.
        member: MemberId,
        /// The hub's clock.
        now: Timestamp,
    },
    /// `docket-rows`: a part of the catalogue, or changes to it.
    Rows {
        /// The store's epoch.
        epoch: String,
        /// The version up to which the client has the rows once it took these in.
        version: u64,
        /// The rows.
        rows: Vec<RowUpdate>,
        /// There are more: subscribe again with this epoch and version.
        more: bool,
    },
    /// `docket-members`: everybody in the workspace.
    Members {
        /// They.
        members: Vec<Member>,
    },
    /// `docket-facts`: what the hub knows of a document beside its content.
    Facts {
        /// The document.
        document: DocumentId,
        /// `domain::Facts` in CBOR.
        facts: Vec<u8>,
    },
    /// `docket-refused`: changes that the hub didn't take.
    Refused {
        /// Of which document.
        document: DocumentId,
        /// The refused changes and why.
        refused: Vec<Refusal>,
        /// Changes that weren't judged because they depend on refused ones.
        dependents: Vec<ChangeHash>,
    },
    /// `docket-purged`: the document is dropped for good; drop your copy.
    Purged {
        /// Which.
        document: DocumentId,
    },
    /// `docket-presence`: who is here, and where, as far as that changed.
    Presence {
        /// Is it the whole list, in the place of what was told before?
        whole: bool,
        /// Who came, or is somewhere else now.
        changed: Vec<Person>,
        /// Whose tabs are gone.
        gone: Vec<PeerId>,
        /// How many more are here than are told of.
        more: u64,
    },
    /// `docket-present`, to clients of version 1: who is here, and where; the whole list each time.
    Present {
        /// They.
        people: Vec<Person>,
    },
    /// A type that this version doesn't know.
    Unknown {
        /// Its name, cut to 64 bytes.
        name: String,
    },
}

/// An Automerge sync message on its way.
#[derive(Clone, PartialEq, Eq)]
pub struct SyncData {
    /// About which document.
    pub document: DocumentId,
    /// From whom.
    pub sender: PeerId,
    /// To whom.
    pub target: PeerId,
    /// The message's bytes (`automerge::sync::Message`); never empty.
    pub data: Vec<u8>,
}

impl std::fmt::Debug for SyncData {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let size = self.data.len();
        write!(
            f,
            "{} → {}: {} ({size} bytes)",
            self.sender, self.target, self.document
        )
    }
}

/// A message about a document that is never stored: a cursor, a selection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ephemeral {
    /// About which document.
    pub document: DocumentId,
    /// The peer that it began with, whoever relays it.
    pub sender: PeerId,
    /// To whom.
    pub target: PeerId,
    /// Grows by one with each message of a session: what doesn't grow was seen before.
    pub count: u64,
    /// The sender's session.
    pub session: String,
    /// The content, in CBOR, of the application's making.
    pub data: Vec<u8>,
}

/// What another storage is known to have of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RemoteHeads {
    /// The storage's id.
    pub storage: String,
    /// Its heads, in base58check.
    pub heads: Vec<String>,
    /// When that was so, by its clock.
    pub at: Timestamp,
}

/// A document's place in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowUpdate {
    /// The document.
    pub document: DocumentId,
    /// The heads that the row was derived from.
    pub heads: Vec<ChangeHash>,
    /// `domain::Row` in CBOR; none when the document left the receiver's view.
    pub row: Option<Vec<u8>>,
}

/// A refused change and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The change.
    pub change: ChangeHash,
    /// The reason, for programs.
    pub code: String,
    /// The reason and what to do, for people.
    pub message: String,
}

/// The code for a change that is stored already, in a document that its author doesn't see any more.
const STORED: &str = "stored";

impl Refusal {
    /// What is told of a change that is stored already, in a document that its author doesn't see any more.
    #[must_use]
    pub fn stored(change: ChangeHash) -> Self {
        Self {
            change,
            code: STORED.to_owned(),
            message: "The hub stored this before the document left your view: nothing is to be done."
                .to_owned(),
        }
    }

    /// Is the change stored all the same?
    #[must_use]
    pub fn is_stored(&self) -> bool {
        self.code == STORED
    }
}

/// Somebody who is connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Who.
    pub member: MemberId,
    /// Their name.
    pub name: String,
    /// Which of their tabs: its [alias](PeerId::alias).
    pub peer: PeerId,
    /// The document they have open; none for a list.
    pub document: Option<DocumentId>,
    /// The field they edit.
    pub field: Option<String>,
}
