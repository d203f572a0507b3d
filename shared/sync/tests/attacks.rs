//! Attacks that crashed Automerge, or would: each is refused, in bounded time and memory. Prints what each took:
//! `cargo test -p docket-sync --test attacks -- --nocapture`.

// Helpers of tests may fail as tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]
mod hostile;
mod measured;

use std::time::Duration;

use automerge::{Automerge, ROOT, transaction::Transactable};
use docket_sync::inspect::{self, InspectError, Limits};
use hostile::*;
use measured::measured;

fn whole(data: &[u8]) -> Result<usize, InspectError> {
    let limits = Limits::default();
    let message = inspect::message(data, &limits)?;
    Ok(inspect::changes(&message, &limits)?.len())
}

fn one(chunk: Vec<u8>) -> Vec<u8> {
    message(0x42, &[chunk])
}

/// One operation: puts null under `k`, with these columns in the place of the usual ones.
fn odd(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut all = vec![
        (KEY_TEXT, run(-1, &[1, b'k'])),
        (INSERT, vec![1]),
        (ACTION, run(-1, &[1])),
        (VALUE_KIND, run(-1, &[0])),
        (PREDECESSORS, run(-1, &[0])),
    ];
    for (number, column) in columns {
        all.retain(|(other, _)| other != number);
        all.push((*number, column.clone()));
    }
    all.sort_by_key(|(number, _)| *number);
    one(change(&all))
}

fn attacks() -> Vec<(&'static str, Vec<u8>)> {
    let whole_document = Automerge::new().save();
    let key = vec![b'k'; 4_000];
    let keys = [signed(140_000), unsigned(4_000), key].concat();
    let many: Vec<_> = (0..2_000).map(|_| bomb(100_000)).collect();
    vec![
        ("Bloom filter of 0 bits an entry", bloom(1, 0, 7, &[])),
        (
            "Bloom filter with 2^32-1 probes",
            bloom(1, 10, u64::from(u32::MAX), &[0, 0]),
        ),
        (
            "Bloom filter of 4 billion entries",
            bloom(u64::from(u32::MAX), 10, 7, &[]),
        ),
        ("Bloom filter without its bits", bloom(2, 10, 7, &[0, 0])),
        ("2^63 heads", [vec![0x42], unsigned(1 << 63)].concat()),
        ("2^40 changes", [vec![0x42, 0, 0, 0], unsigned(1 << 40)].concat()),
        ("a million operations", one(bomb(1_000_000))),
        ("30 million operations", one(bomb(30_000_000))),
        ("2^62 operations", one(bomb(1 << 62))),
        ("2,000 changes of 100,000 operations", message(0x42, &many)),
        (
            "the same, end to end (version 2)",
            message(0x43, &[many.concat()]),
        ),
        (
            "2^62 absent values",
            odd(&[(OBJECT_ACTOR, [signed(0), unsigned(1 << 62)].concat())]),
        ),
        ("a literal run of -2^63", odd(&[(ACTION, signed(i64::MIN))])),
        ("2^60 true values", odd(&[(INSERT, unsigned(1 << 60))])),
        (
            "a billion predecessors",
            odd(&[
                (PREDECESSORS, run(-1, &unsigned(1_000_000_000))),
                (PREDECESSOR_ACTOR, run(1_000_000_000, &[0])),
                (PREDECESSOR_COUNTER, run(1_000_000_000, &[0])),
            ]),
        ),
        (
            "a key of 4,000 bytes, 140,000 times",
            odd(&[
                (KEY_TEXT, keys),
                (INSERT, unsigned(140_000)),
                (ACTION, run(140_000, &[1])),
                (VALUE_KIND, run(140_000, &[0])),
                (PREDECESSORS, run(140_000, &[0])),
            ]),
        ),
        (
            "a key of a gigabyte",
            odd(&[(KEY_TEXT, run(-1, &unsigned(999_999_999)))]),
        ),
        (
            "a value of 2^59 bytes",
            odd(&[(VALUE_KIND, run(-1, &unsigned((1 << 63) | 6)))]),
        ),
        (
            "an actor that isn’t listed",
            odd(&[(OBJECT_ACTOR, run(-1, &[9])), (OBJECT_COUNTER, run(-1, &[1]))]),
        ),
        (
            "an object’s counter above 2^32",
            odd(&[
                (OBJECT_ACTOR, run(-1, &[0])),
                (OBJECT_COUNTER, run(-1, &unsigned(1 << 33))),
            ]),
        ),
        (
            "a predecessor before the first",
            odd(&[
                (PREDECESSORS, run(-1, &[1])),
                (PREDECESSOR_ACTOR, run(-1, &[0])),
                (PREDECESSOR_COUNTER, run(-1, &signed(-5))),
            ]),
        ),
        ("an operation of kind 99", odd(&[(ACTION, run(-1, &[99, 0]))])),
        ("an increment by nothing", odd(&[(ACTION, run(-1, &[5]))])),
        (
            "a first operation of 2^32-1",
            one(change_with(
                1,
                u64::from(u32::MAX),
                &[],
                &[(ACTION, run(2, &[1]))],
            )),
        ),
        (
            "a sequence number of 2^63",
            one(change_with(1 << 63, 1, &[], &[])),
        ),
        ("a compressed column", odd(&[(ACTION | 8, run(-1, &[1]))])),
        ("an unknown column", odd(&[(15 << 4, run(-1, &[1]))])),
        ("a run that could be shorter", odd(&[(ACTION, run(1, &[1]))])),
        ("a listed actor that does nothing", {
            let Ok(message) = inspect::message(&odd(&[]), &Limits::default()).map(|it| it.chunks[0].to_vec())
            else {
                panic!("the pattern is a change")
            };
            // Behind the first operation (1), the time and the empty commit message.
            let data = &message[10..];
            let (head, rest) = data.split_at(7);
            one(chunk(1, &[head, &[1, 1, 0xbb], &rest[1..]].concat()))
        }),
        ("a wrong checksum", {
            let mut bytes = bomb(1);
            bytes[5] ^= 1;
            one(bytes)
        }),
        ("a compressed change", one(chunk(2, &[0; 64]))),
        (
            "a whole document (version 2)",
            message(0x43, std::slice::from_ref(&whole_document)),
        ),
        ("a whole document (version 1)", one(whole_document)),
        ("a bundle", one(chunk(3, &[0; 64]))),
        (
            "a chunk longer than the message",
            message(0x43, &[[&bomb(1)[..9], &unsigned(1 << 50)].concat()]),
        ),
        ("32 MB of nothing", vec![0x42; 32 << 20]),
    ]
}

/// The pattern that the attacks are made from is itself a change that passes.
#[test]
fn the_pattern_passes() {
    assert_eq!(whole(&odd(&[])), Ok(1));
    assert_eq!(whole(&one(bomb(1_000))), Ok(1));
}

#[test]
fn attacks_are_refused_in_bounded_time_and_memory() {
    println!(
        "{:<40} {:>10} {:>12} {:>12}  refused as",
        "attack", "bytes", "µs", "peak bytes"
    );
    for (name, data) in attacks() {
        let (result, time, peak) = measured(|| whole(&data));
        let error = result.expect_err(name);
        println!(
            "{name:<40} {:>10} {:>12} {peak:>12}  {}",
            data.len(),
            time.as_micros(),
            error.code()
        );
        // What has been decoded before the limit of a message is reached is what may be decoded in any case.
        let most = if data.len() > 50_000 { 32 << 20 } else { 64 << 10 };
        assert!(peak < most, "{name}: {peak} bytes");
        assert!(time < Duration::from_secs(2), "{name}: {time:?}");
    }
}

/// What people really do fits: a long description pasted at once, a list of 10,000 ranks in one change.
#[test]
fn large_but_honest_changes_pass() {
    let mut document = Automerge::new();
    let text = "0123456789".repeat(10_000);
    document
        .transact::<_, _, automerge::AutomergeError>(|tx| {
            let description = tx.put_object(ROOT, "description", automerge::ObjType::Text)?;
            tx.splice_text(&description, 0, 0, &text)
        })
        .unwrap();
    document
        .transact::<_, _, automerge::AutomergeError>(|tx| {
            for n in 0..10_000 {
                tx.put(ROOT, format!("automerge:{n:028}"), format!("{n:012X}"))?;
            }
            Ok(())
        })
        .unwrap();
    for change in document.get_changes(&[]) {
        let (read, time, peak) = measured(|| inspect::change(change.raw_bytes(), &Limits::default()));
        assert_eq!(read.unwrap(), change);
        println!(
            "{} operations in {} bytes: {} µs, at most {} bytes",
            change.len(),
            change.raw_bytes().len(),
            time.as_micros(),
            peak
        );
        assert!(peak < 100 << 20, "{peak}");
    }
}
