//! A record on its way into a [`Content`]: what every tracker's module needs to map one.
//!
//! A module takes a record apart: what is mapped it [`set`](Mapping::set)s, what isn't it [`keep`](Mapping::keep)s under
//! its own name among the imported fields, and what a person should know it remarks. So nothing is lost silently.

mod entries;
mod events;
mod fields;
pub(crate) mod own;
pub(crate) mod text;
pub(crate) mod time;
mod words;

use std::sync::Arc;

use docket_domain::{Timestamp, words::Status};
use serde_json::Value;

pub(crate) use entries::Loose;
pub(crate) use events::{Happened, event};
pub(crate) use fields::is_name;
pub use words::Words;
pub(crate) use words::plain;

use crate::{
    content::Content,
    format::Format,
    report::{Reason, Remark},
};

/// A record on its way into a [`Content`].
#[derive(Debug)]
pub(crate) struct Mapping {
    pub(crate) content: Content,
    pub(crate) format: Format,
    words: Arc<Words>,
    remarks: Vec<Remark>,
    /// The record has times without a zone, which was assumed.
    pub(crate) zoneless: bool,
    /// When the issue was made.
    pub(crate) created: Option<Timestamp>,
    /// Its present status.
    pub(crate) status: Option<Status>,
}

impl Mapping {
    /// Nothing yet.
    pub(crate) fn new(format: Format, words: &Arc<Words>) -> Self {
        Self {
            content: Content {
                system: format.system().to_owned(),
                ..Content::default()
            },
            format,
            words: Arc::clone(words),
            remarks: Vec::new(),
            zoneless: false,
            created: None,
            status: None,
        }
    }

    /// The content, with what there is to know about it.
    pub(crate) fn finish(self) -> (Content, Vec<Remark>) {
        (self.content, self.remarks)
    }

    /// Notes what the record says anything of: its names, and what each of them is `here`. None of the interface's, which
    /// differ from one way to export an issue to another: what two members make of one state is one change.
    pub(crate) fn tells<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a String>,
        here: fn(&str) -> &'static [&'static str],
    ) {
        let told = &mut self.content.told;
        for name in names {
            told.name(name);
            here(name).iter().for_each(|field| told.field(field));
        }
    }

    /// Notes what a person should know.
    pub(crate) fn remark(&mut self, remark: Remark) {
        self.remarks.push(remark);
    }

    /// Notes how many of something are in some way, if any are.
    pub(crate) fn remark_count(&mut self, count: usize, remark: impl FnOnce(usize) -> Remark) {
        if count > 0 {
            self.remarks.push(remark(count));
        }
    }

    /// Why the record is none of an issue.
    pub(crate) const fn not_an_issue(&self, missing: &'static str) -> Reason {
        Reason::NotAnIssue {
            of: self.format.name(),
            missing,
        }
    }

    /// Takes out of a value what says nothing about the issue.
    fn clean(&self, value: &mut Value) {
        (self.format.cleaner())(value);
    }
}
