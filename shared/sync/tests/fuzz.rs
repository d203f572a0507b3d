//! Whatever comes in: nothing panics, and what passes can be decoded.

// Helpers of tests may fail as tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod hostile;

use std::sync::LazyLock;

use automerge::{
    ActorId, Automerge, AutomergeError, ObjType, ROOT, ScalarValue,
    sync::{State, SyncDoc},
    transaction::{CommitOptions, Transactable},
};
use docket_sync::inspect::{self, Limits};
use proptest::prelude::*;

static VARIED: LazyLock<Automerge> = LazyLock::new(varied);

/// A document with something of everything in it.
fn varied() -> Automerge {
    let mut document = Automerge::new().with_actor(ActorId::from([1_u8; 16]));
    document
        .transact::<_, _, AutomergeError>(|tx| {
            let text = tx.put_object(ROOT, "text", ObjType::Text)?;
            tx.splice_text(&text, 0, 0, "hello wörld")?;
            let list = tx.put_object(ROOT, "list", ObjType::List)?;
            for n in 0..5 {
                tx.insert(&list, n, n as i64)?;
            }
            let inner = tx.insert_object(&list, 2, ObjType::Map)?;
            tx.put(&inner, "float", 1.5)?;
            tx.put(ROOT, "counter", ScalarValue::counter(3))?;
            tx.put(ROOT, "bytes", ScalarValue::Bytes(vec![1, 2, 3]))?;
            tx.put(ROOT, "time", ScalarValue::Timestamp(1_700_000_000_000))
        })
        .unwrap();
    let mut other = document.fork().with_actor(ActorId::from([2_u8; 16]));
    for (document, word) in [(&mut document, "a"), (&mut other, "b")] {
        document
            .transact_with::<_, _, AutomergeError, _>(
                |()| CommitOptions::default().with_message("why").with_time(7),
                |tx| {
                    use automerge::ReadDoc;
                    let text = tx.get(ROOT, "text")?.unwrap().1;
                    tx.splice_text(&text, 3, 2, word)?;
                    let list = tx.get(ROOT, "list")?.unwrap().1;
                    tx.delete(&list, 1)?;
                    tx.put(&list, 0, word)?;
                    tx.increment(ROOT, "counter", 2)?;
                    tx.put(ROOT, "time", word)?;
                    tx.delete(ROOT, "bytes")
                },
            )
            .unwrap();
    }
    document.merge(&mut other).unwrap();
    document
        .transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "time", "settled"))
        .unwrap();
    document
}

/// A message with all of a document's changes, as a stock client sends it.
fn message(document: &Automerge) -> Vec<u8> {
    let (mut ours, mut theirs) = (State::new(), State::new());
    let mut empty = Automerge::new();
    let mut hello = empty.generate_sync_message(&mut theirs).unwrap();
    hello.flags = None;
    let mut document = document.clone();
    document.receive_sync_message(&mut ours, hello).unwrap();
    let message = document.generate_sync_message(&mut ours).unwrap();
    empty.receive_sync_message(&mut theirs, message.clone()).unwrap();
    message.encode()
}

#[test]
fn a_real_message_passes() {
    let document = varied();
    let bytes = message(&document);
    let limits = Limits::default();
    let message = inspect::message(&bytes, &limits).unwrap();
    assert!(message.flags);
    assert_eq!(message.heads, document.get_heads());
    assert_eq!(message.have.len(), 1);
    let changes = inspect::changes(&message, &limits).unwrap();
    assert_eq!(changes, document.get_changes(&[]));
    let decoded = automerge::sync::Message::decode(&bytes).unwrap();
    let without = message.without_changes();
    assert_eq!(
        (without.heads, without.need, without.have),
        (decoded.heads, decoded.need, decoded.have)
    );
}

/// What `tests/stock/write.mjs` wrote: a stock JavaScript client's own encoding is the canonical one.
#[test]
fn what_a_stock_client_sends_passes() {
    let bytes = include_bytes!("stock/message.bin");
    let limits = Limits::default();
    let message = inspect::message(bytes, &limits).unwrap();
    let changes = inspect::changes(&message, &limits).unwrap();
    assert_eq!((changes.len(), message.heads.len()), (6, 1));
    let mut document = Automerge::new();
    document.apply_changes(changes).unwrap();
    assert_eq!(document.get_heads(), message.heads);
}

#[test]
fn version_two_is_split_into_its_changes() {
    let document = varied();
    let changes = document.get_changes(&[]);
    let joined: Vec<u8> = changes
        .iter()
        .flat_map(|change| change.raw_bytes().to_vec())
        .collect();
    let bytes = hostile::message(0x43, &[joined]);
    let limits = Limits::default();
    let message = inspect::message(&bytes, &limits).unwrap();
    assert_eq!(inspect::changes(&message, &limits).unwrap(), changes);
}

fn mutated(mut bytes: Vec<u8>, edits: &[(prop::sample::Index, u8, u8)]) -> Vec<u8> {
    for (at, what, byte) in edits {
        if bytes.is_empty() {
            break;
        }
        let at = at.index(bytes.len());
        match what % 4 {
            0 => bytes[at] = *byte,
            1 => bytes[at] ^= 1 << (byte % 8),
            2 => bytes.insert(at, *byte),
            _ => {
                bytes.remove(at);
            }
        }
    }
    bytes
}

/// Small enough that nothing a fuzzer finds takes long.
fn limits() -> Limits {
    Limits {
        operations: 2_000,
        ..Limits::default()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..300), first in 0x42_u8..=0x43) {
        let _ = inspect::change(&bytes, &limits());
        let whole = hostile::chunk(1, &bytes);
        let _ = inspect::change(&whole, &limits());
        let mut bytes = bytes;
        bytes.insert(0, first);
        if let Ok(message) = inspect::message(&bytes, &limits()) {
            let _ = inspect::changes(&message, &limits());
        }
    }

    #[test]
    fn mutated_messages_never_panic(
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..6),
    ) {
        let bytes = mutated(message(&VARIED), &edits);
        if let Ok(read) = inspect::message(&bytes, &limits()) {
            let _ = inspect::changes(&read, &limits());
            // What passes is safe to give to Automerge.
            let mut state = State::new();
            let mut copy = VARIED.clone();
            copy.receive_sync_message(&mut state, read.without_changes()).unwrap();
            let _ = copy.generate_sync_message(&mut state);
        }
    }

    #[test]
    fn mutated_changes_never_panic(
        which in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>(), any::<u8>()), 1..4),
    ) {
        let changes = VARIED.get_changes(&[]);
        let change = &changes[which.index(changes.len())];
        let bytes = hostile::signed_again(mutated(change.raw_bytes().to_vec(), &edits));
        if let Ok(change) = inspect::change(&bytes, &limits()) {
            prop_assert_eq!(change.decode().operations.len(), change.len());
        }
    }
}
