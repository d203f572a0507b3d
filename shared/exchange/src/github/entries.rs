//! Comments.

use serde_json::{Map, Value};

use super::issue::{Reading, rename};
use crate::{
    json::value::{take, text},
    mapping::Loose,
    report::Remark,
};

impl Reading {
    /// A list of comments, or only their number: the interface lists them elsewhere.
    pub(super) fn comments(&mut self, value: Value) {
        if let Some(total) = value.as_u64() {
            if total > 0 {
                self.out.remark(Remark::CommentsMissing { present: 0, total });
                self.out.keep_text("comments_total", total.to_string());
            }
            return;
        }
        let (mut bodiless, mut nameless) = (0, 0);
        let mut found = Vec::new();
        for mut object in self.out.objects("comments", value) {
            rename(&mut object);
            let number = number(&object);
            let mut loose = Loose::new(object);
            loose.id = number.or(loose.id);
            let author = self.person(&take(&mut loose.rest, "user"));
            nameless += usize::from(author.is_none());
            loose.text("by", author);
            let body = text(&take(&mut loose.rest, "body"));
            bodiless += usize::from(body.is_none());
            loose.text("body", body);
            self.out
                .times_of_text(&mut loose, "comments", ["created_at", "updated_at"]);
            found.push(loose);
        }
        self.out.remark_count(bodiless, Remark::CommentsWithoutBody);
        self.out.remark_count(nameless, Remark::CommentsWithoutAuthor);
        self.out.content.comments = self.out.settle("comments", found);
    }
}

/// The comment's number, which its page has in both interfaces: `…/issues/12#issuecomment-345`.
fn number(comment: &Map<String, Value>) -> Option<String> {
    let mut pages = ["html_url", "url"]
        .iter()
        .filter_map(|name| comment.get(*name)?.as_str());
    pages.find_map(|page| {
        page.split_once("#issuecomment-")
            .map(|(_, number)| number.to_owned())
    })
}
