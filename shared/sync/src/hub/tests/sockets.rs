//! Joining, leaving, and who one is.

use super::*;

#[test]
fn the_hub_is_silent_until_join_and_then_says_who_it_is() {
    let mut world = World::new();
    let bob = world.join("bob", false);
    assert!(
        matches!(&bob.received[..], [Frame::Peer { version, metadata, .. }]
        if version == "1" && metadata.docket.is_none())
    );
    let ann = world.join("ann", true);
    let [
        Frame::Peer { metadata, .. },
        Frame::Welcome {
            member, workspace, ..
        },
        Frame::Members { members },
        Frame::Present { people },
    ] = &ann.received[..]
    else {
        panic!("{:?}", ann.received);
    };
    assert_eq!(metadata.docket, Some(2));
    assert_eq!((member.as_str(), *workspace), ("ann", WORKSPACE));
    assert_eq!((members.len(), people.len()), (5, 2));
}

fn closes(frame: &Frame, joined: bool) {
    let mut world = World::new();
    let socket = if joined {
        world.join("bob", false).socket
    } else {
        world.call(|hub, _| hub.connect(SocketId(1), &member_id("bob"), Timestamp(0)));
        SocketId(1)
    };
    world.receive(socket, frame);
    assert!(world.closed.contains_key(&socket), "{frame:?}");
    let last = world.inbox.remove(&socket).unwrap().pop_back().unwrap();
    assert!(matches!(Frame::decode(&last).unwrap(), Frame::Error { .. }));
}

#[test]
fn what_makes_no_sense_ends_the_connection() {
    let peer = PeerId::new("x").unwrap();
    let join = |versions: &[&str]| Frame::Join {
        sender: peer.clone(),
        metadata: PeerMetadata::default(),
        versions: versions.iter().map(|version| (*version).to_owned()).collect(),
    };
    closes(&join(&["2"]), false);
    closes(
        &Frame::Release {
            documents: Vec::new(),
        },
        false,
    );
    closes(&join(&["1"]), true);
    // Somebody else's peer id; a catalogue without announcing `docket`.
    let data = SyncData {
        document: id(5),
        sender: peer.clone(),
        target: peer,
        data: vec![0x42, 0, 0, 0, 0],
    };
    closes(&Frame::Sync(data), true);
    let subscribe = Frame::Subscribe {
        epoch: None,
        version: 0,
        derivation: 1,
    };
    closes(&subscribe, true);
}

#[test]
fn a_peer_id_is_its_owner_s_who_may_take_it_along() {
    let mut world = World::new();
    let bob = world.join("bob", false);
    let join = Frame::Join {
        sender: bob.peer.clone(),
        metadata: PeerMetadata::default(),
        versions: vec!["1".to_owned()],
    };
    world.call(|hub, _| hub.connect(SocketId(10), &member_id("cyd"), Timestamp(0)));
    world.receive(SocketId(10), &join);
    assert!(world.closed.contains_key(&SocketId(10)));
    assert!(!world.closed.contains_key(&bob.socket));
    world.call(|hub, _| hub.connect(SocketId(11), &member_id("bob"), Timestamp(0)));
    world.receive(SocketId(11), &join);
    assert!(world.closed.contains_key(&bob.socket));
    assert!(!world.closed.contains_key(&SocketId(11)));
}

#[test]
fn a_revoked_member_s_sockets_end_at_once() {
    let mut world = World::new();
    let (bob, ann) = (world.join("bob", false), world.join("ann", true));
    world.store().remove_member(&member_id("bob"));
    world.call(|hub, now| hub.member_changed(&member_id("bob"), now));
    assert!(world.closed.contains_key(&bob.socket));
    let told = world.inbox.remove(&ann.socket).unwrap();
    let members = told.iter().find_map(|bytes| match Frame::decode(bytes).unwrap() {
        Frame::Members { members } => Some(members),
        _ => None,
    });
    assert_eq!(members.unwrap().len(), 4);
}

#[test]
fn a_member_revoked_while_the_hub_sleeps_doesn_t_wake_up_with_it() {
    let mut world = World::new();
    let bob = world.join("bob", false);
    world.store().remove_member(&member_id("bob"));
    world.evict();
    assert!(world.closed.contains_key(&bob.socket));
}

#[test]
fn another_role_means_to_connect_again() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let mut member = world.store().members().unwrap().remove(1);
    assert_eq!(member.id, bob.member);
    member.name = "Bob".to_owned();
    world.store().put_member(member.clone());
    world.call(|hub, now| hub.member_changed(&member_id("bob"), now));
    assert!(world.closed.is_empty());
    member.role = Role::Viewer;
    world.store().put_member(member);
    world.call(|hub, now| hub.member_changed(&member_id("bob"), now));
    assert!(world.closed.contains_key(&bob.socket));
    let mut again = world.join("bob", true);
    again.put(id(5), bob.copy(id(5)).clone());
    again.title(id(5), "as a viewer", world.now);
    let before = world.store().meta(id(5)).unwrap();
    world.sync(&mut again, id(5));
    assert_eq!(world.store().meta(id(5)).unwrap(), before);
}

#[test]
fn a_flood_ends_the_connection() {
    let mut world = World::new();
    let bob = world.join("bob", false);
    for _ in 0..100_000 {
        if world.closed.contains_key(&bob.socket) {
            break;
        }
        world.receive(bob.socket, &Frame::Unknown { name: "x".to_owned() });
    }
    assert!(world.closed.contains_key(&bob.socket));
}

#[test]
fn too_many_documents_on_one_connection_end_it() {
    let mut world = World::with(Config {
        subscriptions: 3,
        ..Config::default()
    });
    let mut bob = world.join("bob", false);
    for n in 1..=3 {
        world.sync(&mut bob, id(n));
    }
    assert!(world.closed.is_empty());
    world.sync(&mut bob, id(9));
    assert!(world.closed.contains_key(&bob.socket));
}

#[test]
fn a_socket_that_the_hub_doesn_t_know_is_closed() {
    let mut world = World::new();
    world.receive(SocketId(77), &Frame::Unknown { name: "x".to_owned() });
    assert!(world.closed.contains_key(&SocketId(77)));
    world.call(|hub, now| hub.resume(SocketId(78), b"nonsense", now));
    assert!(world.closed.contains_key(&SocketId(78)));
}
