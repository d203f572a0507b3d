//! Comments, links and attachments: each an entry under the id it has in Jira.

use std::collections::BTreeMap;

use docket_domain::{EntryId, Timestamp};
use serde_json::{Map, Value};

use super::{
    issue::Mapping,
    text::{self, shortened},
    time,
    value::{canonical, clean, digest, is_empty, kept, take, text as plain, text_at},
};
use crate::{
    content::{Entry, NAME, Scalar, TITLE},
    report::Remark,
};

/// An entry before it has its id.
pub(super) struct Loose {
    /// The id that Jira gave it.
    pub(super) id: Option<String>,
    /// What it holds.
    pub(super) entry: Entry,
    /// What else Jira says of it.
    pub(super) rest: Map<String, Value>,
}

impl Loose {
    fn new(mut object: Map<String, Value>) -> Self {
        Self {
            id: plain(&take(&mut object, "id")),
            entry: Entry::new(),
            rest: object,
        }
    }

    fn text(&mut self, key: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.entry.insert(key, Scalar::Text(value));
        }
    }

    /// A text that is a name: the beginning of one that is too long, whose whole is kept beside.
    fn name(&mut self, key: &'static str, value: Option<String>, max: usize) {
        if let Some(long) = value.as_ref().filter(|value| value.len() > max) {
            self.rest.insert(key.to_owned(), Value::String(long.clone()));
        }
        self.text(key, value.map(|value| shortened(&value, max)));
    }
}

impl Mapping {
    pub(super) fn comments(&mut self, value: Value) {
        let (list, total) = match value {
            Value::Object(mut map) => {
                let total = map.get("total").and_then(Value::as_u64);
                (take(&mut map, "comments"), total)
            }
            list => (list, None),
        };
        let objects = self.objects("comments", list);
        let present = objects.len();
        if let Some(total) = total.filter(|total| *total > present as u64) {
            self.remarks.push(Remark::CommentsMissing { present, total });
            self.content
                .source
                .insert("comments_total".to_owned(), total.to_string());
        }
        let (mut bodiless, mut nameless, mut restricted) = (0, 0, 0);
        let mut found = Vec::with_capacity(present);
        for object in objects {
            let public = object.get("jsdPublic") != Some(&Value::Bool(false));
            if !public || object.get("visibility").is_some_and(|who| !is_empty(who)) {
                restricted += 1;
                continue;
            }
            let mut loose = Loose::new(object);
            let author = self.person(&take(&mut loose.rest, "author"));
            let editor = self.person(&take(&mut loose.rest, "updateAuthor"));
            if let Some(editor) =
                editor.filter(|editor| author.as_ref().is_some_and(|author| author != editor))
            {
                loose.rest.insert("edited_by".to_owned(), Value::String(editor));
            }
            nameless += usize::from(author.is_none());
            loose.text("by", author);
            let (created, updated) = self.times(&mut loose, "comments");
            if let Some(updated) =
                updated.filter(|updated| created.is_some_and(|created| created != *updated))
            {
                loose.entry.insert("edited_at", Scalar::Time(updated));
            }
            let body = take(&mut loose.rest, "body");
            let text = text::field(&body);
            bodiless += usize::from(text.is_none());
            if !body.is_string() && !is_empty(&body) {
                loose.rest.insert("body".to_owned(), body);
            }
            loose.text("body", text);
            loose.rest.remove("renderedBody");
            loose.rest.remove("jsdPublic");
            found.push(loose);
        }
        for (count, remark) in [
            (bodiless, Remark::CommentsWithoutBody as fn(usize) -> Remark),
            (nameless, Remark::CommentsWithoutAuthor),
            (restricted, Remark::CommentsRestricted),
        ] {
            if count > 0 {
                self.remarks.push(remark(count));
            }
        }
        self.content.comments = self.settle("comments", found);
    }

    pub(super) fn attachments(&mut self, value: Value) {
        let mut nameless = 0;
        let mut found = Vec::new();
        for object in self.objects("attachment", value) {
            let mut loose = Loose::new(object);
            let name = plain(&take(&mut loose.rest, "filename"));
            loose.name("name", name, TITLE);
            let kind = plain(&take(&mut loose.rest, "mimeType"));
            loose.name("type", kind, NAME);
            let author = self.person(&take(&mut loose.rest, "author"));
            nameless += usize::from(author.is_none());
            loose.text("by", author);
            if let Some(size) = loose.rest.get("size").and_then(Value::as_u64) {
                loose.rest.remove("size");
                loose.entry.insert("size", Scalar::Number(size));
            }
            self.times(&mut loose, "attachment");
            found.push(loose);
        }
        if nameless > 0 {
            self.remarks.push(Remark::AttachmentsWithoutAuthor(nameless));
        }
        self.content.attachments = self.settle("attachments", found);
    }

    pub(super) fn links(&mut self, value: Value) {
        let mut found = Vec::new();
        let mut odd = Vec::new();
        for object in self.objects("issuelinks", value) {
            let side = ["outward", "inward"].into_iter().find_map(|side| {
                let target = text_at(object.get(&format!("{side}Issue"))?, "key")?;
                Some((side, target)).filter(|(_, target)| !target.is_empty())
            });
            let Some((side, target)) = side else {
                odd.push(Value::Object(object));
                continue;
            };
            let mut loose = Loose::new(object);
            let kind = take(&mut loose.rest, "type");
            let relation = text_at(&kind, side).filter(|text| !text.trim().is_empty());
            let relation = relation.or_else(|| text_at(&kind, "name").filter(|text| !text.trim().is_empty()));
            loose.name(
                "relation",
                Some(relation.unwrap_or_else(|| "relates to".to_owned())),
                NAME,
            );
            loose.name("target", Some(target), NAME);
            loose.rest.remove("outwardIssue");
            loose.rest.remove("inwardIssue");
            found.push(loose);
        }
        if !odd.is_empty() {
            self.keep("issuelinks_other", Value::Array(odd));
            self.remarks.push(Remark::Unexpected("issuelinks".to_owned()));
        }
        self.content.links = self.settle("links", found);
    }

    /// The objects of a list. What else it holds is kept, and remarked.
    pub(super) fn objects(&mut self, field: &str, list: Value) -> Vec<Map<String, Value>> {
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
            self.remarks.push(Remark::Unexpected(field.to_owned()));
        }
        objects
    }

    /// Takes `created` and `updated` out, and writes `at`: an entry without a time of its own has its issue's.
    fn times(&mut self, loose: &mut Loose, field: &str) -> (Option<Timestamp>, Option<Timestamp>) {
        let created = self.time(loose, field, "created");
        let updated = self.time(loose, field, "updated");
        if let Some(at) = created.or(updated).or(self.created) {
            loose.entry.insert("at", Scalar::Time(at));
        }
        (created, updated)
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
    pub(super) fn settle(&mut self, what: &str, found: Vec<Loose>) -> BTreeMap<String, Entry> {
        let mut named: Vec<(String, String, Loose)> = found
            .into_iter()
            .map(|mut loose| {
                let mut rest = Value::Object(std::mem::take(&mut loose.rest));
                clean(&mut rest);
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
        for (id, content, loose) in named {
            // Two entries with one id are two entries all the same.
            let mut unique = id.clone();
            let mut next = 2_usize;
            while entries.contains_key(&unique) {
                unique = match next {
                    2..10_000 => entry_id(Some(&format!("{id}-{next}")), &content),
                    _ => entry_id(None, &format!("{content}{next}")),
                };
                next += 1;
            }
            let mut rest = Value::Object(loose.rest);
            if !is_empty(&rest) {
                rests.insert(unique.clone(), rest.take());
            }
            entries.insert(unique, loose.entry);
        }
        if let Some(text) = kept(Value::Object(rests)) {
            self.content.source.insert(what.to_owned(), text);
        }
        entries
    }
}

/// Jira's id where it can be an entry's; else one made from the content.
fn entry_id(id: Option<&str>, content: &str) -> String {
    let id = id
        .map(str::to_ascii_lowercase)
        .and_then(|id| id.parse::<EntryId>().ok());
    id.map_or_else(|| digest(content), |id| id.as_str().to_owned())
}
