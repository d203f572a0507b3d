//! Docket's own formats: an issue with everything it holds, as a line of JSON or as a row of a table.
//!
//! docs/formats.md describes them, and says what comes in again as it was.

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

/// Names that its records have and others don't, where they aren't in the order in which they were written.
pub(crate) const MARKS: [&str; 5] = ["affects", "attention", "created_by", "docket", "workspace"];

/// A list of entries, and what each of them can hold beside its id.
#[derive(Debug, Clone, Copy)]
struct Entries {
    name: &'static str,
    texts: &'static [&'static str],
    times: &'static [&'static str],
    people: &'static [&'static str],
    numbers: &'static [&'static str],
}

/// The lists of entries.
const ENTRIES: [Entries; 5] = [
    Entries {
        name: "attachments",
        texts: &["name", "type"],
        times: &["at"],
        people: &["by"],
        numbers: &["size"],
    },
    Entries {
        name: "attention",
        texts: &["reason"],
        times: &["at", "cleared_at"],
        people: &["by", "cleared_by"],
        numbers: &[],
    },
    Entries {
        name: "comments",
        texts: &["body"],
        times: &["at", "edited_at", "deleted_at"],
        people: &["by"],
        numbers: &[],
    },
    Entries {
        name: "events",
        texts: &["field", "from", "to", "reason", "resolution"],
        times: &["at"],
        people: &["by"],
        numbers: &[],
    },
    Entries {
        name: "links",
        texts: &["relation", "target"],
        times: &["at"],
        people: &["by"],
        numbers: &[],
    },
];

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
