//! A *bundle*: a whole workspace as one file, to be kept, or to become a workspace elsewhere.
//!
//! It is a tar (POSIX 1003.1, *ustar*), so that anything opens it:
//!
//! ```text
//! workspace.json             which workspace, in which format, when and by which version of Docket
//! rows/<id>.cbor             for each document, in the order of ids: its row (none of a document that isn't Docket's),
//! facts/<id>.cbor            what the hub knows of it,
//! documents/<id>.automerge   and its changes, each after those it builds on: any Automerge's `load` reads them
//! audit.jsonl                who did what with people, rights and documents as a whole (since format 2; may be missing)
//! members.json               everybody who takes part, or did; without any secret
//! state.json                 what happened while it was made, the last number, and which documents were purged
//! manifest.json              the size and SHA-256 of all the others
//! ```
//!
//! [`Writer`] and [`Reader`] hold one document at a time, whatever the size of the workspace. The order is fixed, so
//! that a reader has the row and the facts of a document before the document, and every id but once. A document is
//! given as single changes and not as Automerge's own document format: that is compressed, so that nothing short of
//! inflating and loading it tells what is in it, and a hub inspects what it takes in *before* it does
//! (docs/decisions/bundle.md).
//!
//! The bytes of documents, facts and rows mean nothing here; who restores them judges them.

mod audit;
mod entry;
mod error;
mod reader;
mod tar;
mod writer;

use docket_domain::{DocumentId, Member, Timestamp};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

pub use audit::Audited;
pub use entry::{Digest, Entry, Name};
pub use error::BundleError;
pub use reader::{Item, Progress, Reader};
pub use writer::Writer;

/// The version of the format. A reader takes no later one.
pub const FORMAT: u32 = 2;

/// Which workspace it is, and when the bundle was made: `workspace.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
#[cbor(map)]
pub struct About {
    /// The version of the format.
    #[n(0)]
    pub format: u32,
    /// The workspace document's id, from which others are derived: the workspace keeps it wherever it goes.
    #[n(1)]
    pub workspace: DocumentId,
    /// Its name.
    #[n(2)]
    pub name: String,
    /// What stands before the numbers of its issues.
    #[n(3)]
    pub prefix: String,
    /// When the bundle was begun.
    #[n(4)]
    pub made_at: Timestamp,
    /// The version of Docket that made it.
    #[n(5)]
    pub made_by: String,
    /// The version of the code that derived the rows: another one's can't be compared.
    #[n(6)]
    pub derivation: u32,
}

/// A document with all that the hub has of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its id.
    pub id: DocumentId,
    /// Its changes, one Automerge chunk each, each after those it builds on.
    pub changes: Vec<u8>,
    /// `domain::Facts` in CBOR.
    pub facts: Vec<u8>,
    /// `domain::Row` in CBOR; none for a document that isn't Docket's.
    pub row: Option<Vec<u8>>,
}

/// Somebody who takes part, or did: documents go on naming them. A line of `members.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    /// Who.
    #[serde(flatten)]
    pub member: Member,
    /// When their access ended; none if it hasn't.
    #[serde(default)]
    pub revoked_at: Option<Timestamp>,
}

/// What is known once all documents are read: `state.json`.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct State {
    /// The workspace's version when the first document was read, and after the last one. If they are equal, the bundle
    /// is the workspace at one moment; else documents changed meanwhile, and each is as it was when its turn came.
    pub version: Span,
    /// The greatest number that was given to an issue, also to one that isn't here: the next one gets a greater.
    pub last_number: u64,
    /// Documents that were purged: they aren't here, and must not come back.
    pub purged: Vec<DocumentId>,
    /// Documents that are sealed for others than whoever made the bundle, and so aren't here.
    pub withheld: Vec<Withheld>,
}

/// From a version to a later one, or the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Span {
    /// The version at the beginning.
    pub from: u64,
    /// The version at the end.
    pub to: u64,
}

/// A document that is sealed until a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Withheld {
    /// Which.
    pub document: DocumentId,
    /// When it opens.
    pub until: Timestamp,
}

/// What the bundle holds: `manifest.json`.
#[derive(Debug, Serialize, Deserialize)]
struct Manifest {
    format: u32,
    documents: u64,
    entries: Vec<Entry>,
}
