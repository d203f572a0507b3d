//! Issues as GitHub's REST interface lists them, with their comments and events where the export put those beside; also
//! as `gh issue list --json` writes them.
//!
//! An issue's key is `owner/name#12`, so that those of two repositories don't meet; on another host than github.com the
//! host stands before it. Where a record doesn't say of which repository it is, the key is `#12`. As what tells an issue
//! from another one with its key stands the second in which it was made: its numbers differ between the interfaces.
//!
//! A pull request is none: it is passed over. GitHub knows open and closed only; what labels mean (a severity, a
//! priority) the group says (`github/priority/P1` → `critical`). Left out are addresses of the interface, of people all
//! but their logins, and colours.

mod clean;
mod entries;
mod history;
mod issue;
mod words;

pub(crate) use clean::clean;
pub(crate) use issue::{key, read};

use crate::json::Shape;

/// The tracker's name in documents: `github:owner/name#12`, `github:octocat`.
pub(crate) const SYSTEM: &str = "github";

/// How its JSON is cut.
pub(crate) const SHAPE: Shape = Shape {
    list: "items",
    key: "number",
};

/// Names that its records have and others don't.
pub(crate) const MARKS: [&str; 12] = [
    "author_association",
    "closed_at",
    "closedAt",
    "createdAt",
    "events_url",
    "html_url",
    "labels_url",
    "locked",
    "node_id",
    "repository_url",
    "stateReason",
    "state_reason",
];
