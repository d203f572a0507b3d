//! The first change of every document, and the migrations after it.
//!
//! Containers are created here and nowhere else: two replicas that made the same container in two changes would
//! hide one another's entries. So each layout is *one deterministic change* (its actor from document id and schema
//! version, its time 0), byte-identical wherever it is made; replicas that make it independently made the same.

use std::sync::LazyLock;

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ExpandedChange, ObjType, ROOT, ReadDoc,
    legacy::OpId,
    transaction::{CommitOptions, Transactable},
};
use sha2::{Digest, Sha256};

use crate::{ids::DocumentId, kind::Kind, read};

/// The bytes with which every deterministic change's actor begins. No member's actor may.
const MARK: [u8; 4] = *b"dkt!";

/// One version of a kind's layout: what its change creates.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// The version, from 1; the value of the document's `schema`.
    pub schema: u64,
    /// Maps at the root.
    pub maps: &'static [&'static str],
    /// Collaborative texts at the root.
    pub texts: &'static [&'static str],
}

/// The layouts of `kind`, oldest first. Only ever appended to.
#[must_use]
pub const fn layouts(kind: Kind) -> &'static [Layout] {
    match kind {
        Kind::Workspace => &[
            Layout {
                schema: 1,
                maps: &["components", "lists", "organisations"],
                texts: &[],
            },
            // What imports are read with, and the reports.
            Layout {
                schema: 2,
                maps: &["mappings", "people", "reports"],
                texts: &[],
            },
        ],
        Kind::List => &[Layout {
            schema: 1,
            maps: &["ranks"],
            texts: &[],
        }],
        Kind::Issue => &[Layout {
            schema: 1,
            maps: &[
                "affects",
                "attachments",
                "attention",
                "comments",
                "events",
                "labels",
                "links",
                "people",
                "source",
            ],
            texts: &["description"],
        }],
        Kind::Report => &[Layout {
            schema: 1,
            maps: &["figures"],
            texts: &["outlook", "problems", "progress", "summary"],
        }],
    }
}

/// The actor of a deterministic change: [`MARK`] and a digest of what it is for.
#[must_use]
pub fn deterministic_actor(document: DocumentId, purpose: &[&[u8]]) -> ActorId {
    let mut hasher = Sha256::new();
    hasher.update(document.as_bytes());
    for part in purpose {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    let mut bytes = MARK.to_vec();
    bytes.extend_from_slice(hasher.finalize().get(..12).unwrap_or_default());
    ActorId::from(bytes)
}

/// Is this an actor of a deterministic change?
#[must_use]
pub fn is_deterministic(actor: &ActorId) -> bool {
    actor.to_bytes().starts_with(&MARK)
}

/// A new document of `kind`, holding its layouts' changes and nothing else. Its actor is `actor`.
///
/// # Errors
/// None are known; Automerge's are passed on.
pub fn create(kind: Kind, id: DocumentId, actor: ActorId) -> Result<Automerge, AutomergeError> {
    let mut document = Automerge::new();
    for layout in layouts(kind) {
        lay(&mut document, kind, id, layout)?;
    }
    document.set_actor(actor);
    Ok(document)
}

/// Brings an older document to the newest layout. Answers whether that changed it.
///
/// # Errors
/// None are known; Automerge's are passed on.
pub fn migrate(document: &mut Automerge, kind: Kind, id: DocumentId) -> Result<bool, AutomergeError> {
    // Only a layout writes its version. With the newest, all are there; making them to see that costs more than a command.
    let newest = layouts(kind).last().map(|layout| layout.schema);
    if read::schema(document) == newest {
        return Ok(false);
    }
    migrate_through(document, kind, id, layouts(kind))
}

fn migrate_through(
    document: &mut Automerge,
    kind: Kind,
    id: DocumentId,
    layouts: &[Layout],
) -> Result<bool, AutomergeError> {
    let mut changed = false;
    let mut chain = Automerge::new();
    for layout in layouts {
        let hash = lay(&mut chain, kind, id, layout)?;
        if document.get_change_by_hash(&hash).is_none()
            && let Some(change) = chain.get_change_by_hash(&hash)
        {
            document.apply_changes([change])?;
            changed = true;
        }
    }
    Ok(changed)
}

/// The deterministic changes of a document of `kind`, oldest layout first: what the guard knows by hash.
///
/// # Errors
/// None are known; Automerge's are passed on.
pub fn changes(kind: Kind, id: DocumentId) -> Result<Vec<Change>, AutomergeError> {
    match TEMPLATES.iter().find(|(of, _)| *of == kind) {
        Some((_, template)) => Ok(instantiate(template, kind, id)),
        None => made(kind, id),
    }
}

/// The changes of one document of each kind. Those of all others differ in actors and hashes only, and an import makes
/// tens of thousands: through a document each would take thirty times as long.
static TEMPLATES: LazyLock<Vec<(Kind, Vec<ExpandedChange>)>> = LazyLock::new(|| {
    let template = |kind: Kind| {
        let changes = made(kind, TEMPLATE).ok()?;
        Some((kind, changes.iter().map(Change::decode).collect()))
    };
    Kind::ALL.into_iter().filter_map(template).collect()
});
const TEMPLATE: DocumentId = DocumentId::from_bytes([0; 16]);

fn made(kind: Kind, id: DocumentId) -> Result<Vec<Change>, AutomergeError> {
    Ok(create(kind, id, ActorId::from([0_u8; 16]))?.get_changes(&[]))
}

fn instantiate(template: &[ExpandedChange], kind: Kind, id: DocumentId) -> Vec<Change> {
    let actors: Vec<(ActorId, ActorId)> = layouts(kind)
        .iter()
        .map(|layout| {
            (
                layout_actor(kind, TEMPLATE, layout),
                layout_actor(kind, id, layout),
            )
        })
        .collect();
    let actor = |before: &ActorId| {
        let renamed = actors.iter().find(|(template, _)| template == before);
        renamed.map_or_else(|| before.clone(), |(_, actor)| actor.clone())
    };
    let mut changes: Vec<Change> = Vec::with_capacity(template.len());
    for change in template {
        let mut change = change.clone();
        change.actor_id = actor(&change.actor_id);
        change.deps = changes.last().map(Change::hash).into_iter().collect();
        // Containers lie at the root; only what a later layout overwrites names an operation.
        for operation in &mut change.operations {
            let preds = operation.pred.iter();
            operation.pred = preds
                .map(|pred| OpId::new(pred.counter(), &actor(pred.actor())))
                .collect();
        }
        changes.push(change.into());
    }
    changes
}

fn layout_actor(kind: Kind, id: DocumentId, layout: &Layout) -> ActorId {
    deterministic_actor(
        id,
        &[b"layout", kind.as_str().as_bytes(), &layout.schema.to_be_bytes()],
    )
}

/// Makes one layout's change on top of the earlier ones alone, so that its bytes depend on nothing else.
fn lay(
    document: &mut Automerge,
    kind: Kind,
    id: DocumentId,
    layout: &Layout,
) -> Result<ChangeHash, AutomergeError> {
    document.set_actor(layout_actor(kind, id, layout));
    let mut transaction = document.transaction();
    if layout.schema == 1 {
        transaction.put(ROOT, "kind", kind.as_str())?;
    }
    transaction.put(ROOT, "schema", layout.schema)?;
    for map in layout.maps {
        transaction.put_object(ROOT, *map, ObjType::Map)?;
    }
    for text in layout.texts {
        transaction.put_object(ROOT, *text, ObjType::Text)?;
    }
    transaction.commit_with(CommitOptions::default().with_time(0));
    Ok(document
        .get_heads()
        .first()
        .copied()
        .unwrap_or(ChangeHash([0; 32])))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: DocumentId = DocumentId::from_bytes([3; 16]);

    fn actor(n: u8) -> ActorId {
        ActorId::from([n; 16])
    }

    #[test]
    fn independently_made_documents_are_one() {
        let mut a = create(Kind::Issue, ID, actor(1)).unwrap();
        let mut b = create(Kind::Issue, ID, actor(2)).unwrap();
        assert_eq!(a.get_heads(), b.get_heads());
        a.transact::<_, _, AutomergeError>(|tx| {
            let labels = tx.get(ROOT, "labels")?.unwrap().1;
            tx.put(&labels, "a", true)
        })
        .unwrap();
        b.transact::<_, _, AutomergeError>(|tx| {
            let labels = tx.get(ROOT, "labels")?.unwrap().1;
            tx.put(&labels, "b", true)
        })
        .unwrap();
        a.merge(&mut b).unwrap();
        let labels = a.get(ROOT, "labels").unwrap().unwrap().1;
        assert_eq!(a.length(&labels), 2);
        assert_eq!(a.get_all(ROOT, "labels").unwrap().len(), 1);
    }

    /// The hash of a layout's change is part of the format: a new version of Automerge must not change it.
    #[test]
    fn the_hashes_of_layouts_never_change() {
        let hashes: Vec<_> = Kind::ALL
            .iter()
            .flat_map(|kind| changes(*kind, ID).unwrap())
            .map(|change| change.hash().to_string())
            .collect();
        assert_eq!(
            hashes,
            include_str!("genesis_hashes.txt").lines().collect::<Vec<_>>()
        );
    }

    #[test]
    fn changes_made_from_a_template_are_those_of_a_document() {
        for kind in Kind::ALL {
            let hashes = |changes: Vec<Change>| changes.iter().map(Change::hash).collect::<Vec<_>>();
            assert_eq!(
                hashes(changes(kind, ID).unwrap()),
                hashes(made(kind, ID).unwrap())
            );
        }
    }

    #[test]
    fn two_replicas_that_migrate_apart_make_the_same_change() {
        let next = [
            layouts(Kind::List)[0],
            Layout {
                schema: 2,
                maps: &["notes"],
                texts: &[],
            },
        ];
        let old = create(Kind::List, ID, actor(1)).unwrap();
        let (mut a, mut b) = (old.fork(), old.fork());
        a.set_actor(actor(5));
        a.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "name", "Agreed"))
            .unwrap();
        assert!(migrate_through(&mut a, Kind::List, ID, &next).unwrap());
        assert!(migrate_through(&mut b, Kind::List, ID, &next).unwrap());
        assert!(!migrate_through(&mut b, Kind::List, ID, &next).unwrap());
        a.merge(&mut b).unwrap();
        assert_eq!(a.get_changes(&[]).len(), 3);
        assert_eq!(a.get(ROOT, "schema").unwrap().unwrap().0.as_u64(), Some(2));
        assert!(a.get(ROOT, "notes").unwrap().is_some());
        assert_eq!(a.get(ROOT, "name").unwrap().unwrap().0.as_str(), Some("Agreed"));
    }
}
