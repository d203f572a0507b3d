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
        (&bob.peer, Some("description"))
    );
    world.evict();
    world.leave(&bob);
    world.settle(&mut [&mut ann]);
    let Some(Frame::Present { people }) = ann.received.last() else {
        panic!()
    };
    assert_eq!(people.len(), 1);
}
