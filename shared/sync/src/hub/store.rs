//! What the hub keeps for good, behind a trait: SQLite in a Durable Object, memory in tests.
//!
//! Every method is synchronous, as a Durable Object's SQLite is. Each method that writes is *one atomic write*: after a
//! crash all of it is there or nothing. The hub calls at most one writing method of document content per edit, and
//! speaks of a change only after that call returned.

use automerge::ChangeHash;
use docket_domain::{Audience, DocumentId, Kind, Member, MemberId, Timestamp, limits};
use minicbor::{Decode, Encode};

use super::SocketId;

/// The most bytes of one [`Piece`]'s chunk or facts: rows of a Durable Object's SQLite hold 2 MB at most.
pub const PIECE_LIMIT: usize = 1_000_000;

/// Why the store couldn't do what it was asked. Nothing was written then.
#[derive(Debug, thiserror::Error)]
#[error("the hub's store failed: {cause}")]
pub struct StoreError {
    cause: Box<dyn std::error::Error>,
    quota: bool,
}

impl StoreError {
    /// An error with its cause (or a text).
    pub fn new(cause: impl Into<Box<dyn std::error::Error>>) -> Self {
        Self {
            cause: cause.into(),
            quota: false,
        }
    }

    /// The platform writes nothing more today: nothing is wrong but the time.
    pub fn quota(cause: impl Into<Box<dyn std::error::Error>>) -> Self {
        Self {
            quota: true,
            ..Self::new(cause)
        }
    }

    /// Is it only that the platform's quota of the day is used up?
    #[must_use]
    pub const fn is_quota(&self) -> bool {
        self.quota
    }
}

/// What the hub knows of its workspace. It is there before the first socket is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Workspace {
    /// The workspace document's id.
    pub document: DocumentId,
    /// The store's epoch: random, new whenever the store was made or restored, so that versions never compare across.
    pub epoch: String,
    /// What is kept of documents that aren't Docket's; none when they aren't taken.
    pub plain: Option<PlainQuota>,
}

/// How much is kept of documents that aren't Docket's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PlainQuota {
    /// The most documents.
    pub documents: u64,
    /// The most bytes of all their changes.
    pub bytes: u64,
}

impl Default for PlainQuota {
    fn default() -> Self {
        Self {
            documents: 1_000,
            bytes: 50_000_000,
        }
    }
}

/// What the store knows of a document beside its content. The hub writes it whole, with every change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The document's kind; none for a plain one, and for one whose kind isn't known.
    pub kind: Option<Kind>,
    /// Is it of a kind that this version doesn't know, or are its readers written down in a way that it can't read (a later
    /// version did, and was taken back)? Nobody reads or writes it, and it is kept as it is.
    pub unknown: bool,
    /// The heads of what is stored. Empty for a purged document only.
    pub heads: Vec<ChangeHash>,
    /// Who may read it.
    pub audience: Audience,
    /// The workspace's version at which the audience last changed; 0 if it never did.
    pub audience_version: u64,
    /// The audiences it had before, the latest last, so that only those are told of a change who knew of the document
    pub former: Vec<Former>,
    /// When it opens to more people by itself (a sealed audience's time, once); none if it doesn't.
    pub opens: Option<Timestamp>,
    /// An issue's number; none for others, and for an issue without content yet.
    pub number: Option<u64>,
    /// The workspace's version at the document's last change: unique, so that rows can be read in its order.
    pub version: u64,
    /// The version of the code that derived the row.
    pub derivation: u32,
    /// How many changes are stored.
    pub changes: u64,
    /// How many operations they have.
    pub ops: u64,
    /// How many bytes the changes have, each by itself, as they came and leave in a bundle: what is stored of them once
    /// they were put together is less.
    pub bytes: u64,
    /// How many pieces the content lies in.
    pub pieces: u64,
    /// Was it purged? Then nothing but this is kept, so that it doesn't come back.
    pub purged: bool,
}

/// The most former audiences that are kept of a document.
pub(super) const FORMER_LIMIT: usize = 16;

/// An audience that a document had.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub struct Former {
    /// Who could read it.
    #[n(0)]
    pub audience: Audience,
    /// The workspace's version at which that ended.
    #[n(1)]
    pub until: u64,
}

impl Meta {
    /// Another audience takes the place of this one, at `version`.
    pub(super) fn replace_audience(&mut self, audience: Audience, version: u64, now: Timestamp) {
        let mut before = std::mem::replace(&mut self.audience, audience);
        if let Audience::Sealed { until, .. } = &mut before
            && *until > now
        {
            // It never opened, and so nobody else ever could read it.
            *until = Timestamp(limits::LAST_TIME);
        }
        self.former.retain(|former| former.audience != before);
        self.former.push(Former {
            audience: before,
            until: version,
        });
        if self.former.len() > FORMER_LIMIT {
            self.former.remove(0);
            if let Some(oldest) = self.former.first_mut() {
                // Rather everybody is told of a change than somebody isn't who has the document.
                oldest.audience = Audience::Public;
            }
        }
        self.audience_version = version;
        self.version = version;
    }
}

/// What the audit log is told with a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// When.
    pub at: Timestamp,
    /// Who did it.
    pub by: MemberId,
    /// What: `people` or `mappings`, the part of the workspace's document that was changed.
    pub what: &'static str,
    /// What it was of each key, and what it is; none when it isn't there. Twenty at most, and of long texts their beginning.
    pub changed: Vec<(String, Option<String>, Option<String>)>,
    /// How many more changed.
    pub more: usize,
}

/// The most keys that one [`Note`] names.
pub(super) const NOTE_LIMIT: usize = 20;

/// A part of a document's content. The chunks of all pieces, one after the other, are Automerge chunks; the facts of
/// all pieces, one after the other, are CBOR items. A single chunk or item may stretch over pieces.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Piece {
    /// A part of the Automerge chunks, at most [`PIECE_LIMIT`] bytes.
    pub chunk: Vec<u8>,
    /// A part of the facts about actors and receipts, at most [`PIECE_LIMIT`] bytes.
    pub facts: Vec<u8>,
}

/// A document's content, its pieces joined.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Content {
    /// All Automerge chunks.
    pub chunks: Vec<u8>,
    /// All facts about actors and receipts, as CBOR items one after the other.
    pub facts: Vec<u8>,
}

/// A document's place in the catalogue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredRow {
    /// The document.
    pub document: DocumentId,
    /// What is known of it.
    pub meta: Meta,
    /// Its row in CBOR; none for a purged or plain document.
    pub row: Option<Vec<u8>>,
}

/// What all documents that aren't purged take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// How many there are.
    pub documents: u64,
    /// The sum of their [`Meta::bytes`].
    pub bytes: u64,
}

/// What all plain documents take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PlainUsage {
    /// How many there are.
    pub documents: u64,
    /// The bytes of all their changes.
    pub bytes: u64,
}

/// The hub's store.
///
/// Integers stay below 2⁵³ (SQLite's reach from JavaScript). Ids of sockets and members may be unknown to the store at
/// any time; that is never an error.
pub trait Store {
    /// The workspace.
    fn workspace(&self) -> Result<Workspace, StoreError>;

    /// The member with this id; none when there is none, or was revoked.
    fn member(&self, id: &MemberId) -> Result<Option<Member>, StoreError>;

    /// All members that aren't revoked. Empty only before the first is made.
    fn members(&self) -> Result<Vec<Member>, StoreError>;

    /// When the hub was last in contact with this client (a text of at most 300 bytes); none when it never was, or that
    /// was forgotten: the store may forget all but a member's latest hundred (`client` begins with the member's id and
    /// `/`).
    fn contact(&self, client: &str) -> Result<Option<Timestamp>, StoreError>;

    /// Notes when the hub was last in contact with this client.
    fn set_contact(&mut self, client: &str, at: Timestamp) -> Result<(), StoreError>;

    /// The changes that this member was told are refused, the oldest first; empty when there are none.
    fn barred(&self, member: &MemberId) -> Result<Vec<ChangeHash>, StoreError>;

    /// Replaces them: at most 1,000. Writes one row.
    fn set_barred(&mut self, member: &MemberId, changes: &[ChangeHash]) -> Result<(), StoreError>;

    /// The greatest [`Meta::version`] of all documents, the purged too; 0 when there are none.
    fn version(&self) -> Result<u64, StoreError>;

    /// The greatest number that was given: [`Meta::number`] of all documents, the purged too, or the one that a restored
    /// workspace had reached, if that is greater; 0 when none was.
    fn last_number(&self) -> Result<u64, StoreError>;

    /// What is known of a document; none when the hub never stored it. Also answers for purged ones.
    fn meta(&self, document: DocumentId) -> Result<Option<Meta>, StoreError>;

    /// A document's content; empty when there is none, or it was purged.
    fn content(&self, document: DocumentId) -> Result<Content, StoreError>;

    /// A document's row; none for plain, purged and unknown documents.
    fn row(&self, document: DocumentId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Adds pieces after those that are there, and replaces meta and row. The way of every edit: with one piece, at
    /// most 4 rows are written, indexes counted.
    fn append(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Result<(), StoreError>;

    /// As [`append`](Self::append), and notes in the audit log what that changes: all of it or nothing. A store without
    /// an audit log appends.
    fn append_noted(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
        notes: &[Note],
    ) -> Result<(), StoreError> {
        let _ = notes;
        self.append(document, pieces, meta, row)
    }

    /// Replaces all pieces by these, and meta and row. For compaction; and, with no pieces and no row, for purging.
    fn replace(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Result<(), StoreError>;

    /// At most `limit` Docket or purged documents with a version above `after`, in the order of versions. Empty when
    /// there are no more.
    fn rows(&self, after: u64, limit: usize) -> Result<Vec<StoredRow>, StoreError>;

    /// At most `limit` documents of any kind, plain ones too, with a version above `after`, in the order of versions;
    /// without rows. Empty when there are no more.
    fn changed(&self, after: u64, limit: usize) -> Result<Vec<DocumentId>, StoreError>;

    /// At most `limit` documents of any kind, plain ones too, that aren't purged, with an id above `after` (none: from
    /// the first), in the order of ids. Empty when there are no more.
    fn documents(
        &self,
        after: Option<DocumentId>,
        limit: usize,
    ) -> Result<Vec<(DocumentId, Meta)>, StoreError>;

    /// The documents that were purged, in the order of ids.
    fn purged(&self) -> Result<Vec<DocumentId>, StoreError>;

    /// At most `limit` Docket documents, not purged, whose row was derived by another version than this one.
    fn underived(&self, derivation: u32, limit: usize) -> Result<Vec<DocumentId>, StoreError>;

    /// At most `limit` documents with at least that many pieces.
    fn scattered(&self, pieces: u64, limit: usize) -> Result<Vec<DocumentId>, StoreError>;

    /// The document that opens next ([`Meta::opens`]), and when; none when none will.
    fn next_opening(&self) -> Result<Option<(Timestamp, DocumentId)>, StoreError>;

    /// What all documents that aren't purged take. It is asked with every edit.
    fn usage(&self) -> Result<Usage, StoreError>;

    /// What all plain documents that aren't purged take.
    fn plain_usage(&self) -> Result<PlainUsage, StoreError>;

    /// Notes that a socket syncs a document. Twice is once. Writes two rows in SQLite, since it is looked for from both
    /// sides: opening an issue costs them, a new one that is opened in the same message too, beside its four.
    fn subscribe(&mut self, socket: SocketId, document: DocumentId) -> Result<(), StoreError>;

    /// Notes that a socket doesn't sync a document any more.
    fn unsubscribe(&mut self, socket: SocketId, document: DocumentId) -> Result<(), StoreError>;

    /// Does this socket sync this document?
    fn is_subscribed(&self, socket: SocketId, document: DocumentId) -> Result<bool, StoreError>;

    /// The sockets that sync a document, also such as have gone without a word.
    fn subscribers(&self, document: DocumentId) -> Result<Vec<SocketId>, StoreError>;

    /// How many documents a socket syncs.
    fn subscriptions(&self, socket: SocketId) -> Result<u64, StoreError>;

    /// Forgets all a socket synced: it has gone.
    fn forget_socket(&mut self, socket: SocketId) -> Result<(), StoreError>;
}
