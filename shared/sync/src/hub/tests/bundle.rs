//! A workspace moves: what goes out of one store comes into another as it was, and nothing unfit does.

use automerge::{PatchLog, ROOT, transaction::Transactable};
use docket_domain::{
    Audience,
    facts::{Author, Receipt},
    genesis,
};
use proptest::{prelude::*, sample::Index};

use super::*;
use crate::hub::{RestoreError, Whole};

/// Everything that goes out, and what is withheld.
fn all(world: &mut World, member: &str) -> (Vec<Whole>, Vec<DocumentId>) {
    let (mut documents, mut withheld, mut after) = (Vec::new(), Vec::new(), None);
    let (member, now) = (member_id(member), world.now);
    loop {
        let batch = world.hub().read_whole(&member, after, now).unwrap();
        documents.extend(batch.documents);
        withheld.extend(batch.withheld.into_iter().map(|(id, _)| id));
        after = batch.next;
        if after.is_none() {
            return (documents, withheld);
        }
    }
}

fn restore(world: &mut World, whole: &Whole) -> Result<Option<Vec<u8>>, RestoreError> {
    let now = world.now;
    world
        .hub()
        .restore_document(whole.document, &whole.changes, &whole.facts, now)
}

/// A workspace with an issue that two edited, one that lies in pieces and was put together, an import, a plain document
/// and a purged one.
fn lived_in() -> World {
    let mut world = World::with(Config {
        pieces: 10,
        ..Config::default()
    });
    let (mut bob, mut cyd) = (world.join("bob", true), world.join("cyd", true));
    for n in [5, 6, 9] {
        bob.create(id(n), &format!("Issue {n}"), world.now);
        world.sync(&mut bob, id(n));
        world.sync(&mut cyd, id(n));
    }
    cyd.title(id(5), "Edited by another", world.now);
    world.sync(&mut cyd, id(5));
    for n in 0..12 {
        bob.title(id(6), &format!("Title {n}"), world.now);
        world.sync(&mut bob, id(6));
    }
    world.now = world.now.plus(60_000);
    world.call(|hub, now| hub.alarm(now).unwrap());
    assert_eq!(world.store().meta(id(6)).unwrap().unwrap().pieces, 1);
    bob.title(id(6), "After it was put together", world.now);
    world.sync(&mut bob, id(6));
    bob.edit(id(7), |tx| tx.put(ROOT, "title", "not Docket's"));
    world.sync(&mut bob, id(7));
    world.call(|hub, now| hub.set_audience(id(5), Audience::Group, now).unwrap());
    world.call(|hub, now| hub.purge(id(9), now).unwrap());
    world
}

#[test]
fn a_workspace_is_the_same_in_another_store() {
    let mut here = lived_in();
    let (documents, withheld) = all(&mut here, "ann");
    assert_eq!(withheld, []);
    let ids: Vec<_> = documents.iter().map(|whole| whole.document).collect();
    assert_eq!(ids, [id(5), id(6), id(7)]);
    assert_eq!(here.store().purged().unwrap(), [id(9)]);
    let mut there = World::new();
    for whole in &documents {
        // Once more, as after a connection that broke off.
        restore(&mut there, whole).unwrap();
        let row = restore(&mut there, whole).unwrap();
        assert_eq!(row, whole.row);
        let (before, after) = (
            here.store().meta(whole.document).unwrap().unwrap(),
            there.store().meta(whole.document).unwrap().unwrap(),
        );
        assert_eq!(after.heads, before.heads);
        assert_eq!(
            (after.kind, after.number, after.audience, after.opens),
            (before.kind, before.number, before.audience, before.opens)
        );
        assert_eq!((after.changes, after.ops), (before.changes, before.ops));
    }
    there.hub().restore_purged(id(9)).unwrap();
    // What would go out of the other one is the same, byte by byte.
    assert_eq!(all(&mut there, "ann").0, documents);
    assert_eq!(there.store().purged().unwrap(), [id(9)]);
}

/// It counts its operations on from what its author had beside what it builds on, which came to the hub before it.
#[test]
fn an_edit_of_an_older_state_comes_in_again() {
    let (mut here, mut there) = (World::new(), World::new());
    let mut bob = here.join("bob", true);
    bob.create(id(5), "Mount hangs", here.now);
    here.sync(&mut bob, id(5));
    let before = bob.heads(id(5));
    for title in ["One", "Two"] {
        bob.title(id(5), title, here.now);
        here.sync(&mut bob, id(5));
    }
    let copy = bob.copy(id(5));
    copy.set_actor(ActorId::from([8; 16]));
    let mut tx = copy.transaction_at(PatchLog::inactive(), &before).unwrap();
    tx.put(ROOT, "component", "ldiskfs").unwrap();
    tx.commit();
    here.sync(&mut bob, id(5));
    let whole = all(&mut here, "ann").0.remove(0);
    restore(&mut there, &whole).unwrap();
    assert_eq!(all(&mut there, "ann").0, [whole]);
    assert_eq!(
        there.store().meta(id(5)).unwrap().unwrap().heads.len(),
        bob.heads(id(5)).len()
    );
}

#[test]
fn actors_stay_their_owners_and_numbers_go_on() {
    let mut here = lived_in();
    let mut there = World::new();
    for whole in all(&mut here, "ann").0 {
        restore(&mut there, &whole).unwrap();
    }
    let (mut bob, mut eve) = (there.join("bob", true), there.join("cyd", true));
    there.sync(&mut bob, id(5));
    there.sync(&mut eve, id(5));
    // Under the actor that was bob's in the other store.
    let before = bobs(&bob.facts(id(5)));
    assert_eq!(before.member, Some(member_id("bob")));
    let actor = ActorId::from(before.actor.as_slice());
    for (client, taken) in [(&mut eve, false), (&mut bob, true)] {
        let copy = client.copy(id(5)).clone().with_actor(actor.clone());
        client.put(id(5), copy);
        client.title(id(5), "under this name", there.now);
        there.sync(client, id(5));
        let heads = there.store().meta(id(5)).unwrap().unwrap().heads;
        assert_eq!(heads == client.heads(id(5)), taken);
    }
    bob.create(id(40), "Next", there.now);
    there.sync(&mut bob, id(40));
    let greatest = here.store().last_number().unwrap();
    assert_eq!(greatest, 3);
    // The third issue was purged, and nobody told this store of its number: the workspace's own row does.
    assert_eq!(there.store().meta(id(40)).unwrap().unwrap().number, Some(3));
}

#[test]
fn what_is_sealed_is_withheld_and_opens_where_it_came() {
    let mut here = World::new();
    let mut bob = here.join("bob", true);
    bob.create(id(5), "Sealed", here.now);
    here.sync(&mut bob, id(5));
    let until = here.now.plus(1_000);
    let audience = Audience::sealed("ornl".parse().unwrap(), until);
    here.call(|hub, now| hub.set_audience(id(5), audience, now).unwrap());
    assert_eq!(all(&mut here, "ann"), (Vec::new(), vec![id(5)]));
    let (documents, withheld) = all(&mut here, "bob");
    assert_eq!((documents.len(), withheld.len()), (1, 0));
    let mut there = World::new();
    restore(&mut there, &documents[0]).unwrap();
    assert_eq!(there.store().meta(id(5)).unwrap().unwrap().opens, Some(until));
    assert_eq!(all(&mut there, "ann").1, [id(5)]);
}

#[test]
fn what_was_purged_does_not_come_back() {
    let mut there = World::new();
    there.hub().restore_purged(id(5)).unwrap();
    let mut bob = there.join("bob", true);
    bob.create(id(5), "Password", there.now);
    let before = there.store().content(id(5)).unwrap();
    there.sync(&mut bob, id(5));
    assert_eq!(there.store().content(id(5)).unwrap(), before);
    assert!(there.hub().restore_purged(WORKSPACE).is_err());
}

fn facts(whole: &mut Whole, change: impl FnOnce(&mut Facts)) {
    let mut facts: Facts = minicbor::decode(&whole.facts).unwrap();
    change(&mut facts);
    whole.facts = minicbor::to_vec(&facts).unwrap();
}

#[test]
fn what_is_unfit_is_refused_and_leaves_nothing() {
    let mut here = lived_in();
    let mut documents = all(&mut here, "ann").0;
    let (whole, plain) = (documents.remove(0), documents.pop().unwrap());
    let chunks: Vec<Vec<u8>> = crate::inspect::chunks(&whole.changes, &crate::inspect::Limits::default())
        .unwrap()
        .into_iter()
        .map(<[u8]>::to_vec)
        .collect();
    assert_eq!(chunks.len(), 3);
    let saved = Automerge::load(&whole.changes).unwrap().save();
    type Damage<'a> = &'a dyn Fn(&mut Whole);
    let cases: [(&str, Damage<'_>); 16] = [
        ("no changes", &|whole| whole.changes.clear()),
        ("no layout", &|whole| whole.changes = chunks[1..].concat()),
        ("a gap", &|whole| {
            whole.changes = [&chunks[0][..], &chunks[2]].concat()
        }),
        ("one missing at the end", &|whole| {
            whole.changes = chunks[..2].concat()
        }),
        ("one twice", &|whole| whole.changes.extend(&chunks[2])),
        ("a saved document", &|whole| whole.changes.clone_from(&saved)),
        ("another id", &|whole| whole.document = id(77)),
        ("the workspace's id", &|whole| whole.document = WORKSPACE),
        ("a plain document at the workspace's id", &|whole| {
            *whole = plain.clone();
            whole.document = WORKSPACE;
        }),
        ("a number without a next one", &|whole| {
            facts(whole, |facts| facts.number = Some((1 << 53) - 1))
        }),
        ("no facts", &|whole| whole.facts.clear()),
        ("facts and more", &|whole| whole.facts.push(0)),
        ("an actor of nobody's", &|whole| {
            facts(whole, |facts| {
                let mut actor = bobs(facts);
                actor.member = None;
                facts.actors.insert(actor);
            })
        }),
        ("an actor that isn't told of", &|whole| {
            facts(whole, |facts| {
                let actor = bobs(facts).actor;
                facts.actors.remove(&actor);
            })
        }),
        ("an actor that isn't there", &|whole| {
            facts(whole, |facts| {
                let mut actor = bobs(facts);
                actor.actor = vec![1; 16];
                facts.actors.insert(actor);
            });
        }),
        ("no number", &|whole| facts(whole, |facts| facts.number = None)),
    ];
    for (what, damage) in cases {
        let mut there = World::new();
        let mut damaged = whole.clone();
        damage(&mut damaged);
        let refused = restore(&mut there, &damaged);
        assert!(
            matches!(&refused, Err(error) if !matches!(error, RestoreError::Hub(_))),
            "{what}: {refused:?}"
        );
        assert_eq!(there.store().version().unwrap(), 0, "{what}");
    }
}

#[test]
fn a_document_with_many_actors_comes_in_in_batches() {
    let mut there = World::new();
    let mut copy = genesis::create(docket_domain::Kind::Issue, id(5), ActorId::from([1; 16])).unwrap();
    let mut facts = Facts {
        number: Some(1),
        ..Facts::default()
    };
    // Each tab of each member is an actor of its own.
    for n in 0..1_200_u32 {
        let actor = ActorId::from(n.to_be_bytes().repeat(4).as_slice());
        copy.set_actor(actor);
        copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", format!("{n}")))
            .unwrap();
    }
    let changes = copy.get_changes(&[]);
    let bob = member_id("bob");
    for change in &changes {
        let author = if genesis::is_deterministic(change.actor_id()) {
            Author::Nobody
        } else {
            Author::Member(&bob)
        };
        let receipt = Receipt {
            max_op: change.max_op(),
            received: Timestamp(1),
            contact: Timestamp(0),
        };
        facts.record(change.actor_id(), author, receipt);
    }
    let whole = Whole {
        document: id(5),
        changes: changes
            .iter()
            .flat_map(|change| change.raw_bytes().to_vec())
            .collect(),
        facts: minicbor::to_vec(&facts).unwrap(),
        row: None,
    };
    restore(&mut there, &whole).unwrap();
    assert_eq!(
        there.store().meta(id(5)).unwrap().unwrap().heads,
        copy.get_heads()
    );
    assert_eq!(all(&mut there, "ann").0[0].facts, whole.facts);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn damage_never_panics(places in proptest::collection::vec((any::<Index>(), any::<u8>()), 1..4), which in 0..3_usize, of_facts: bool) {
        thread_local!(static DOCUMENTS: Vec<Whole> = all(&mut lived_in(), "ann").0);
        let mut whole = DOCUMENTS.with(|documents| documents[which].clone());
        let bytes = if of_facts { &mut whole.facts } else { &mut whole.changes };
        for (place, byte) in &places {
            *place.get_mut(bytes.as_mut_slice()) = *byte;
        }
        let mut there = World::new();
        if restore(&mut there, &whole).is_ok() {
            // What was taken can be read, and goes out as it came.
            prop_assert_eq!(&all(&mut there, "ann").0[0].changes, &whole.changes);
        }
    }
}

/// The facts of the member's actor that comes first.
fn bobs(facts: &docket_domain::Facts) -> docket_domain::facts::ActorFacts {
    let of_members = facts.actors.iter().find(|actor| actor.member.is_some());
    of_members.cloned().unwrap()
}
