//! Comments, links and attachments.

use serde_json::{Map, Value};

use super::bug::Reading;
use crate::{
    content::{Entry, NAME, Scalar, TITLE},
    json::value::{take, text},
    mapping::Loose,
    report::Remark,
};

/// Bugs that a bug names, and how they are related, read from this one.
const LINKS: [(&str, &str); 7] = [
    ("blocks", "blocks"),
    ("depends_on", "depends on"),
    ("dupe_of", "duplicates"),
    ("duplicates", "is duplicated by"),
    ("regressed_by", "is regressed by"),
    ("regressions", "regresses"),
    ("see_also", "see also"),
];

impl Reading {
    /// The first comment is the description; where the export has no comments, the bug has it itself.
    pub(super) fn comments(&mut self, comments: Value, mut description: Value, total: Option<u64>) {
        let objects = self.out.objects("comments", comments);
        let present = objects.len();
        if let Some(total) = total.filter(|total| *total > present as u64) {
            self.out.remark(Remark::CommentsMissing { present, total });
            self.out.keep_text("comments_total", total.to_string());
        }
        let (mut bodiless, mut nameless, mut restricted) = (0, 0, 0);
        let mut described = None;
        let mut found = Vec::with_capacity(present);
        for object in objects {
            let first = object.get("count").and_then(Value::as_u64) == Some(0);
            if first {
                self.out.content.told.field("description");
            }
            if is_private(&object) {
                restricted += 1;
                // The bug says its first comment's text once more.
                description = if first { Value::Null } else { description };
                continue;
            }
            let mut loose = Loose::new(object);
            let body = text(&take(&mut loose.rest, "text"));
            // The same text before it was read as Markdown.
            loose.rest.remove("raw_text");
            if first && described.is_none() {
                described = body;
                continue;
            }
            let author = self.named(&mut loose.rest, &["creator", "author"]);
            loose.rest.remove("author");
            nameless += usize::from(author.is_none());
            bodiless += usize::from(body.is_none());
            loose.text("by", author);
            loose.text("body", body);
            self.out.times(&mut loose, "comments", ["creation_time", "time"]);
            for told in ["bug_id", "count", "is_private", "time"] {
                loose.rest.remove(told);
            }
            found.push(loose);
        }
        self.out.remark_count(bodiless, Remark::CommentsWithoutBody);
        self.out.remark_count(nameless, Remark::CommentsWithoutAuthor);
        self.out.remark_count(restricted, Remark::CommentsRestricted);
        self.out.content.comments = self.out.settle("comments", found);
        if let Some(description) = described.or_else(|| text(&description)) {
            self.out.description(description);
        }
    }

    /// Links by their kind and the other bug's number, so that a link is the same in every export.
    pub(super) fn links(&mut self, bug: &mut Map<String, Value>) {
        let mut found = Vec::new();
        for (field, relation) in LINKS {
            if bug.contains_key(field) {
                self.out.content.told.field(relation);
            }
            for target in self.out.names(field, take(bug, field)) {
                let id = format!("{}-{target}", relation.replace(' ', "-"));
                let mut loose = Loose::of(Some(id), Entry::new());
                loose.text("relation", Some(relation.to_owned()));
                loose.name("target", Some(target), NAME);
                found.push(loose);
            }
        }
        self.out.content.links = self.out.settle("links", found);
    }

    pub(super) fn attachments(&mut self, value: Value) {
        let (mut nameless, mut restricted) = (0, 0);
        let mut found = Vec::new();
        for object in self.out.objects("attachments", value) {
            if is_private(&object) {
                restricted += 1;
                continue;
            }
            let mut loose = Loose::new(object);
            let name = text(&take(&mut loose.rest, "file_name"));
            let name = name.or_else(|| text(loose.rest.get("summary")?));
            loose.name("name", name, TITLE);
            let kind = text(&take(&mut loose.rest, "content_type"));
            loose.name("type", kind, NAME);
            let author = self.named(&mut loose.rest, &["creator", "attacher"]);
            nameless += usize::from(author.is_none());
            loose.text("by", author);
            if let Some(size) = loose.rest.get("size").and_then(Value::as_u64) {
                loose.rest.remove("size");
                loose.entry.insert("size", Scalar::Number(size));
            }
            let times = ["creation_time", "last_change_time"];
            self.out.times(&mut loose, "attachments", times);
            loose.rest.remove("bug_id");
            found.push(loose);
        }
        self.out.remark_count(nameless, Remark::AttachmentsWithoutAuthor);
        self.out.remark_count(restricted, Remark::AttachmentsRestricted);
        self.out.content.attachments = self.out.settle("attachments", found);
    }
}

/// May only some people there read it?
fn is_private(object: &Map<String, Value>) -> bool {
    let private = object.get("is_private");
    private
        .is_some_and(|private| private.as_bool() == Some(true) || private.as_u64().is_some_and(|it| it != 0))
}
