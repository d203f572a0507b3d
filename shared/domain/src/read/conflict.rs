//! Conflicts: a field that people set to different values without knowing of one another.

use std::collections::HashSet;

use automerge::{ActorId, ChangeHash, ObjId, ROOT, ReadDoc, ScalarValue, Value};

use crate::field::Field;

/// A field with several values of equal standing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// The field.
    pub field: Field,
    /// Its values, each different from the others; the one that is shown meanwhile is the last.
    pub candidates: Vec<Candidate>,
}

/// One of a conflict's values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The value; none means “not set”.
    pub value: Option<String>,
    /// The actor that set it: see [`Facts::member`](crate::Facts::member).
    pub actor: ActorId,
    /// The counter of the operation that set it.
    pub counter: u64,
}

/// A document's open conflicts, in the order of [`Field::ALL`]. Equal values are no conflict.
pub fn conflicts<D: ReadDoc>(document: &D) -> Vec<Conflict> {
    Field::ALL
        .into_iter()
        .filter_map(|field| conflict(document, field))
        .collect()
}

fn conflict<D: ReadDoc>(document: &D, field: Field) -> Option<Conflict> {
    let values = document.get_all(ROOT, field.key()).ok()?;
    if values.len() < 2 {
        return None;
    }
    let mut candidates: Vec<Candidate> = Vec::new();
    let mut seen = HashSet::new();
    // From the one that is shown: of equal values the latest counts.
    for (value, id) in values.into_iter().rev() {
        let ObjId::Id(counter, actor, _) = id else {
            continue;
        };
        let value = match value {
            Value::Scalar(scalar) => match scalar.as_ref() {
                ScalarValue::Str(text) => Some(text.to_string()),
                _ => None,
            },
            Value::Object(_) => document.text(ObjId::Id(counter, actor.clone(), 0)).ok(),
        };
        if seen.insert(value.clone()) {
            candidates.push(Candidate {
                value,
                actor,
                counter,
            });
        }
    }
    candidates.reverse();
    (candidates.len() > 1).then_some(Conflict { field, candidates })
}

impl Candidate {
    /// The change that set the value.
    #[must_use]
    pub fn change(&self, document: &automerge::Automerge) -> Option<ChangeHash> {
        document.hash_for_opid(&ObjId::Id(self.counter, self.actor.clone(), 0))
    }
}
