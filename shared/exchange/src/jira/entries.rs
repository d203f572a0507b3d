//! Comments, links and attachments: each an entry under the id it has in Jira.

use serde_json::Value;

use super::{issue::Reading, rich};
use crate::{
    content::{NAME, Scalar, TITLE},
    json::value::{is_empty, take, text as plain, text_at},
    mapping::Loose,
    report::Remark,
};

/// When an entry was made and changed.
const TIMES: [&str; 2] = ["created", "updated"];

impl Reading {
    pub(super) fn comments(&mut self, value: Value) {
        let (list, total) = match value {
            Value::Object(mut map) => {
                let total = map.get("total").and_then(Value::as_u64);
                (take(&mut map, "comments"), total)
            }
            list => (list, None),
        };
        let objects = self.out.objects("comments", list);
        let present = objects.len();
        if let Some(total) = total.filter(|total| *total > present as u64) {
            self.out.remark(Remark::CommentsMissing { present, total });
            self.out.keep_text("comments_total", total.to_string());
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
            self.out.times_of_text(&mut loose, "comments", TIMES);
            let body = take(&mut loose.rest, "body");
            let text = rich::text(&body);
            bodiless += usize::from(text.is_none());
            if !body.is_string() && !is_empty(&body) {
                loose.rest.insert("body".to_owned(), body);
            }
            loose.text("body", text);
            loose.rest.remove("renderedBody");
            loose.rest.remove("jsdPublic");
            found.push(loose);
        }
        self.out.remark_count(bodiless, Remark::CommentsWithoutBody);
        self.out.remark_count(nameless, Remark::CommentsWithoutAuthor);
        self.out.remark_count(restricted, Remark::CommentsRestricted);
        self.out.content.comments = self.out.settle("comments", found);
    }

    pub(super) fn attachments(&mut self, value: Value) {
        let mut nameless = 0;
        let mut found = Vec::new();
        for object in self.out.objects("attachment", value) {
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
            self.out.times(&mut loose, "attachment", TIMES);
            found.push(loose);
        }
        self.out.remark_count(nameless, Remark::AttachmentsWithoutAuthor);
        self.out.content.attachments = self.out.settle("attachments", found);
    }

    pub(super) fn links(&mut self, value: Value) {
        let mut found = Vec::new();
        let mut odd = Vec::new();
        for object in self.out.objects("issuelinks", value) {
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
            self.out.keep("issuelinks_other", Value::Array(odd));
            self.out.remark(Remark::Unexpected("issuelinks".to_owned()));
        }
        self.out.content.links = self.out.settle("links", found);
    }
}
