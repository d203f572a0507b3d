//! One record, mapped.

use std::collections::BTreeMap;

use docket_domain::{Timestamp, words::Status};
use serde_json::{Map, Value};

use super::{
    SYSTEM,
    fields::is_name,
    reader::{RECORD_LIMIT, Record},
    time,
    value::{canonical, is_empty, take, text, text_at},
};
use crate::{
    content::{Content, Scalar},
    report::{Reason, Remark},
};

/// What belongs to the interface, not to the issue.
const INTERFACE: [&str; 9] = [
    "expand",
    "self",
    "operations",
    "transitions",
    "editmeta",
    "renderedFields",
    "schema",
    "versionedRepresentations",
    "names",
];

/// What depends on who made the export, or is computed from other fields.
const VIEWER: [&str; 3] = ["lastViewed", "workratio", "thumbnail"];

/// What the document itself keeps under these names.
const OURS: [&str; 3] = ["system", "key", "id"];

/// A record on its way into a [`Content`].
#[derive(Debug, Default)]
pub(super) struct Mapping {
    pub(super) content: Content,
    pub(super) remarks: Vec<Remark>,
    /// When the issue was made.
    pub(super) created: Option<Timestamp>,
    /// Its present status.
    pub(super) status: Option<Status>,
    /// Users' names by their keys, where those differ.
    pub(super) user_keys: BTreeMap<String, String>,
}

/// Makes the content of an issue from a record, with what there is to know about it.
///
/// # Errors
/// Why it can't come in.
pub fn read(record: Record) -> Result<(Content, Vec<Remark>), Reason> {
    let value = record.value.map_err(|broken| match broken.problem {
        Some(problem) => Reason::Unreadable(problem),
        None => Reason::TooLarge(RECORD_LIMIT),
    })?;
    let Value::Object(mut issue) = value else {
        return Err(Reason::NotAnIssue("key"));
    };
    let key = text(&take(&mut issue, "key")).filter(|key| !key.trim().is_empty());
    let key = key.ok_or(Reason::NotAnIssue("key"))?;
    let Value::Object(fields) = take(&mut issue, "fields") else {
        return Err(Reason::NotAnIssue("fields"));
    };
    if let Some(level) = fields.get("security").filter(|level| !is_empty(level)) {
        let name = text_at(level, "name").unwrap_or_else(|| canonical(level).chars().take(60).collect());
        return Err(Reason::Restricted(name));
    }
    let mut mapping = Mapping::default();
    if record.repaired > 0 {
        mapping.remarks.push(Remark::Repaired(record.repaired));
    }
    mapping.content.system = SYSTEM;
    mapping.content.key = key;
    mapping.content.number = text(&take(&mut issue, "id"));
    mapping.issue(issue, fields);
    mapping.content.check()?;
    Ok((mapping.content, mapping.remarks))
}

impl Mapping {
    fn issue(&mut self, mut issue: Map<String, Value>, mut fields: Map<String, Value>) {
        if let Some(url) =
            text(&take(&mut issue, "self")).and_then(|address| browse(&address, &self.content.key))
        {
            self.content.source.insert("url".to_owned(), url);
        }
        self.title(take(&mut fields, "summary"));
        self.description(take(&mut fields, "description"));
        self.dates(&mut fields);
        self.kind(take(&mut fields, "issuetype"));
        self.status(take(&mut fields, "status"));
        self.priority(take(&mut fields, "priority"));
        let resolution = self.resolution(take(&mut fields, "resolution"));
        self.named_people(&mut fields);
        self.components(take(&mut fields, "components"));
        self.labels(take(&mut fields, "labels"));
        self.versions(take(&mut fields, "versions"), take(&mut fields, "fixVersions"));
        self.comments(take(&mut fields, "comment"));
        self.links(take(&mut fields, "issuelinks"));
        self.attachments(take(&mut fields, "attachment"));
        self.changelog(take(&mut issue, "changelog"));
        self.resolution_date(take(&mut fields, "resolutiondate"), resolution);
        self.keys("subtasks", take(&mut fields, "subtasks"));
        let parent = take(&mut fields, "parent");
        match text_at(&parent, "key") {
            Some(key) => drop(self.content.source.insert("parent".to_owned(), key)),
            None => self.keep("parent", parent),
        }
        let project = take(&mut fields, "project");
        match text_at(&project, "name") {
            Some(name) => drop(self.content.source.insert("project".to_owned(), name)),
            None => self.keep("project", project),
        }
        let keys = std::mem::take(&mut self.user_keys);
        let keys = keys.into_iter().map(|(key, name)| (key, Value::String(name)));
        self.keep("user_keys", Value::Object(keys.collect()));
        self.rest(issue, fields);
    }

    fn dates(&mut self, fields: &mut Map<String, Value>) {
        let created = self.dated("created", take(fields, "created"));
        let updated = self.dated("updated", take(fields, "updated"));
        self.created = created.or(updated);
        if created.is_none() {
            self.remarks.push(Remark::NoCreationDate);
        }
        if let Some(at) = self.created {
            self.content.fields.insert("created_at", Scalar::Time(at));
        }
    }

    /// Keeps a time as it was written, and reads it.
    fn dated(&mut self, field: &str, value: Value) -> Option<Timestamp> {
        if is_empty(&value) {
            return None;
        }
        let written = text(&value).unwrap_or_else(|| canonical(&value));
        let at = time::parse(&written);
        if at.is_none() {
            self.not_a_time(field, &written);
        }
        self.content.source.insert(field.to_owned(), written);
        at
    }

    fn resolution_date(&mut self, value: Value, resolution: Option<docket_domain::words::Resolution>) {
        let at = self.dated("resolutiondate", value);
        let done = self.status.filter(|status| !status.is_open());
        match (done, at) {
            (Some(status), Some(at)) => self.resolved(status, resolution, at),
            (Some(_), None) => self.remarks.push(Remark::DoneWithoutDate),
            (None, Some(_)) => self.remarks.push(Remark::OpenWithDate),
            (None, None) => {}
        }
    }

    fn named_people(&mut self, fields: &mut Map<String, Value>) {
        for (field, key) in [
            ("assignee", "assignee"),
            ("reporter", "reporter"),
            ("creator", "created_by"),
        ] {
            let value = take(fields, field);
            match self.person(&value) {
                Some(person) => self.set(key, &person),
                None if !is_empty(&value) => self.unexpected(field, value),
                None if field == "reporter" => self.remarks.push(Remark::NoReporter),
                None => {}
            }
        }
    }

    /// Keeps what isn't mapped.
    fn rest(&mut self, mut issue: Map<String, Value>, fields: Map<String, Value>) {
        issue.retain(|key, _| !INTERFACE.contains(&key.as_str()));
        let mut nameless = Map::new();
        for (name, mut value) in fields.into_iter().chain(issue) {
            if !is_name(&name) {
                nameless.insert(name, value);
                continue;
            }
            if VIEWER.contains(&name.as_str()) {
                continue;
            }
            if let Value::Object(map) = &mut value {
                match name.as_str() {
                    "watches" => drop(map.remove("isWatching")),
                    "votes" => drop(map.remove("hasVoted")),
                    _ => {}
                }
            }
            let taken = OURS.contains(&name.as_str()) || self.content.source.contains_key(&name);
            let name = if taken { format!("{name}_other") } else { name };
            self.keep(&name, value);
        }
        self.keep("nameless_fields", Value::Object(nameless));
    }
}

/// The issue's page, from the address of its record: `https://host/context/rest/api/2/issue/1` is at
/// `https://host/context/browse/KEY`.
fn browse(address: &str, key: &str) -> Option<String> {
    let (site, _) = address.split_once("/rest/")?;
    let web = site.starts_with("https://") || site.starts_with("http://");
    web.then(|| format!("{site}/browse/{key}"))
}
