//! The changelog: what happened to the issue in Jira, as events.

use docket_domain::{
    Timestamp,
    words::{Resolution, Status},
};
use serde_json::{Map, Value};

use super::{
    entries::Loose,
    issue::Mapping,
    time,
    value::{take, text, text_at},
    words,
};
use crate::content::{Entry, Scalar};

/// The event that tells of a resolution of which Jira's export has no history.
const RESOLVED: &str = "resolved";

impl Mapping {
    /// Makes events of the changes of status, priority and assignee; the whole changelog is kept beside.
    pub(super) fn changelog(&mut self, mut changelog: Value) {
        let histories = changelog.as_object_mut().map(|map| take(map, "histories"));
        let mut histories = self.objects("changelog", histories.unwrap_or(Value::Null));
        // The newest come first, and not in every export; equal times are told apart by id.
        histories.sort_by_cached_key(|history| {
            (
                history
                    .get("created")
                    .and_then(Value::as_str)
                    .and_then(time::parse),
                number(history),
            )
        });
        let mut found = Vec::new();
        for history in &histories {
            let by = history.get("author").and_then(|author| self.person(author));
            let at = history
                .get("created")
                .and_then(Value::as_str)
                .and_then(time::parse);
            let items = history.get("items").and_then(Value::as_array);
            for (index, item) in items.into_iter().flatten().enumerate() {
                let Some(mut entry) = self.event(item) else {
                    continue;
                };
                if let Some(by) = &by {
                    entry.insert("by", Scalar::Text(by.clone()));
                }
                if let Some(at) = at.or(self.created) {
                    entry.insert("at", Scalar::Time(at));
                }
                let id = history.get("id").and_then(text);
                found.push(Loose {
                    id: id.map(|id| format!("{id}-{index}")),
                    entry,
                    rest: Map::new(),
                });
            }
        }
        self.content.events = self.settle("events", found);
        let histories = histories.into_iter().map(Value::Object).collect();
        self.keep("changelog", Value::Array(histories));
    }

    fn event(&mut self, item: &Value) -> Option<Entry> {
        let field = match text_at(item, "field")?.as_str() {
            "status" => "status",
            "priority" => "priority",
            "assignee" => "assignee",
            _ => return None,
        };
        let mut entry = Entry::new();
        entry.insert("field", Scalar::Text(field.to_owned()));
        for (key, id_key, name_key) in [("from", "from", "fromString"), ("to", "to", "toString")] {
            let (id, name) = (text_at(item, id_key), text_at(item, name_key));
            let value = match field {
                "status" => name.map(|name| {
                    self.status_named(&name)
                        .unwrap_or(Status::New)
                        .as_str()
                        .to_owned()
                }),
                "priority" => name
                    .and_then(|name| words::priority(&name))
                    .map(|word| word.as_str().to_owned()),
                _ => id.filter(|id| !id.is_empty()).and_then(|id| {
                    let name = name.unwrap_or_else(|| id.clone());
                    self.person(&serde_json::json!({"name": id, "displayName": name}))
                }),
            };
            if let Some(value) = value {
                entry.insert(key, Scalar::Text(value));
            }
        }
        Some(entry)
    }

    /// A status of the history: they come by name, and only the present one with its category.
    fn status_named(&self, name: &str) -> Option<Status> {
        let present = self
            .content
            .source
            .get("status")
            .is_some_and(|present| present == name);
        if present {
            return self.status;
        }
        words::status(name)
    }

    /// The resolution as an event: one that the history has, or else one of its own at `at`.
    pub(super) fn resolved(&mut self, to: Status, resolution: Option<Resolution>, at: Timestamp) {
        let word = |entry: &Entry, status: Status| {
            entry.get("field") == Some(&Scalar::Text("status".to_owned()))
                && entry.get("to") == Some(&Scalar::Text(status.as_str().to_owned()))
        };
        let time = |entry: &Entry| match entry.get("at") {
            Some(Scalar::Time(at)) => Some(*at),
            _ => None,
        };
        let closing = self.content.events.values_mut();
        let last = closing
            .filter(|entry| word(entry, Status::Resolved) || word(entry, Status::Closed))
            .max_by_key(|entry| time(entry));
        let resolution = resolution.map(|resolution| Scalar::Text(resolution.as_str().to_owned()));
        if let Some(event) = last {
            if let Some(resolution) = resolution {
                event.insert("resolution", resolution);
            }
            return;
        }
        let mut entry = Entry::from([
            ("field", Scalar::Text("status".to_owned())),
            ("to", Scalar::Text(to.as_str().to_owned())),
            ("at", Scalar::Time(at)),
        ]);
        if let Some(resolution) = resolution {
            entry.insert("resolution", resolution);
        }
        self.content.events.insert(RESOLVED.to_owned(), entry);
    }
}

fn number(history: &Map<String, Value>) -> Option<u64> {
    history.get("id").and_then(text)?.parse().ok()
}
