//! Is what is here the issue that comes in? Keys are unique where they come from, but some are given again, some issues
//! move to another, and not every export says the number by which all are known.

use automerge::{Automerge, ROOT};
use docket_domain::{DocumentId, read};

use super::{Existing, Incoming, Plan};
use crate::{
    content::{Content, Past, source_at},
    mapping::time,
};

/// Is what is somewhere the same issue?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Likeness {
    /// It has another number, or another key.
    Another,
    /// One of the two doesn't say its number.
    Likely,
    Same,
}

/// Where an issue is under a former key.
#[derive(Debug)]
pub(super) enum Former {
    Nowhere,
    /// Under this one.
    Here(String),
    /// Perhaps this document is it.
    Needs(DocumentId),
}

impl Plan {
    /// Is the issue here under a key that it had before it moved to another project there? It can't be followed, since
    /// the guard lets nobody change a key.
    pub(super) fn former<'a>(
        &self,
        incoming: &Incoming,
        existing: impl Fn(DocumentId) -> Existing<'a>,
    ) -> Former {
        let content = &incoming.content;
        let Some(number) = &content.number else {
            return Former::Nowhere;
        };
        for key in &content.former {
            let id = Self::document(self.workspace, &content.system, key);
            let taken = self.taken.get(&id).and_then(|taken| taken.number.as_ref());
            let is_here = taken == Some(number)
                || match existing(id) {
                    Existing::Nothing => false,
                    Existing::Heads(_) => return Former::Needs(id),
                    Existing::Document(document) => {
                        number_of(document, &content.system, key).flatten().as_ref() == Some(number)
                    }
                };
            if is_here {
                return Former::Here(key.clone());
            }
        }
        Former::Nowhere
    }

    /// How far the number of what has this document says that it is this issue. Exports that leave the number out are
    /// of the same issue: keys are unique where they come from.
    pub(super) fn likeness(&self, id: DocumentId, number: Option<&String>, incoming: &Incoming) -> Likeness {
        let ours = incoming.content.number.as_ref();
        match (number, ours) {
            _ if number == ours => Likeness::Same,
            (Some(_), Some(_)) => Likeness::Another,
            _ if self.shared.contains(&id) => Likeness::Another,
            _ => Likeness::Likely,
        }
    }

    /// Passes over a document that another issue has.
    pub(super) fn pass(&mut self, id: DocumentId, incoming: &Incoming, first: &mut Option<DocumentId>) {
        first.get_or_insert(id);
        if incoming.content.number.is_some() {
            self.shared.insert(id);
        }
    }
}

/// The number that an issue with this key has here, if it says one. None if the document is of something else.
pub(super) fn number_of(document: &Automerge, system: &str, key: &str) -> Option<Option<String>> {
    let source = read::object(document, &ROOT, "source")?;
    let text = |name: &str| read::string(document, &source, name);
    let same_key = text("system").as_deref() == Some(system) && text("key").as_deref() == Some(key);
    same_key.then(|| text("id"))
}

/// Was the issue changed last, as far as its clock there showed, when that import says?
pub(super) fn has_same_clock(document: &Automerge, past: &Past, content: &Content) -> bool {
    let there = |name: &str| source_at(document, name, past.hash);
    let written = content.written.as_ref();
    written
        .is_some_and(|(name, text)| there(name).is_some_and(|there| time::clock(&there) == time::clock(text)))
}
