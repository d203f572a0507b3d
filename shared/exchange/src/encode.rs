//! An issue's changes, encoded straight from its content.
//!
//! A document would take ten times as long to make them: it keeps each operation in order among all others as it comes,
//! and nobody looks into a document that is only to be stored. The bytes are the same: `tests/jira/twice.rs`.

use std::num::NonZeroU64;

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ExpandedChange, ObjType, ScalarValue,
    legacy::{ElementId, Key, ObjectId, Op, OpId, OpType, SortedVec},
};
use docket_domain::{DocumentId, Facts, Kind, Row, genesis};

use crate::content::{Content, Scalar, hex};

/// Names in `source` that the import itself gives.
const OWN: [&str; 4] = ["system", "key", "id", "digest"];

/// How much of a content is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Extent {
    /// All of it.
    Whole,
    /// What a row holds something of.
    Row,
}

impl Extent {
    /// Is this value of an entry (a comment, a link …) written? Rows count links and attachments, and hold nothing of a
    /// text.
    fn has(self, entries: &str, name: &str) -> bool {
        self == Self::Whole || !(matches!(entries, "attachments" | "links") || name == "body")
    }
}

impl Content {
    /// The changes of a document with this content and the id `id`: its layout's, then the content's.
    ///
    /// # Errors
    /// None are known; Automerge's are passed on.
    pub fn changes(&self, id: DocumentId) -> Result<Vec<Change>, AutomergeError> {
        self.changes_by(id, &self.digest())
    }

    /// As [`changes`](Self::changes), of a content whose digest is known.
    pub(crate) fn changes_by(
        &self,
        id: DocumentId,
        digest: &[u8; 32],
    ) -> Result<Vec<Change>, AutomergeError> {
        self.encode(id, self.actor(id, digest, None), Extent::Whole, &hex(digest))
    }

    /// The row of that document, before the hub has it. Made without what no row holds anything of, which is most of the
    /// work.
    #[must_use]
    pub fn row(&self, id: DocumentId) -> Option<Row> {
        // Nor is anything in it whose change it was.
        let nobody = genesis::deterministic_actor(id, &[]);
        let changes = self.encode(id, nobody, Extent::Row, "").ok()?;
        let mut document = Automerge::new();
        document.apply_changes(changes).ok()?;
        Row::derive(&document, id, &Facts::default())
    }

    fn encode(
        &self,
        id: DocumentId,
        actor: ActorId,
        extent: Extent,
        digest: &str,
    ) -> Result<Vec<Change>, AutomergeError> {
        let mut changes = genesis::changes(Kind::Issue, id)?;
        let mut writer = Writer::after(&changes, actor);
        self.encode_into(&mut writer, extent, digest);
        changes.extend(writer.finish());
        Ok(changes)
    }

    fn encode_into(&self, writer: &mut Writer, extent: Extent, digest: &str) {
        writer.put(&ObjectId::Root, "title", self.title.as_str());
        writer.values(&ObjectId::Root, self.fields.iter());
        let whole = extent == Extent::Whole;
        if let Some(text) = writer.container("description").filter(|_| whole) {
            writer.text(&text, &self.description);
        }
        for (key, names) in [("labels", &self.labels), ("affects", &self.affects)] {
            let Some(map) = writer.container(key) else {
                continue;
            };
            for name in names {
                writer.put(&map, name, true);
            }
        }
        for (key, entries) in self.containers() {
            let Some(map) = writer.container(key) else {
                continue;
            };
            for (id, entry) in entries {
                let object = writer.map(&map, id);
                let values = entry.iter().filter(|(name, _)| extent.has(key, name));
                writer.values(&object, values);
            }
        }
        if let Some(people) = writer.container("people") {
            for (id, name) in &self.people {
                writer.put(&people, id, name.as_str());
            }
        }
        let Some(source) = writer.container("source") else {
            return;
        };
        let fields = self.source.iter();
        for (name, text) in fields.filter(|(name, _)| whole && !OWN.contains(&name.as_str())) {
            writer.put(&source, name, text.as_str());
        }
        let own = [
            Some(self.system.as_str()),
            Some(self.key.as_str()),
            self.number.as_deref(),
            Some(digest),
        ];
        for (name, value) in OWN.into_iter().zip(own) {
            if let Some(value) = value {
                writer.put(&source, name, value);
            }
        }
    }
}

/// One change on top of a document's layout. Nothing is written twice, so no operation overwrites another.
struct Writer {
    actor: ActorId,
    layout: Vec<Change>,
    /// The layout's containers.
    containers: Vec<(Key, ObjectId)>,
    start: u64,
    operations: Vec<Op>,
}

impl Writer {
    fn after(layout: &[Change], actor: ActorId) -> Self {
        let containers = layout.iter().flat_map(|change| {
            let operations = change.decode().operations;
            let numbered = (change.start_op().get()..).zip(operations);
            let made = numbered.filter(|(_, operation)| operation.obj_type().is_some());
            made.map(|(counter, operation)| {
                let id = OpId::new(counter, change.actor_id());
                (operation.key, ObjectId::Id(id))
            })
            .collect::<Vec<_>>()
        });
        Self {
            actor,
            containers: containers.collect(),
            start: layout.last().map_or(0, Change::max_op) + 1,
            layout: layout.to_vec(),
            operations: Vec::new(),
        }
    }

    fn container(&self, name: &str) -> Option<ObjectId> {
        let name = Key::from(name);
        let found = self.containers.iter().find(|(key, _)| *key == name);
        found.map(|(_, object)| object.clone())
    }

    fn put(&mut self, object: &ObjectId, key: &str, value: impl Into<ScalarValue>) {
        self.push(object, Key::from(key), false, OpType::Put(value.into()));
    }

    fn map(&mut self, object: &ObjectId, key: &str) -> ObjectId {
        ObjectId::Id(self.push(object, Key::from(key), false, OpType::Make(ObjType::Map)))
    }

    fn text(&mut self, object: &ObjectId, text: &str) {
        let mut before = ElementId::Head;
        for character in text.chars() {
            let put = OpType::Put(character.into());
            before = ElementId::Id(self.push(object, Key::Seq(before), true, put));
        }
    }

    fn values<'a>(
        &mut self,
        object: &ObjectId,
        values: impl Iterator<Item = (&'a &'static str, &'a Scalar)>,
    ) {
        for (key, value) in values {
            match value {
                Scalar::Text(text) => self.put(object, key, text.as_str()),
                Scalar::Time(at) => self.put(object, key, ScalarValue::Timestamp(at.0)),
                Scalar::Number(number) => self.put(object, key, *number),
            }
        }
    }

    fn push(&mut self, object: &ObjectId, key: Key, insert: bool, action: OpType) -> OpId {
        let id = OpId::new(self.start + self.operations.len() as u64, &self.actor);
        self.operations.push(Op {
            action,
            obj: object.clone(),
            key,
            pred: SortedVec::new(),
            insert,
        });
        id
    }

    fn finish(self) -> Option<Change> {
        let change = ExpandedChange {
            operations: self.operations,
            actor_id: self.actor,
            hash: None,
            seq: 1,
            start_op: NonZeroU64::new(self.start)?,
            time: 0,
            message: None,
            deps: self.layout.last().map(Change::hash).into_iter().collect(),
            extra_bytes: Vec::new(),
            author: None,
        };
        Some(change.into())
    }
}
