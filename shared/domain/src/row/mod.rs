//! Rows: what a mailbox listing is to mail. One derived row per document; lists, search, boards and metrics read
//! rows, and only an opened or edited record loads its document.
//!
//! [`Row::derive`] is the one way to make a row, in hub and app alike; [`Row::of_new`] is the half of it that needs no
//! document. Nothing that depends on another document is stored in a row. Encoded as CBOR maps with numbered keys: fields are only added, unknown ones passed over.

mod issue;
mod timeline;

use automerge::Automerge;
use minicbor::{Decode, Encode};

pub use issue::IssueRow;
pub use timeline::{Moment, What};

use crate::{
    audience::Audience,
    facts::Facts,
    generation,
    ids::{DocumentId, OrganisationId, Timestamp},
    kind::Kind,
    metrics::Quarter,
    read::{self, Report},
};

/// The version of the derivation: rows of an older one are derived again, in batches.
pub const DERIVATION: u32 = 3;

/// The most bytes of text a row takes from any one value: a row stays small whatever a document holds.
const TEXT: usize = 300;

/// What lists, search and metrics know of a document.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Row {
    /// The document.
    #[n(0)]
    pub document: DocumentId,
    /// Its title or name, at most 300 bytes.
    #[n(1)]
    pub title: String,
    /// When it was made.
    #[n(2)]
    pub created: Timestamp,
    /// When it last changed.
    #[n(3)]
    pub updated: Timestamp,
    /// Is it deleted?
    #[n(4)]
    pub deleted: bool,
    /// What is particular to its kind.
    #[n(5)]
    pub body: Body,
    /// May not everybody with a way in read it? Then nothing of it belongs into a document that everybody reads.
    #[n(6)]
    #[cbor(default)]
    pub restricted: bool,
    /// The document in which this one goes on; none while it does itself.
    #[n(7)]
    pub next: Option<DocumentId>,
}

/// What is particular to a kind of document.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Body {
    /// The workspace.
    #[n(0)]
    Workspace,
    /// A list.
    #[n(1)]
    List {
        /// Whose; none for the group's.
        #[n(0)]
        organisation: Option<OrganisationId>,
        /// How many issues it ranks.
        #[n(1)]
        entries: u64,
    },
    /// An issue.
    #[n(2)]
    Issue(#[n(0)] Box<IssueRow>),
    /// A quarterly report.
    #[n(3)]
    Report {
        /// The quarter.
        #[n(0)]
        quarter: Quarter,
        /// When its figures were frozen; none while they aren't.
        #[n(1)]
        frozen: Option<Timestamp>,
    },
}

impl Row {
    /// The row of a Docket document; none for a plain one.
    #[must_use]
    pub fn derive(document: &Automerge, id: DocumentId, facts: &Facts) -> Option<Self> {
        let mut row = Self::of_kind(document, id, facts)?;
        row.restricted = facts.audience != Audience::Public;
        row.next = generation::next(document);
        Some(row)
    }

    fn of_kind(document: &Automerge, id: DocumentId, facts: &Facts) -> Option<Self> {
        match read::kind(document)? {
            Kind::Workspace => {
                // No more than what is wanted: thousands of words and people may be mapped in it.
                let name = read::string(document, &automerge::ROOT, "name").unwrap_or_default();
                Some(Self::of(id, &name, Body::Workspace))
            }
            Kind::List => {
                use automerge::ReadDoc;
                let ranks = read::object(document, &automerge::ROOT, "ranks");
                let name = read::string(document, &automerge::ROOT, "name").unwrap_or_default();
                let organisation = read::string(document, &automerge::ROOT, "organisation");
                let body = Body::List {
                    organisation: organisation.and_then(|id| id.parse().ok()),
                    // Counted, not read: a list of ten thousand entries costs what one of ten does.
                    entries: ranks.map_or(0, |ranks| document.length(&ranks) as u64),
                };
                Some(Self::of(id, &name, body))
            }
            Kind::Issue => Some(issue::derive(document, id, facts)),
            Kind::Report => {
                let report = Report::read(document)?;
                let body = Body::Report {
                    quarter: report.quarter,
                    frozen: report.frozen.map(|frozen| frozen.at),
                };
                Some(Self::of(id, &report.quarter.to_string(), body))
            }
        }
    }

    /// This row, derived before the hub knew the document, as it is with the hub's first facts: then they say nothing
    /// but the number. None where members' changes are judged by them: derive the row again.
    #[must_use]
    pub fn numbered(&self, facts: &Facts) -> Option<Self> {
        let judged = facts.actors.iter().any(|actor| actor.member.is_some());
        let mut row = self.clone();
        row.restricted = facts.audience != Audience::Public;
        if let Body::Issue(issue) = &mut row.body {
            issue.number = facts.number;
        }
        (!judged).then_some(row)
    }

    /// The kind of its document.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.body {
            Body::Workspace => Kind::Workspace,
            Body::List { .. } => Kind::List,
            Body::Issue(_) => Kind::Issue,
            Body::Report { .. } => Kind::Report,
        }
    }

    /// What is particular to an issue.
    #[must_use]
    pub fn issue(&self) -> Option<&IssueRow> {
        match &self.body {
            Body::Issue(issue) => Some(issue),
            _ => None,
        }
    }

    /// The row as bytes.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        // Writing to a Vec can't fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The row in these bytes.
    ///
    /// # Errors
    /// When they hold no row.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        minicbor::decode(bytes)
    }

    fn of(document: DocumentId, title: &str, body: Body) -> Self {
        let title = short(title);
        Self {
            document,
            title,
            created: Timestamp(0),
            updated: Timestamp(0),
            deleted: false,
            body,
            restricted: false,
            next: None,
        }
    }
}

/// At most [`TEXT`] bytes of `text`, cut between characters.
fn short(text: &str) -> String {
    let end = text.floor_char_boundary(TEXT);
    text.get(..end).unwrap_or_default().to_owned()
}
