//! What happened to an issue, as events.

use docket_domain::{
    Timestamp,
    words::{Resolution, Status},
};

use super::Mapping;
use crate::content::{Entry, Scalar};

/// The event that tells of a resolution of which the export has no history.
const RESOLVED: &str = "resolved";

/// When something happened, and by whom.
#[derive(Debug, Clone, Default)]
pub(crate) struct Happened {
    /// When; the issue's own time stands in where that isn't known.
    pub(crate) at: Option<Timestamp>,
    /// By whom.
    pub(crate) by: Option<String>,
}

/// A change of a field from one value to another.
pub(crate) fn event(field: &str, from: Option<String>, to: Option<String>) -> Entry {
    let mut entry = Entry::from([("field", Scalar::Text(field.to_owned()))]);
    for (key, value) in [("from", from), ("to", to)] {
        if let Some(value) = value {
            entry.insert(key, Scalar::Text(value));
        }
    }
    entry
}

impl Mapping {
    /// Says of an event when it happened, and by whom.
    pub(crate) fn happened(&self, entry: &mut Entry, happened: &Happened) {
        if let Some(by) = &happened.by {
            entry.insert("by", Scalar::Text(by.clone()));
        }
        if let Some(at) = happened.at.or(self.created) {
            entry.insert("at", Scalar::Time(at));
        }
    }

    /// The last event by which the issue was done, by its id.
    pub(crate) fn closing(&self) -> Option<String> {
        let done = [Status::Resolved, Status::Closed].map(|status| Scalar::Text(status.as_str().to_owned()));
        let closing = self.content.events.iter().filter(|(_, entry)| {
            entry.get("field") == Some(&Scalar::Text("status".to_owned()))
                && entry.get("to").is_some_and(|word| done.contains(word))
        });
        let last = closing.max_by_key(|(_, entry)| match entry.get("at") {
            Some(Scalar::Time(at)) => Some(*at),
            _ => None,
        });
        last.map(|(id, _)| id.clone())
    }

    /// The resolution as an event: one that the history has, or else one of its own at `at`.
    pub(crate) fn resolved(&mut self, to: Status, resolution: Option<Resolution>, at: Timestamp) {
        let id = self.closing().unwrap_or_else(|| RESOLVED.to_owned());
        let entry = self.content.events.entry(id).or_insert_with(|| {
            let mut entry = event("status", None, Some(to.as_str().to_owned()));
            entry.insert("at", Scalar::Time(at));
            entry
        });
        if let Some(resolution) = resolution {
            entry.insert("resolution", Scalar::Text(resolution.as_str().to_owned()));
        }
    }
}
