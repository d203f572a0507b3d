//! Comments, links, events and attachments: each an entry under the id it has there.

use std::collections::{BTreeMap, HashMap};

use docket_domain::{EntryId, Timestamp};
use serde_json::{Map, Value};

use super::{Mapping, text::shortened, time};
use crate::{
    content::{Entry, Scalar},
    json::value::{canonical, digest, is_empty, take, text as plain},
    report::Remark,
};

/// An entry before it has its id.
pub(crate) struct Loose {
    /// The id that it has there.
    pub(crate) id: Option<String>,
    /// What it holds.
    pub(crate) entry: Entry,
    /// What else is said of it there.
    pub(crate) rest: Map<String, Value>,
}

impl Loose {
    /// An object whose `id` is the entry's.
    pub(crate) fn new(mut object: Map<String, Value>) -> Self {
        Self {
            id: plain(&take(&mut object, "id")),
            entry: Entry::new(),
            rest: object,
        }
    }

    /// An entry with this id.
    pub(crate) fn of(id: Option<String>, entry: Entry) -> Self {
        Self {
            id,
            entry,
            rest: Map::new(),
        }
    }

    /// A text, where there is one.
    pub(crate) fn text(&mut self, key: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.entry.insert(key, Scalar::Text(value));
        }
    }

    /// A text that is a name: the beginning of one that is too long, whose whole is kept beside.
    pub(crate) fn name(&mut self, key: &'static str, value: Option<String>, max: usize) {
        if let Some(long) = value.as_ref().filter(|value| value.len() > max) {
            self.rest.insert(key.to_owned(), Value::String(long.clone()));
        }
        self.text(key, value.map(|value| shortened(&value, max)));
    }
}

impl Mapping {
    /// The objects of a list. What else it holds is kept, and remarked.
    pub(crate) fn objects(&mut self, field: &str, list: Value) -> Vec<Map<String, Value>> {
        let values = match list {
            Value::Array(values) => values,
            Value::Null => Vec::new(),
            other => vec![other],
        };
        let mut objects = Vec::with_capacity(values.len());
        let mut others = Vec::new();
        for value in values {
            match value {
                Value::Object(object) => objects.push(object),
                other => others.push(other),
            }
        }
        if !others.is_empty() {
            self.keep(&format!("{field}_other"), Value::Array(others));
            self.remark(Remark::Unexpected(field.to_owned()));
        }
        objects
    }

    /// Takes the times out at which an entry was made and changed, by their names there, and writes `at`: an entry
    /// without a time of its own has its issue's.
    pub(crate) fn times(
        &mut self,
        loose: &mut Loose,
        field: &str,
        [created, updated]: [&str; 2],
    ) -> (Option<Timestamp>, Option<Timestamp>) {
        let created = self.time(loose, field, created);
        let updated = self.time(loose, field, updated);
        if let Some(at) = created.or(updated).or(self.created) {
            loose.entry.insert("at", Scalar::Time(at));
        }
        (created, updated)
    }

    /// As [`times`](Self::times), and says of an entry that was changed later when that was.
    pub(crate) fn times_of_text(&mut self, loose: &mut Loose, field: &str, names: [&str; 2]) {
        let (created, updated) = self.times(loose, field, names);
        if let Some(updated) = updated.filter(|updated| created.is_some_and(|created| created != *updated)) {
            loose.entry.insert("edited_at", Scalar::Time(updated));
        }
    }

    fn time(&mut self, loose: &mut Loose, field: &str, key: &str) -> Option<Timestamp> {
        let value = loose.rest.get(key)?;
        let at = value.as_str().and_then(time::parse);
        if at.is_some() {
            loose.rest.remove(key);
        } else if !is_empty(value) {
            let text = plain(value).unwrap_or_else(|| canonical(value));
            self.not_a_time(&format!("{field}.{key}"), &text);
        }
        at
    }

    /// Gives entries their ids, the same whatever order they came in; what is left of them is kept.
    pub(crate) fn settle(&mut self, what: &str, found: Vec<Loose>) -> BTreeMap<String, Entry> {
        let mut named: Vec<(String, String, Loose)> = found
            .into_iter()
            .map(|mut loose| {
                let mut rest = Value::Object(std::mem::take(&mut loose.rest));
                self.clean(&mut rest);
                let rest_text = canonical(&rest);
                if let Value::Object(rest) = rest {
                    loose.rest = rest;
                }
                let content = format!("{:?}{rest_text}", loose.entry);
                (entry_id(loose.id.as_deref(), &content), content, loose)
            })
            .collect();
        named.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        let mut entries = BTreeMap::new();
        let mut rests = Map::new();
        let mut nexts: HashMap<String, usize> = HashMap::new();
        for (id, content, loose) in named {
            // Two entries with one id are two entries all the same.
            let mut unique = id.clone();
            while entries.contains_key(&unique) {
                let next = nexts.entry(id.clone()).or_insert(2);
                unique = match *next {
                    2..10_000 => entry_id(Some(&format!("{id}-{next}")), &content),
                    _ => entry_id(None, &format!("{content}{next}")),
                };
                *next += 1;
            }
            let mut rest = Value::Object(loose.rest);
            if !is_empty(&rest) {
                rests.insert(unique.clone(), rest.take());
            }
            entries.insert(unique, loose.entry);
        }
        self.keep_what_fits(what, Value::Object(rests));
        entries
    }
}

/// Its own id where it can be an entry's; else one made from the content.
fn entry_id(id: Option<&str>, content: &str) -> String {
    let id = id
        .map(str::to_ascii_lowercase)
        .and_then(|id| id.parse::<EntryId>().ok());
    id.map_or_else(|| digest(content), |id| id.as_str().to_owned())
}
