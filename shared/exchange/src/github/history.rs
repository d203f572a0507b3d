//! What happened to the issue on GitHub, as events.

use docket_domain::words::Status;
use serde_json::{Map, Value};

use super::{issue::Reading, words};
use crate::{
    content::{Entry, Scalar, TITLE},
    json::value::{text, text_at},
    mapping::{Happened, Loose, event, text::shortened, time},
};

impl Reading {
    /// Makes events of what changed fields that Docket has too: state, assignee, title, and labels that mean a severity or
    /// a priority. The whole list is kept beside.
    pub(super) fn events(&mut self, value: Value) {
        let mut happenings = self.out.objects("events", value);
        happenings.sort_by_cached_key(|it| (at(it), it.get("id").and_then(Value::as_u64)));
        let mut state = Status::New;
        let mut found = Vec::new();
        for happening in &happenings {
            let Some(mut entry) = self.event(happening, &mut state) else {
                continue;
            };
            let happened = Happened {
                at: at(happening),
                by: happening.get("actor").and_then(|actor| self.person(actor)),
            };
            self.out.happened(&mut entry, &happened);
            found.push(Loose::of(happening.get("id").and_then(text), entry));
        }
        self.out.content.events = self.out.settle("events", found);
        let happenings = happenings.into_iter().map(Value::Object).collect();
        self.out.keep_what_fits("events", Value::Array(happenings));
    }

    fn event(&mut self, happening: &Map<String, Value>, state: &mut Status) -> Option<Entry> {
        let part = |object: &str, name: &str| text_at(happening.get(object)?, name);
        match happening.get("event")?.as_str()? {
            kind @ ("closed" | "reopened") => {
                let to = self.out.status_of(kind, words::status)?;
                let from = std::mem::replace(state, to);
                let mut entry = event(
                    "status",
                    Some(from.as_str().to_owned()),
                    Some(to.as_str().to_owned()),
                );
                let reason = happening.get("state_reason").and_then(text);
                let resolution = reason.and_then(|reason| self.out.resolution_of(&reason, words::resolution));
                if let Some(resolution) = resolution.filter(|_| kind == "closed") {
                    entry.insert("resolution", Scalar::Text(resolution.as_str().to_owned()));
                }
                Some(entry)
            }
            "assigned" => Some(event("assignee", None, self.person(happening.get("assignee")?))),
            "unassigned" => Some(event("assignee", self.person(happening.get("assignee")?), None)),
            "renamed" => {
                let [from, to] = ["from", "to"].map(|side| Some(shortened(&part("rename", side)?, TITLE)));
                Some(event("title", from, to))
            }
            kind @ ("labeled" | "unlabeled") => {
                let label = part("label", "name")?;
                let severity = self
                    .out
                    .severity_of(&label, words::severity)
                    .map(|word| word.as_str());
                let priority = self
                    .out
                    .priority_of(&label, words::priority)
                    .map(|word| word.as_str());
                let (field, word) = match (severity, priority) {
                    (Some(word), _) => ("severity", word.to_owned()),
                    (None, Some(word)) => ("priority", word.to_owned()),
                    (None, None) => return None,
                };
                Some(match kind {
                    "labeled" => event(field, None, Some(word)),
                    _ => event(field, Some(word), None),
                })
            }
            _ => None,
        }
    }
}

fn at(happening: &Map<String, Value>) -> Option<docket_domain::Timestamp> {
    happening
        .get("created_at")
        .and_then(Value::as_str)
        .and_then(time::parse)
}
