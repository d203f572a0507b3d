//! One bug, mapped.

use std::collections::BTreeMap;

use docket_domain::words::{Resolution, Severity, Status};
use serde_json::{Map, Value};

use super::{clean::without_hosts, words};
use crate::{
    json::value::{is_empty, take, text},
    mapping::{Mapping, is_name},
    report::{Reason, Remark},
};

/// What is computed from the rest, or told by it.
const COMPUTED: [&str; 2] = ["is_open", "update_token"];

/// A bug on its way into a content.
#[derive(Debug)]
pub(super) struct Reading {
    pub(super) out: Mapping,
    /// People's names by their logins.
    pub(super) names: BTreeMap<String, String>,
}

/// Maps a bug.
///
/// # Errors
/// Why it can't come in.
pub(crate) fn read(mut bug: Map<String, Value>, mut out: Mapping) -> Result<Mapping, Reason> {
    let key = text(&take(&mut bug, "id")).filter(|key| !key.trim().is_empty());
    out.content.key = key.ok_or(out.not_an_issue("id"))?;
    if !bug.contains_key("summary") {
        return Err(out.not_an_issue("summary"));
    }
    let groups = out.names("groups", take(&mut bug, "groups"));
    if !groups.is_empty() {
        let groups = groups.join(", ").chars().take(60).collect();
        return Err(Reason::Restricted(groups));
    }
    out.tells(bug.keys().filter(|name| !is_computed(name)), here);
    out.content.number = text(bug.get("creation_time").unwrap_or(&Value::Null));
    let mut reading = Reading {
        out,
        names: BTreeMap::new(),
    };
    reading.learn_names(&bug);
    reading.bug(bug);
    Ok(reading.out)
}

fn is_computed(name: &str) -> bool {
    COMPUTED.contains(&name) || name.ends_with("_detail")
}

/// What a document has of a field of Bugzilla's; of links each kind is told by itself.
fn here(field: &str) -> &'static [&'static str] {
    match field {
        "summary" => &["title"],
        "description" => &["description"],
        "creation_time" => &["created_at"],
        "status" => &["status"],
        "resolution" => &["resolution"],
        "priority" => &["priority"],
        "severity" => &["severity"],
        "assigned_to" => &["assignee"],
        "creator" => &["reporter"],
        "component" => &["component"],
        "keywords" => &["labels"],
        "version" => &["affects"],
        "comments" => &["comments"],
        "url" => &["bug_file_loc"],
        _ => &[],
    }
}

impl Reading {
    fn bug(&mut self, mut bug: Map<String, Value>) {
        self.out.title("summary", take(&mut bug, "summary"));
        let created = self.out.dated("created", take(&mut bug, "creation_time"));
        let updated = self.out.dated("updated", take(&mut bug, "last_change_time"));
        self.out.created(created, updated);
        self.status(take(&mut bug, "status"));
        let resolution = self.resolution(take(&mut bug, "resolution"));
        self.priority(take(&mut bug, "priority"));
        self.severity(take(&mut bug, "severity"), take(&mut bug, "type"));
        self.people(&mut bug);
        self.component(take(&mut bug, "component"));
        self.out.labels(take(&mut bug, "keywords"));
        self.version(take(&mut bug, "version"));
        let total = take(&mut bug, "comment_count");
        self.comments(
            take(&mut bug, "comments"),
            take(&mut bug, "description"),
            total.as_u64(),
        );
        self.links(&mut bug);
        self.attachments(take(&mut bug, "attachments"));
        self.history(take(&mut bug, "history"));
        self.resolved(take(&mut bug, "cf_last_resolved"), resolution);
        self.rest(bug);
    }

    fn status(&mut self, value: Value) {
        let name = self.word("status", &value);
        let known = name
            .as_deref()
            .and_then(|name| self.out.status_of(name, words::status));
        self.out.status(name, known, Status::New);
    }

    fn resolution(&mut self, value: Value) -> Option<Resolution> {
        let name = self.word("resolution", &value)?;
        let known = self.out.resolution_of(&name, words::resolution);
        self.out.resolution(name, known);
        known
    }

    fn priority(&mut self, value: Value) {
        if let Some(name) = self.word("priority", &value) {
            let known = self.out.priority_of(&name, words::priority);
            self.out.priority(name, known);
        }
    }

    /// A wish has no severity but that it is one, whichever of the two fields says so.
    fn severity(&mut self, severity: Value, kind: Value) {
        let name = self.word("severity", &severity);
        let kind = self.word("type", &kind);
        let wish = kind.is_some_and(|kind| kind == Severity::Enhancement.as_str());
        let known = name
            .as_deref()
            .and_then(|name| self.out.severity_of(name, words::severity));
        match (wish, known, name) {
            (true, ..) => self.out.set("severity", Severity::Enhancement.as_str()),
            (_, Some(severity), _) => self.out.set("severity", severity.as_str()),
            (_, None, Some(name)) => self.out.remark(Remark::UnknownSeverity(name)),
            (_, None, None) => {}
        }
    }

    /// A word of the bug's, kept under its own name; none where nothing is set.
    fn word(&mut self, field: &str, value: &Value) -> Option<String> {
        let name = text(value);
        if name.is_none() && !is_empty(value) {
            self.out.unexpected(field, value.clone());
        }
        let name = name.filter(|name| !words::is_none(name))?;
        self.out.keep_text(field, name.clone());
        Some(name)
    }

    fn people(&mut self, bug: &mut Map<String, Value>) {
        if let Some(assignee) = self.named(bug, &["assigned_to"]) {
            self.out.set("assignee", &assignee);
        }
        match self.named(bug, &["creator"]) {
            Some(creator) => {
                self.out.set("reporter", &creator);
                self.out.set("created_by", &creator);
            }
            None => self.out.remark(Remark::NoReporter),
        }
        for field in ["cc", "mentors", "qa_contact"] {
            let logins = self.out.names(field, take(bug, field));
            let logins: Vec<String> = logins.iter().map(|login| without_hosts(login)).collect();
            for login in &logins {
                self.person(login);
            }
            self.out.keep_names(
                field,
                logins.into_iter().filter(|login| !login.is_empty()).collect(),
            );
        }
    }

    fn component(&mut self, value: Value) {
        if let Some(name) = text(&value).filter(|name| is_name(name)) {
            self.out.set("component", &name);
        }
        self.out.keep("component", value);
    }

    fn version(&mut self, value: Value) {
        if text(&value).is_some_and(|name| name != "unspecified") {
            self.out.affects(value);
        }
    }

    /// When it was resolved: as the history has it, or else as the bug itself says.
    fn resolved(&mut self, at: Value, resolution: Option<Resolution>) {
        let at = self.out.dated("cf_last_resolved", at);
        let done = self.out.status.filter(|status| !status.is_open());
        let Some(status) = done.filter(|_| self.out.closing().is_none()) else {
            return;
        };
        match at {
            Some(at) => self.out.resolved(status, resolution, at),
            None => self.out.remark(Remark::DoneWithoutDate),
        }
    }

    /// Keeps what isn't mapped.
    fn rest(&mut self, mut bug: Map<String, Value>) {
        // The issue's page has the name `url` here; Bugzilla's is the page that the bug is about.
        if let Some(url) = bug.remove("url") {
            self.out.keep("bug_file_loc", url);
        }
        bug.retain(|name, value| {
            let unset = text(value).is_some_and(|text| words::is_none(&text));
            !unset && !is_computed(name)
        });
        self.out.keep_rest(bug);
    }
}
