//! Documents come, go and converge.

use automerge::{ObjType, ROOT, ReadDoc, ScalarValue};
use docket_domain::{Row, Timestamp};

use super::*;

#[test]
fn an_unknown_document_is_unavailable_at_once_and_comes_when_it_is_made() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", false), world.join("bob", false));
    world.sync(&mut ann, id(5));
    let unavailable = |frame: &Frame| matches!(frame, Frame::DocUnavailable { .. });
    assert_eq!(ann.received.iter().filter(|frame| unavailable(frame)).count(), 1);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    world.settle(&mut [&mut ann, &mut bob]);
    assert_eq!(ann.heads(id(5)), bob.heads(id(5)));
}

fn edits_converge(mut world: World) {
    let (mut ann, mut bob, mut eve) = (
        world.join("ann", true),
        world.join("bob", false),
        world.join("eve", false),
    );
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut bob, id(5));
    world.sync(&mut eve, id(5));
    for round in 0..5 {
        let now = world.now;
        ann.title(id(5), &format!("by ann {round}"), now);
        bob.act(
            id(5),
            Action::AddComment {
                id: format!("c{round}").parse().unwrap(),
                body: "seen".to_owned(),
            },
            now,
        );
        // Both at once, so that neither knows of the other's.
        let frames = (ann.say(id(5)).unwrap(), bob.say(id(5)).unwrap());
        world.receive(ann.socket, &frames.0);
        world.receive(bob.socket, &frames.1);
        world.settle(&mut [&mut ann, &mut bob, &mut eve]);
        assert_eq!(ann.heads(id(5)), bob.heads(id(5)));
        assert_eq!(ann.heads(id(5)), eve.heads(id(5)));
    }
    assert!(world.closed.is_empty(), "{:?}", world.closed);
    let row = Row::from_bytes(&world.store().row(id(5)).unwrap().unwrap()).unwrap();
    assert_eq!(row.title, "by ann 4");
    assert_eq!(row.issue().unwrap().comments, 5);
    assert_eq!(row.issue().unwrap().number, Some(1));
    assert_eq!(
        world.store().meta(id(5)).unwrap().unwrap().heads,
        ann.heads(id(5))
    );
}

#[test]
fn concurrent_edits_converge() {
    edits_converge(World::new());
}

#[test]
fn concurrent_edits_converge_though_the_hub_is_evicted_between_any_two_calls() {
    edits_converge(World::evicting());
}

#[test]
fn a_live_edit_takes_few_frames() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", false), world.join("bob", false));
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut bob, id(5));
    let before = world.frames;
    let writes = world.store().writes();
    ann.title(id(5), "Mount hangs sometimes", world.now);
    let frame = ann.say(id(5)).unwrap();
    world.receive(ann.socket, &frame);
    world.settle(&mut [&mut ann, &mut bob]);
    assert_eq!(ann.heads(id(5)), bob.heads(id(5)));
    // The edit, its answer, the relay, and the word that it arrived.
    assert!(world.frames - before <= 4, "{}", world.frames - before);
    assert_eq!(world.store().writes() - writes, 1);
}

#[test]
fn nothing_is_said_before_it_is_stored() {
    let mut world = World::new();
    let mut ann = world.join("ann", false);
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    ann.title(id(5), "lost", world.now);
    world.store().fail_after(Some(0));
    let frame = ann.say(id(5)).unwrap();
    world.receive(ann.socket, &frame);
    world.store().fail_after(None);
    // No heads, but an error, and the end of the connection.
    let said = world.inbox.remove(&ann.socket).unwrap();
    let said: Vec<Frame> = said.iter().map(|bytes| Frame::decode(bytes).unwrap()).collect();
    assert!(matches!(said[..], [Frame::Error { .. }]), "{said:?}");
    assert!(world.closed.contains_key(&ann.socket));
    // What is in memory is what is stored: the client connects again, and all is well.
    let mut again = world.join("ann", false);
    again.put(id(5), ann.copy(id(5)).clone());
    world.sync(&mut again, id(5));
    let stored = world.store().meta(id(5)).unwrap().unwrap().heads;
    assert_eq!(stored, again.heads(id(5)));
}

#[test]
fn a_lost_frame_on_a_living_socket_is_asked_for_again() {
    let mut world = World::new();
    let mut bob = world.join("bob", false);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    bob.title(id(5), "lost on the way", world.now);
    let _lost = bob.say(id(5)).unwrap();
    bob.title(id(5), "and another", world.now);
    let before = world.frames;
    world.sync(&mut bob, id(5));
    assert_eq!(
        world.store().meta(id(5)).unwrap().unwrap().heads,
        bob.heads(id(5))
    );
    assert!(world.frames - before <= 6, "{}", world.frames - before);
    // A second time is as well recovered from as the first.
    bob.title(id(5), "lost again", world.now);
    let _lost = bob.say(id(5)).unwrap();
    bob.title(id(5), "and the last", world.now);
    world.sync(&mut bob, id(5));
    assert_eq!(
        world.store().meta(id(5)).unwrap().unwrap().heads,
        bob.heads(id(5))
    );
}

#[test]
fn a_client_that_lost_what_the_hub_stored_receives_it() {
    let mut world = World::new();
    let mut ann = world.join("ann", false);
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    let mut again = world.join("ann", false);
    world.sync(&mut again, id(5));
    assert_eq!(again.heads(id(5)), ann.heads(id(5)));
}

#[test]
fn plain_documents_are_kept_outside_the_catalogue() {
    let mut world = World::new();
    let (mut bob, mut cyd) = (world.join("bob", false), world.join("cyd", false));
    bob.edit(id(7), |tx| {
        let notes = tx.put_object(ROOT, "notes", ObjType::Text)?;
        tx.splice_text(&notes, 0, 0, "hello")?;
        tx.put(ROOT, "n", ScalarValue::counter(1))
    });
    world.sync(&mut bob, id(7));
    world.sync(&mut cyd, id(7));
    assert_eq!(cyd.heads(id(7)), bob.heads(id(7)));
    assert_eq!(cyd.copy(id(7)).length(ROOT), 2);
    assert_eq!(world.store().rows(0, 10).unwrap(), []);
    assert_eq!(world.store().plain_usage().unwrap().documents, 1);
}

#[test]
fn facts_tell_who_wrote_and_when() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
    world.now = Timestamp(2_000_000_000);
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut bob, id(5));
    world.now = Timestamp(2_000_500_000);
    bob.title(id(5), "Mount hangs sometimes", world.now);
    world.sync(&mut bob, id(5));
    world.settle(&mut [&mut ann, &mut bob]);
    let facts = ann.facts(id(5));
    assert_eq!(facts, bob.facts(id(5)));
    assert_eq!(facts.number, Some(1));
    let actor = |client: &Client| ActorId::from(client.peer.as_str().as_bytes());
    assert_eq!(facts.member(&actor(&ann)), Some(&member_id("ann")));
    assert_eq!(facts.member(&actor(&bob)), Some(&member_id("bob")));
    let receipt = facts.actor(&actor(&bob)).unwrap().receipts[0];
    assert!(receipt.received > Timestamp(2_000_500_000));
    // Bob was up to date at about 2,000,000,000, and ann's change on which his depends was received just then.
    assert!(
        receipt.contact > Timestamp(1_999_900_000),
        "{}",
        receipt.contact.0
    );
    assert!(receipt.contact < Timestamp(2_000_100_000));
    // The layout's change is nobody's.
    let nobodys = facts.actors.iter().filter(|actor| actor.member.is_none());
    assert_eq!(nobodys.count(), 1);
}

#[test]
fn numbers_follow_one_another_and_stay() {
    let mut world = World::new();
    let mut ann = world.join("ann", true);
    for n in 1..=3 {
        ann.create(id(n + 10), "Mount hangs", world.now);
        world.sync(&mut ann, id(n + 10));
        assert_eq!(ann.facts(id(n + 10)).number, Some(u64::from(n)));
    }
    ann.title(id(11), "again", world.now);
    ann.renew(id(11));
    world.sync(&mut ann, id(11));
    assert_eq!(ann.facts(id(11)).number, Some(1));
    world.call(|hub, now| hub.purge(id(13), now).unwrap());
    ann.create(id(20), "next", world.now);
    world.sync(&mut ann, id(20));
    // A purged document's number isn't given again.
    assert_eq!(ann.facts(id(20)).number, Some(4));
}

#[test]
fn many_offline_edits_arrive_in_one_go() {
    let mut world = World::new();
    let mut bob = world.join("bob", false);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    for n in 0..500 {
        bob.title(id(5), &format!("title {n}"), world.now);
    }
    let (frames, writes) = (world.frames, world.store().writes());
    world.sync(&mut bob, id(5));
    assert!(world.frames - frames <= 4);
    assert_eq!(world.store().writes() - writes, 1);
    let mut cyd = world.join("cyd", false);
    world.sync(&mut cyd, id(5));
    assert_eq!(cyd.heads(id(5)), bob.heads(id(5)));
}

#[test]
fn a_claimed_time_is_bounded_by_the_client_s_last_contact() {
    let mut world = World::new();
    let storage = |world: &mut World, n: u64| {
        let socket = SocketId(n);
        world.call(|hub, _| hub.connect(socket, &member_id("bob"), Timestamp(0)));
        let frame = Frame::Join {
            sender: PeerId::new(format!("bob-{n}")).unwrap(),
            metadata: PeerMetadata {
                storage_id: Some("laptop".to_owned()),
                ephemeral: false,
                docket: Some(1),
            },
            versions: vec!["1".to_owned()],
        };
        world.receive(socket, &frame);
        socket
    };
    // Connected for ten minutes, then away for a day.
    let begun = world.now;
    let first = storage(&mut world, 50);
    world.now = begun.plus(600_000);
    world.receive(
        first,
        &Frame::Here {
            document: None,
            field: None,
        },
    );
    world.call(|hub, now| hub.disconnect(first, now));
    world.kept.remove(&first);
    world.now = begun.plus(86_400_000);
    let second = storage(&mut world, 51);
    let mut bob = world.join("bob", true);
    (bob.socket, bob.peer) = (second, PeerId::new("bob-51").unwrap());
    bob.create(id(5), "Made off line", world.now);
    world.sync(&mut bob, id(5));
    let facts = bob.facts(id(5));
    let actor = facts.actor(&ActorId::from("bob-51".as_bytes())).unwrap();
    let contact = actor.receipts[0].contact;
    assert!(
        contact > begun.plus(500_000) && contact < begun.plus(600_000),
        "{}",
        contact.0 - begun.0
    );
    // Another device of the same member isn't bound by that.
    let mut phone = world.join("bob", true);
    phone.create(id(6), "Made elsewhere", world.now);
    world.sync(&mut phone, id(6));
    let facts = phone.facts(id(6));
    let actor = facts
        .actor(&ActorId::from(phone.peer.as_str().as_bytes()))
        .unwrap();
    // It joined just now, and could have nothing of ours before.
    let joined = actor.receipts[0].received;
    let contact = actor.receipts[0].contact;
    assert!(contact < joined && joined.plus(-70_000) < contact);
}

/// A client of ven's with that storage, which came in by something made at `issued`.
fn with_storage(world: &mut World, n: u64, storage: &str, issued: Timestamp) -> Client {
    let mut ven = world.join("ven", true);
    ven.socket = SocketId(n);
    ven.peer = PeerId::new(format!("ven-{n}")).unwrap();
    world.call(|hub, _| hub.connect(SocketId(n), &member_id("ven"), issued));
    let frame = Frame::Join {
        sender: ven.peer.clone(),
        metadata: PeerMetadata {
            storage_id: Some(storage.to_owned()),
            ephemeral: false,
            docket: Some(1),
        },
        versions: vec!["1".to_owned()],
    };
    world.receive(SocketId(n), &frame);
    ven
}

/// The vendor's client says to have answered at `at`, on a copy that it has from elsewhere. Is it believed?
fn believed(world: &mut World, ven: &mut Client, copy: &Automerge, at: Timestamp) -> bool {
    ven.put(
        id(5),
        copy.clone()
            .with_actor(ActorId::from(ven.peer.as_str().as_bytes())),
    );
    let comment = Action::AddComment {
        id: docket_domain::EntryId::random(),
        body: "On it.".to_owned(),
    };
    let change = ven.act(id(5), comment, at);
    let frame = ven.bring(id(5), change);
    world.receive(ven.socket, &frame);
    let row = Row::from_bytes(&world.store().row(id(5)).unwrap().unwrap()).unwrap();
    let timeline = &row.issue().unwrap().timeline;
    assert!(
        timeline
            .iter()
            .any(|event| event.by.as_ref().is_some_and(|by| by.as_str() == "ven"))
    );
    timeline.iter().any(|event| event.at == at && !event.corrected)
}

#[test]
fn a_device_that_was_never_here_answered_nothing_days_ago() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let copy = bob.copy(id(5)).clone();
    let asked = world.now;
    world.now = asked.plus(3 * 86_400_000);
    // “I answered within a minute”, says a device that was never here: neither a token of that time nor one that was
    // made since makes it true.
    for (n, issued) in [(60, Timestamp(0)), (61, world.now.plus(-3_600_000))] {
        let mut ven = with_storage(&mut world, n, &format!("new-{n}"), issued);
        assert!(
            !believed(&mut world, &mut ven, &copy, asked.plus(60_000)),
            "{issued:?}"
        );
    }
    // A clock that is somewhat slow is, but not to before the way in was made.
    let before = world.now.plus(-30_000);
    let mut ven = with_storage(&mut world, 62, "new-62", Timestamp(0));
    assert!(believed(&mut world, &mut ven, &copy, before));
    let now = world.now;
    let mut ven = with_storage(&mut world, 63, "new-63", now);
    assert!(!believed(&mut world, &mut ven, &copy, before.plus(1)));
}

#[test]
fn what_a_device_did_off_line_is_believed_though_it_signed_in_again() {
    let mut world = World::evicting();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let copy = bob.copy(id(5)).clone();
    // It was here for a moment only, and went off line.
    let ven = with_storage(&mut world, 60, "laptop", Timestamp(0));
    world.leave(&ven);
    let done = world.now.plus(3_600_000);
    world.now = world.now.plus(3 * 86_400_000);
    let now = world.now;
    let mut again = with_storage(&mut world, 61, "laptop", now);
    assert!(believed(&mut world, &mut again, &copy, done));
    // And not what it says to have done before it was here first.
    let mut third = with_storage(&mut world, 62, "laptop", now);
    assert!(!believed(
        &mut world,
        &mut third,
        &copy,
        Timestamp(done.0 - 4_000_000)
    ));
}
