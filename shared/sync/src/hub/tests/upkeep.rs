//! What the hub does by itself, and the bounds of its memory.

use automerge::{ROOT, ReadDoc, transaction::Transactable};

use super::*;
use crate::hub::{PIECE_LIMIT, documents::weight};

#[test]
fn a_document_in_many_pieces_is_put_together() {
    let mut world = World::with(Config {
        pieces: 10,
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    for n in 0..12 {
        bob.title(id(5), &format!("title {n}"), world.now);
        world.sync(&mut bob, id(5));
    }
    let at = *world.alarms.last().unwrap();
    let (before, facts) = (world.store().meta(id(5)).unwrap().unwrap(), bob.facts(id(5)));
    assert_eq!(before.pieces, 13);
    world.now = at;
    world.alarms.clear();
    world.call(|hub, now| hub.alarm(now).unwrap());
    assert_eq!(world.alarms, []);
    let after = world.store().meta(id(5)).unwrap().unwrap();
    assert_eq!(
        (after.pieces, &after.heads, after.version),
        (1, &before.heads, before.version)
    );
    // It is stored in less, but has to be sent, and saved in a bundle, change by change.
    assert!((world.store().content(id(5)).unwrap().chunks.len() as u64) < before.bytes);
    assert_eq!(after.bytes, before.bytes);
    // It is the same to everybody, from memory and from the store.
    world.evict();
    let mut cyd = world.join("cyd", true);
    world.sync(&mut cyd, id(5));
    assert_eq!(cyd.heads(id(5)), bob.heads(id(5)));
    assert_eq!(cyd.facts(id(5)), facts);
    // And is appended to as before.
    bob.title(id(5), "after", world.now);
    world.sync(&mut bob, id(5));
    world.evict();
    world.settle(&mut [&mut bob, &mut cyd]);
    assert_eq!(cyd.heads(id(5)), bob.heads(id(5)));
}

#[test]
fn large_content_is_cut_into_pieces_the_store_can_hold() {
    let mut world = World::new();
    let mut bob = world.join("bob", false);
    // Bytes that don't shrink, so that the change is as large as they are.
    let mut noise = 1_u32;
    let bytes: Vec<u8> = std::iter::repeat_with(|| {
        noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (noise >> 24) as u8
    })
    .take(2_500_000)
    .collect();
    bob.edit(id(7), |tx| tx.put(ROOT, "attachment", bytes));
    world.sync(&mut bob, id(7));
    assert_eq!(world.store().meta(id(7)).unwrap().unwrap().pieces, 3);
    world.evict();
    let mut cyd = world.join("cyd", false);
    world.sync(&mut cyd, id(7));
    assert_eq!(cyd.heads(id(7)), bob.heads(id(7)));
    assert_eq!(cyd.copy(id(7)).length(ROOT), 1);
    assert!(crate::hub::intake::pieces(&vec![0; 3 * PIECE_LIMIT + 1], &[1]).len() == 4);
}

#[test]
fn rows_of_older_code_are_derived_anew_and_told() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    super::catalogue::read(&mut world, &mut bob, None, 0);
    let mut meta = world.store().meta(id(5)).unwrap().unwrap();
    let row = world.store().row(id(5)).unwrap();
    meta.derivation = 0;
    world.store().append(id(5), &[], &meta, Some(b"old")).unwrap();
    world.evict();
    world.alarms.clear();
    let _ann = world.join("ann", true);
    assert_eq!(world.alarms.len(), 1);
    world.call(|hub, now| hub.alarm(now).unwrap());
    assert_eq!(world.store().row(id(5)).unwrap(), row);
    assert_eq!(
        world.store().meta(id(5)).unwrap().unwrap().version,
        meta.version + 1
    );
    world.settle(&mut [&mut bob]);
    assert_eq!(super::catalogue::pushed(&bob)[0].row, row);
}

#[test]
fn documents_in_memory_stay_within_the_budget() {
    let budget = weight(2, 40) * 10;
    let mut world = World::with(Config {
        cache: budget,
        ..Config::default()
    });
    let mut bob = world.join("bob", false);
    for n in 0..100 {
        bob.create(id(n), &format!("issue {n}"), world.now);
        world.sync(&mut bob, id(n));
        let (_, weight) = world.hub().loaded();
        assert!(weight <= budget, "{weight}");
    }
    assert!(world.hub().loaded().0 > 1);
    // What was put out comes back.
    bob.title(id(0), "again", world.now);
    world.sync(&mut bob, id(0));
    assert_eq!(
        world.store().meta(id(0)).unwrap().unwrap().heads,
        bob.heads(id(0))
    );
}

#[test]
fn a_damaged_document_is_said_to_be_and_the_others_work() {
    let mut world = World::new();
    let mut bob = world.join("bob", false);
    for n in [5, 6] {
        bob.create(id(n), "Mount hangs", world.now);
        world.sync(&mut bob, id(n));
    }
    let meta = world.store().meta(id(5)).unwrap().unwrap();
    world.store().replace(id(5), &[], &meta, None).unwrap();
    world.evict();
    let mut cyd = world.join("cyd", false);
    world.sync(&mut cyd, id(5));
    assert!(matches!(cyd.received.last(), Some(Frame::Error { .. })));
    let mut cyd = world.join("cyd", false);
    world.sync(&mut cyd, id(6));
    assert_eq!(cyd.heads(id(6)), bob.heads(id(6)));
}
