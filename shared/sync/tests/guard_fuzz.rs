//! What the guard allows, Automerge can apply, store and load again, and every replica can apply it that has what it
//! builds on. Changes here are written at random, mostly as no client would.

// Helpers of tests may fail as tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod world;

use std::num::NonZeroU64;

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ExpandedChange, ObjType, ROOT, ReadDoc, ScalarValue,
    legacy::{ElementId, Key, ObjectId, Op, OpId, OpType},
    transaction::Transactable,
};
use docket_domain::Role;
use docket_sync::{
    guard::Verdict,
    inspect::{self, Limits},
};
use proptest::{prelude::*, sample::Index};
use world::*;

/// One random operation: which object, key, action and predecessors it takes from those there are.
#[derive(Debug, Clone)]
struct Wild {
    object: Index,
    key: u8,
    element: Index,
    action: u8,
    insert: bool,
    predecessors: Vec<Index>,
    honest: bool,
}

fn wild() -> impl Strategy<Value = Wild> {
    (
        any::<Index>(),
        any::<u8>(),
        any::<Index>(),
        any::<u8>(),
        any::<bool>(),
        prop::collection::vec(any::<Index>(), 0..2),
        prop::bool::weighted(0.85),
    )
        .prop_map(
            |(object, key, element, action, insert, predecessors, honest)| Wild {
                object,
                key,
                element,
                action,
                insert,
                predecessors,
                honest,
            },
        )
}

/// What there is to refer to.
#[derive(Default)]
struct There {
    objects: Vec<(ObjectId, ObjType)>,
    /// Every operation, with the object and key it wrote, and whether it inserted.
    ops: Vec<(OpId, Op)>,
}

impl There {
    fn of(changes: &[Change]) -> Self {
        let mut there = Self::default();
        there.objects.push((ObjectId::Root, ObjType::Map));
        for change in changes {
            there.learn(change);
        }
        there
    }

    fn learn(&mut self, change: &Change) {
        let decoded = change.decode();
        for (counter, op) in (decoded.start_op.get()..).zip(decoded.operations) {
            let id = OpId::new(counter, &decoded.actor_id);
            if let OpType::Make(kind) = op.action {
                self.objects.push((ObjectId::Id(id.clone()), kind));
            }
            self.ops.push((id, op));
        }
    }

    /// The operation that a random one stands for: an honest one takes what was `known` on its branch and stands
    /// there still, any other one whatever there is.
    fn op(&self, known: &Self, wild: &Wild) -> Op {
        let from = if wild.honest { known } else { self };
        let (object, kind) = wild.object.get(&from.objects).clone();
        let inserted = from.ops.iter().filter(|(_, op)| op.insert && op.obj == object);
        let elements: Vec<OpId> = inserted.map(|(id, _)| id.clone()).collect();
        let key = if kind.is_sequence() == wild.honest {
            match wild.key % 5 {
                0 if wild.honest && !wild.insert && !elements.is_empty() => {
                    Key::Seq(ElementId::Id(wild.element.get(&elements).clone()))
                }
                0 => Key::Seq(ElementId::Head),
                1 if !wild.honest => Key::Seq(ElementId::Id(wild.element.get(&self.ops).0.clone())),
                2 if !wild.honest => Key::Seq(ElementId::Id(OpId::new(900, &actor(1)))),
                _ if elements.is_empty() => Key::Seq(ElementId::Head),
                _ => Key::Seq(ElementId::Id(wild.element.get(&elements).clone())),
            }
        } else {
            let keys = ["a", "b", "list", "text", "count", "title", "status", "labels"];
            Key::Map(keys[usize::from(wild.key % 8)].into())
        };
        let insert = if wild.honest {
            kind.is_sequence() && (wild.insert || elements.is_empty())
        } else {
            wild.insert
        };
        let mut pred: Vec<OpId> = if wild.honest && !insert {
            let standing = known.ops.iter().filter(|(id, op)| {
                let writes = matches!(op.action, OpType::Put(_) | OpType::Make(_));
                let here = (op.key == key && !op.insert) || key == Key::Seq(ElementId::Id(id.clone()));
                let gone = known.ops.iter().any(|(_, later)| {
                    later.pred.iter().any(|pred| pred == id) && !matches!(later.action, OpType::Increment(_))
                });
                writes && op.obj == object && here && !gone
            });
            standing.map(|(id, _)| id.clone()).collect()
        } else if wild.honest {
            Vec::new()
        } else {
            wild.predecessors
                .iter()
                .map(|at| at.get(&self.ops).0.clone())
                .collect()
        };
        let action = match wild.action % 10 {
            0 => OpType::Make(ObjType::Map),
            1 => OpType::Make(ObjType::List),
            2 => OpType::Make(ObjType::Text),
            3 | 4 if !wild.honest || !pred.is_empty() => OpType::Delete,
            5 if !wild.honest || !pred.is_empty() => OpType::Increment(2),
            6 => OpType::Put(ScalarValue::counter(1)),
            7 => OpType::Put(ScalarValue::Boolean(true)),
            _ => OpType::Put(text("v")),
        };
        pred.sort_by_key(|id| (id.counter(), id.actor().clone()));
        pred.dedup();
        Op {
            action,
            obj: object,
            key,
            pred: pred.into(),
            insert,
        }
    }
}

/// A change with these operations, numbered as it must be, on top of `document`.
fn change(document: &Automerge, by: ActorId, seq: u64, wild: &[Wild], mut there: There) -> Option<Change> {
    let deps = document.get_heads();
    let known = deps
        .iter()
        .map(|dep| document.get_change_meta_by_hash(dep).unwrap().max_op);
    let last = known.max().unwrap_or(0);
    let mut known = There::of(&document.get_changes(&[]));
    let mut operations = Vec::new();
    for (counter, wild) in (last + 1..).zip(wild) {
        let op = there.op(&known, wild);
        let id = OpId::new(counter, &by);
        for there in [&mut there, &mut known] {
            if let OpType::Make(kind) = op.action {
                there.objects.push((ObjectId::Id(id.clone()), kind));
            }
            there.ops.push((id.clone(), op.clone()));
        }
        operations.push(op);
    }
    let change = Change::from(ExpandedChange {
        operations,
        actor_id: by,
        hash: None,
        seq,
        start_op: NonZeroU64::new(last + 1).unwrap(),
        time: 0,
        message: None,
        deps,
        extra_bytes: Vec::new(),
        author: None,
    });
    inspect::change(change.raw_bytes(), &Limits::default()).ok()
}

/// Applies, stores and loads; and applies to a replica that has nothing but what the change builds on.
fn holds(stored: &Stored, branch: &Automerge, allowed: &[Change]) {
    let mut merged = stored.document.clone();
    merged.apply_changes(allowed.to_vec()).unwrap();
    assert!(merged.get_missing_deps(&[]).is_empty());
    let loaded = Automerge::load(&merged.save()).unwrap();
    assert_eq!(loaded.get_heads(), merged.get_heads());
    let mut replica = branch.clone();
    for change in allowed {
        replica.apply_changes([change.clone()]).unwrap();
    }
    replica.merge(&mut merged).unwrap();
    assert_eq!(replica.get_heads(), merged.get_heads());
    assert_eq!(replica.hydrate(None), merged.hydrate(None));
    // What doesn't win is there all the same.
    for key in merged.keys(ROOT) {
        let values = |document: &Automerge| -> Vec<String> {
            document
                .get_all(ROOT, &key)
                .unwrap()
                .iter()
                .map(|(value, id)| format!("{value:?} {id}"))
                .collect()
        };
        assert_eq!(values(&replica), values(&merged), "{key}");
        assert_eq!(values(&loaded), values(&merged), "{key}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_allowed_can_be_applied(
        plain in prop::bool::weighted(0.8),
        beside in any::<bool>(),
        first in prop::collection::vec(wild(), 1..6),
        second in prop::collection::vec(wild(), 1..4),
    ) {
        let mut stored = if plain { Stored::plain() } else { Stored::issue() };
        let branch = stored.document.clone();
        if beside {
            stored.write(200, &other(), |tx| {
                tx.put(ROOT, "title", "Theirs")?;
                let text = tx.put_object(ROOT, "text", ObjType::Text)?;
                tx.splice_text(&text, 0, 0, "other")
            });
        }
        // The change is made on the branch, but knows the ids of everything that is stored.
        let there = There::of(&stored.document.get_changes(&[]));
        let Some(one) = change(&branch, actor(9), 1, &first, there) else { return Ok(()) };
        let mut changes = vec![one];
        if stored.judge(Role::Admin, &changes)[0].is_allowed() {
            let mut next = branch.clone();
            next.apply_changes(changes.clone()).unwrap();
            let there = There::of(&[stored.document.get_changes(&[]), changes.clone()].concat());
            changes.extend(change(&next, actor(9), 2, &second, there));
        }
        let verdicts = stored.judge(Role::Admin, &changes);
        let allowed: Vec<Change> =
            changes.iter().zip(&verdicts).filter(|(_, verdict)| verdict.is_allowed()).map(|(change, _)| change.clone()).collect();
        if !allowed.is_empty() {
            holds(&stored, &branch, &allowed);
        }
    }
}

/// Random edits that a client could make are all allowed: the guard takes nothing honest for a trick.
#[derive(Debug, Clone)]
enum Edit {
    Put(u8, u8),
    Delete(u8),
    Insert(Index, u8),
    Remove(Index),
    Set(Index, u8),
    Splice(Index, u8, u8),
    Nest(u8),
    Count,
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        (0..4_u8, any::<u8>()).prop_map(|(key, value)| Edit::Put(key, value)),
        (0..4_u8).prop_map(Edit::Delete),
        (any::<Index>(), any::<u8>()).prop_map(|(at, value)| Edit::Insert(at, value)),
        any::<Index>().prop_map(Edit::Remove),
        (any::<Index>(), any::<u8>()).prop_map(|(at, value)| Edit::Set(at, value)),
        (any::<Index>(), 0..3_u8, 0..4_u8).prop_map(|(at, out, into)| Edit::Splice(at, out, into)),
        (0..4_u8).prop_map(Edit::Nest),
        Just(Edit::Count),
    ]
}

fn apply(document: &mut Automerge, edits: &[Edit]) {
    document
        .transact::<_, _, AutomergeError>(|tx| {
            let list = object(tx, &["list"])?;
            let text = object(tx, &["text"])?;
            for edit in edits {
                match edit {
                    Edit::Put(key, value) => tx.put(ROOT, format!("k{key}"), u64::from(*value))?,
                    Edit::Delete(key) => tx.delete(ROOT, format!("k{key}"))?,
                    Edit::Insert(at, value) => {
                        let at = at.index(tx.length(&list) + 1);
                        tx.insert(&list, at, u64::from(*value))?;
                    }
                    Edit::Remove(at) if tx.length(&list) > 0 => {
                        tx.delete(&list, at.index(tx.length(&list)))?
                    }
                    Edit::Set(at, value) if tx.length(&list) > 0 => {
                        let at = at.index(tx.length(&list));
                        tx.put(&list, at, u64::from(*value))?;
                    }
                    Edit::Splice(at, out, into) => {
                        let length = tx.length(&text);
                        let at = at.index(length + 1);
                        let out = usize::from(*out).min(length - at);
                        tx.splice_text(
                            &text,
                            at,
                            out as isize,
                            &"äb😀"[..[0, 2, 3, 7][usize::from(*into)]],
                        )?;
                    }
                    Edit::Nest(key) => {
                        let map = tx.put_object(ROOT, format!("n{key}"), ObjType::Map)?;
                        tx.put(&map, "in", 1)?;
                    }
                    Edit::Count => tx.increment(ROOT, "count", 1)?,
                    _ => {}
                }
            }
            Ok(())
        })
        .unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn what_clients_do_is_allowed(
        rounds in prop::collection::vec((any::<bool>(), any::<bool>(), prop::collection::vec(edit(), 1..5)), 1..8),
        split in any::<Index>(),
    ) {
        // Two replicas of mine edit, and merge now and then; all comes in at once, or in two parts.
        let stored = Stored::plain();
        let base = stored.document.get_heads();
        let mut replicas = [stored.document.clone(), stored.document.clone()];
        for (n, replica) in replicas.iter_mut().enumerate() {
            replica.set_actor(actor(20 + n as u8));
        }
        for (which, merge, edits) in &rounds {
            let [a, b] = &mut replicas;
            let (one, two) = if *which { (a, b) } else { (b, a) };
            if *merge {
                one.merge(two).unwrap();
            }
            apply(one, edits);
        }
        let [mut a, mut b] = replicas;
        a.merge(&mut b).unwrap();
        let changes = a.get_changes(&base);
        let verdicts = stored.judge(Role::Member, &changes);
        prop_assert!(verdicts.iter().all(Verdict::is_allowed), "{:?}", verdicts);

        let mut parts = stored.clone();
        let (first, second) = changes.split_at(split.index(changes.len() + 1));
        for part in [first, second] {
            let verdicts = parts.judge(Role::Member, part);
            prop_assert!(verdicts.iter().all(Verdict::is_allowed), "{:?}", verdicts);
            parts.store(part, &me(Role::Member).id);
        }
        prop_assert_eq!(parts.document.get_heads(), a.get_heads());
    }
}
