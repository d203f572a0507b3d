//! An issue's changes, encoded straight from its content.
//!
//! A document would take ten times as long to make them: it keeps each operation in order among all others as it comes,
//! and nobody looks into a document that is only to be stored. Automerge's own encoder goes through the operations a
//! dozen times, each with its actor, and a description is one for every character; here that is a few runs of columns
//! (`columns`). The bytes are the same: `tests/jira/twice.rs`.

mod columns;

use std::sync::LazyLock;

use automerge::{ActorId, AutomergeError, Change, ChangeHash, legacy::Key};
use docket_domain::{DocumentId, Kind, genesis};
use sha2::{Digest, Sha256};

use crate::content::{Content, OWN, Scalar, hex};
use columns::{Columns, Object, Value, unsigned};

/// The first bytes of every chunk of Automerge's.
const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];
/// The type of a chunk that holds a change.
const CHANGE: u8 = 1;

/// A change as it is stored and sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoded {
    /// Its hash.
    pub hash: ChangeHash,
    /// Its chunk.
    pub bytes: Vec<u8>,
}

impl From<&Change> for Encoded {
    fn from(change: &Change) -> Self {
        Self {
            hash: change.hash(),
            bytes: change.raw_bytes().to_vec(),
        }
    }
}

impl Content {
    /// The changes of a document with this content and the id `id`: its layout's, then the content's.
    ///
    /// # Errors
    /// None are known; Automerge's are passed on.
    pub fn changes(&self, id: DocumentId) -> Result<Vec<Encoded>, AutomergeError> {
        self.changes_by(id, &self.digest())
    }

    /// As [`changes`](Self::changes), of a content whose digest is known.
    pub(crate) fn changes_by(
        &self,
        id: DocumentId,
        digest: &[u8; 32],
    ) -> Result<Vec<Encoded>, AutomergeError> {
        let layout = genesis::changes(Kind::Issue, id)?;
        let layout = Layout::of(&layout);
        let digest_text = hex(digest);
        let mut columns = Columns::from(layout.end);
        self.encode(&mut columns, &layout, &digest_text);
        let actor = self.actor(id, digest, None);
        let change = change(columns, &layout, &actor);
        let mut changes: Vec<Encoded> = layout.changes.iter().map(Encoded::from).collect();
        changes.push(change);
        Ok(changes)
    }

    fn encode<'a>(&'a self, columns: &mut Columns<'a>, layout: &Layout<'_>, digest: &str) {
        columns.put(Object::Root, "title", Value::Text(&self.title));
        for (key, value) in &self.fields {
            columns.put(Object::Root, key, value.into());
        }
        if let Some(text) = layout.container("description") {
            columns.text(text, &self.description);
        }
        for (key, names) in [("labels", &self.labels), ("affects", &self.affects)] {
            let Some(map) = layout.container(key) else {
                continue;
            };
            for name in names {
                columns.put(map, name, Value::True);
            }
        }
        for (key, entries) in self.containers() {
            let Some(map) = layout.container(key) else {
                continue;
            };
            for (id, entry) in entries {
                let object = columns.map(map, id);
                for (key, value) in entry {
                    columns.put(object, key, value.into());
                }
            }
        }
        if let Some(people) = layout.container("people") {
            for (id, name) in &self.people {
                columns.put(people, id, Value::Text(name));
            }
        }
        let Some(source) = layout.container("source") else {
            return;
        };
        let fields = self.source.iter();
        for (name, text) in fields.filter(|(name, _)| !OWN.contains(&name.as_str())) {
            columns.put(source, name, Value::Text(text));
        }
        let own = [
            Some(self.system.as_str()),
            Some(self.key.as_str()),
            self.number.as_deref(),
            Some(digest),
        ];
        for (name, value) in OWN.into_iter().zip(own) {
            if let Some(value) = value {
                columns.put(source, name, Value::Text(value));
            }
        }
    }
}

/// What the changes of a document's layout have made.
struct Layout<'a> {
    changes: &'a [Change],
    /// Who made the containers, in order.
    actors: Vec<&'a ActorId>,
    /// The counter of the next operation.
    end: u64,
}

/// The containers of an issue's layout: key, which of the changes made it, and by which operation. They differ between
/// documents in actors only.
static CONTAINERS: LazyLock<Vec<(Key, usize, u64)>> = LazyLock::new(|| {
    let changes = genesis::changes(Kind::Issue, DocumentId::from_bytes([0; 16])).unwrap_or_default();
    let operations = changes.iter().enumerate().flat_map(|(index, change)| {
        let numbered = (change.start_op().get()..).zip(change.decode().operations);
        numbered.map(move |(counter, operation)| (index, counter, operation))
    });
    operations
        .filter(|(_, _, operation)| operation.obj_type().is_some())
        .map(|(index, counter, operation)| (operation.key, index, counter))
        .collect()
});

impl<'a> Layout<'a> {
    fn of(changes: &'a [Change]) -> Self {
        let mut actors: Vec<&ActorId> = changes.iter().map(Change::actor_id).collect();
        actors.sort_unstable();
        Self {
            changes,
            actors,
            end: changes.last().map_or(0, Change::max_op) + 1,
        }
    }

    fn container(&self, name: &str) -> Option<Object> {
        let name = Key::from(name);
        let (_, index, counter) = CONTAINERS.iter().find(|(key, ..)| *key == name)?;
        let maker = self.changes.get(*index)?.actor_id();
        // The first actor of a change is its own.
        let actor = self.actors.iter().position(|actor| *actor == maker)? as u64 + 1;
        Some(Object::Made {
            actor,
            counter: *counter,
        })
    }
}

/// The first change of this actor, on top of the layout, at time 0, without a message.
fn change(columns: Columns<'_>, layout: &Layout<'_>, actor: &ActorId) -> Encoded {
    let prefixed = |bytes: &[u8], out: &mut Vec<u8>| {
        unsigned(bytes.len() as u64, out);
        out.extend_from_slice(bytes);
    };
    let mut data = Vec::new();
    let before = layout.changes.last().map(Change::hash);
    unsigned(u64::from(before.is_some()), &mut data);
    data.extend(before.iter().flat_map(|hash| hash.0));
    prefixed(actor.to_bytes(), &mut data);
    unsigned(1, &mut data);
    unsigned(layout.end, &mut data);
    // The time, and the message's length.
    data.extend([0, 0]);
    unsigned(layout.actors.len() as u64, &mut data);
    for other in &layout.actors {
        prefixed(other.to_bytes(), &mut data);
    }
    let columns = columns.finish();
    unsigned(columns.len() as u64, &mut data);
    for (name, bytes) in &columns {
        unsigned(u64::from(*name), &mut data);
        unsigned(bytes.len() as u64, &mut data);
    }
    for (_, bytes) in &columns {
        data.extend_from_slice(bytes);
    }
    let mut head = vec![CHANGE];
    unsigned(data.len() as u64, &mut head);
    let hash: [u8; 32] = Sha256::new()
        .chain_update(&head)
        .chain_update(&data)
        .finalize()
        .into();
    let mut bytes = Vec::with_capacity(MAGIC.len() + 4 + head.len() + data.len());
    bytes.extend(MAGIC);
    bytes.extend(hash.iter().take(4));
    bytes.extend(head);
    bytes.extend(data);
    Encoded {
        hash: ChangeHash(hash),
        bytes,
    }
}

impl<'a> From<&'a Scalar> for Value<'a> {
    fn from(value: &'a Scalar) -> Self {
        match value {
            Scalar::Text(text) => Self::Text(text),
            Scalar::Time(at) => Self::Time(at.0),
            Scalar::Number(number) => Self::Number(*number),
        }
    }
}
