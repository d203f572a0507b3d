//! An issue's document as JSON.

use std::collections::BTreeMap;

use automerge::{Automerge, ObjId, ROOT, ReadDoc, ScalarValue, Value as Stored};
use docket_domain::{DocumentId, Facts, PersonId, Row, Timestamp, read};
use serde_json::{Map, Value, json};

use super::{ENTRIES, Entries, VERSION};
use crate::{
    json::value::{canonical, text_at},
    mapping::time,
};

/// The workspace that issues leave: what their documents don't say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// Its document.
    pub workspace: DocumentId,
    /// What stands before an issue's number: `SWG`.
    pub prefix: String,
    /// The members' names by their ids.
    pub members: BTreeMap<String, String>,
    /// The organisations' names by their ids.
    pub organisations: BTreeMap<String, String>,
    /// What people call its issues: a link to one leaves as that, since documents have other ids elsewhere. A link to an
    /// issue that isn't here leaves as it is.
    pub keys: BTreeMap<DocumentId, String>,
}

impl Home {
    /// What people call somebody: a member's name, or that of somebody of another tracker where it is known.
    pub(crate) fn name<'a>(&'a self, person: &'a PersonId, elsewhere: Option<&'a str>) -> &'a str {
        let member = self.members.get(person.as_str()).map(String::as_str);
        member.or(elsewhere).unwrap_or(person.as_str())
    }

    /// The other end of a link, for people elsewhere.
    pub(crate) fn target<'a>(&'a self, target: &'a str) -> &'a str {
        let document = DocumentId::from_url(target).ok();
        let key = document.and_then(|document| self.keys.get(&document));
        key.map_or(target, String::as_str)
    }

    /// What people call an issue: its key in the tracker that it came from, else its number with the prefix, else, while
    /// the hub hasn't given one, its document's id.
    pub(crate) fn key(&self, id: DocumentId, source: Option<&read::Source>, facts: &Facts) -> String {
        match (source, facts.number) {
            (Some(source), _) => source.key.clone(),
            (None, Some(number)) => format!("{}-{number}", self.prefix),
            (None, None) => id.to_string(),
        }
    }
}

/// The issue in a document.
pub(crate) fn write(document: &Automerge, id: DocumentId, facts: &Facts, home: &Home) -> Map<String, Value> {
    let mut issue = values(document, &ROOT);
    for computed in ["kind", "schema"] {
        issue.remove(computed);
    }
    let read = read::Issue::read(document);
    if let Ok(Some((_, made))) = document.get(ROOT, "created_at") {
        judged(&mut issue, "created_at", facts, &made);
    }
    for name in ["labels", "affects"] {
        let names = if name == "labels" {
            &read.labels
        } else {
            &read.affects
        };
        insert(&mut issue, name, names.clone().into());
    }
    for Entries { name, .. } in ENTRIES {
        insert(&mut issue, name, entries(document, name, facts, home).into());
    }
    for name in ["people", "source"] {
        let map = read::object(document, &ROOT, name).map(|map| values(document, &map));
        insert(&mut issue, name, map.unwrap_or_default().into());
    }
    insert(&mut issue, "description", read.description.into());
    if let Some(row) = Row::derive(document, id, facts) {
        issue.insert("updated_at".to_owned(), time::write(row.updated).into());
    }
    insert(&mut issue, "conflicts", conflicts(document));
    members(&mut issue, home);
    let key = home.key(id, read.source.as_ref(), facts);
    issue.insert("docket".to_owned(), VERSION.into());
    issue.insert("workspace".to_owned(), home.workspace.to_string().into());
    issue.insert("document".to_owned(), id.to_string().into());
    issue.insert("key".to_owned(), key.into());
    if let Some(number) = facts.number {
        issue.insert("number".to_owned(), number.into());
    }
    issue
}

/// An issue as a line of JSON. The version comes first: by it the format is known.
pub(crate) fn line(mut issue: Map<String, Value>) -> String {
    issue.remove("docket");
    let rest = canonical(&Value::Object(issue));
    format!(
        "{{\"docket\":{VERSION},{}\n",
        rest.strip_prefix('{').unwrap_or(&rest)
    )
}

/// Writes a value that says something.
fn insert(into: &mut Map<String, Value>, name: &str, value: Value) {
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if !empty {
        into.insert(name.to_owned(), value);
    }
}

/// The scalars of an object; what is null isn't set.
fn values(document: &Automerge, object: &ObjId) -> Map<String, Value> {
    let mut values = Map::new();
    for name in document.keys(object).collect::<Vec<_>>() {
        let value = match document.get(object, name.as_str()) {
            Ok(Some((Stored::Scalar(value), _))) => scalar(&value),
            // A JavaScript client's strings are texts.
            Ok(Some((Stored::Object(automerge::ObjType::Text), _))) if name != "description" => {
                read::string(document, object, &name).map(Value::from)
            }
            _ => None,
        };
        if let Some(value) = value {
            values.insert(name, value);
        }
    }
    values
}

fn scalar(value: &ScalarValue) -> Option<Value> {
    match value {
        ScalarValue::Str(text) => Some(text.as_str().into()),
        ScalarValue::Timestamp(at) => Some(time::write(Timestamp(*at)).into()),
        ScalarValue::Int(number) => Some((*number).into()),
        ScalarValue::Uint(number) => Some((*number).into()),
        ScalarValue::F64(number) => Some((*number).into()),
        ScalarValue::Boolean(is) => Some((*is).into()),
        _ => None,
    }
}

fn entries(document: &Automerge, name: &str, facts: &Facts, home: &Home) -> Vec<Value> {
    let Some(map) = read::object(document, &ROOT, name) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for id in document.keys(&map).collect::<Vec<_>>() {
        let Some(object) = read::object(document, &map, &id) else {
            continue;
        };
        let mut entry = values(document, &object);
        judged(&mut entry, "at", facts, &object);
        if let Some(Value::String(target)) = entry.get_mut("target") {
            *target = home.target(target).to_owned();
        }
        entry.insert("id".to_owned(), id.into());
        found.push(Value::Object(entry));
    }
    // As things happened; ISO 8601 sorts by time.
    found.sort_by_cached_key(|entry| text_at(entry, "at"));
    found
}

/// Replaces a claimed time by the one that counts.
fn judged(values: &mut Map<String, Value>, name: &str, facts: &Facts, made: &ObjId) {
    let claimed = values.get(name).and_then(Value::as_str).map(str::to_owned);
    let Some(at) = claimed.as_deref().and_then(time::parse) else {
        return;
    };
    let judged = facts.judge_object(made, at);
    if judged.corrected {
        values.insert(name.to_owned(), time::write(judged.at).into());
        values.insert("claimed_at".to_owned(), claimed.into());
    }
}

fn conflicts(document: &Automerge) -> Value {
    let conflicts = read::conflicts(document).into_iter().map(|conflict| {
        let values = conflict.candidates.into_iter().map(|candidate| candidate.value);
        (conflict.field.key().to_owned(), json!(values.collect::<Vec<_>>()))
    });
    Value::Object(conflicts.collect())
}

/// Adds the names of the members who are named in the issue.
fn members(issue: &mut Map<String, Value>, home: &Home) {
    let mut found = BTreeMap::new();
    let mut note = |value: Option<&Value>| {
        let id = value.and_then(Value::as_str);
        if let Some((id, name)) = id.and_then(|id| home.members.get_key_value(id)) {
            found.insert(id.clone(), Value::from(name.as_str()));
        }
    };
    for name in PEOPLE {
        note(issue.get(name));
    }
    let lists = ENTRIES.iter().filter_map(|list| issue.get(list.name)?.as_array());
    for entry in lists.flatten() {
        let assigned = entry.get("field").and_then(Value::as_str) == Some("assignee");
        note(entry.get("by"));
        note(entry.get("cleared_by"));
        note(entry.get("from").filter(|_| assigned));
        note(entry.get("to").filter(|_| assigned));
    }
    if let Some(Value::Object(people)) = issue.get("people") {
        for (id, name) in people {
            found.insert(id.clone(), name.clone());
        }
    }
    insert(issue, "people", Value::Object(found.into_iter().collect()));
}

/// Fields that hold a person.
pub(super) const PEOPLE: [&str; 4] = ["assignee", "reporter", "created_by", "deleted_by"];
