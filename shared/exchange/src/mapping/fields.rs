//! The fields of an issue that hold one value or a set of names.

use docket_domain::{
    Timestamp,
    words::{Priority, Resolution, Status},
};
use serde_json::{Map, Value};

use super::{Mapping, text, time};
use crate::{
    content::{COLLABORATIVE, NAME, OWN, Scalar, TEXT},
    json::value::{canonical, digest, is_empty, text as plain, text_at},
    report::Remark,
};

impl Mapping {
    /// Sets a field of the document.
    pub(crate) fn set(&mut self, key: &'static str, value: &str) {
        self.content.fields.insert(key, Scalar::Text(value.to_owned()));
    }

    /// Keeps a value among the imported fields, if it says anything: a text as it is, anything else as JSON.
    pub(crate) fn keep(&mut self, name: &str, mut value: Value) {
        self.clean(&mut value);
        if !is_empty(&value) {
            let text = plain(&value).unwrap_or_else(|| canonical(&value));
            self.keep_text(name, text);
        }
    }

    /// Keeps a list, or an object of entries, as far as it fits: nobody can shorten it there.
    pub(crate) fn keep_what_fits(&mut self, name: &str, mut value: Value) {
        self.clean(&mut value);
        if is_empty(&value) {
            return;
        }
        let mut text = canonical(&value);
        if text.len() > TEXT {
            let left_out = cut(&mut value, TEXT);
            self.remark(Remark::KeptInPart {
                field: name.to_owned(),
                left_out,
            });
            text = canonical(&value);
        }
        if !is_empty(&value) {
            self.keep_text(name, text);
        }
    }

    /// Keeps a text among the imported fields.
    pub(crate) fn keep_text(&mut self, name: &str, text: String) {
        self.content.source.insert(name.to_owned(), text);
    }

    /// Keeps what isn't mapped, each value under its own name.
    pub(crate) fn keep_rest(&mut self, rest: impl IntoIterator<Item = (String, Value)>) {
        let mut nameless = Map::new();
        for (name, value) in rest {
            if !is_name(&name) {
                nameless.insert(name, value);
                continue;
            }
            let taken = OWN.contains(&name.as_str()) || self.content.source.contains_key(&name);
            let name = if taken { format!("{name}_other") } else { name };
            self.keep(&name, value);
        }
        self.keep("nameless_fields", Value::Object(nameless));
    }

    /// Keeps a value that has another shape than the tracker's.
    pub(crate) fn unexpected(&mut self, field: &str, mut value: Value) {
        self.clean(&mut value);
        self.keep_text(field, canonical(&value));
        self.remark(Remark::Unexpected(field.to_owned()));
    }

    /// The title. A text that isn't one line, or too long for one, is kept whole under `field`.
    pub(crate) fn title(&mut self, field: &str, value: Value) {
        let whole = plain(&value);
        if whole.is_none() && !is_empty(&value) {
            self.unexpected(field, value);
        }
        let whole = whole.unwrap_or_default();
        let title = text::title(&whole);
        if title.is_empty() {
            self.remark(Remark::NoTitle);
            self.content.title.clone_from(&self.content.key);
        } else if title.ends_with('…') && !whole.ends_with('…') {
            self.remark(Remark::TitleShortened(whole.len()));
            self.content.title = title;
        } else {
            if title != whole.trim() {
                self.remark(Remark::TitleAltered);
            }
            self.content.title = title;
        }
        if !whole.is_empty() && whole != self.content.title {
            self.keep_text(field, whole);
        }
    }

    /// The description: as much of it as is edited together, and beside it the whole of one that is longer.
    pub(crate) fn description(&mut self, whole: String) {
        let units = whole.encode_utf16().count();
        if units <= COLLABORATIVE {
            self.content.description = whole;
            return;
        }
        self.remark(Remark::DescriptionKeptWhole(units));
        let beginning = text::beginning(&whole, COLLABORATIVE).trim_end();
        self.content.description = format!("{beginning}\n\n[…]\n");
        self.keep_text("description", whole);
    }

    /// The status by its name there: what the name means, if that is known, or else what stands in for it.
    pub(crate) fn status(&mut self, name: Option<String>, known: Option<Status>, otherwise: Status) {
        let becomes = known.unwrap_or(otherwise);
        match name {
            None => self.remark(Remark::NoStatus),
            Some(name) if known.is_none() => self.unknown_status(&name, becomes),
            Some(_) => {}
        }
        self.status = Some(becomes);
        self.set("status", becomes.as_str());
    }

    /// Remarks, once for each name, on a status that isn't known, now or in the history.
    pub(crate) fn unknown_status(&mut self, name: &str, becomes: Status) {
        let said =
            |remark: &Remark| matches!(remark, Remark::UnknownStatus { name: said, .. } if said == name);
        if !self.remarks.iter().any(said) {
            self.remark(Remark::UnknownStatus {
                name: name.to_owned(),
                becomes: becomes.label(),
            });
        }
    }

    /// The priority by its name there.
    pub(crate) fn priority(&mut self, name: String, known: Option<Priority>) {
        match known {
            Some(priority) => self.set("priority", priority.as_str()),
            None => self.remark(Remark::UnknownPriority(name)),
        }
    }

    /// The resolution by its name there.
    pub(crate) fn resolution(&mut self, name: String, known: Option<Resolution>) {
        match known {
            Some(resolution) => self.set("resolution", resolution.as_str()),
            None => self.remark(Remark::UnknownResolution(name)),
        }
    }

    /// When the issue was made; without that, its last change stands in.
    pub(crate) fn created(&mut self, created: Option<Timestamp>, updated: Option<Timestamp>) {
        if created.is_none() {
            self.remark(Remark::NoCreationDate);
        }
        self.created = created.or(updated);
        if let Some(at) = self.created {
            self.content.fields.insert("created_at", Scalar::Time(at));
        }
    }

    /// Keeps a time as it was written, and reads it.
    pub(crate) fn dated(&mut self, field: &str, value: Value) -> Option<Timestamp> {
        if is_empty(&value) {
            return None;
        }
        let written = plain(&value).unwrap_or_else(|| canonical(&value));
        let at = time::parse(&written);
        if at.is_none() {
            self.not_a_time(field, &written);
        }
        self.keep_text(field, written);
        at
    }

    /// Remarks on a text that should be a time.
    pub(crate) fn not_a_time(&mut self, field: &str, text: &str) {
        self.remark(Remark::NotATime {
            field: field.to_owned(),
            text: text.chars().take(60).collect(),
        });
    }

    /// A person's id here, by the name that the tracker knows them by; `shown` is their name for people.
    pub(crate) fn person(&mut self, name: &str, shown: &str) -> String {
        let id = |name: &str| format!("{}:{name}", self.content.system);
        let own = id(name);
        let id = if is_name(&own) { own } else { id(&digest(name)) };
        let people = self.content.people.entry(id.clone());
        people.or_insert_with(|| text::shortened(shown, NAME));
        id
    }

    /// Labels, and what can't be one.
    pub(crate) fn labels(&mut self, value: Value) {
        let names = self.names("labels", value);
        let (labels, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| is_name(name));
        self.content.labels.extend(labels);
        self.not_names("labels", others);
    }

    /// Affected versions, and what can't be one.
    pub(crate) fn affects(&mut self, value: Value) {
        let names = self.names("versions", value);
        let (affects, others): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| is_name(name));
        self.content.affects.extend(affects);
        self.not_names("versions", others);
    }

    /// The names in a list of texts or of objects with a name, in alphabetical order.
    pub(crate) fn names(&mut self, field: &str, list: Value) -> Vec<String> {
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
    pub(crate) fn keep_names(&mut self, key: &str, names: Vec<String>) {
        if names.iter().any(|name| name.contains('\n')) {
            self.keep(key, names.into());
        } else if !names.is_empty() {
            self.keep_text(key, names.join("\n"));
        }
    }

    fn not_names(&mut self, field: &str, others: Vec<String>) {
        if !others.is_empty() {
            self.remark(Remark::NameKept(field.to_owned()));
            self.keep(&format!("{field}_names"), others.into());
        }
    }
}

/// Leaves out the entries of a list or an object that don't fit into so many bytes. Answers how many: the first stay, so
/// that what comes in later with more at the end has the same.
fn cut(value: &mut Value, max: usize) -> usize {
    let mut left_out = 0;
    let mut room = max.saturating_sub("[]".len());
    let mut fits = |name: &str, value: &Value| {
        // With the quotes, a colon and a comma.
        let name = match name {
            "" => 0,
            name => Value::from(name).to_string().len() + 1,
        };
        let size = name + canonical(value).len() + 1;
        let fits = size <= room;
        if fits {
            room -= size;
        } else {
            left_out += 1;
        }
        fits
    };
    match value {
        Value::Array(values) => values.retain(|value| fits("", value)),
        Value::Object(map) => {
            let entries = std::mem::take(map);
            let mut entries: Vec<(String, Value)> = entries.into_iter().collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            entries.retain(|(name, value)| fits(name, value));
            map.extend(entries);
        }
        _ => {}
    }
    left_out
}

/// Can it be a label, a version, a component, or the key of one?
pub(crate) fn is_name(name: &str) -> bool {
    !name.trim().is_empty() && name.len() <= NAME && !name.chars().any(char::is_control)
}
