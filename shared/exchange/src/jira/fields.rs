//! The fields of an issue that hold one value or a set of names.

use docket_domain::words::{Resolution, Severity, Status};
use serde_json::{Map, Value};

use super::{issue::Reading, rich, words};
use crate::{
    json::value::{is_empty, take, text as plain, text_at},
    mapping::is_name,
};

impl Reading {
    pub(super) fn description(&mut self, value: Value) {
        let Some(whole) = rich::text(&value) else {
            if !is_empty(&value) {
                self.out.unexpected("description", value);
            }
            return;
        };
        if !value.is_string() {
            self.out.keep("description_rich", value);
        }
        self.out.description(whole);
    }

    pub(super) fn status(&mut self, value: Value) {
        let name = self.named("status", &value);
        let category = value
            .get("statusCategory")
            .and_then(|category| text_at(category, "key"));
        let by_category = category.as_deref().and_then(words::category);
        let known = name
            .as_deref()
            .and_then(|name| self.out.status_of(name, words::status));
        self.out.status(name, known, by_category.unwrap_or(Status::New));
    }

    pub(super) fn priority(&mut self, value: Value) {
        let name = self.named("priority", &value);
        if let Some(name) = name.filter(|name| !words::is_no_priority(name)) {
            let known = self.out.priority_of(&name, words::priority);
            self.out.priority(name, known);
        }
    }

    pub(super) fn resolution(&mut self, value: Value) -> Option<Resolution> {
        let name = self.named("resolution", &value)?;
        let known = self.out.resolution_of(&name, words::resolution);
        self.out.resolution(name, known);
        known
    }

    pub(super) fn kind(&mut self, value: Value) {
        if let Some(kind) = self.named("issuetype", &value)
            && let Some(severity) = self.out.severity_of(&kind, words::severity)
        {
            self.out.set("severity", Severity::as_str(severity));
        }
    }

    /// The name in an object like `{"name": "Major", …}`, kept under `field`. Other shapes are kept as they are.
    fn named(&mut self, field: &str, value: &Value) -> Option<String> {
        let name = match value {
            Value::Object(_) => text_at(value, "name"),
            other => plain(other),
        };
        if name.is_none() && !is_empty(value) {
            self.out.unexpected(field, value.clone());
            return None;
        }
        let name = name?;
        // The type of an issue has a name of its own here: `type`.
        let key = if field == "issuetype" { "type" } else { field };
        self.out.keep_text(key, name.clone());
        Some(name)
    }

    pub(super) fn components(&mut self, value: Value) {
        let names = self.out.names("components", value);
        if let Some(first) = names.iter().find(|name| is_name(name)) {
            self.out.set("component", first);
        }
        self.out.keep_names("components", names);
    }

    /// Affected versions, and those in which it is fixed. What Jira says about them (dates, released or not) is
    /// kept.
    pub(super) fn versions(&mut self, affects: Value, fixed: Value) {
        let mut releases = Map::new();
        for version in [&affects, &fixed]
            .into_iter()
            .filter_map(Value::as_array)
            .flatten()
        {
            if let (Some(name), Value::Object(mut about)) = (text_at(version, "name"), version.clone()) {
                about.remove("name");
                releases.insert(name, Value::Object(about));
            }
        }
        self.out.keep("releases", Value::Object(releases));
        self.out.affects(affects);
        let fixed = self.out.names("fixVersions", fixed);
        self.out.keep_names("fix_versions", fixed);
    }

    /// The keys of a list of issues.
    pub(super) fn keys(&mut self, field: &str, list: Value) {
        let objects = self.out.objects(field, list);
        let mut keys: Vec<_> = objects
            .into_iter()
            .filter_map(|mut issue| plain(&take(&mut issue, "key")))
            .collect();
        keys.sort_unstable();
        self.out.keep_names(field, keys);
    }
}
