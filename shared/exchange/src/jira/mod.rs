//! Issues as Jira's REST interface gives them.
//!
//! What a record holds is either mapped or kept under its own name in the document's `source`. Left out are only:
//! addresses and pictures of the interface (`self`, `expand`, `iconUrl`, `avatarUrls`); what Jira says about its own
//! types, statuses, priorities, resolutions and components (descriptions, numbers); of people all but id, key and
//! name (no e-mail addresses); copies of other issues' fields in links, parent and sub-tasks; and what depends on
//! who made the export (`lastViewed`, `isWatching`, `hasVoted`) or is computed from the rest.

mod clean;
mod entries;
mod fields;
mod history;
mod issue;
mod people;
mod relation;
mod rich;
mod table;
pub(crate) mod words;

use serde_json::Value;

pub(crate) use clean::clean;
pub(crate) use issue::read;
pub(crate) use relation::kind;
pub(crate) use table::Layout;

use crate::json::{Shape, value::text_at};

/// The tracker's name in documents: `jira:LU-4239`, `jira:jdoe`.
pub(crate) const SYSTEM: &str = "jira";

/// How its JSON is cut.
pub(crate) const SHAPE: Shape = Shape {
    list: "issues",
    key: "key",
};

/// Names that its records have and others don't.
pub(crate) const MARKS: [&str; 7] = [
    "changelog",
    "fields",
    "fixVersions",
    "issuelinks",
    "issues",
    "issuetype",
    "statusCategory",
];

/// The key of an issue.
pub(crate) fn key(issue: &Value) -> Option<String> {
    text_at(issue, "key")
}
