//! Issues as Jira's REST interface gives them, from a file.
//!
//! [`Reader`] cuts the file into records as its bytes come in, [`read`] makes a [`Content`](crate::Content) of one.
//! Taken are JSON Lines, a JSON array of issues, and answers of the search (`{"issues": […]}`), one or several.
//!
//! What a record holds is either mapped or kept under its own name in the document's `source`. Left out are only:
//! addresses and pictures of the interface (`self`, `expand`, `iconUrl`, `avatarUrls`); what Jira says about its own
//! types, statuses, priorities, resolutions and components (descriptions, numbers); of people all but id, key and
//! name (no e-mail addresses); copies of other issues' fields in links, parent and sub-tasks; and what depends on
//! who made the export (`lastViewed`, `isWatching`, `hasVoted`) or is computed from the rest.

mod entries;
mod fields;
mod history;
mod issue;
mod people;
mod reader;
mod repair;
mod text;
mod time;
mod value;
mod words;

pub use issue::read;
pub use reader::{Broken, RECORD_LIMIT, Reader, Record};

/// The tracker's name in documents: `jira:LU-4239`, `jira:jdoe`.
pub const SYSTEM: &str = "jira";

/// Does a file that begins with these bytes hold gzip, to be unpacked before it is read?
#[must_use]
pub fn is_gzip(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0x1f, 0x8b])
}
