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

/// A newer client begins a document of a kind that isn't known here: by a layout of its own, or as anybody's.
#[test]
fn one_of_a_kind_that_nobody_knows_disturbs_no_other() {
    for actor in [b"dkt!0123456789ab", b"0123456789abcdef"] {
        let mut world = World::new();
        let mut bob = world.join("bob", true);
        let mut copy = Automerge::new().with_actor(ActorId::from(&actor[..]));
        copy.transact::<_, _, AutomergeError>(|tx| {
            tx.put(automerge::ROOT, "kind", "roadmap")?;
            tx.put(automerge::ROOT, "schema", 1)
        })
        .unwrap();
        bob.put(id(7), copy);
        world.sync(&mut bob, id(7));
        bob.create(id(4), "Mount hangs", world.now);
        world.sync(&mut bob, id(4));
        assert!(!world.closed.contains_key(&bob.socket), "{:?}", world.closed);
        let stored = world.store().meta(id(4)).unwrap().unwrap();
        assert_eq!(stored.heads, bob.heads(id(4)));
        // It is refused, or kept as a document that isn't Docket's: no row tells of it.
        let stored = world.store().meta(id(7)).unwrap();
        assert!(stored.is_none_or(|meta| meta.kind.is_none()));
        assert_eq!(world.store().row(id(7)).unwrap(), None);
    }
}

#[test]
fn what_a_newer_client_says_is_passed_over() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    let unknown = Frame::Unknown {
        name: "docket-weather".to_owned(),
    };
    world.receive(bob.socket, &unknown);
    let mut here = Frame::Here {
        document: None,
        field: None,
    }
    .encode();
    // A field that isn't known, before the map's end.
    assert_eq!(here.pop(), Some(0xff));
    here.extend(b"\x67weather\x64rain\xff");
    world.call(|hub, now| hub.receive(bob.socket, &here, now));
    bob.create(id(4), "Mount hangs", world.now);
    world.sync(&mut bob, id(4));
    assert!(!world.closed.contains_key(&bob.socket), "{:?}", world.closed);
    assert!(world.store().meta(id(4)).unwrap().is_some());
}
