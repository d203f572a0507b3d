//! The history: what happened to the bug in Bugzilla, as events.

use docket_domain::words::Status;
use serde_json::Value;

use super::{bug::Reading, words};
use crate::{
    content::{Entry, Scalar, TITLE},
    json::value::text_at,
    mapping::{Happened, Loose, event, text::shortened, time},
};

impl Reading {
    /// Makes events of the changes of those fields that Docket has too; the whole history is kept beside, with
    /// Bugzilla's own words.
    pub(super) fn history(&mut self, value: Value) {
        let histories = self.out.objects("history", value);
        let mut found = Vec::new();
        for history in &histories {
            let when = history.get("when").and_then(Value::as_str);
            let at = when.and_then(time::parse);
            if at.is_none() {
                self.out.not_a_time("history.when", when.unwrap_or_default());
            }
            let by = history.get("who").and_then(Value::as_str);
            let happened = Happened {
                at,
                by: by.and_then(|who| self.person(who)),
            };
            let changes = history.get("changes").and_then(Value::as_array);
            let changes: Vec<&Value> = changes.into_iter().flatten().collect();
            for change in &changes {
                // Changes have no ids there: when and what tells one from the others in every export.
                let Some((field, mut entry)) = self.event(change) else {
                    continue;
                };
                if field == "status" {
                    let resolution = changes
                        .iter()
                        .find(|it| text_at(it, "field_name").as_deref() == Some("resolution"));
                    self.resolution_of(&mut entry, resolution.copied());
                }
                self.out.happened(&mut entry, &happened);
                let id = format!("{}-{field}", at.unwrap_or_default().0);
                found.push(Loose::of(Some(id), entry));
            }
        }
        self.out.content.events = self.out.settle("events", found);
        let histories = histories.into_iter().map(Value::Object).collect();
        self.out.keep_what_fits("history", Value::Array(histories));
    }

    fn event(&mut self, change: &Value) -> Option<(&'static str, Entry)> {
        let field = match text_at(change, "field_name")?.as_str() {
            "status" | "bug_status" => "status",
            "priority" => "priority",
            "severity" | "bug_severity" => "severity",
            "assigned_to" => "assignee",
            "component" => "component",
            "summary" | "short_desc" => "title",
            _ => return None,
        };
        let [from, to] = ["removed", "added"].map(|side| {
            let name = text_at(change, side).filter(|name| !words::is_none(name))?;
            match field {
                "status" => {
                    let status = self.out.status_of(&name, words::status);
                    if status.is_none() {
                        self.out.unknown_status(&name, Status::New);
                    }
                    Some(status.unwrap_or(Status::New).as_str().to_owned())
                }
                "priority" => {
                    let priority = self.out.priority_of(&name, words::priority)?;
                    Some(priority.as_str().to_owned())
                }
                "severity" => {
                    let severity = self.out.severity_of(&name, words::severity)?;
                    Some(severity.as_str().to_owned())
                }
                "assignee" => self.person(&name),
                _ => Some(shortened(&name, TITLE)),
            }
        });
        Some((field, event(field, from, to)))
    }

    /// Says of a change of status to which resolution it came.
    fn resolution_of(&self, entry: &mut Entry, change: Option<&Value>) {
        let name = change.and_then(|change| text_at(change, "added"));
        let resolution = name.and_then(|name| self.out.resolution_of(&name, words::resolution));
        if let Some(resolution) = resolution {
            entry.insert("resolution", Scalar::Text(resolution.as_str().to_owned()));
        }
    }
}
