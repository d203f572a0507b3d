//! How many values one key of a map has at a time.
//!
//! Values that were written without knowing of one another all stand until somebody settles them. Each is derived,
//! shown and overwritten again, so there is a most; whoever comes after it says what they want on top of them, which
//! settles them.

use std::collections::HashMap;

use automerge::{Automerge, ROOT, ReadDoc};
use docket_domain::{
    limits,
    operation::{Action, Key, OpId, Operation, object_id, operation_id},
};

use super::{Refusal, ledger::Slot};

/// The operations that made the values of the keys that were written: a handful each, as a rule, and never many.
#[derive(Debug)]
pub(super) struct Widths<'d> {
    document: Option<&'d Automerge>,
    /// As they are stored, and with the changes that were allowed.
    known: HashMap<Slot, Vec<OpId>>,
    /// What the change that is judged now makes of them.
    pending: HashMap<Slot, Difference>,
}

#[derive(Debug, Default)]
struct Difference {
    gone: Vec<OpId>,
    new: Vec<OpId>,
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
        let document = self.document.filter(|_| !new);
        let known = self.known.entry(slot).or_insert_with(|| {
            document.map_or_else(Vec::new, |document| {
                stored(document, operation.object.as_ref(), name)
            })
        });
        let difference = self.pending.entry(slot).or_default();
        for id in &operation.overwrites {
            let before = difference.new.len();
            difference.new.retain(|new| new != id);
            if difference.new.len() == before && known.contains(id) && !difference.gone.contains(id) {
                difference.gone.push(id.clone());
            }
        }
        if operation.action != Action::Delete {
            difference.new.push(operation.id.clone());
        }
        let values = known.len() + difference.new.len() - difference.gone.len();
        // Those of an older hub may be more already: what makes them fewer, or no more, is taken.
        if values > limits::VALUES.max(known.len()) {
            return Err(Refusal::Crowded {
                what: "one field has many values at once",
            });
        }
        Ok(())
    }

    /// The change is allowed.
    pub(super) fn keep(&mut self) {
        for (slot, difference) in self.pending.drain() {
            let known = self.known.entry(slot).or_default();
            known.retain(|id| !difference.gone.contains(id));
            known.extend(difference.new);
        }
    }
}

fn stored(document: &Automerge, object: Option<&OpId>, name: &str) -> Vec<OpId> {
    let object = object.map_or(Some(ROOT), object_id);
    let values = object.and_then(|object| document.get_all(&object, name).ok());
    let values = values.unwrap_or_default();
    values.iter().filter_map(|(_, id)| operation_id(id)).collect()
}
