//! Docket's own formats: an issue with everything it holds, as a line of JSON or as a row of a table.
//!
//! Version 1. An issue is an object; what is empty is left out, and readers pass over what they don't know:
//!
//! | name | value |
//! |---|---|
//! | `docket` | `1`, and first |
//! | `workspace`, `document` | the ids of the workspace that it left, and of the issue there |
//! | `key`, `number` | what people call it there (`SWG-42`), and the hub's number |
//! | `title`, `description`, `component` | text |
//! | `status`, `resolution`, `severity`, `priority` | the words of `docket_domain::words` |
//! | `assignee`, `reporter`, `created_by`, `deleted_by` | people's ids: a member's, or `jira:jdoe` |
//! | `organisation` | its id |
//! | `created_at`, `deleted_at`, and every other time | ISO 8601 in UTC, with milliseconds |
//! | `labels`, `affects` | texts |
//! | `comments` | {id, at, by, body, edited_at, deleted_at} |
//! | `events` | {id, at, by, field, from, to, reason, resolution} |
//! | `attention` | {id, at, by, reason, cleared_at, cleared_by} |
//! | `links` | {id, at, by, relation, target} |
//! | `attachments` | {id, at, by, name, size, type} |
//! | `people` | names by the ids above |
//! | `source` | what its import kept: {system, key, id, …} |
//! | `conflicts` | {field: values} that are still to be settled |
//!
//! A time that the hub didn't believe is the hub's here, and the claimed one stands beside it as `claimed_at`.
//!
//! **What comes in again.** The row of an issue that leaves by either format and comes into another workspace equals
//! the row that it left, but for: the document; the number, which the new hub gives; `corrected`, since times are the
//! hub's already (what it gave one time stands in the order of the entries' ids, no longer of the claims, and the last
//! of several flags for attention is the last by these times); and conflicts, of which only the shown value goes on. An issue that was made here (it has no source)
//! comes in as the tracker `docket`'s, under the key that people called it by; a member `m-1` is `docket:m-1` there,
//! with the name. Into the workspace that it left, nothing comes in that is still there.

mod read;
mod table;
mod write;

use serde_json::Value;

pub(crate) use read::read;
pub(crate) use table::{COLUMNS, Layout, cells};
pub use write::Home;
pub(crate) use write::{line, write};

use crate::json::{Shape, value::text_at};

/// The tracker's name in documents, for issues that were made in another workspace.
pub(crate) const SYSTEM: &str = "docket";

/// The version of both formats.
pub(crate) const VERSION: u64 = 1;

/// How its JSON is cut.
pub(crate) const SHAPE: Shape = Shape {
    list: "issues",
    key: "key",
};

/// Lists of entries.
const ENTRIES: [&str; 5] = ["attachments", "attention", "comments", "events", "links"];

/// Does a file that begins with these bytes hold it as JSON?
pub(crate) fn is_json(beginning: &[u8]) -> bool {
    let text = beginning.strip_prefix("\u{feff}".as_bytes()).unwrap_or(beginning);
    text.trim_ascii_start().starts_with(b"{\"docket\":")
}

/// The key of an issue.
pub(crate) fn key(issue: &Value) -> Option<String> {
    let source = issue.get("source").and_then(|source| text_at(source, "key"));
    source.or_else(|| text_at(issue, "key"))
}
