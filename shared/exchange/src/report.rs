//! What an import says of itself: every record of the file is named here, whatever became of it.

use std::collections::BTreeSet;

use docket_domain::DocumentId;

use crate::content::Limit;

/// What came, or would come, of an import.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Report {
    /// How much the incoming issues hold.
    pub counts: Counts,
    /// Issues that come in.
    pub incoming: Vec<Listed>,
    /// Issues that are here already, with this content.
    pub already: Vec<Listed>,
    /// Issues that are here with other content: they changed there since. They stay as they are here.
    pub differing: Vec<Listed>,
    /// Records that say the same as an earlier one of the file.
    pub repeated: Vec<Listed>,
    /// Different issues with one key: both are reachable, the later one under a document of its own.
    pub collisions: Vec<Collision>,
    /// Records that don't come in, and why.
    pub refused: Vec<Refused>,
    /// What a person should know about issues that do come in.
    pub remarks: Vec<Remarked>,
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
    #[error("it isn't valid JSON ({0}); export it again")]
    Unreadable(String),
    /// It is JSON, but no issue.
    #[error("it isn't an issue as Jira's REST interface gives them: it has no “{0}”")]
    NotAnIssue(&'static str),
    /// Too large to be read.
    #[error("it has more than {0} bytes, too many for one issue")]
    TooLarge(usize),
    /// A part is too large for a document.
    #[error("{0}")]
    Limit(#[from] Limit),
    /// Its readers are restricted there; here they would be everybody.
    #[error("in Jira only some people may read it (security level “{0}”); here everybody could")]
    Restricted(String),
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
    #[error("it has no summary: its key stands in as the title")]
    NoTitle,
    /// Line breaks or control characters in the title.
    #[error("line breaks or control characters in its summary are spaces in the title; the original is kept")]
    TitleAltered,
    /// A title that is too long.
    #[error("its summary has {0} bytes: the title has the beginning, the original is kept")]
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
        "{0} of its comments are for some people only in Jira: they stay out, since everybody could read them here"
    )]
    CommentsRestricted(usize),
    /// No reporter.
    #[error("it has no reporter")]
    NoReporter,
    /// A status that isn't known.
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
    /// A field in another shape than Jira's.
    #[error("“{0}” has an unexpected shape: it is kept as it is among the imported fields")]
    Unexpected(String),
    /// A name too long for a label, a version or a component.
    #[error("“{0}” has a name that is empty or longer than 200 bytes: it is kept among the imported fields")]
    NameKept(String),
    /// Characters that can't be.
    #[error("{0} places hold what are no characters (broken encoding): they read as “\u{fffd}”")]
    Repaired(usize),
    /// Here, but deleted.
    #[error("it is here already, but was deleted; restore it to see it")]
    DeletedHere,
}
