//! Entries come whole, and history tells the truth.
//!
//! A comment without `by` would be shown as nobody's, and an event that says “resolved” beside a status that never was
//! would count in every figure. So a member's change that makes an entry writes, in that same change, what one has; and
//! an event stands with the change of its field that it tells of.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use automerge::ScalarValue;
use docket_domain::{
    Kind,
    operation::{Action, Key, OpId, Operation},
};

use super::Refusal;

/// What each entry of a container has: the kind, the container, its values.
const ENTRIES: &[(Kind, &str, &[&str])] = &[
    (Kind::Issue, "comments", &["at", "by", "body"]),
    (Kind::Issue, "events", &["at", "by", "field", "from", "to"]),
    (Kind::Issue, "attention", &["at", "by", "reason"]),
    (Kind::Issue, "links", &["at", "by", "relation", "target"]),
    (Kind::Issue, "attachments", &["at", "by", "name"]),
    (Kind::Report, "figures", &["at", "by", "data"]),
];

/// The entries that a change makes, and what it writes in them and at the root.
#[derive(Debug, Default)]
pub(super) struct Entries {
    made: HashMap<OpId, Entry>,
    /// What the change writes at the root; null for nothing.
    root: HashMap<String, BTreeSet<Option<String>>>,
}

#[derive(Debug)]
struct Entry {
    container: String,
    values: BTreeMap<String, Option<String>>,
}

impl Entries {
    /// Notes an operation.
    pub(super) fn note(&mut self, operation: &Operation) {
        let (Some(path), Key::Name(name)) = (operation.path(), &operation.key) else {
            return;
        };
        match (path.as_slice(), &operation.action, &operation.object) {
            ([container, _], Action::Make(_), _) => {
                let entry = Entry {
                    container: (*container).to_owned(),
                    values: BTreeMap::new(),
                };
                self.made.insert(operation.id.clone(), entry);
            }
            ([_], Action::Put(value), None) => {
                self.root.entry(name.clone()).or_default().insert(text(value));
            }
            ([_, _, _], Action::Put(value), Some(object)) => {
                if let Some(entry) = self.made.get_mut(object) {
                    entry.values.insert(name.clone(), text(value));
                }
            }
            _ => {}
        }
    }

    /// Are the entries whole, and is what events tell of in the change?
    pub(super) fn are_whole(&self, kind: Kind) -> Result<(), Refusal> {
        for entry in self.made.values() {
            let wanted = ENTRIES
                .iter()
                .find(|(of, container, _)| *of == kind && *container == entry.container);
            let Some((_, container, wanted)) = wanted else {
                continue;
            };
            if let Some(lacks) = wanted.iter().find(|name| !entry.values.contains_key(**name)) {
                return Err(Refusal::NotWhole {
                    path: (*container).to_owned(),
                    lacks,
                });
            }
            if *container == "events" {
                self.is_true(entry)?;
            }
        }
        Ok(())
    }

    fn is_true(&self, event: &Entry) -> Result<(), Refusal> {
        let value = |name: &str| event.values.get(name).cloned().flatten();
        let field = value("field").unwrap_or_default();
        let written = self.root.get(&field);
        if written.is_some_and(|written| written.contains(&value("to"))) {
            Ok(())
        } else {
            Err(Refusal::NoSuchChange { field })
        }
    }
}

fn text(value: &ScalarValue) -> Option<String> {
    match value {
        ScalarValue::Str(text) => Some(text.to_string()),
        _ => None,
    }
}
