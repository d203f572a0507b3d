//! A change's operations, one by one: where in the document each one acts, and what it does there.
//!
//! A diff of two states hides what was written and lost, or written and taken back within one change; operations
//! hide nothing. The guard judges them and the history reads them. Changes from outside have to pass
//! `docket_sync::inspect` before they come here, since Automerge panics while decoding a malformed one.

use std::{collections::HashMap, sync::Arc};

use automerge::{ActorId, Automerge, Change, ObjId, ObjType, Prop, ReadDoc, ScalarValue, legacy};

pub use automerge::legacy::OpId;

/// One operation of a change.
#[derive(Debug, Clone, PartialEq)]
pub struct Operation {
    /// Its own id.
    pub id: OpId,
    /// The object it acts on; none for the root.
    pub object: Option<OpId>,
    /// Where that object is and what it is; none if the document doesn't have it.
    pub place: Option<Place>,
    /// Which of the object's values it concerns.
    pub key: Key,
    /// Does it insert an element into a sequence?
    pub insert: bool,
    /// What it does.
    pub action: Action,
    /// The operations that it overwrites, in ascending order.
    pub overwrites: Vec<OpId>,
}

/// Where an object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The keys that lead to it from the root: `["comments", "4f…"]`. An element of a sequence is named by its index
    /// or the id of its operation; nothing in Docket's own documents lies in a sequence.
    pub path: Arc<[String]>,
    /// What it is.
    pub kind: ObjType,
}

/// Which of an object's values an operation concerns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Key {
    /// The value with this name in a map.
    Name(String),
    /// The element of a sequence that this operation made, or (for an insertion) the place after it.
    Element(OpId),
    /// The place before the first element.
    Head,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// Writes a value.
    Put(ScalarValue),
    /// Makes a map, list or text.
    Make(ObjType),
    /// Deletes.
    Delete,
    /// Adds to a counter.
    Increment(i64),
    /// Begins a mark with this name.
    Mark(String),
    /// Ends a mark.
    EndMark,
}

impl Operation {
    /// The path of the value it concerns, in a map: the object's path and the name.
    #[must_use]
    pub fn path(&self) -> Option<Vec<&str>> {
        let place = self.place.as_ref()?;
        let Key::Name(name) = &self.key else { return None };
        Some(
            place
                .path
                .iter()
                .map(String::as_str)
                .chain([name.as_str()])
                .collect(),
        )
    }

    /// The text it writes.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.action {
            Action::Put(ScalarValue::Str(text)) => Some(text),
            _ => None,
        }
    }
}

/// Finds where objects are: in a document, and in changes that it doesn't have yet.
///
/// To read a whole history, start without a document and feed all changes in the order in which Automerge gives them.
#[derive(Debug, Clone)]
pub struct Places<'d> {
    document: Option<&'d Automerge>,
    // Found in the document (or not), and made by the changes read so far.
    known: HashMap<OpId, Option<Place>>,
}

impl<'d> Places<'d> {
    /// Starts from what `document` holds.
    #[must_use]
    pub fn new(document: Option<&'d Automerge>) -> Self {
        Self {
            document,
            known: HashMap::new(),
        }
    }

    /// Where `object` is; none if neither the document nor a change read so far made it.
    pub fn find(&mut self, object: Option<&OpId>) -> Option<Place> {
        let Some(id) = object else {
            return Some(Place {
                path: Arc::default(),
                kind: ObjType::Map,
            });
        };
        if let Some(place) = self.known.get(id) {
            return place.clone();
        }
        let place = self.document.and_then(|document| stored(document, id));
        self.known.insert(id.clone(), place.clone());
        place
    }

    /// The operations of `change`, in order; what they make is known from then on.
    pub fn read(&mut self, change: &Change) -> Vec<Operation> {
        self.each(change).collect()
    }

    /// As [`read`](Self::read), one after the other.
    pub fn each(&mut self, change: &Change) -> impl Iterator<Item = Operation> {
        let decoded = change.decode();
        let start = decoded.start_op.get();
        let actor = decoded.actor_id;
        let numbered = (start..).zip(decoded.operations);
        numbered.map(move |(counter, op)| self.read_one(OpId::new(counter, &actor), op))
    }

    fn read_one(&mut self, id: OpId, op: legacy::Op) -> Operation {
        let object = match op.obj {
            legacy::ObjectId::Root => None,
            legacy::ObjectId::Id(id) => Some(id),
        };
        let place = self.find(object.as_ref());
        let key = match op.key {
            legacy::Key::Map(name) => Key::Name(name.to_string()),
            legacy::Key::Seq(legacy::ElementId::Head) => Key::Head,
            legacy::Key::Seq(legacy::ElementId::Id(element)) => Key::Element(element),
        };
        let action = match op.action {
            legacy::OpType::Put(value) => Action::Put(value),
            legacy::OpType::Make(kind) => Action::Make(kind),
            legacy::OpType::Delete => Action::Delete,
            legacy::OpType::Increment(by) => Action::Increment(by),
            legacy::OpType::MarkBegin(mark) => Action::Mark(mark.name.to_string()),
            legacy::OpType::MarkEnd(_) => Action::EndMark,
        };
        if let Action::Make(kind) = action {
            let made = place.as_ref().map(|parent| {
                let name = match &key {
                    Key::Name(name) => name.clone(),
                    // An element's own id, not that of the one it was inserted after.
                    Key::Element(_) | Key::Head => format!("{}@{}", id.counter(), id.actor()),
                };
                Place {
                    path: parent.path.iter().cloned().chain([name]).collect(),
                    kind,
                }
            });
            self.known.insert(id.clone(), made);
        }
        Operation {
            id,
            object,
            place,
            key,
            insert: op.insert,
            action,
            overwrites: op.pred.into_iter().collect(),
        }
    }
}

/// The id under which Automerge's reading functions know an operation's object; none for counters it can't have.
#[must_use]
pub fn object_id(id: &OpId) -> Option<ObjId> {
    // Automerge keeps counters in 32 bits and panics on larger ones. The index is a hint: it falls back to the actor.
    u32::try_from(id.counter())
        .ok()
        .map(|_| ObjId::Id(id.counter(), id.actor().clone(), usize::MAX))
}

/// The operation's id that an [`ObjId`] stands for; none for the root.
#[must_use]
pub fn operation_id(object: &ObjId) -> Option<OpId> {
    match object {
        ObjId::Root => None,
        ObjId::Id(counter, actor, _) => Some(OpId::new(*counter, actor)),
    }
}

/// Does the document hold a change of `actor`?
#[must_use]
pub fn knows_actor(document: &Automerge, actor: &ActorId) -> bool {
    // Of the two ways to ask, the other one reads the metadata of every change.
    document.import_obj(&format!("1@{actor}")).is_ok()
}

fn stored(document: &Automerge, id: &OpId) -> Option<Place> {
    let object = object_id(id)?;
    let kind = document.object_type(&object).ok()?;
    let path = document.parents(&object).ok()?.path();
    let path = path.into_iter().map(|(_, prop)| match prop {
        Prop::Map(name) => name,
        Prop::Seq(index) => index.to_string(),
    });
    Some(Place {
        path: path.collect(),
        kind,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{genesis, ids::DocumentId, kind::Kind};
    use automerge::{AutomergeError, ROOT, transaction::Transactable};

    const ID: DocumentId = DocumentId::from_bytes([9; 16]);

    fn issue() -> Automerge {
        genesis::create(Kind::Issue, ID, ActorId::from([1_u8; 16])).unwrap()
    }

    fn comment(document: &mut Automerge, id: &str, body: &str) {
        document
            .transact::<_, _, AutomergeError>(|tx| {
                let comments = tx.get(ROOT, "comments")?.unwrap().1;
                let entry = tx.put_object(&comments, id, ObjType::Map)?;
                tx.put(&entry, "body", body)?;
                tx.put(ROOT, "title", "T")
            })
            .unwrap();
    }

    fn paths(operations: &[Operation]) -> Vec<String> {
        operations
            .iter()
            .filter_map(Operation::path)
            .map(|path| path.join("/"))
            .collect()
    }

    #[test]
    fn paths_are_the_same_from_a_document_and_from_its_changes() {
        let mut document = issue();
        let before = document.clone();
        comment(&mut document, "c1", "hello");
        let change = document.get_last_local_change().unwrap();
        let expected = ["title", "comments/c1", "comments/c1/body"];
        let from_document = Places::new(Some(&before)).read(&change);
        let mut seen = paths(&from_document);
        seen.sort_unstable();
        let mut wanted = expected.to_vec();
        wanted.sort_unstable();
        assert_eq!(seen, wanted);

        let mut places = Places::new(None);
        let mut last = Vec::new();
        for change in document.get_changes(&[]) {
            last = places.read(&change);
        }
        assert_eq!(from_document, last);
    }

    #[test]
    fn stored_objects_are_found_also_when_deleted_or_overwritten() {
        let mut document = issue();
        comment(&mut document, "c1", "hello");
        let (comments, entry) = {
            let comments = document.get(ROOT, "comments").unwrap().unwrap().1;
            let entry = document.get(&comments, "c1").unwrap().unwrap().1;
            (comments, operation_id(&entry).unwrap())
        };
        document
            .transact::<_, _, AutomergeError>(|tx| tx.delete(&comments, "c1"))
            .unwrap();
        let place = Places::new(Some(&document)).find(Some(&entry)).unwrap();
        assert_eq!(
            (place.path.join("/").as_str(), place.kind),
            ("comments/c1", ObjType::Map)
        );
    }

    #[test]
    fn unknown_objects_are_not_found() {
        let document = issue();
        let mut places = Places::new(Some(&document));
        let known = document.get_changes(&[])[0].actor_id().clone();
        for (counter, actor) in [
            (1, ActorId::from([7_u8; 16])),
            // An operation, but not one that made an object.
            (1, known.clone()),
            (4_000, known.clone()),
            (u64::MAX, known),
        ] {
            assert_eq!(places.find(Some(&OpId::new(counter, &actor))), None);
        }
    }

    #[test]
    fn text_is_read_as_insertions_and_deletions() {
        let mut document = issue();
        let before = document.clone();
        document
            .transact::<_, _, AutomergeError>(|tx| {
                let description = tx.get(ROOT, "description")?.unwrap().1;
                tx.splice_text(&description, 0, 0, "abc")?;
                tx.splice_text(&description, 1, 1, "")
            })
            .unwrap();
        let change = document.get_last_local_change().unwrap();
        let operations = Places::new(Some(&before)).read(&change);
        let inserted: String = operations
            .iter()
            .filter(|op| op.insert)
            .filter_map(Operation::text)
            .collect();
        assert_eq!(inserted, "abc");
        assert_eq!(operations[0].key, Key::Head);
        let deletion = operations.iter().find(|op| op.action == Action::Delete).unwrap();
        assert_eq!(deletion.key, Key::Element(operations[1].id.clone()));
        assert_eq!(deletion.overwrites, [operations[1].id.clone()]);
        assert!(
            operations
                .iter()
                .all(|op| op.place.as_ref().unwrap().path.as_ref() == ["description"])
        );
    }

    #[test]
    fn actors_are_known_by_their_changes() {
        let document = issue();
        assert!(knows_actor(&document, document.get_changes(&[])[0].actor_id()));
        assert!(!knows_actor(&document, &ActorId::from([7_u8; 16])));
    }
}
