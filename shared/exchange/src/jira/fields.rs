//! The fields of an issue that hold one value or a set of names.

use docket_domain::words::{Priority, Resolution, Severity, Status};
use serde_json::{Map, Value};

use super::{
    issue::Mapping,
    text,
    value::{canonical, clean, is_empty, kept, take, text as plain, text_at},
    words,
};
use crate::{
    content::{COLLABORATIVE, NAME, Scalar},
    report::Remark,
};

impl Mapping {
    /// Sets a field of the document.
    pub(super) fn set(&mut self, key: &'static str, value: &str) {
        self.content.fields.insert(key, Scalar::Text(value.to_owned()));
    }

    /// Keeps a value among the imported fields, if it says anything.
    pub(super) fn keep(&mut self, name: &str, value: Value) {
        if let Some(text) = kept(value) {
            self.content.source.insert(name.to_owned(), text);
        }
    }

    pub(super) fn title(&mut self, value: Value) {
        let summary = plain(&value);
        if summary.is_none() && !is_empty(&value) {
            self.unexpected("summary", value);
        }
        let summary = summary.unwrap_or_default();
        let title = text::title(&summary);
        if title.is_empty() {
            self.remarks.push(Remark::NoTitle);
            self.content.title.clone_from(&self.content.key);
        } else if title.ends_with('…') && !summary.ends_with('…') {
            self.remarks.push(Remark::TitleShortened(summary.len()));
            self.content.title = title;
        } else {
            if title != summary.trim() {
                self.remarks.push(Remark::TitleAltered);
            }
            self.content.title = title;
        }
        if !summary.is_empty() && summary != self.content.title {
            self.content.source.insert("summary".to_owned(), summary);
        }
    }

    pub(super) fn description(&mut self, value: Value) {
        let Some(whole) = text::field(&value) else {
            if !is_empty(&value) {
                self.unexpected("description", value);
            }
            return;
        };
        if !value.is_string() {
            self.keep("description_rich", value);
        }
        let units = whole.encode_utf16().count();
        if units <= COLLABORATIVE {
            self.content.description = whole;
            return;
        }
        self.remarks.push(Remark::DescriptionKeptWhole(units));
        let beginning = text::beginning(&whole, COLLABORATIVE).trim_end();
        self.content.description = format!("{beginning}\n\n[…]\n");
        self.content.source.insert("description".to_owned(), whole);
    }

    pub(super) fn status(&mut self, value: Value) {
        let name = self.named("status", &value);
        let category = value
            .get("statusCategory")
            .and_then(|category| text_at(category, "key"));
        let by_category = category.as_deref().and_then(words::category);
        let status = name.as_deref().and_then(words::status);
        let becomes = status.or(by_category).unwrap_or(Status::New);
        match name {
            None => self.remarks.push(Remark::NoStatus),
            Some(name) if status.is_none() => self.remarks.push(Remark::UnknownStatus {
                name,
                becomes: becomes.label(),
            }),
            Some(_) => {}
        }
        self.status = Some(becomes);
        self.set("status", becomes.as_str());
    }

    pub(super) fn priority(&mut self, value: Value) {
        let Some(name) = self.named("priority", &value) else {
            return;
        };
        match words::priority(&name) {
            Some(priority) => self.set("priority", Priority::as_str(priority)),
            None if words::is_no_priority(&name) => {}
            None => self.remarks.push(Remark::UnknownPriority(name)),
        }
    }

    pub(super) fn resolution(&mut self, value: Value) -> Option<Resolution> {
        let name = self.named("resolution", &value)?;
        let resolution = words::resolution(&name);
        match resolution {
            Some(resolution) => self.set("resolution", resolution.as_str()),
            None => self.remarks.push(Remark::UnknownResolution(name)),
        }
        resolution
    }

    pub(super) fn kind(&mut self, value: Value) {
        if let Some(kind) = self.named("issuetype", &value)
            && let Some(severity) = words::severity(&kind)
        {
            self.set("severity", Severity::as_str(severity));
        }
    }

    /// The name in an object like `{"name": "Major", …}`, kept under `field`. Other shapes are kept as they are.
    fn named(&mut self, field: &str, value: &Value) -> Option<String> {
        let name = match value {
            Value::Object(_) => text_at(value, "name"),
            other => plain(other),
        };
        if name.is_none() && !is_empty(value) {
            self.unexpected(field, value.clone());
            return None;
        }
        let name = name?;
        // The type of an issue has a name of its own here: `type`.
        let key = if field == "issuetype" { "type" } else { field };
        self.content.source.insert(key.to_owned(), name.clone());
        Some(name)
    }

    pub(super) fn components(&mut self, value: Value) {
        let names = self.names("components", value);
        if let Some(first) = names.iter().find(|name| is_name(name)) {
            self.set("component", &first.clone());
        }
        self.set_of_names("components", names);
    }

    pub(super) fn labels(&mut self, value: Value) {
        let names = self.names("labels", value);
        let (labels, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| is_name(name));
        self.content.labels.extend(labels);
        self.not_names("labels", others);
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
        self.keep("releases", Value::Object(releases));
        let (affects, others): (Vec<_>, Vec<_>) = self
            .names("versions", affects)
            .into_iter()
            .partition(|name| is_name(name));
        self.content.affects.extend(affects);
        self.not_names("versions", others);
        let fixed = self.names("fixVersions", fixed);
        self.set_of_names("fix_versions", fixed);
    }

    /// The names in a list of texts or of objects with a name, in alphabetical order.
    fn names(&mut self, field: &str, list: Value) -> Vec<String> {
        let values = match list {
            Value::Array(values) => values,
            Value::Null => Vec::new(),
            other => vec![other],
        };
        let (mut names, mut others) = (Vec::new(), Vec::new());
        for value in values {
            match plain(&value).or_else(|| text_at(&value, "name")) {
                Some(name) => names.push(name),
                None if is_empty(&value) => {}
                None => others.push(value),
            }
        }
        if !others.is_empty() {
            self.unexpected(&format!("{field}_other"), Value::Array(others));
        }
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Keeps names, each on a line of its own.
    fn set_of_names(&mut self, key: &str, names: Vec<String>) {
        if names.iter().any(|name| name.contains('\n')) {
            self.keep(key, names.into());
        } else if !names.is_empty() {
            self.content.source.insert(key.to_owned(), names.join("\n"));
        }
    }

    fn not_names(&mut self, field: &str, others: Vec<String>) {
        if !others.is_empty() {
            self.remarks.push(Remark::NameKept(field.to_owned()));
            self.keep(&format!("{field}_names"), others.into());
        }
    }

    /// Keeps a value whose shape isn't Jira's.
    pub(super) fn unexpected(&mut self, field: &str, mut value: Value) {
        clean(&mut value);
        self.content.source.insert(field.to_owned(), canonical(&value));
        self.remarks.push(Remark::Unexpected(field.to_owned()));
    }

    /// Remarks on a text that should be a time.
    pub(super) fn not_a_time(&mut self, field: &str, text: &str) {
        self.remarks.push(Remark::NotATime {
            field: field.to_owned(),
            text: text.chars().take(60).collect(),
        });
    }

    /// The keys of a list of issues.
    pub(super) fn keys(&mut self, field: &str, list: Value) {
        let objects = self.objects(field, list);
        let mut keys: Vec<_> = objects
            .into_iter()
            .filter_map(|mut issue| plain(&take(&mut issue, "key")))
            .collect();
        keys.sort_unstable();
        self.set_of_names(field, keys);
    }
}

/// Can it be a label, a version, a component, or the key of one?
pub(super) fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= NAME && !name.chars().any(char::is_control)
}
