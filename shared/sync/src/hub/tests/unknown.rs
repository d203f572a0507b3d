//! A document of a kind that this version doesn't know: a later one made it, and was taken back.

use super::*;
use crate::wire::record::{ChangesRecord, DocumentRecord, Record};

fn with_an_unknown() -> (World, Client) {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    for n in [4, 5, 6] {
        bob.create(id(n), "Mount hangs", world.now);
        world.sync(&mut bob, id(n));
    }
    world.store().make_unknown(id(5));
    world.evict();
    (world, bob)
}

#[test]
fn it_stops_nobody_from_reading_the_others() {
    let (mut world, _) = with_an_unknown();
    let mut ann = world.join("ann", true);
    let subscribe = Frame::Subscribe {
        epoch: None,
        version: 0,
        derivation: docket_domain::row::DERIVATION,
    };
    world.receive(ann.socket, &subscribe);
    world.settle(&mut [&mut ann]);
    assert!(!world.closed.contains_key(&ann.socket));
    let rows = ann.received.iter().filter_map(|frame| match frame {
        Frame::Rows { rows, .. } => Some(rows.iter().map(|row| row.document)),
        _ => None,
    });
    // Nor is it said to be gone.
    assert_eq!(rows.flatten().collect::<Vec<_>>(), [id(4), id(6)]);
    let now = world.now;
    let batch = world.hub().read_documents(&ann.member, None, 100, now).unwrap();
    let read: Vec<_> = DocumentRecord::read_all(&batch.records).unwrap();
    assert_eq!(
        read.iter().map(|record| record.document).collect::<Vec<_>>(),
        [id(4), id(6)]
    );
    let mut shown = Vec::new();
    world
        .hub()
        .show_rows(&ann.member, now, |row| shown.push(row.document))
        .unwrap();
    assert_eq!(shown, [id(4), id(6)]);
}

#[test]
fn nobody_writes_it_and_it_is_kept() {
    let (mut world, mut bob) = with_an_unknown();
    let before = world.store().meta(id(5)).unwrap().unwrap();
    bob.title(id(5), "Changed", world.now);
    let record = ChangesRecord {
        document: id(5),
        changes: bob
            .copy(id(5))
            .get_changes(&[])
            .iter()
            .map(|change| change.raw_bytes().to_vec())
            .collect(),
    };
    let mut again = world.join("bob", true);
    again.put(id(5), bob.copy(id(5)).clone());
    world.sync(&mut again, id(5));
    assert!(!world.closed.contains_key(&again.socket));
    let now = world.now;
    let (stored, _) = world.hub().write_documents(&bob.member, &[record], now).unwrap();
    assert!(
        stored[0]
            .refused
            .iter()
            .all(|refusal| refusal.code == "not-found")
    );
    assert!(!stored[0].refused.is_empty());
    // The work that the hub does by itself passes over it.
    world.call(|hub, now| hub.alarm(now).unwrap());
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap(), before);
}

#[test]
fn an_admin_purges_it() {
    let (mut world, _) = with_an_unknown();
    world.call(|hub, now| hub.purge(id(5), now).unwrap());
    let meta = world.store().meta(id(5)).unwrap().unwrap();
    assert!(meta.purged && meta.unknown);
}
