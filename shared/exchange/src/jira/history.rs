//! The changelog: what happened to the issue in Jira, as events.

use docket_domain::words::Status;
use serde_json::{Map, Value};

use super::{issue::Reading, words};
use crate::{
    content::Entry,
    json::value::{take, text, text_at},
    mapping::{Happened, Loose, event, time},
    report::Remark,
};

/// The most keys that are looked for: few issues move twice.
const FORMER: usize = 8;

impl Reading {
    /// Makes events of the changes of status, priority and assignee; the whole changelog is kept beside.
    pub(super) fn changelog(&mut self, mut changelog: Value) {
        let total = changelog.get("total").and_then(Value::as_u64);
        let histories = changelog.as_object_mut().map(|map| take(map, "histories"));
        let mut histories = self.out.objects("changelog", histories.unwrap_or(Value::Null));
        let present = histories.len();
        // An answer has a hundred of them at most, the newest.
        if let Some(total) = total.filter(|total| *total > present as u64) {
            self.out.remark(Remark::HistoryMissing { present, total });
            self.out.keep_text("changelog_total", total.to_string());
        }
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
        // Of assignees a server's history has the keys; whoever did anything is named with login and key.
        let authors: Vec<Option<String>> = histories
            .iter()
            .map(|history| self.person(history.get("author")?))
            .collect();
        let mut found = Vec::new();
        for (history, by) in histories.iter().zip(authors) {
            let happened = Happened {
                at: history
                    .get("created")
                    .and_then(Value::as_str)
                    .and_then(time::parse),
                by,
            };
            let items = history.get("items").and_then(Value::as_array);
            for (index, item) in items.into_iter().flatten().enumerate() {
                let Some(mut entry) = self.event(item) else {
                    continue;
                };
                self.out.happened(&mut entry, &happened);
                let id = history.get("id").and_then(text);
                found.push(Loose::of(id.map(|id| format!("{id}-{index}")), entry));
            }
        }
        self.out.content.former = self.former(&histories);
        self.out.content.events = self.out.settle("events", found);
        let histories = histories.into_iter().map(Value::Object).collect();
        self.out.keep_what_fits("changelog", Value::Array(histories));
    }

    /// The keys that the issue had in other projects, the last first.
    fn former(&self, histories: &[Map<String, Value>]) -> Vec<String> {
        let items = histories
            .iter()
            .rev()
            .filter_map(|it| it.get("items")?.as_array());
        let moves = items
            .flatten()
            .filter(|item| text_at(item, "field").as_deref() == Some("Key"));
        let mut former = Vec::new();
        for key in moves.filter_map(|item| text_at(item, "fromString")) {
            if former.len() < FORMER && key != self.out.content.key && !former.contains(&key) {
                former.push(key);
            }
        }
        former
    }

    fn event(&mut self, item: &Value) -> Option<Entry> {
        let field = match text_at(item, "field")?.as_str() {
            "status" => "status",
            "priority" => "priority",
            "assignee" => "assignee",
            _ => return None,
        };
        let [from, to] = [("from", "fromString"), ("to", "toString")].map(|(id, name)| {
            let (id, name) = (text_at(item, id), text_at(item, name));
            match field {
                "status" => name.map(|name| {
                    let status = self.status_named(&name).unwrap_or(Status::New);
                    status.as_str().to_owned()
                }),
                "priority" => name
                    .and_then(|name| self.out.priority_of(&name, words::priority))
                    .map(|word| word.as_str().to_owned()),
                _ => id.filter(|id| !id.is_empty()).and_then(|id| {
                    let name = name.unwrap_or_else(|| id.clone());
                    let login = self.user_keys.get(&id).unwrap_or(&id);
                    self.person(&serde_json::json!({"name": login, "displayName": name}))
                }),
            }
        });
        Some(event(field, from, to))
    }

    /// A status of the history: they come by name, and only the present one with its category.
    fn status_named(&mut self, name: &str) -> Option<Status> {
        let present = self
            .out
            .content
            .source
            .get("status")
            .is_some_and(|present| present == name);
        if present {
            return self.out.status;
        }
        let known = self.out.status_of(name, words::status);
        if known.is_none() {
            self.out.unknown_status(name, Status::New);
        }
        known
    }
}

fn number(history: &Map<String, Value>) -> Option<u64> {
    history.get("id").and_then(text)?.parse().ok()
}
