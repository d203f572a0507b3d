//! Docket's exchange with other trackers: what comes in from them, and what goes out.
//!
//! Pure: bytes in, documents and a report out. No clock, no randomness, no I/O, so that two members who import the
//! same file make the same documents, byte for byte.
//!
//! * [`jira`] reads the JSON of Jira's REST interface;
//! * [`Content`] is what an issue of any tracker comes to here, and makes the document;
//! * [`Plan`] decides where each issue goes, and keeps the [`Report`];
//! * [`bundle`] is a whole workspace as one file, out and in.

pub mod bundle;
mod content;
pub mod jira;
mod plan;
mod report;

pub use content::{Content, Entry, Imported, Limit, Scalar};
pub use plan::{Existing, Incoming, Placed, Plan};
pub use report::{Collision, Counts, Listed, Reason, Refused, Remark, Remarked, Report};
