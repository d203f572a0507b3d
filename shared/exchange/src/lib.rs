//! Docket's exchange with other trackers: what comes in from them, and what goes out.
//!
//! Pure: bytes in, documents and a report out. No clock, no randomness, no I/O, so that two members who import the
//! same file make the same documents, byte for byte.
//!
//! * [`Format`] tells files apart, [`Source`] cuts one into [`Record`]s as its bytes come in;
//! * [`csv`] cuts tables into rows, and shapes each as the JSON of its format;
//! * a tracker's module (`jira`, `github`, `bugzilla`, `docket` for our own) maps a record by means of `mapping`;
//! * [`Content`] is what an issue of any tracker comes to here, and makes the document;
//! * [`Plan`] decides where each issue goes, and keeps the [`Report`];
//! * [`export`] writes what leaves, issue by issue; [`bundle`] is a whole workspace as one file, out and in.

mod bugzilla;
pub mod bundle;
mod content;
pub mod csv;
mod docket;
mod encode;
pub mod export;
mod format;
mod github;
mod jira;
mod json;
mod mapping;
mod plan;
mod record;
mod report;
mod source;
mod utf16;

pub use content::{Content, Entry, Imported, Limit, Scalar, Told};
pub use encode::Encoded;
pub use format::{Format, is_gzip};
pub use mapping::Words;
pub use plan::{Existing, Incoming, Placed, Plan};
pub use record::{Broken, RECORD_LIMIT, Record};
pub use report::{Collision, Counts, Listed, Mend, Reason, Refused, Remark, Remarked, Report};
pub use source::Source;
