//! A document's history as people read it: who, when, what, from, to.
//!
//! Read from operations, not from differences between states: a write that lost against a concurrent one, or was
//! taken back within its own change, is part of the history too.

use std::collections::HashMap;

use automerge::{Automerge, Change, ChangeHash, ReadDoc, ScalarValue};

use crate::{
    facts::{Facts, Judged},
    ids::{MemberId, Timestamp},
    operation::{Action, Key, OpId, Operation, Places},
};

/// What one change did, as far as it is worth telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The change.
    pub change: ChangeHash,
    /// Who made it, where the hub knows; none for layouts, imports, and what the hub hasn't stored.
    pub member: Option<MemberId>,
    /// When, and whether another time was claimed.
    pub at: Judged,
    /// What it did, in its order.
    pub what: Vec<What>,
}

/// One thing that a change did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// Set a field of the record.
    Set {
        /// The field's key.
        field: String,
        /// The value before; none for “not set”.
        from: Option<String>,
        /// The value after; none for “not set”.
        to: Option<String>,
    },
    /// Put a name into a set (labels, affected versions, components) or took it out.
    Marked {
        /// The set's key.
        set: String,
        /// The name.
        name: String,
        /// In?
        on: bool,
    },
    /// Edited a text.
    Edited {
        /// The text's key.
        text: String,
        /// What was typed, in order.
        inserted: String,
        /// How many characters went.
        removed: usize,
    },
    /// Added an entry (a comment, a flag, a link …) or removed it.
    Entry {
        /// The container's key.
        container: String,
        /// The entry's key.
        id: String,
        /// Added?
        added: bool,
        /// Its main text: a comment's body, a flag's reason, an event's new value.
        text: Option<String>,
    },
    /// Changed a value of an entry that was there before.
    Changed {
        /// The container's key.
        container: String,
        /// The entry's key.
        id: String,
        /// The value's key.
        field: String,
        /// The value before.
        from: Option<String>,
        /// The value after.
        to: Option<String>,
    },
}

/// The whole history of a document, oldest first. Layouts and what only keeps books (who created it, the record of
/// an event) are left out.
#[must_use]
pub fn history(document: &Automerge, facts: &Facts) -> Vec<Entry> {
    let mut reader = Reader {
        places: Places::new(None),
        values: HashMap::new(),
    };
    let entries = document
        .get_changes(&[])
        .into_iter()
        .filter_map(|change| reader.read(&change, facts));
    entries.collect()
}

/// The entry of one change of `document`; none if it isn't there or tells nothing.
#[must_use]
pub fn of_change(document: &Automerge, hash: &ChangeHash, facts: &Facts) -> Option<Entry> {
    document.get_change_by_hash(hash)?;
    history(document, facts)
        .into_iter()
        .find(|entry| entry.change == *hash)
}

struct Reader<'d> {
    places: Places<'d>,
    /// The text that each operation wrote: what a later one overwrites.
    values: HashMap<OpId, String>,
}

/// Values that keep books and tell nothing by themselves.
const BOOKS: [&str; 8] = [
    "kind",
    "schema",
    "created_at",
    "created_by",
    "deleted_by",
    "reporter",
    "at",
    "by",
];

impl Reader<'_> {
    fn read(&mut self, change: &Change, facts: &Facts) -> Option<Entry> {
        let operations = self.places.read(change);
        let mut what = Vec::new();
        for operation in &operations {
            self.tell(operation, &mut what);
            if let Some(text) = shown(&operation.action) {
                self.values.insert(operation.id.clone(), text);
            }
        }
        what.retain(|what| !matches!(what, What::Edited { inserted, removed: 0, .. } if inserted.is_empty()));
        if what.is_empty() {
            return None;
        }
        let claimed = Timestamp(change.timestamp().saturating_mul(1000));
        let at = judge(facts, change, claimed);
        Some(Entry {
            change: change.hash(),
            member: facts.member(change.actor_id()).cloned(),
            at,
            what,
        })
    }

    fn tell(&self, operation: &Operation, what: &mut Vec<What>) {
        let Some(place) = &operation.place else { return };
        let path: Vec<&str> = place.path.iter().map(String::as_str).collect();
        match (path.as_slice(), &operation.key, &operation.action) {
            ([], Key::Name(_), Action::Make(_)) => {}
            ([], Key::Name(field), action) if !BOOKS.contains(&field.as_str()) => {
                let (from, to) = (self.overwritten(operation), shown(action));
                // Settling a conflict may write a field twice: the last value is what was meant.
                what.retain(|what| !matches!(what, What::Set { field: earlier, .. } if earlier == field));
                what.push(What::Set {
                    field: field.clone(),
                    from,
                    to,
                });
            }
            ([set @ ("labels" | "affects" | "components")], Key::Name(name), action) => {
                let on = matches!(action, Action::Put(ScalarValue::Boolean(true)));
                what.push(What::Marked {
                    set: (*set).to_owned(),
                    name: name.clone(),
                    on,
                });
            }
            ([container @ ("ranks" | "lists" | "organisations")], Key::Name(name), action) => {
                let (from, to) = (self.overwritten(operation), shown(action));
                let (container, id) = ((*container).to_owned(), name.clone());
                what.push(What::Changed {
                    container,
                    id,
                    field: "value".to_owned(),
                    from,
                    to,
                });
            }
            ([container], Key::Name(id), Action::Make(_) | Action::Delete) if *container != "events" => {
                let added = matches!(operation.action, Action::Make(_));
                what.push(What::Entry {
                    container: (*container).to_owned(),
                    id: id.clone(),
                    added,
                    text: None,
                });
            }
            ([container, id], Key::Name(field), action) if !BOOKS.contains(&field.as_str()) => {
                self.tell_value(container, id, field, operation, shown(action), what);
            }
            ([text], Key::Element(_) | Key::Head, action) => edited(text, operation.insert, action, what),
            _ => {}
        }
    }

    /// A value within an entry: part of the entry's making, or a change of it.
    fn tell_value(
        &self,
        container: &str,
        id: &str,
        field: &str,
        operation: &Operation,
        to: Option<String>,
        what: &mut Vec<What>,
    ) {
        if container == "events" {
            // The field itself tells of the change; only its reason is new.
            if field == "reason" {
                let (container, id) = (container.to_owned(), id.to_owned());
                what.push(What::Entry {
                    container,
                    id,
                    added: true,
                    text: to,
                });
            }
            return;
        }
        let made = what.iter_mut().rev().find_map(|what| match what {
            What::Entry {
                container: c,
                id: i,
                added: true,
                text,
            } if c == container && i == id => Some(text),
            _ => None,
        });
        match made {
            Some(text) if matches!(field, "body" | "reason" | "target" | "name") => *text = to,
            Some(_) => {}
            None => what.push(What::Changed {
                container: container.to_owned(),
                id: id.to_owned(),
                field: field.to_owned(),
                from: self.overwritten(operation),
                to,
            }),
        }
    }

    fn overwritten(&self, operation: &Operation) -> Option<String> {
        operation
            .overwrites
            .iter()
            .rev()
            .find_map(|id| self.values.get(id))
            .cloned()
    }
}

/// One keystroke more of a text: told together with those before it.
fn edited(text: &str, insert: bool, action: &Action, what: &mut Vec<What>) {
    let started = matches!(what.last(), Some(What::Edited { text: last, .. }) if last == text);
    if !started {
        what.push(What::Edited {
            text: text.to_owned(),
            inserted: String::new(),
            removed: 0,
        });
    }
    if let Some(What::Edited {
        inserted, removed, ..
    }) = what.last_mut()
    {
        match action {
            Action::Put(ScalarValue::Str(typed)) if insert => inserted.push_str(typed),
            Action::Delete => *removed += 1,
            _ => {}
        }
    }
}

/// The time that counts for a change. Its claim has whole seconds: one within the second of the receipt is true.
fn judge(facts: &Facts, change: &Change, claimed: Timestamp) -> Judged {
    let judged = facts.judge(change.max_op(), change.actor_id(), claimed);
    let close = judged.at.seconds().abs_diff(claimed.seconds()) <= 1;
    Judged {
        at: judged.at,
        corrected: judged.corrected && !close,
    }
}

/// A value as people read it; none for null and for what isn't a value.
fn shown(action: &Action) -> Option<String> {
    match action {
        Action::Put(ScalarValue::Str(text)) => Some(text.to_string()),
        Action::Put(ScalarValue::Null) => None,
        Action::Put(ScalarValue::Timestamp(at)) => Some(at.to_string()),
        Action::Put(value) => Some(value.to_string()),
        _ => None,
    }
}
