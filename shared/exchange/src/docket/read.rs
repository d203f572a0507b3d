//! An issue of Docket's own format, mapped.

use docket_domain::{
    Field, OrganisationId,
    words::{Resolution, Status},
};
use serde_json::{Map, Value};

use super::{Entries, SYSTEM, VERSION, write::PEOPLE};
use crate::{
    content::{BY_DOCKET, COLLABORATIVE, NAME, Scalar, TITLE},
    format::Format,
    json::value::{digest, take, text},
    mapping::{Loose, Mapping, is_name, own, text::shortened, time},
    report::{Reason, Remark},
};

/// Maps an issue.
///
/// # Errors
/// Why it can't come in.
pub(crate) fn read(mut issue: Map<String, Value>, mut out: Mapping) -> Result<Mapping, Reason> {
    match take(&mut issue, "docket").as_u64() {
        Some(VERSION) => {}
        Some(newer) => return Err(Reason::Newer(newer)),
        None => return Err(out.not_an_issue("docket")),
    }
    tells(&issue, &mut out);
    let document = text(&take(&mut issue, "document"));
    let workspace = text(&take(&mut issue, "workspace"));
    let id = |text: &Option<String>| text.as_ref()?.parse().ok();
    out.content.left = id(&workspace).zip(id(&document));
    let updated = text(&take(&mut issue, "updated_at"));
    let called = text(&take(&mut issue, "key"));
    issue.remove("number");
    source(take(&mut issue, "source"), &mut out);
    let made_there = out.content.key.is_empty();
    // By this a later export is known as one. What another tracker says of its own stays beside it.
    if let Some(updated) = updated {
        out.keep_text(if made_there { "updated" } else { BY_DOCKET }, updated);
    }
    if made_there {
        out.content.system = SYSTEM.to_owned();
        out.content.key = called
            .filter(|key| !key.trim().is_empty())
            .ok_or(out.not_an_issue("key"))?;
        // Two workspaces can have an SWG-42 each.
        out.content.number = document;
    }
    people(take(&mut issue, "people"), &mut out);
    fields(&mut issue, &mut out);
    out.labels(take(&mut issue, "labels"));
    out.affects(take(&mut issue, "affects"));
    for list in super::ENTRIES {
        entries(list, take(&mut issue, list.name), &mut out);
    }
    out.keep_rest(issue);
    Ok(out)
}

/// Fields that an issue has at most.
const FIELDS: [&str; 13] = [
    "affects",
    "assignee",
    "component",
    "created_at",
    "description",
    "labels",
    "links",
    "priority",
    "reporter",
    "resolution",
    "severity",
    "status",
    "title",
];

/// Notes what is told: in JSON Lines everything, since what is empty is left out there; of a table what has a column.
fn tells(issue: &Map<String, Value>, out: &mut Mapping) {
    let all = out.format == Format::Docket;
    let told = &mut out.content.told;
    let fields = FIELDS.iter().filter(|name| all || issue.contains_key(**name));
    fields.for_each(|name| told.field(name));
    if all || issue.contains_key("source") {
        told.all_names();
    }
}

/// What its import kept, where it was one.
fn source(source: Value, out: &mut Mapping) {
    let Value::Object(mut source) = source else { return };
    let system = text(&take(&mut source, "system")).filter(|system| is_name(system));
    let key = text(&take(&mut source, "key")).filter(|key| !key.trim().is_empty());
    if let (Some(system), Some(key)) = (system, key) {
        out.content.system = system;
        out.content.key = key;
        out.content.number = text(&take(&mut source, "id"));
    }
    // What this Docket says of its own import, it says anew.
    source.remove("digest");
    for (name, value) in source {
        if is_name(&name)
            && let Some(value) = text(&value)
        {
            out.keep_text(&name, value);
        } else {
            out.remark(Remark::Unexpected("source".to_owned()));
        }
    }
}

/// The names of the people in it.
fn people(people: Value, out: &mut Mapping) {
    let Value::Object(people) = people else { return };
    for (id, name) in people {
        if let Some(name) = text(&name) {
            out.content.people.insert(person(&id), shortened(&name, NAME));
        }
    }
}

/// A person's id: a member of another workspace is somebody of another tracker here.
fn person(id: &str) -> String {
    let own = if id.contains(':') {
        id.to_owned()
    } else {
        format!("{SYSTEM}:{id}")
    };
    if is_name(&own) {
        own
    } else {
        format!("{SYSTEM}:{}", digest(id))
    }
}

fn fields(issue: &mut Map<String, Value>, out: &mut Mapping) {
    let title = take(issue, "title");
    match title
        .as_str()
        .filter(|title| !title.is_empty() && title.len() <= TITLE)
    {
        Some(title) => out.content.title = title.to_owned(),
        None => out.title("title_whole", title),
    }
    let description = text(&take(issue, "description")).unwrap_or_default();
    // A cut one already has its whole among the imported fields.
    if out.content.source.contains_key("description")
        && description.encode_utf16().count() <= COLLABORATIVE + 10
    {
        out.content.description = description;
    } else {
        out.description(description);
    }
    let at = |value: Value| value.as_str().and_then(time::parse);
    let created = at(take(issue, "created_at"));
    out.created(created, None);
    if let Some(at) = at(take(issue, "deleted_at")) {
        out.content.fields.insert("deleted_at", Scalar::Time(at));
    }
    let mut word = |name: &str| text(&take(issue, name)).filter(|word| !word.is_empty());
    let status = word("status");
    let known = status.as_deref().and_then(own::status);
    if known.is_none() {
        out.keep("status_other", status.clone().into());
    }
    out.status(status, known, Status::New);
    if let Some(name) = word("priority") {
        let known = own::priority(&name);
        if known.is_none() {
            out.keep_text("priority_other", name.clone());
        }
        out.priority(name, known);
    }
    if let Some(name) = word("resolution") {
        let known = own::resolution(&name);
        if known.is_none() {
            out.keep_text("resolution_other", name.clone());
        }
        out.resolution(name, known);
    }
    if let Some(name) = word("severity") {
        match own::severity(&name) {
            Some(severity) => out.set("severity", severity.as_str()),
            None => unknown("severity", name, out),
        }
    }
    if let Some(name) = word("organisation") {
        match name.parse::<OrganisationId>() {
            Ok(id) => out.set("organisation", id.as_str()),
            Err(_) => unknown("organisation", name, out),
        }
    }
    if let Some(name) = word("component") {
        if name.len() <= NAME {
            out.set("component", &name);
        } else {
            unknown("component", name, out);
        }
    }
    for name in PEOPLE {
        if let Some(id) = word(name) {
            out.set(name, &person(&id));
        }
    }
}

fn unknown(field: &str, name: String, out: &mut Mapping) {
    out.keep_text(&format!("{field}_other"), name);
    out.remark(Remark::Unexpected(field.to_owned()));
}

fn entries(list: Entries, values: Value, out: &mut Mapping) {
    let name = list.name;
    let mut found = Vec::new();
    let mut odd = Vec::new();
    for object in out.objects(name, values) {
        match entry(list, object, out) {
            Ok(loose) => found.push(loose),
            Err(object) => odd.push(Value::Object(object)),
        }
    }
    if !odd.is_empty() {
        out.remark(Remark::Unexpected(name.to_owned()));
        out.keep(&format!("{name}_other"), Value::Array(odd));
    }
    let before = out.content.source.remove(name);
    let entries = out.settle(name, found);
    // What an import kept of the entries stays what is kept of them.
    if let Some(before) = before {
        if let Some(now) = out.content.source.remove(name) {
            out.keep_text(&format!("{name}_docket"), now);
        }
        out.keep_text(name, before);
    }
    match name {
        "attachments" => out.content.attachments = entries,
        "attention" => out.content.attention = entries,
        "comments" => out.content.comments = entries,
        "events" => out.content.events = entries,
        _ => out.content.links = entries,
    }
}

/// An entry; or the object, if a document can't hold it as one. What an entry of its list doesn't hold is kept beside.
fn entry(list: Entries, object: Map<String, Value>, out: &Mapping) -> Result<Loose, Map<String, Value>> {
    let get = |name: &str| object.get(name).and_then(Value::as_str);
    let fits = match list.name {
        "events" => get("field").and_then(Field::parse).is_some(),
        "links" => get("relation").is_some() && get("target").is_some(),
        _ => true,
    };
    if !fits {
        return Err(object);
    }
    let assigned = get("field") == Some("assignee");
    let mut loose = Loose::new(object);
    for name in list.times {
        let at = loose
            .rest
            .get(*name)
            .and_then(Value::as_str)
            .and_then(time::parse);
        if let Some(at) = at {
            loose.rest.remove(*name);
            loose.entry.insert(name, Scalar::Time(at));
        }
    }
    // Links of other trackers have no times of their own.
    if let Some(created) = out.created.filter(|_| list.name != "links") {
        loose.entry.entry("at").or_insert(Scalar::Time(created));
    }
    for name in list.people {
        let id = text(&take(&mut loose.rest, name)).filter(|id| !id.is_empty());
        loose.text(name, id.map(|id| person(&id)));
    }
    for name in list.texts {
        let value = loose.rest.get(*name).and_then(Value::as_str);
        let value = match (*name, value) {
            (_, None) => continue,
            ("resolution", Some(word)) if Resolution::parse(word).is_none() => continue,
            ("from" | "to", Some(id)) if assigned => person(id),
            (_, Some(value)) => value.to_owned(),
        };
        loose.rest.remove(*name);
        loose.text(name, Some(value));
    }
    for name in list.numbers {
        if let Some(number) = loose.rest.get(*name).and_then(Value::as_u64) {
            loose.rest.remove(*name);
            loose.entry.insert(name, Scalar::Number(number));
        }
    }
    Ok(loose)
}
