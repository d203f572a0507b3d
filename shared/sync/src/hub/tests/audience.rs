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
    let sealed = Audience::sealed("ornl".parse().unwrap(), until);
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

fn seal(world: &mut World, client: &mut Client) -> Timestamp {
    client.create(id(5), "A vote", world.now);
    world.sync(client, id(5));
    let until = world.now.plus(1_000_000);
    world.call(|hub, now| {
        hub.set_audience(id(5), Audience::sealed("ornl".parse().unwrap(), until), now)
            .unwrap()
    });
    world.settle(&mut [client]);
    until
}

fn move_to(world: &mut World, name: &str, organisation: Option<&str>) {
    let mut member = world.store().member(&member_id(name)).unwrap().unwrap();
    member.organisation = organisation.map(|id| id.parse().unwrap());
    world.store().put_member(member);
    world.call(|hub, now| hub.member_changed(&member_id(name), now));
}

#[test]
fn who_moves_into_the_organisation_does_not_read_what_was_sealed_before() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    let until = seal(&mut world, &mut bob);
    move_to(&mut world, "ann", Some("ornl"));
    let mut ann = world.join("ann", true);
    world.sync(&mut ann, id(5));
    assert_eq!(ann.heads(id(5)), []);
    assert_eq!(read(&mut world, &mut ann, None, 0).2, []);
    // Edits of a reader don't reach who has the same role and organisation, live or together with others.
    let mut twin = world.store().member(&member_id("bob")).unwrap().unwrap();
    twin.id = member_id("eli");
    world.store().put_member(twin);
    let mut eli = world.join("eli", true);
    let (epoch, version, rows, _) = read(&mut world, &mut eli, None, 0);
    assert_eq!(rows, []);
    read(&mut world, &mut bob, None, 0);
    bob.title(id(5), "changed", world.now);
    world.sync(&mut bob, id(5));
    world.settle(&mut [&mut eli, &mut ann]);
    assert_eq!((pushed(&eli), pushed(&ann)), (Vec::new(), Vec::new()));
    let change = bob.title(id(5), "changed in bulk", world.now);
    let chunk = bob
        .copy(id(5))
        .get_change_by_hash(&change)
        .unwrap()
        .raw_bytes()
        .to_vec();
    let record = crate::wire::record::ChangesRecord {
        document: id(5),
        changes: vec![chunk],
    };
    world.call(|hub, now| hub.write_documents(&member_id("bob"), &[record], now).unwrap().1);
    world.settle(&mut [&mut eli, &mut bob, &mut ann]);
    assert_eq!((pushed(&eli), pushed(&ann)), (Vec::new(), Vec::new()));
    assert!(pushed(&bob).iter().any(|row| row.document == id(5)));
    let mut again = world.join("eli", true);
    assert_eq!(read(&mut world, &mut again, Some(epoch), version).2, []);
    // Who has it open is told to nobody.
    world.receive(
        bob.socket,
        &Frame::Here {
            document: Some(id(5)),
            field: None,
        },
    );
    world.settle(&mut [&mut eli, &mut bob]);
    let Some(Frame::Present { people }) = eli.received.last() else {
        panic!()
    };
    assert!(people.iter().all(|person| person.document.is_none()));
    // It opens for all of them.
    world.now = until;
    world.call(|hub, now| hub.alarm(now).unwrap());
    world.settle(&mut [&mut bob, &mut eli, &mut ann]);
    assert_eq!((pushed(&eli).len(), pushed(&ann).len()), (1, 1));
}

#[test]
fn a_token_that_somebody_else_made_does_not_read_what_was_sealed_before() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    let lent_before = world.now.plus(-10);
    seal(&mut world, &mut bob);
    let (now, bob_id) = (world.now, member_id("bob"));
    let count = |world: &mut World, lent| {
        let asker = crate::hub::Asker {
            member: &bob_id,
            lent,
        };
        world.hub().read_documents(asker, None, 100, now).unwrap().count
    };
    assert_eq!(count(&mut world, None), 1);
    assert_eq!(count(&mut world, Some(lent_before)), 1);
    assert_eq!(count(&mut world, Some(now)), 0);
    // Nor over a socket, which it is told after an eviction too.
    let mut other = world.join("bob", true);
    (other.socket, other.peer) = (SocketId(70), PeerId::new("lent").unwrap());
    world.evicts = true;
    world.call(|hub, now| {
        let lent = Some(now);
        let asker = crate::hub::Asker {
            member: &bob_id,
            lent,
        };
        hub.connect(SocketId(70), asker, now)
    });
    let join = Frame::Join {
        sender: other.peer.clone(),
        metadata: PeerMetadata {
            docket: Some(1),
            ..PeerMetadata::default()
        },
        versions: vec!["1".to_owned()],
    };
    world.receive(SocketId(70), &join);
    world.settle(&mut [&mut other]);
    let own = read(&mut world, &mut bob, None, 0);
    let lent = read(&mut world, &mut other, Some(own.0.clone()), own.1);
    assert_ne!(own.0, lent.0);
    assert_eq!((own.2.len(), lent.2.len()), (1, 0));
    world.sync(&mut other, id(5));
    assert_eq!(other.heads(id(5)), []);
}

#[test]
fn nobody_opens_what_is_sealed_before_its_time() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    let until = seal(&mut world, &mut bob);
    let set = |world: &mut World, audience: Audience| {
        let now = world.now;
        world.hub().set_audience(id(5), audience, now).map(drop)
    };
    let sealed = |organisation: &str, until| Audience::sealed(organisation.parse().unwrap(), until);
    for other in [
        Audience::Public,
        Audience::Group,
        of("ornl"),
        sealed("llnl", until),
        sealed("ornl", until.plus(-1)),
    ] {
        assert!(matches!(
            set(&mut world, other),
            Err(super::super::HubError::Protocol(_))
        ));
    }
    // For longer it may be, and whoever moved in meanwhile stays outside.
    move_to(&mut world, "ann", Some("ornl"));
    set(&mut world, sealed("ornl", until.plus(10))).unwrap();
    let meta = world.store().meta(id(5)).unwrap().unwrap();
    assert!(matches!(&meta.audience, Audience::Sealed { readers, .. } if *readers == [member_id("bob")]));
    // Where nobody is, nothing can be sealed for anybody.
    world.now = until.plus(10);
    world.call(|hub, now| hub.alarm(now).unwrap());
    let later = world.now.plus(100);
    assert!(set(&mut world, sealed("nobody", later)).is_err());
    assert!(set(&mut world, Audience::Public).is_ok());
}

/// Does any frame that came name the document?
fn names(client: &Client, document: DocumentId) -> bool {
    client.received.iter().any(|frame| match frame {
        Frame::Rows { rows, .. } => rows.iter().any(|row| row.document == document),
        Frame::Purged { document: id }
        | Frame::Facts { document: id, .. }
        | Frame::DocUnavailable { document: id, .. } => *id == document,
        _ => false,
    })
}

#[test]
fn who_never_could_read_a_document_is_never_told_of_it() {
    let (mut world, mut bob) = secret();
    let (mut ann, mut cyd, mut eve) = (
        world.join("ann", true),
        world.join("cyd", true),
        world.join("eve", true),
    );
    // Somebody's document has to be there, so that versions begin.
    let mut begun = Vec::new();
    for client in [&mut ann, &mut cyd, &mut eve] {
        begun.push(read(&mut world, client, None, 0));
    }
    let parties = Audience::Parties {
        organisations: vec!["ornl".parse().unwrap(), "whamcloud".parse().unwrap()],
    };
    for audience in [parties, of("ornl"), of("whamcloud")] {
        world.call(|hub, now| hub.set_audience(id(5), audience, now).unwrap());
        world.settle(&mut [&mut bob, &mut ann, &mut cyd, &mut eve]);
    }
    world.call(|hub, now| hub.purge(id(5), now).unwrap());
    world.settle(&mut [&mut bob, &mut ann, &mut cyd, &mut eve]);
    assert!(names(&bob, id(5)) && names(&ann, id(5)));
    assert!(!names(&cyd, id(5)) && !names(&eve, id(5)));
    // Nor when they come back.
    for (name, begun) in [("cyd", &begun[1]), ("eve", &begun[2])] {
        let mut away = world.join(name, true);
        assert_eq!(read(&mut world, &mut away, Some(begun.0.clone()), begun.1).2, []);
        assert!(!names(&away, id(5)));
    }
    let mut away = world.join("ann", true);
    let (_, _, rows, _) = read(&mut world, &mut away, Some(begun[0].0.clone()), begun[0].1);
    assert_eq!(rows.len(), 1);
    assert!(names(&away, id(5)), "whoever has it drops it");
}

#[test]
fn who_once_could_read_a_document_and_asks_for_it_is_told_that_it_is_purged() {
    let (mut world, mut bob) = secret();
    // It was public before it was bob's organisation's.
    let mut cyd = world.join("cyd", true);
    read(&mut world, &mut cyd, None, 0);
    world.call(|hub, now| hub.purge(id(5), now).unwrap());
    world.settle(&mut [&mut bob, &mut cyd]);
    assert!(!names(&cyd, id(5)));
    world.sync(&mut cyd, id(5));
    assert!(matches!(cyd.received.last(), Some(Frame::Purged { .. })));
}
