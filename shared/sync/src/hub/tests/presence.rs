//! Who is here, and what passes without being stored.

use super::*;
use crate::wire::Ephemeral;

fn ephemeral(from: &PeerId, session: &str, count: u64) -> Frame {
    Frame::Ephemeral(Ephemeral {
        document: id(5),
        sender: from.clone(),
        target: PeerId::new("hub").unwrap(),
        count,
        session: session.to_owned(),
        data: vec![1, 2, 3],
    })
}

fn heard(client: &Client) -> Vec<(String, u64)> {
    let messages = client.received.iter().filter_map(|frame| match frame {
        Frame::Ephemeral(message) => {
            assert_eq!(message.target, client.peer);
            Some((message.session.clone(), message.count))
        }
        _ => None,
    });
    messages.collect()
}

#[test]
fn ephemeral_messages_reach_the_others_once() {
    let mut world = World::new();
    let (mut ann, mut bob, mut cyd) = (
        world.join("ann", false),
        world.join("bob", false),
        world.join("cyd", false),
    );
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut bob, id(5));
    for (session, count) in [("s", 1), ("s", 2), ("s", 2), ("s", 1), ("t", 1)] {
        world.receive(ann.socket, &ephemeral(&ann.peer, session, count));
    }
    world.settle(&mut [&mut ann, &mut bob, &mut cyd]);
    let all = [("s".to_owned(), 1), ("s".to_owned(), 2), ("t".to_owned(), 1)];
    assert_eq!(heard(&bob), all);
    // Not back to the sender, nor to who doesn't sync it.
    assert_eq!((heard(&ann).len(), heard(&cyd).len()), (0, 0));
    // In one's own name only.
    world.receive(bob.socket, &ephemeral(&ann.peer, "s", 3));
    assert!(world.closed.contains_key(&bob.socket));
}

#[test]
fn presence_is_told_when_it_changes() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.settle(&mut [&mut ann, &mut bob]);
    ann.received.clear();
    let here = Frame::Here {
        document: Some(id(5)),
        field: Some("description".to_owned()),
    };
    for _ in 0..3 {
        world.receive(bob.socket, &here);
    }
    world.settle(&mut [&mut ann, &mut bob]);
    assert_eq!(ann.received.len(), 1);
    let Frame::Present { people } = &ann.received[0] else {
        panic!()
    };
    let person = people.iter().find(|person| person.member == bob.member).unwrap();
    assert_eq!((person.name.as_str(), person.document), ("bob", Some(id(5))));
    assert_eq!(
        (&person.peer, person.field.as_deref()),
        (&bob.peer.alias(), Some("description"))
    );
    world.evict();
    world.leave(&bob);
    world.settle(&mut [&mut ann]);
    let Some(Frame::Present { people }) = ann.received.last() else {
        panic!()
    };
    assert_eq!(people.len(), 1);
}

/// What a client of version 2 is told: whether it is the whole list, who changed, who is gone.
fn told(client: &Client) -> Vec<(bool, Vec<String>, usize)> {
    let frames = client.received.iter().filter_map(|frame| match frame {
        Frame::Presence {
            whole, changed, gone, ..
        } => Some((
            *whole,
            changed.iter().map(|person| person.member.to_string()).collect(),
            gone.len(),
        )),
        _ => None,
    });
    frames.collect()
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn presence_is_told_as_differences() {
    let mut world = World::new();
    let mut ann = world.join_as("ann", Some(2));
    let mut bob = world.join_as("bob", Some(2));
    world.settle(&mut [&mut ann, &mut bob]);
    assert_eq!(
        told(&ann),
        [(true, names(&["ann"]), 0), (false, names(&["bob"]), 0)]
    );
    let mut all = names(&["ann", "bob"]);
    let mut first = told(&bob).remove(0);
    first.1.sort();
    all.sort();
    assert_eq!(first, (true, all, 0));
    ann.received.clear();
    world.leave(&bob);
    world.settle(&mut [&mut ann]);
    assert_eq!(told(&ann), [(false, names(&[]), 1)]);
    // A hub that has just woken doesn't know what it told.
    world.evict();
    ann.received.clear();
    let cyd = world.join_as("cyd", Some(2));
    world.settle(&mut [&mut ann]);
    assert!(
        told(&ann)
            .iter()
            .any(|(whole, people, _)| *whole && people.len() == 2)
    );
    drop(cyd);
}

/// Everybody comes back at once: each is told of each once, in a few frames, and nobody of everybody each time.
#[test]
fn many_who_come_at_once_are_told_of_in_few_frames() {
    let mut world = World::new();
    let clients = 200;
    let mut sizes = (0, 0);
    for n in 0..clients {
        let socket = SocketId(1_000 + n);
        world.call(|hub, _| hub.connect(socket, &member_id("bob"), Timestamp(0)));
        let frame = Frame::Join {
            sender: PeerId::new(format!("bob-{n}")).unwrap(),
            metadata: PeerMetadata {
                docket: Some(2),
                ..PeerMetadata::default()
            },
            versions: vec!["1".to_owned()],
        };
        world.receive(socket, &frame);
    }
    world.settle(&mut []);
    for frame in world.inbox.values().flatten() {
        if let Ok(Frame::Presence { changed, .. }) = Frame::decode(frame) {
            sizes = (sizes.0 + 1, sizes.1 + changed.len());
        }
    }
    // One at once for the first, then everybody's.
    assert!(sizes.0 <= clients as usize * 3, "{sizes:?}");
    assert!(sizes.1 <= (clients * clients + 2 * clients) as usize, "{sizes:?}");
}

/// What is told of a tab doesn't let anybody take its place while it is away.
#[test]
fn nobody_is_told_a_peers_id() {
    let mut world = World::new();
    let (mut ann, bob) = (world.join_as("ann", Some(2)), world.join_as("bob", Some(2)));
    world.settle(&mut [&mut ann]);
    for frame in &ann.received {
        assert!(!format!("{frame:?}").contains(bob.peer.as_str()), "{frame:?}");
    }
}
