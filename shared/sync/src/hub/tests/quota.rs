//! What may be stored at all: the workspace's own quota, and the platform's of the day.

use super::{super::Usage, *};
use crate::hub::QUOTA_OF_THE_DAY;

fn refused(client: &Client) -> Vec<String> {
    let frames = client.received.iter().filter_map(|frame| match frame {
        Frame::Refused { refused, .. } => Some(refused.iter().map(|refusal| refusal.code.clone())),
        _ => None,
    });
    frames.flatten().collect()
}

#[test]
fn a_full_workspace_is_said_to_be_and_admins_have_the_last_of_it() {
    let mut world = World::with(Config {
        quota: Usage {
            documents: 100,
            ..Config::default().quota
        },
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    for n in 0..91 {
        bob.create(id(n), "Mount hangs", world.now);
        world.sync(&mut bob, id(n));
    }
    assert_eq!(world.store().usage().unwrap().documents, 90);
    assert!(!refused(&bob).is_empty() && refused(&bob).iter().all(|code| code == "quota"));
    // What is there can be edited.
    let before = refused(&bob).len();
    bob.title(id(5), "Mount hangs again", world.now);
    world.sync(&mut bob, id(5));
    assert_eq!(refused(&bob).len(), before);
    let mut ann = world.join("ann", true);
    for n in 100..111 {
        ann.create(id(n), "Found by an admin", world.now);
        world.sync(&mut ann, id(n));
    }
    assert_eq!(world.store().usage().unwrap().documents, 100);
    assert!(refused(&ann).iter().all(|code| code == "quota"));
    // A purge makes room.
    world.call(|hub, now| hub.purge(id(5), now).unwrap());
    ann.create(id(120), "After the purge", world.now);
    world.sync(&mut ann, id(120));
    assert_eq!(world.store().usage().unwrap().documents, 100);
    assert!(world.store().meta(id(120)).unwrap().is_some());
}

#[test]
fn bytes_have_a_quota_too() {
    let mut world = World::with(Config {
        quota: Usage {
            bytes: 20_000,
            ..Config::default().quota
        },
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let mut noise = 1_u32;
    let body = (0..30_000)
        .map(|_| {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b' ' + (noise >> 24) as u8 % 90)
        })
        .collect();
    let comment = Action::AddComment {
        id: docket_domain::EntryId::random(),
        body,
    };
    bob.act(id(5), comment, world.now);
    world.sync(&mut bob, id(5));
    assert_eq!(refused(&bob), ["quota"]);
}

#[test]
fn when_the_platform_writes_nothing_more_today_it_is_said_by_name_and_nothing_is_lost() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let stored = world.store().meta(id(5)).unwrap().unwrap().heads;
    world.store().refuse_for_today(true);
    bob.title(id(5), "Written in the evening", world.now);
    world.sync(&mut bob, id(5));
    assert_eq!(world.closed[&bob.socket], QUOTA_OF_THE_DAY);
    // A control frame has room for so much (RFC 6455, section 5.5).
    assert!(QUOTA_OF_THE_DAY.len() <= 123);
    let said = bob.received.iter().any(|frame| {
        matches!(frame, Frame::Error { message, .. } if message.starts_with("The hub's quota of the day"))
    });
    assert!(said);
    assert!(refused(&bob).is_empty(), "{:?}", refused(&bob));
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap().heads, stored);
    // The next day, what the client kept is taken.
    world.store().refuse_for_today(false);
    let mut again = world.join("bob", true);
    again.put(id(5), bob.copy(id(5)).clone());
    world.sync(&mut again, id(5));
    assert_eq!(
        world.store().meta(id(5)).unwrap().unwrap().heads,
        bob.heads(id(5))
    );
}
