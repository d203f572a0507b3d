//! One record, mapped.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    json::value::{canonical, is_empty, take, text, text_at},
    mapping::Mapping,
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

/// A record on its way into a content.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) out: Mapping,
    /// Users' names by their keys, where those differ.
    pub(super) user_keys: BTreeMap<String, String>,
}

/// Maps an issue.
///
/// # Errors
/// Why it can't come in.
pub(crate) fn read(mut issue: Map<String, Value>, mut out: Mapping) -> Result<Mapping, Reason> {
    let key = text(&take(&mut issue, "key")).filter(|key| !key.trim().is_empty());
    out.content.key = key.ok_or(out.not_an_issue("key"))?;
    let Value::Object(fields) = take(&mut issue, "fields") else {
        return Err(out.not_an_issue("fields"));
    };
    if let Some(level) = fields.get("security").filter(|level| !is_empty(level)) {
        let name = text_at(level, "name").unwrap_or_else(|| canonical(level).chars().take(60).collect());
        return Err(Reason::Restricted(name));
    }
    out.content.number = text(&take(&mut issue, "id"));
    let of_issue = |name: &&String| !INTERFACE.contains(&name.as_str()) && !VIEWER.contains(&name.as_str());
    out.tells(fields.keys().chain(issue.keys()).filter(of_issue), here);
    let mut reading = Reading {
        out,
        user_keys: BTreeMap::new(),
    };
    reading.issue(issue, fields);
    Ok(reading.out)
}

/// What a document has of a field of Jira's.
fn here(field: &str) -> &'static [&'static str] {
    match field {
        "summary" => &["title"],
        "description" => &["description"],
        "created" => &["created_at"],
        "issuetype" => &["severity", "type"],
        "status" => &["status"],
        "priority" => &["priority"],
        "resolution" => &["resolution"],
        "assignee" => &["assignee"],
        "reporter" => &["reporter"],
        "components" => &["component"],
        "labels" => &["labels"],
        "versions" => &["affects"],
        "fixVersions" => &["fix_versions"],
        "comment" => &["comments"],
        "issuelinks" => &["links"],
        _ => &[],
    }
}

impl Reading {
    fn issue(&mut self, mut issue: Map<String, Value>, mut fields: Map<String, Value>) {
        let address = text(&take(&mut issue, "self"));
        if let Some(url) = address.and_then(|address| browse(&address, &self.out.content.key)) {
            self.out.keep_text("url", url);
        }
        self.out.title("summary", take(&mut fields, "summary"));
        self.description(take(&mut fields, "description"));
        self.dates(&mut fields);
        self.kind(take(&mut fields, "issuetype"));
        self.status(take(&mut fields, "status"));
        self.priority(take(&mut fields, "priority"));
        let resolution = self.resolution(take(&mut fields, "resolution"));
        self.named_people(&mut fields);
        self.components(take(&mut fields, "components"));
        self.out.labels(take(&mut fields, "labels"));
        self.versions(take(&mut fields, "versions"), take(&mut fields, "fixVersions"));
        self.comments(take(&mut fields, "comment"));
        self.links(take(&mut fields, "issuelinks"));
        self.attachments(take(&mut fields, "attachment"));
        self.changelog(take(&mut issue, "changelog"));
        self.resolution_date(take(&mut fields, "resolutiondate"), resolution);
        self.keys("subtasks", take(&mut fields, "subtasks"));
        let parent = take(&mut fields, "parent");
        match text_at(&parent, "key") {
            Some(key) => self.out.keep_text("parent", key),
            None => self.out.keep("parent", parent),
        }
        let project = take(&mut fields, "project");
        match text_at(&project, "name") {
            Some(name) => self.out.keep_text("project", name),
            None => self.out.keep("project", project),
        }
        let keys = std::mem::take(&mut self.user_keys);
        let keys = keys.into_iter().map(|(key, name)| (key, Value::String(name)));
        self.out.keep("user_keys", Value::Object(keys.collect()));
        self.rest(issue, fields);
    }

    fn dates(&mut self, fields: &mut Map<String, Value>) {
        let created = self.out.dated("created", take(fields, "created"));
        let updated = self.out.dated("updated", take(fields, "updated"));
        self.out.created(created, updated);
        if let Some(written) = self
            .out
            .content
            .source
            .get("updated")
            .filter(|_| self.out.zoneless)
        {
            self.out.content.written = Some(("updated".to_owned(), written.clone()));
        }
    }

    fn resolution_date(&mut self, value: Value, resolution: Option<docket_domain::words::Resolution>) {
        let at = self.out.dated("resolutiondate", value);
        let done = self.out.status.filter(|status| !status.is_open());
        match (done, at) {
            (Some(status), Some(at)) => self.out.resolved(status, resolution, at),
            (Some(_), None) => self.out.remark(Remark::DoneWithoutDate),
            (None, Some(_)) => self.out.remark(Remark::OpenWithDate),
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
                Some(person) => self.out.set(key, &person),
                None if !is_empty(&value) => self.out.unexpected(field, value),
                None if field == "reporter" => self.out.remark(Remark::NoReporter),
                None => {}
            }
        }
    }

    /// Keeps what isn't mapped.
    fn rest(&mut self, mut issue: Map<String, Value>, mut fields: Map<String, Value>) {
        issue.retain(|key, _| !INTERFACE.contains(&key.as_str()));
        fields.retain(|key, _| !VIEWER.contains(&key.as_str()));
        for (name, viewers) in [("watches", "isWatching"), ("votes", "hasVoted")] {
            if let Some(Value::Object(map)) = fields.get_mut(name) {
                map.remove(viewers);
            }
        }
        self.out.keep_rest(fields.into_iter().chain(issue));
    }
}

/// The issue's page, from the address of its record: `https://host/context/rest/api/2/issue/1` is at
/// `https://host/context/browse/KEY`.
fn browse(address: &str, key: &str) -> Option<String> {
    let (site, _) = address.split_once("/rest/")?;
    let web = site.starts_with("https://") || site.starts_with("http://");
    web.then(|| format!("{site}/browse/{key}"))
}
