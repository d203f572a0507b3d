//! The catalogue on a socket.

use docket_domain::{Row, row::DERIVATION};

use super::*;
use crate::wire::RowUpdate;

/// Subscribes until there is no more; answers the epoch, the version, all rows, and how many frames they took.
pub(super) fn read(
    world: &mut World,
    client: &mut Client,
    epoch: Option<String>,
    version: u64,
) -> (String, u64, Vec<RowUpdate>, usize) {
    let (mut all, mut cursor, mut frames) = (Vec::new(), (epoch, version), 0);
    loop {
        let frame = Frame::Subscribe {
            epoch: cursor.0.clone(),
            version: cursor.1,
            derivation: DERIVATION,
        };
        world.receive(client.socket, &frame);
        world.settle(&mut [client]);
        let position = client
            .received
            .iter()
            .rposition(|frame| matches!(frame, Frame::Rows { .. }));
        let Frame::Rows {
            epoch,
            version,
            rows,
            more,
        } = client.received.remove(position.unwrap())
        else {
            unreachable!()
        };
        frames += 1;
        all.extend(rows);
        if !more {
            return (epoch, version, all, frames);
        }
        cursor = (Some(epoch), version);
    }
}

pub(super) fn pushed(client: &Client) -> Vec<RowUpdate> {
    let rows = client.received.iter().filter_map(|frame| match frame {
        Frame::Rows { rows, .. } => Some(rows.clone()),
        _ => None,
    });
    rows.flatten().collect()
}

#[test]
fn a_subscriber_has_what_there_is_and_then_what_changes() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
    for n in 1..=3 {
        ann.create(id(n + 10), &format!("issue {n}"), world.now);
        world.sync(&mut ann, id(n + 10));
    }
    let (epoch, version, rows, _) = read(&mut world, &mut bob, None, 0);
    assert_eq!((rows.len(), version), (3, world.store().version().unwrap()));
    assert_eq!(
        Row::from_bytes(rows[0].row.as_ref().unwrap()).unwrap().title,
        "issue 1"
    );
    ann.title(id(11), "issue one", world.now);
    world.sync(&mut ann, id(11));
    world.settle(&mut [&mut bob]);
    let news = pushed(&bob);
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].heads, ann.heads(id(11)));
    assert_eq!(
        Row::from_bytes(news[0].row.as_ref().unwrap()).unwrap().title,
        "issue one"
    );
    // Who comes again with that version has all but the last change.
    let mut again = world.join("bob", true);
    let (_, _, rows, _) = read(&mut world, &mut again, Some(epoch), version);
    assert_eq!(rows, news);
    // Another epoch, or a version that can't be: everything.
    let (_, _, rows, _) = read(&mut world, &mut again, Some("other".to_owned()), version);
    assert_eq!(rows.len(), 3);
    let (epoch, _, _, _) = read(&mut world, &mut again, None, 0);
    let (_, _, rows, _) = read(&mut world, &mut again, Some(epoch), 1_000_000);
    assert_eq!(rows.len(), 3);
}

#[test]
fn nobody_is_told_of_rows_unasked() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.settle(&mut [&mut bob]);
    assert_eq!(pushed(&bob), []);
}

#[test]
fn ten_thousand_rows_come_in_bounded_frames() {
    let mut world = World::new();
    let mut ann = world.join("ann", true);
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    let (meta, row) = {
        let store = world.store();
        (
            store.meta(id(5)).unwrap().unwrap(),
            store.row(id(5)).unwrap().unwrap(),
        )
    };
    for n in 1..10_000_u64 {
        let mut bytes = [7; 16];
        bytes[8..].copy_from_slice(&n.to_be_bytes());
        let mut meta = meta.clone();
        meta.version += n;
        let document = DocumentId::from_bytes(bytes);
        world.store().append(document, &[], &meta, Some(&row)).unwrap();
    }
    let mut bob = world.join("bob", true);
    let (_, version, rows, frames) = read(&mut world, &mut bob, None, 0);
    assert_eq!((rows.len(), version), (10_000, 10_000));
    let size: usize = rows.iter().map(|update| update.row.as_ref().unwrap().len()).sum();
    assert!(frames >= size / (256 * 1024), "{frames}");
    assert!(frames <= 40, "{frames}");
}

#[test]
fn a_row_that_wasn_t_told_because_the_hub_ended_is_told_by_the_next() {
    let mut world = World::new();
    let (mut ann, mut bob, mut cyd) = (
        world.join("ann", true),
        world.join("bob", true),
        world.join("cyd", false),
    );
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut cyd, id(5));
    read(&mut world, &mut bob, None, 0);
    // The hub stores a change and ends before any of its effects is carried out.
    ann.title(id(5), "stored, not told", world.now);
    let frame = ann.say(id(5)).unwrap().encode();
    let (now, socket) = (world.now, ann.socket);
    drop(world.hub().receive(socket, &frame, now));
    world.evict();
    world.settle(&mut [&mut ann, &mut bob, &mut cyd]);
    let news = pushed(&bob);
    assert_eq!(news.len(), 1);
    assert_eq!(news[0].heads, ann.heads(id(5)));
    assert_eq!(cyd.heads(id(5)), ann.heads(id(5)));
    // And once only.
    world.evict();
    assert!(world.inbox.values().all(|frames| frames.is_empty()));
}

#[test]
fn a_purged_document_leaves_the_catalogue() {
    let mut world = World::new();
    let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    let (epoch, version, _, _) = read(&mut world, &mut bob, None, 0);
    world.call(|hub, now| hub.purge(id(5), now).unwrap());
    world.settle(&mut [&mut ann, &mut bob]);
    assert_eq!(pushed(&bob)[0].row, None);
    // Somebody who was away learns that it is purged, not only gone.
    let mut away = world.join("bob", true);
    let (_, _, rows, _) = read(&mut world, &mut away, Some(epoch), version);
    assert_eq!((rows.len(), &rows[0].row), (1, &None));
    assert!(away.received.contains(&Frame::Purged { document: id(5) }));
}

#[test]
fn what_was_stored_before_the_store_failed_is_told_all_the_same() {
    let mut world = World::new();
    let (mut ann, mut bob, mut cyd) = (
        world.join("ann", true),
        world.join("bob", true),
        world.join("cyd", false),
    );
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    world.sync(&mut cyd, id(5));
    read(&mut world, &mut bob, None, 0);
    // The row can't be read after the change was stored.
    let change = ann.title(id(5), "stored, not told", world.now);
    let frame = ann.bring(id(5), change);
    world.store().fail_reading_row();
    world.receive(ann.socket, &frame);
    assert!(world.closed.contains_key(&ann.socket));
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap().heads, [change]);
    world.settle(&mut [&mut bob, &mut cyd]);
    let told = pushed(&bob);
    assert_eq!(told.len(), 1);
    assert_eq!((told[0].document, &told[0].heads[..]), (id(5), &[change][..]));
    assert_eq!(cyd.heads(id(5)), [change]);
}
