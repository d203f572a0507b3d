//! Bugs as Bugzilla's REST interface gives them, with their comments, history and attachments where the export put
//! those beside.
//!
//! A bug's key is its number, as people say it (“bug 123”): its document derives from `bugzilla:123`. A bug of another
//! Bugzilla with that number is told apart by the second in which it was made, which stands in for the number that
//! other trackers give an issue beside its key.
//!
//! People log in by their e-mail addresses. Of an address only what stands before the at sign comes in, which is also
//! what Bugzilla shows to those who aren't logged in: so both kinds of export name the same people.
//!
//! Left out are: the contents of attached files; what is computed from the rest (`is_open`, `*_detail`); and what is not
//! set (`---`).

mod bug;
mod clean;
mod entries;
mod history;
mod people;
mod words;

use serde_json::Value;

pub(crate) use bug::read;
pub(crate) use clean::clean;

use crate::json::{Shape, value::text_at};

/// The tracker's name in documents: `bugzilla:123`, `bugzilla:jdoe`.
pub(crate) const SYSTEM: &str = "bugzilla";

/// How its JSON is cut.
pub(crate) const SHAPE: Shape = Shape {
    list: "bugs",
    key: "id",
};

/// Names that its records have and others don't.
pub(crate) const MARKS: [&str; 12] = [
    "assigned_to",
    "assigned_to_detail",
    "blocks",
    "bugs",
    "cc_detail",
    "creation_time",
    "depends_on",
    "is_cc_accessible",
    "is_confirmed",
    "last_change_time",
    "target_milestone",
    "whiteboard",
];

/// The key of a bug.
pub(crate) fn key(bug: &Value) -> Option<String> {
    text_at(bug, "id")
}
