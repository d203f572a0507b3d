//! One issue, mapped.

use docket_domain::words::{Resolution, Status};
use serde_json::{Map, Value};

use super::{
    clean::{is_interface, tells},
    words,
};
use crate::{
    json::value::{is_empty, take, text, text_at},
    mapping::Mapping,
    report::{Reason, Remark},
};

/// What `gh` calls by other names than the interface.
const NAMES: [(&str, &str); 6] = [
    ("author", "user"),
    ("closedAt", "closed_at"),
    ("createdAt", "created_at"),
    ("stateReason", "state_reason"),
    ("updatedAt", "updated_at"),
    ("issueType", "type"),
];

/// An issue on its way into a content.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) out: Mapping,
}

/// Maps an issue.
///
/// # Errors
/// Why it can't come in.
pub(crate) fn read(issue: Map<String, Value>, mut out: Mapping) -> Result<Mapping, Reason> {
    let record = Value::Object(issue);
    out.content.key = key(&record).ok_or(out.not_an_issue("number"))?;
    let Value::Object(mut issue) = record else {
        return Err(out.not_an_issue("number"));
    };
    rename(&mut issue);
    if !issue.contains_key("title") {
        return Err(out.not_an_issue("title"));
    }
    let page = page(&issue);
    let pulled = issue.get("pull_request").is_some_and(|pull| !pull.is_null());
    if pulled || page.as_deref().is_some_and(is_pull) {
        return Err(Reason::PullRequest);
    }
    out.tells(issue.keys().filter(|name| !is_interface(name)), here);
    out.content.number = issue.get("created_at").and_then(text);
    if let Some(page) = page.filter(|page| page.starts_with("https://") || page.starts_with("http://")) {
        out.keep_text("url", page);
    }
    if let Some((repository, _)) = out
        .content
        .key
        .split_once('#')
        .filter(|(name, _)| !name.is_empty())
    {
        out.content
            .source
            .insert("project".to_owned(), repository.to_owned());
    }
    let mut reading = Reading { out };
    reading.issue(issue);
    Ok(reading.out)
}

/// What a document has of a field of GitHub's.
fn here(field: &str) -> &'static [&'static str] {
    match field {
        "title" => &["title"],
        "body" => &["description"],
        "created_at" => &["created", "created_at"],
        "state" => &["status"],
        "state_reason" => &["resolution"],
        "user" => &["reporter"],
        "assignee" | "assignees" => &["assignee", "assignees"],
        "labels" => &["labels", "priority", "severity"],
        "milestone" => &["milestone", "milestone_due"],
        "comments" => &["comments"],
        _ => &[],
    }
}

/// The key of an issue: `owner/name#12`.
pub(crate) fn key(issue: &Value) -> Option<String> {
    let number = text_at(issue, "number")?;
    let addresses = ["html_url", "repository_url", "url"].iter();
    let repository = addresses
        .filter_map(|name| repository(issue.get(name)?.as_str()?))
        .next();
    let repository = repository.or_else(|| text_at(issue.get("repository")?, "full_name"));
    Some(format!("{}#{number}", repository.unwrap_or_default()))
}

/// The repository in the address of an issue's page (`https://github.com/owner/name/issues/12`), or of the interface
/// (`https://api.github.com/repos/owner/name`, or `https://github.example.org/api/v3/repos/owner/name`).
fn repository(address: &str) -> Option<String> {
    let (_, rest) = address.split_once("://")?;
    let (host, path) = rest.split_once('/')?;
    let subdomain = host.strip_prefix("api.").zip(path.strip_prefix("repos/"));
    let folder = path.strip_prefix("api/v3/repos/").map(|path| (host, path));
    let (host, path) = subdomain.or(folder).unwrap_or((host, path));
    let mut parts = path.split('/').filter(|part| !part.is_empty());
    let (owner, name) = (parts.next()?, parts.next()?);
    Some(match host {
        "github.com" => format!("{owner}/{name}"),
        host => format!("{host}/{owner}/{name}"),
    })
}

/// Is it a pull request's page (`https://github.com/owner/name/pull/12`)?
fn is_pull(page: &str) -> bool {
    let mut parts = page.trim_end_matches('/').rsplit('/');
    parts.nth(1) == Some("pull")
}

/// The issue's page. `gh` writes it as `url`, which is the interface's own address elsewhere.
fn page(issue: &Map<String, Value>) -> Option<String> {
    let page = issue.get("html_url").or_else(|| issue.get("url"))?;
    page.as_str().map(str::to_owned)
}

/// Gives what `gh` wrote the interface's names.
pub(super) fn rename(issue: &mut Map<String, Value>) {
    for (from, to) in NAMES {
        if let Some(value) = issue.remove(from) {
            issue.entry(to).or_insert(value);
        }
    }
}

impl Reading {
    fn issue(&mut self, mut issue: Map<String, Value>) {
        self.out.title("title", take(&mut issue, "title"));
        let created = self.out.dated("created", take(&mut issue, "created_at"));
        let updated = self.out.dated("updated", take(&mut issue, "updated_at"));
        self.out.created(created, updated);
        let resolution = self.state(take(&mut issue, "state"), take(&mut issue, "state_reason"));
        match self.person(&take(&mut issue, "user")) {
            Some(person) => {
                self.out.set("reporter", &person);
                self.out.set("created_by", &person);
            }
            None => self.out.remark(Remark::NoReporter),
        }
        self.assignees(take(&mut issue, "assignee"), take(&mut issue, "assignees"));
        self.labels(take(&mut issue, "labels"), &take(&mut issue, "type"));
        self.milestone(take(&mut issue, "milestone"));
        match take(&mut issue, "body") {
            Value::String(body) => self.out.description(body),
            other if is_empty(&other) => {}
            other => self.out.unexpected("body", other),
        }
        self.comments(take(&mut issue, "comments"));
        self.events(take(&mut issue, "events"));
        self.closed(take(&mut issue, "closed_at"), resolution);
        // Numbers of the interface's own; `closed` says again what the state says.
        issue
            .retain(|name, value| !matches!(name.as_str(), "id" | "number" | "closed") && tells(name, value));
        self.out.keep_rest(issue);
    }

    fn state(&mut self, state: Value, reason: Value) -> Option<Resolution> {
        let state = text(&state).map(|state| state.to_lowercase());
        let reason = text(&reason).map(|reason| reason.to_lowercase());
        let reason = reason.filter(|reason| !reason.is_empty());
        for (name, word) in [("status", &state), ("resolution", &reason)] {
            if let Some(word) = word {
                self.out.keep_text(name, word.clone());
            }
        }
        let again = reason.as_deref() == Some("reopened") && state.as_deref() == Some("open");
        let state = if again { reason.clone() } else { state };
        let known = state
            .as_deref()
            .and_then(|state| self.out.status_of(state, words::status));
        self.out.status(state, known, Status::New);
        let reason = reason.filter(|reason| reason != "reopened")?;
        let known = self.out.resolution_of(&reason, words::resolution);
        self.out.resolution(reason, known);
        known
    }

    /// The first one works on it here; all of them are kept.
    fn assignees(&mut self, one: Value, all: Value) {
        let all = match all {
            Value::Array(all) if !all.is_empty() => all,
            _ => vec![one],
        };
        let people: Vec<String> = all.iter().filter_map(|person| self.person(person)).collect();
        if let Some(first) = people.first() {
            self.out.set("assignee", first);
        }
        if people.len() > 1 {
            self.out.keep_names("assignees", people);
        }
    }

    /// Labels, and what they and the type mean.
    fn labels(&mut self, labels: Value, kind: &Value) {
        self.out.labels(labels);
        let kind = text_at(kind, "name").or_else(|| text(kind));
        if let Some(kind) = &kind {
            self.out.keep_text("type", kind.clone());
        }
        let names: Vec<String> = kind
            .into_iter()
            .chain(self.out.content.labels.iter().cloned())
            .collect();
        let mut severities = names
            .iter()
            .filter_map(|name| self.out.severity_of(name, words::severity));
        if let Some(severity) = severities.next() {
            self.out.set("severity", severity.as_str());
        }
        let mut priorities = names
            .iter()
            .filter_map(|name| self.out.priority_of(name, words::priority));
        if let Some(priority) = priorities.next() {
            self.out.set("priority", priority.as_str());
        }
    }

    fn milestone(&mut self, value: Value) {
        for (name, field) in [("milestone", "title"), ("milestone_due", "due_on")] {
            if let Some(text) = text_at(&value, field) {
                self.out.keep_text(name, text);
            }
        }
    }

    /// When it was closed: as its events have it, or else as the issue itself says.
    fn closed(&mut self, at: Value, resolution: Option<Resolution>) {
        let at = self.out.dated("closed_at", at);
        let done = self.out.status.filter(|status| !status.is_open());
        match (done, at) {
            (Some(status), Some(at)) => self.out.resolved(status, resolution, at),
            (Some(_), None) if self.out.closing().is_none() => self.out.remark(Remark::DoneWithoutDate),
            _ => {}
        }
    }

    /// The person's id here, by their login; none if nobody is named, or their account is gone.
    pub(super) fn person(&mut self, value: &Value) -> Option<String> {
        let login = text_at(value, "login").filter(|login| !login.trim().is_empty())?;
        let shown = text_at(value, "name").filter(|name| !name.trim().is_empty());
        Some(self.out.person(&login, shown.as_deref().unwrap_or(&login)))
    }
}
