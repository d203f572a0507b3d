//! A hub that sends what it must not.

use proptest::prelude::*;

use super::*;
use automerge::ChangeHash;

use crate::{
    client::Problem,
    wire::{RowUpdate, SyncData},
};
use automerge::transaction::Transactable;
use docket_domain::{Duty, Row};

fn live() -> Client {
    let mut client = client("tab");
    let _ = client.open(ISSUE, None, &[]);
    let _ = client.connected();
    for frame in [
        Frame::Peer {
            sender: PeerId::new("hub").unwrap(),
            target: PeerId::new("tab").unwrap(),
            metadata: crate::wire::PeerMetadata::default(),
            version: "1".to_owned(),
        },
        Frame::Welcome {
            epoch: "e".to_owned(),
            workspace: WORKSPACE,
            member: "anna".parse().unwrap(),
            now: NOW,
        },
    ] {
        assert!(!client.receive(&frame.encode()).close);
    }
    assert!(client.is_live());
    client
}

fn sync(data: &[u8]) -> Vec<u8> {
    Frame::Sync(SyncData {
        document: ISSUE,
        sender: PeerId::new("hub").unwrap(),
        target: PeerId::new("tab").unwrap(),
        data: data.to_vec(),
    })
    .encode()
}

#[test]
fn a_bloom_filter_that_divides_by_zero_costs_that_document_alone() {
    // Version 1, no heads, no needs, one summary: no last sync, and a filter of one entry with 0 bits each.
    let message = [0x42, 0, 0, 1, 0, 5, 1, 0, 7, 0, 0, 0];
    let output = live().receive(&sync(&message));
    assert!(!output.close);
    assert!(matches!(
        output.events[..],
        [Event::Problem(Problem::Sync(..)), Event::Unavailable { .. }]
    ));
}

/// A newer hub has a fifth role, a duty and a row that nobody here knows: all else is taken in.
#[test]
fn what_a_newer_hub_adds_is_passed_over_and_named() {
    let ann = Member {
        id: "ann".parse().unwrap(),
        name: "Ann".to_owned(),
        role: Role::Viewer,
        organisation: None,
        duties: vec![Duty::Board],
    };
    let members = Frame::Members {
        members: vec![ann.clone(), ann.clone()],
    };
    let mut bytes = members.encode();
    // The role is key 2 of the member's map, the duties key 4.
    let role = bytes.windows(2).position(|pair| pair == [2, 3]).unwrap();
    bytes[role + 1] = 9;
    let mut client = live();
    let output = client.receive(&bytes);
    assert!(!output.close);
    let [
        Event::Problem(Problem::PassedOver(passed)),
        Event::Members(members),
    ] = &output.events[..]
    else {
        panic!("{:?}", output.events);
    };
    assert_eq!((passed.members, members.len()), (1, 2));
    assert_eq!(members[0], ann);
    let row = |heads: usize| RowUpdate {
        document: DocumentId::from_bytes([7; 16]),
        heads: vec![ChangeHash([1; 32]); heads],
        row: None,
    };
    let rows = Frame::Rows {
        epoch: "e".to_owned(),
        version: 3,
        rows: vec![row(10_001), row(1)],
        more: false,
    };
    let output = client.receive(&rows.encode());
    assert!(!output.close);
    assert!(matches!(
        &output.events[..],
        [Event::Problem(Problem::PassedOver(_)), Event::Rows { rows, cursor, .. }]
            if rows.len() == 1 && cursor.version == 3
    ));
    let mut broken = Frame::Purged {
        document: DocumentId::from_bytes([7; 16]),
    }
    .encode();
    let name = broken.windows(8).position(|name| name == b"document").unwrap();
    broken[name] = b'D';
    let output = client.receive(&broken);
    assert!(!output.close, "{:?}", output.events);
}

/// A newer hub tells of a document whose kind isn't known here: the owner gets the row with the others, and finds that it
/// can't be read.
#[test]
fn a_row_of_a_kind_that_nobody_knows_stops_no_other() {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    let facts = docket_domain::Facts::default();
    let known = Row::derive(pair.client.document(ISSUE).unwrap(), ISSUE, &facts).unwrap();
    let mut unknown = known.to_bytes();
    // The body is key 5 of the row's map, an issue its variant 2.
    let body = unknown
        .windows(3)
        .position(|bytes| bytes == [5, 0x82, 2])
        .unwrap();
    unknown[body + 2] = 9;
    assert!(Row::from_bytes(&unknown).is_err());
    let update = |n: u8, row: Vec<u8>| RowUpdate {
        document: DocumentId::from_bytes([n; 16]),
        heads: vec![ChangeHash([n; 32])],
        row: Some(row),
    };
    let rows = Frame::Rows {
        epoch: "e".to_owned(),
        version: 3,
        rows: vec![update(7, unknown), update(8, known.to_bytes())],
        more: false,
    };
    let output = live().receive(&rows.encode());
    assert!(!output.close);
    let [Event::Rows { rows, cursor, .. }] = &output.events[..] else {
        panic!("{:?}", output.events);
    };
    let read: Vec<_> = rows
        .iter()
        .map(|row| Row::from_bytes(row.row.as_ref().unwrap()).ok())
        .collect();
    assert_eq!((read, cursor.version), (vec![None, Some(known)], 3));
}

#[test]
fn a_document_of_a_kind_that_nobody_knows_is_taken_in() {
    let mut newer = automerge::Automerge::new();
    newer
        .transact::<_, _, automerge::AutomergeError>(|tx| tx.put(automerge::ROOT, "kind", "roadmap"))
        .unwrap();
    let mut state = automerge::sync::State::new();
    let mut client = live();
    let ask = automerge::sync::SyncDoc::generate_sync_message(
        &Automerge::new(),
        &mut automerge::sync::State::new(),
    );
    automerge::sync::SyncDoc::receive_sync_message(&mut newer, &mut state, ask.unwrap()).unwrap();
    state.their_capabilities = None;
    let message = automerge::sync::SyncDoc::generate_sync_message(&newer, &mut state).unwrap();
    let output = client.receive(&sync(&message.encode()));
    assert!(!output.close, "{:?}", output.events);
    let taken = client.document(ISSUE).unwrap();
    assert_eq!(taken.get_heads(), newer.get_heads());
    assert_eq!(docket_domain::read::kind(taken), None);
}

#[test]
fn another_version_of_the_protocol_is_told_in_words() {
    let mut client = client("tab");
    let _ = client.connected();
    let frame = Frame::Peer {
        sender: PeerId::new("hub").unwrap(),
        target: PeerId::new("tab").unwrap(),
        metadata: crate::wire::PeerMetadata::default(),
        version: "2".to_owned(),
    };
    let output = client.receive(&frame.encode());
    assert!(output.close && !client.is_live());
}

#[test]
fn a_frame_of_a_newer_hub_is_passed_over() {
    let frame = Frame::Unknown {
        name: "docket-weather".to_owned(),
    };
    let output = live().receive(&frame.encode());
    assert!(!output.close && output.events.is_empty());
}

proptest! {
    #[test]
    fn no_bytes_make_it_panic(frame in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = live().receive(&frame);
    }

    #[test]
    fn no_sync_message_makes_it_panic(data in proptest::collection::vec(any::<u8>(), 1..200), version in 0x42..0x44_u8) {
        let mut message = data;
        message[0] = version;
        let _ = live().receive(&sync(&message));
    }

    #[test]
    fn no_damaged_message_makes_it_panic(at in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut pair = Pair::new(Role::Member);
        pair.stored(1, create());
        let output = pair.client.connected();
        pair.take(output);
        let document = pair.client.document(ISSUE).unwrap();
        let mut state = automerge::sync::State::new();
        state.their_heads = Some(Vec::new());
        state.their_have = Some(vec![automerge::sync::Have::default()]);
        state.their_need = Some(Vec::new());
        let message = automerge::sync::SyncDoc::generate_sync_message(document, &mut state).unwrap();
        let mut bytes = message.encode();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let _ = live().receive(&sync(&bytes));
    }
}
