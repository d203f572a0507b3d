//! Who may read, on every way out.

use docket_domain::{Audience, Row};

use super::{
    catalogue::{pushed, read},
    *,
};
use crate::wire::{Ephemeral, record::HeadsRecord};

fn of(organisation: &str) -> Audience {
    Audience::Organisation {
        organisation: organisation.parse().unwrap(),
    }
}

/// An issue of bob's organisation, ornl; cyd is of another, ann an admin, eve a viewer.
fn secret() -> (World, Client) {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    world.call(|hub, now| hub.set_audience(id(5), of("ornl"), now).unwrap());
    world.settle(&mut [&mut bob]);
    (world, bob)
}

#[test]
fn what_one_may_not_read_isn_t_there() {
    let (mut world, mut bob) = secret();
    let (mut ann, mut cyd, mut eve) = (
        world.join("ann", true),
        world.join("cyd", true),
        world.join("eve", false),
    );
    for client in [&mut cyd, &mut eve] {
        world.sync(client, id(5));
        assert!(matches!(
            client.received.last(),
            Some(Frame::DocUnavailable { .. })
        ));
        assert_eq!(client.heads(id(5)), []);
    }
    let (_, _, rows, _) = read(&mut world, &mut cyd, None, 0);
    assert_eq!(rows, []);
    world.sync(&mut ann, id(5));
    assert_eq!(ann.heads(id(5)), bob.heads(id(5)));
    // Changes pass them by.
    bob.title(id(5), "changed", world.now);
    world.inbox.clear();
    world.sync(&mut bob, id(5));
    world.settle(&mut [&mut ann]);
    assert_eq!(ann.heads(id(5)), bob.heads(id(5)));
    assert!(!world.inbox.contains_key(&eve.socket));
    assert_eq!(pushed(&cyd), []);
    // Bulk.
    let now = world.now;
    let all = world.hub().read_documents(&cyd.member, None, 100, now).unwrap();
    assert_eq!((all.count, all.next), (0, None));
    let listed = [HeadsRecord {
        document: id(5),
        heads: Vec::new(),
    }];
    let some = world.hub().read_differing(&cyd.member, &listed, now).unwrap();
    assert_eq!((some.records.len(), some.handled), (0, 1));
    assert_eq!(
        world
            .hub()
            .read_documents(&bob.member, None, 100, now)
            .unwrap()
            .count,
        1
    );
}

#[test]
fn nobody_writes_what_they_may_not_read() {
    let (mut world, mut bob) = secret();
    let mut cyd = world.join("cyd", true);
    let before = world.store().meta(id(5)).unwrap();
    let copy = bob
        .copy(id(5))
        .clone()
        .with_actor(ActorId::from(cyd.peer.as_str().as_bytes()));
    cyd.put(id(5), copy);
    let change = cyd.title(id(5), "by cyd", world.now);
    let frame = cyd.bring(id(5), change);
    world.receive(cyd.socket, &frame);
    world.settle(&mut [&mut cyd]);
    assert_eq!(world.store().meta(id(5)).unwrap(), before);
    // Their edits come back to them, whether they may know of the document or not.
    let Some(Frame::Refused { refused, .. }) = cyd.received.last() else {
        panic!("{:?}", cyd.received)
    };
    assert!(refused.iter().all(|refusal| refusal.code == "not-found"));
}

#[test]
fn a_row_that_leaves_one_s_view_is_gone_and_comes_back() {
    let mut world = World::new();
    let (mut bob, mut cyd) = (world.join("bob", true), world.join("cyd", true));
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    world.sync(&mut cyd, id(5));
    let (epoch, version, rows, _) = read(&mut world, &mut cyd, None, 0);
    assert_eq!(rows.len(), 1);
    world.call(|hub, now| hub.set_audience(id(5), of("ornl"), now).unwrap());
    world.settle(&mut [&mut bob, &mut cyd]);
    let gone = pushed(&cyd);
    assert_eq!((gone.len(), &gone[0].row, gone[0].heads.len()), (1, &None, 0));
    // Whoever still reads it learns that not everybody does.
    world.call(|hub, _| {
        let row = hub.store.row(id(5)).unwrap().unwrap();
        assert!(Row::from_bytes(&row).unwrap().restricted);
        Vec::new()
    });
    assert!(matches!(
        cyd.received[..],
        [.., Frame::DocUnavailable { .. }, Frame::Rows { .. }]
    ));
    // Who was away is told so too, but who never had it isn't told that it is there.
    let mut away = world.join("cyd", true);
    let (_, _, rows, _) = read(&mut world, &mut away, Some(epoch), version);
    assert_eq!((rows.len(), &rows[0].row), (1, &None));
    let (_, _, rows, _) = read(&mut world, &mut away, None, 0);
    assert_eq!(rows, []);
    world.call(|hub, now| hub.set_audience(id(5), Audience::Public, now).unwrap());
    world.settle(&mut [&mut bob, &mut cyd, &mut away]);
    let back = pushed(&cyd).last().unwrap().row.clone().unwrap();
    assert!(!Row::from_bytes(&back).unwrap().restricted);
}

#[test]
fn another_view_is_another_epoch() {
    let mut world = World::new();
    let (mut bob, mut cyd, mut eve) = (
        world.join("bob", true),
        world.join("cyd", true),
        world.join("eve", true),
    );
    let mut epochs: Vec<String> = Vec::new();
    for client in [&mut bob, &mut cyd, &mut eve] {
        epochs.push(read(&mut world, client, None, 0).0);
    }
    epochs.sort();
    epochs.dedup();
    assert_eq!(epochs.len(), 3);
}

#[test]
fn a_sealed_document_opens_by_itself() {
    let mut world = World::new();
    let (mut bob, mut cyd) = (world.join("bob", true), world.join("cyd", true));
    bob.create(id(5), "A vote", world.now);
    world.sync(&mut bob, id(5));
    let until = world.now.plus(1_000_000);
    let sealed = Audience::Sealed {
        organisation: "ornl".parse().unwrap(),
        until,
    };
    world.call(|hub, now| hub.set_audience(id(5), sealed, now).unwrap());
    assert_eq!(world.alarms.last(), Some(&until));
    let (_, _, rows, _) = read(&mut world, &mut cyd, None, 0);
    assert_eq!(rows, []);
    world.now = until;
    world.call(|hub, now| hub.alarm(now).unwrap());
    world.settle(&mut [&mut bob, &mut cyd]);
    assert!(pushed(&cyd)[0].row.is_some());
    world.sync(&mut cyd, id(5));
    assert_eq!(cyd.heads(id(5)), bob.heads(id(5)));
    assert_eq!(world.store().next_opening().unwrap(), None);
}

#[test]
fn presence_and_ephemeral_messages_keep_the_secret() {
    let (mut world, mut bob) = secret();
    let (mut ann, mut cyd) = (world.join("ann", true), world.join("cyd", true));
    world.sync(&mut ann, id(5));
    world.sync(&mut cyd, id(5));
    let here = Frame::Here {
        document: Some(id(5)),
        field: Some("title".to_owned()),
    };
    world.receive(bob.socket, &here);
    world.settle(&mut [&mut ann, &mut bob, &mut cyd]);
    let place = |client: &Client| match client.received.last() {
        Some(Frame::Present { people }) => {
            let person = people.iter().find(|person| person.member == bob.member).unwrap();
            (person.document, person.field.clone())
        }
        frame => panic!("{frame:?}"),
    };
    assert_eq!(place(&ann), (Some(id(5)), Some("title".to_owned())));
    assert_eq!(place(&cyd), (None, None));
    let message = |client: &Client| {
        Frame::Ephemeral(Ephemeral {
            document: id(5),
            sender: client.peer.clone(),
            target: PeerId::new("hub").unwrap(),
            count: 1,
            session: "s".to_owned(),
            data: vec![1],
        })
    };
    world.receive(bob.socket, &message(&bob));
    world.receive(cyd.socket, &message(&cyd));
    world.settle(&mut [&mut ann, &mut bob, &mut cyd]);
    let heard = |client: &Client| {
        client
            .received
            .iter()
            .filter(|frame| matches!(frame, Frame::Ephemeral(_)))
            .count()
    };
    assert_eq!((heard(&ann), heard(&bob), heard(&cyd)), (1, 0, 0));
}
