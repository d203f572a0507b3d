//! What page and worker tell one another, in CBOR. A message is an array: these bytes, then files (a file's content
//! isn't copied with it).

use std::collections::BTreeMap;

use automerge::ChangeHash;
use docket_domain::{DocumentId, MemberId, Timestamp, WorkspaceSlug};
use minicbor::{Decode, Encode};

use crate::store::ImportId;

/// What the page asks for. One for each worker.
#[derive(Debug, Encode, Decode)]
pub(crate) enum Request {
    /// Reads the file that comes with it.
    #[n(0)]
    Read {
        /// The workspace, for what is on this device of it.
        #[n(0)]
        slug: WorkspaceSlug,
        /// Its document.
        #[n(1)]
        workspace: DocumentId,
        /// All documents that there is a row of, with the heads that the hub told.
        #[n(2)]
        known: Vec<Heads>,
        /// What the group says that other trackers' words mean (`jira/status/Parked` → `triaged`).
        #[n(3)]
        mappings: BTreeMap<String, String>,
        /// Hand the documents over? If not, it is a dry run.
        #[n(4)]
        documents: bool,
    },
    /// Deletes the issues that an import added and nobody has changed since, or brings them back.
    #[n(1)]
    Undo {
        /// The workspace.
        #[n(0)]
        slug: WorkspaceSlug,
        /// The import.
        #[n(1)]
        import: ImportId,
        /// As in `Read`.
        #[n(2)]
        known: Vec<Heads>,
        /// Who undoes it.
        #[n(3)]
        member: MemberId,
        /// When, by the hub's clock.
        #[n(4)]
        now: Timestamp,
        /// Are they brought back, and which: those that this person deleted from then on?
        #[n(5)]
        back: Option<Timestamp>,
    },
}

/// A document's heads.
#[derive(Debug, Encode, Decode)]
pub(crate) struct Heads {
    #[n(0)]
    pub(crate) document: DocumentId,
    #[n(1)]
    #[cbor(with = "docket_sync::hashes")]
    pub(crate) heads: Vec<ChangeHash>,
}

/// What a worker tells.
#[derive(Debug, Encode, Decode)]
pub(crate) enum Answer {
    /// It listens: the page may ask.
    #[n(0)]
    Ready,
    /// How far it is.
    #[n(1)]
    Progress {
        /// Records read, or issues looked at.
        #[n(0)]
        records: u64,
        /// The share of all; none where the end isn't known (a packed file).
        #[n(1)]
        share: Option<f64>,
    },
    /// What the page is to store. It asks for more when it has.
    #[n(2)]
    Batch(#[n(0)] Batch),
    /// The file is read. With the report as a text, and a file of the records that can't come in if there are any.
    #[n(3)]
    Read(#[n(0)] Read),
    /// All issues of the import were looked at.
    #[n(4)]
    Undone {
        /// Deleted, or brought back, by this or before.
        #[n(0)]
        deleted: u64,
        /// Changed since, or not on this device: they stay as they are.
        #[n(1)]
        kept: u64,
    },
    /// Why it stops, in words.
    #[n(5)]
    Failed(#[n(0)] String),
}

/// Finished documents, or changes of documents.
#[derive(Debug, Default, Encode, Decode)]
pub(crate) struct Batch {
    #[n(0)]
    pub(crate) items: Vec<Item>,
}

/// What is to be stored of one document.
#[derive(Debug, Encode, Decode)]
pub(crate) struct Item {
    /// The document.
    #[n(0)]
    pub(crate) document: DocumentId,
    /// Does it begin with this? Else it is here, and this comes on top.
    #[n(1)]
    pub(crate) begins: bool,
    /// Changes, one after the other.
    #[n(2)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) chunk: Vec<u8>,
    /// The document's heads with them.
    #[n(3)]
    #[cbor(with = "docket_sync::hashes")]
    pub(crate) heads: Vec<ChangeHash>,
    /// Those that the hub has acknowledged.
    #[n(4)]
    #[cbor(with = "docket_sync::hashes")]
    pub(crate) acknowledged: Vec<ChangeHash>,
    /// Its row with them, `domain::Row` in CBOR.
    #[n(5)]
    #[cbor(with = "minicbor::bytes")]
    pub(crate) row: Vec<u8>,
}

/// What a file comes to.
#[derive(Debug, Clone, Encode, Decode)]
pub(crate) struct Read {
    /// How many issues come in.
    #[n(0)]
    pub(crate) incoming: u64,
    /// What they hold, in one sentence.
    #[n(1)]
    pub(crate) sum: String,
    /// What there is to tell, the most important first.
    #[n(2)]
    pub(crate) parts: Vec<Told>,
    /// How it was read.
    #[n(3)]
    pub(crate) reading: Reading,
}

/// How a file was read, where a person may know better.
#[derive(Debug, Clone, Encode, Decode)]
pub(crate) struct Reading {
    /// What it is, for people.
    #[n(0)]
    pub(crate) format: String,
    /// Its beginning, if it is a table.
    #[n(1)]
    pub(crate) table: Option<Preview>,
    /// Words that aren't known here.
    #[n(2)]
    pub(crate) unknown: Vec<Unknown>,
    /// The people it names: id and name.
    #[n(3)]
    pub(crate) people: Vec<(String, String)>,
}

/// The beginning of a table, and what its columns were taken for.
#[derive(Debug, Clone, Encode, Decode)]
pub(crate) struct Preview {
    /// Under which name the workspace keeps how it is read.
    #[n(0)]
    pub(crate) kept_under: String,
    /// Does a person say what its columns are? Else they say so themselves.
    #[n(1)]
    pub(crate) any: bool,
    /// The header.
    #[n(2)]
    pub(crate) header: Vec<String>,
    /// Some rows.
    #[n(3)]
    pub(crate) rows: Vec<Vec<String>>,
    /// `csv::Columns` as JSON.
    #[n(4)]
    pub(crate) columns: String,
}

/// A word of the other tracker that means nothing here.
#[derive(Debug, Clone, Encode, Decode)]
pub(crate) struct Unknown {
    /// Under which name the workspace keeps its meaning: `jira/status/Parked`.
    #[n(0)]
    pub(crate) kept_under: String,
    /// Of which field it is: `status`.
    #[n(1)]
    pub(crate) field: String,
    /// The word.
    #[n(2)]
    pub(crate) word: String,
    /// How many issues have it.
    #[n(3)]
    pub(crate) count: u64,
}

/// A part of the report.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
pub(crate) struct Told {
    /// What it lists.
    #[n(0)]
    pub(crate) title: String,
    /// What that means.
    #[n(1)]
    pub(crate) means: String,
    /// Is something left out?
    #[n(2)]
    pub(crate) left_out: bool,
    /// How many there are.
    #[n(3)]
    pub(crate) count: u64,
    /// Key and words of the first ones; the text has all.
    #[n(4)]
    pub(crate) lines: Vec<(String, String)>,
}
