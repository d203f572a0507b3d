//! Reading documents: plain values out of Automerge, tolerant of whatever another version wrote.
//!
//! A value of an unexpected type reads as absent; nothing here fails or changes a document.

mod access;
mod conflict;
mod issue;
mod list;
mod report;
mod workspace;

pub(crate) use access::{flag, timestamp};
pub use access::{kind, object, schema, string};
pub use conflict::{Candidate, Conflict, conflicts};
pub use issue::{Attachment, Attention, Comment, Event, Issue, Link, Origin, Source, Values};
pub use list::{List, Ranked};
pub use report::{Frozen, Report};
pub use workspace::{Organisation, Workspace};
