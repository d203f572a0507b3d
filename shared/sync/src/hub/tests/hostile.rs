//! Whatever comes in, the hub stands, and tells nobody what isn't stored.

use automerge::{Automerge, sync::MessageVersion};
use proptest::{collection::vec, prelude::*};

use super::*;
use crate::wire::tests::{docket_frame, stock_frame};

/// What a hostile client sends.
#[derive(Debug, Clone)]
enum Attack {
    /// Bytes.
    Bytes(Vec<u8>),
    /// A frame of a known type.
    Frame(Frame),
    /// A sync message of these bytes.
    Sync(Vec<u8>),
    /// An honest message, damaged.
    Damaged(prop::sample::Index, Vec<(prop::sample::Index, u8)>),
    /// Changes of an honest copy, in any order, some more than once, some never.
    Changes(Vec<prop::sample::Index>),
    /// The hub is evicted.
    Evict,
}

fn attack() -> impl Strategy<Value = Attack> {
    prop_oneof![
        vec(any::<u8>(), 0..200).prop_map(Attack::Bytes),
        stock_frame().prop_map(Attack::Frame),
        docket_frame().prop_map(Attack::Frame),
        vec(any::<u8>(), 1..100).prop_map(|mut data| {
            data[0] = 0x42;
            Attack::Sync(data)
        }),
        (
            any::<prop::sample::Index>(),
            vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
        )
            .prop_map(|(change, damage)| Attack::Damaged(change, damage)),
        vec(any::<prop::sample::Index>(), 0..8).prop_map(Attack::Changes),
        Just(Attack::Evict),
    ]
}

/// A copy with some edits of bob's on top of the stored document.
fn edited(bob: &mut Client, now: Timestamp) -> Automerge {
    for n in 0..5 {
        bob.title(id(5), &format!("title {n}"), now);
    }
    bob.copy(id(5)).clone()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_that_comes_in_harms_the_hub(attacks in vec(attack(), 1..20)) {
        let mut world = World::new();
        let mut ann = world.join("ann", false);
        ann.create(id(5), "Mount hangs", world.now);
        world.sync(&mut ann, id(5));
        let mut bob = world.join("bob", true);
        world.sync(&mut bob, id(5));
        let copy = edited(&mut bob, world.now);
        let changes = copy.get_changes(&[]);
        let message = |data: Vec<u8>, bob: &Client| Frame::Sync(SyncData {
            document: id(5),
            sender: bob.peer.clone(),
            target: PeerId::new("hub").unwrap(),
            data,
        });
        let honest = |indices: &[prop::sample::Index]| Message {
            heads: copy.get_heads(),
            need: Vec::new(),
            have: Vec::new(),
            changes: indices
                .iter()
                .map(|index| changes[index.index(changes.len())].raw_bytes().to_vec())
                .collect::<Vec<_>>()
                .into(),
            flags: None,
            version: MessageVersion::V1,
        };
        for attack in attacks {
            if world.closed.contains_key(&bob.socket) {
                bob = world.join("bob", true);
            }
            let bytes = match attack {
                Attack::Bytes(bytes) => bytes,
                Attack::Frame(frame) => frame.encode(),
                Attack::Sync(data) => message(data, &bob).encode(),
                Attack::Damaged(change, damage) => {
                    let mut data = honest(&[change]).encode();
                    for (index, byte) in damage {
                        let at = index.index(data.len());
                        data[at] = byte;
                    }
                    message(data, &bob).encode()
                }
                Attack::Changes(indices) => message(honest(&indices).encode(), &bob).encode(),
                Attack::Evict => {
                    world.evict();
                    continue;
                }
            };
            let socket = bob.socket;
            world.call(|hub, now| hub.receive(socket, &bytes, now));
        }
        // Everything that is stored can be read, and ann, who did nothing, has it and can go on.
        world.evict();
        world.settle(&mut [&mut ann]);
        ann.title(id(5), "still here", world.now);
        world.sync(&mut ann, id(5));
        prop_assert_eq!(&world.store().meta(id(5)).unwrap().unwrap().heads, &ann.heads(id(5)));
        let content = world.store().content(id(5)).unwrap();
        prop_assert_eq!(Automerge::load(&content.chunks).unwrap().get_heads(), ann.heads(id(5)));
        prop_assert!(!world.closed.contains_key(&ann.socket));
    }
}
