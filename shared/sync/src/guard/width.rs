//! How many values one key of a map has at a time.
//!
//! Values that were written without knowing of one another all stand until somebody settles them. Each is derived,
//! shown and overwritten again, so there is a most; whoever comes after it says what they want on top of them, which
//! settles them.

use std::collections::{HashMap, HashSet};

use automerge::{Automerge, ROOT, ReadDoc};
use docket_domain::{
    limits,
    operation::{Action, Key, OpId, Operation, object_id, operation_id},
};

use super::{Refusal, ledger::Slot};

/// The operations that made the values of the keys that were written.
#[derive(Debug)]
pub(super) struct Widths<'d> {
    document: Option<&'d Automerge>,
    known: HashMap<Slot, HashSet<OpId>>,
    /// As they are with the change that is judged now.
    pending: HashMap<Slot, HashSet<OpId>>,
}

impl<'d> Widths<'d> {
    pub(super) fn new(document: Option<&'d Automerge>) -> Self {
        Self {
            document,
            known: HashMap::new(),
            pending: HashMap::new(),
        }
    }

    /// Begins a change.
    pub(super) fn begin(&mut self) {
        self.pending.clear();
    }

    /// Takes in an operation on the key that `slot` stands for; `new` if its object isn't stored yet.
    pub(super) fn note(&mut self, operation: &Operation, slot: Slot, new: bool) -> Result<(), Refusal> {
        let (Key::Name(name), Action::Put(_) | Action::Make(_) | Action::Delete) =
            (&operation.key, &operation.action)
        else {
            return Ok(());
        };
        let (document, known) = (self.document, &self.known);
        let values = self.pending.entry(slot).or_insert_with(|| {
            known.get(&slot).cloned().unwrap_or_else(|| match document {
                Some(document) if !new => stored(document, operation.object.as_ref(), name),
                _ => HashSet::new(),
            })
        });
        for id in &operation.overwrites {
            values.remove(id);
        }
        if operation.action != Action::Delete {
            values.insert(operation.id.clone());
        }
        if values.len() > limits::VALUES {
            return Err(Refusal::Crowded {
                what: "one field has many values at once",
            });
        }
        Ok(())
    }

    /// The change is allowed.
    pub(super) fn keep(&mut self) {
        self.known.extend(self.pending.drain());
    }
}

fn stored(document: &Automerge, object: Option<&OpId>, name: &str) -> HashSet<OpId> {
    let object = object.map_or(Some(ROOT), object_id);
    let values = object.and_then(|object| document.get_all(&object, name).ok());
    let values = values.unwrap_or_default();
    values.iter().filter_map(|(_, id)| operation_id(id)).collect()
}
