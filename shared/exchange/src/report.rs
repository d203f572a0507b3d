//! What an import says of itself: every record of the file is named here, whatever became of it.

use std::collections::BTreeSet;

use docket_domain::DocumentId;

use crate::{content::Limit, csv::Zone};

/// What came, or would come, of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How much the incoming issues hold.
    pub counts: Counts,
    /// Issues that come in.
    pub incoming: Vec<Listed>,
    /// Issues that are here already, with this content.
    pub already: Vec<Listed>,
    /// Issues that are here and changed there since: what changed there comes in beside what changed here.
    pub updated: Vec<Listed>,
    /// Issues of which a later state is here, or in the file before: they stay as they are.
    pub older: Vec<Listed>,
    /// Records that say the same as an earlier one of the file.
    pub repeated: Vec<Listed>,
    /// Different issues with one key: both are reachable, the later one under a document of its own.
    pub collisions: Vec<Collision>,
    /// Records that don't come in, and why.
    pub refused: Vec<Refused>,
    /// The records that don't come in, to be mended and imported again.
    pub mend: Mend,
    /// What a person should know about issues that do come in.
    pub remarks: Vec<Remarked>,
}

/// The most bytes of refused records that are kept.
const MEND: usize = 32 * 1024 * 1024;

/// Refused records as the file had them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mend {
    /// The records one after the other, each ended by a line break: a file of the same format.
    pub bytes: Vec<u8>,
    /// How many aren't in it: they are too large, or too many.
    pub left_out: usize,
}

impl Report {
    /// Takes in that a record doesn't come in, and the record itself.
    pub(crate) fn refuse(&mut self, refused: Refused, raw: &[u8]) {
        // There is nothing in a pull request to be mended.
        if refused.reason != Reason::PullRequest {
            self.mend.push(raw);
        }
        self.refused.push(refused);
    }
}

impl Mend {
    /// Takes a record in.
    pub(crate) fn push(&mut self, raw: &[u8]) {
        if raw.is_empty() || self.bytes.len() + raw.len() >= MEND {
            self.left_out += 1;
        } else {
            self.bytes.extend_from_slice(raw);
            self.bytes.push(b'\n');
        }
    }
}

/// How much the incoming issues hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counts {
    /// Comments.
    pub comments: usize,
    /// Links.
    pub links: usize,
    /// Records of attached files.
    pub attachments: usize,
    /// Labels, counted on each issue.
    pub labels: usize,
    /// Entries of the history.
    pub events: usize,
    /// Everybody named in them.
    pub people: BTreeSet<String>,
}

/// An issue of the file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its key.
    pub key: String,
    /// Its title.
    pub title: String,
    /// Its document here.
    pub document: DocumentId,
}

/// Two different issues with one key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collision {
    /// The later one, with its own document.
    pub issue: Listed,
    /// The document of the one that had the key first.
    pub first: DocumentId,
}

/// A record that doesn't come in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// Its key, where it can be read.
    pub key: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Why a record doesn't come in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Reason {
    /// It can't be read.
    #[error("it can't be read ({0}); export it again")]
    Unreadable(String),
    /// It can be read, but is no issue.
    #[error("it isn't an issue as {of} gives them: it has no “{missing}”")]
    NotAnIssue {
        /// The tracker's name.
        of: &'static str,
        /// What an issue there has.
        missing: &'static str,
    },
    /// Of a later version of Docket's own format.
    #[error("it is of version {0} of Docket’s format, which this Docket doesn’t know; update it")]
    Newer(u64),
    /// Too large to be read.
    #[error("it has more than {0} bytes, too many for one issue")]
    TooLarge(usize),
    /// A part is too large for a document.
    #[error("{0}")]
    Limit(#[from] Limit),
    /// Its readers are restricted there; here they would be everybody.
    #[error("only some people may read it there (“{0}”); here everybody could")]
    Restricted(String),
    /// GitHub lists pull requests among the issues.
    #[error("it is a pull request, not an issue")]
    PullRequest,
    /// The file has the issue in two states.
    #[error("the file holds another state of it before; import this one by itself")]
    AnotherState,
    /// The document can't be made.
    #[error("its document can't be made: {0}")]
    Document(String),
}

/// Something to know about an issue that comes in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remarked {
    /// The line of the file on which the issue begins, from 1.
    pub line: u64,
    /// The issue's key.
    pub key: String,
    /// What there is to know.
    pub remark: Remark,
}

/// Something to know about an issue that comes in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Remark {
    /// It has no title there.
    #[error("it has no title: its key stands in as the title")]
    NoTitle,
    /// Line breaks or control characters in the title.
    #[error("line breaks or control characters in its title are spaces here; the original is kept")]
    TitleAltered,
    /// A title that is too long.
    #[error("its title has {0} bytes: here it has the beginning, the original is kept")]
    TitleShortened(usize),
    /// A description too long to be edited together.
    #[error(
        "its description has {0} characters: the page has the beginning, the whole is kept among its imported fields"
    )]
    DescriptionKeptWhole(usize),
    /// Fewer comments in the file than there were.
    #[error("the file has {present} of its {total} comments: the export left the others out")]
    CommentsMissing {
        /// In the file.
        present: usize,
        /// There.
        total: u64,
    },
    /// A part of the history in the file.
    #[error(
        "the file has {present} of the {total} entries of its history: the export left the others out, and figures \
         don’t know of them"
    )]
    HistoryMissing {
        /// In the file.
        present: usize,
        /// There.
        total: u64,
    },
    /// Comments without a text.
    #[error("{0} of its comments have no text: they come in empty")]
    CommentsWithoutBody(usize),
    /// Comments without an author.
    #[error("{0} of its comments have no author")]
    CommentsWithoutAuthor(usize),
    /// Attachments without an author.
    #[error("{0} of its attachments have no author")]
    AttachmentsWithoutAuthor(usize),
    /// Comments that only some people may read.
    #[error(
        "{0} of its comments are for some people only there: they stay out, since everybody could read them here"
    )]
    CommentsRestricted(usize),
    /// Attachments that only some people may read.
    #[error("{0} of its attachments are for some people only there: their records stay out")]
    AttachmentsRestricted(usize),
    /// No reporter.
    #[error("it has no reporter")]
    NoReporter,
    /// A status that isn't known, its own or one of its history.
    #[error("its status “{name}” is not known here: it comes in as “{becomes}”, the original is kept")]
    UnknownStatus {
        /// Its name there.
        name: String,
        /// What it becomes.
        becomes: &'static str,
    },
    /// No status at all.
    #[error("it has no status: it comes in as new")]
    NoStatus,
    /// A priority that isn't known.
    #[error("its priority “{0}” is not known here: it comes in without one, the original is kept")]
    UnknownPriority(String),
    /// A severity that isn't known.
    #[error("its severity “{0}” is not known here: it comes in without one, the original is kept")]
    UnknownSeverity(String),
    /// A resolution that isn't known.
    #[error("its resolution “{0}” is not known here: it comes in without one, the original is kept")]
    UnknownResolution(String),
    /// Done, but nobody knows when.
    #[error("it is done but has no resolution date: reports can't tell when it was resolved")]
    DoneWithoutDate,
    /// Open, yet with a resolution date.
    #[error("it is open but has a resolution date, which is kept among its imported fields")]
    OpenWithDate,
    /// No usable creation date.
    #[error("it has no creation date")]
    NoCreationDate,
    /// A time that can't be read.
    #[error("“{field}” is no time: “{text}”; it is kept as it is")]
    NotATime {
        /// The field.
        field: String,
        /// What it says, at most 60 characters.
        text: String,
    },
    /// A field in another shape than the tracker's.
    #[error("“{0}” has an unexpected shape: it is kept as it is among the imported fields")]
    Unexpected(String),
    /// A name too long for a label, a version or a component.
    #[error("“{0}” has a name that is empty or longer than 200 bytes: it is kept among the imported fields")]
    NameKept(String),
    /// More of a list than an imported field holds.
    #[error(
        "{left_out} entries of “{field}” don’t fit among its imported fields and are left out there; what Docket made of \
         them comes in"
    )]
    KeptInPart {
        /// The list's name.
        field: String,
        /// How many of its entries aren't kept.
        left_out: usize,
    },
    /// Times without a zone; said once for a file.
    #[error("the times of this file have no zone: they are read as {0}")]
    ZoneAssumed(Zone),
    /// Characters that can't be.
    #[error("{0} places hold what are no characters (broken encoding): they read as “\u{fffd}”")]
    Repaired(usize),
    /// An issue that has another key since.
    #[error("it was {0}, which is here as an issue of its own; delete that one, or link the two")]
    Moved(String),
    /// Here, but deleted.
    #[error("it is here already, but was deleted; restore it to see it")]
    DeletedHere,
}

impl Remark {
    /// The field in whose place something stands, which concerns only issues that come in the first time if the record
    /// says nothing of it.
    pub(crate) const fn missing(&self) -> Option<&'static str> {
        match self {
            Self::NoTitle => Some("title"),
            Self::NoReporter => Some("reporter"),
            Self::NoStatus => Some("status"),
            Self::NoCreationDate => Some("created_at"),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_refused_records_than_are_kept_are_counted() {
        let mut mend = Mend::default();
        let record = vec![b'x'; 10 * 1024 * 1024];
        (0..5).for_each(|_| mend.push(&record));
        mend.push(b"");
        mend.push(b"small");
        assert_eq!((mend.bytes.len(), mend.left_out), (3 * (record.len() + 1) + 6, 3));
    }
}
