//! Damaged files of every format that tests/fuzz has files of: nothing panics, every record is accounted for, what comes
//! in passes the hub's inspection, and reading it in other pieces makes no difference.
//!
//! `FUZZ=100000 cargo test --release -p docket-exchange --test fuzz` looks for longer.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

#[path = "support/mod.rs"]
mod support;

use std::{fs, panic, path::PathBuf};

use docket_exchange::{Format, Source, Words};
use docket_sync::inspect::{self, Limits};

use support::{Store, import_as, records_from, records_of};

/// One run: whatever the bytes are.
fn target(format: Format, file: &[u8]) {
    let _ = Format::detect(&file[..file.len().min(65_536)], "file");
    let records = records_of(format, file, 65_536);
    assert_eq!(
        records_of(format, file, 7),
        records,
        "the size of the pieces matters"
    );
    let (report, added) = import_as(format, Words::default(), file, &mut Store::new());
    let listed = report.incoming.len() + report.refused.len() + report.repeated.len();
    assert_eq!(listed, records.len(), "a record isn't accounted for");
    assert_eq!(report.incoming.len(), added.len());
    for (_, made) in &added {
        for chunk in &made.changes {
            inspect::change(chunk, &Limits::default()).unwrap();
        }
    }
    if let Some((id, made)) = added.first() {
        let refused = support::send(*id, made, docket_domain::Role::Member);
        assert_eq!(refused, [] as [&str; 0], "the hub refuses it");
    }
    // What is refused is a file of the same format again, and is refused again: nothing of it is lost.
    let mut source = Source::open(format);
    records_from(&mut source, file, 65_536);
    let mend = [source.heading(), report.mend.bytes].concat();
    let _ = records_of(format, &mend, 65_536);
}

/// The folders of tests/fuzz that are these formats'.
const FOLDERS: [(&str, Format); 4] = [
    ("jira-csv", Format::JiraCsv),
    ("csv", Format::Csv),
    ("docket", Format::Docket),
    ("docket-csv", Format::DocketCsv),
];

fn corpus(folder: &str) -> Vec<Vec<u8>> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut paths: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// A generator of numbers (xorshift), so that a run can be repeated.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit.max(1) as u64) as usize
    }
}

/// What formats are made of.
const PIECES: [&[u8]; 20] = [
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\r",
    b"\n",
    b"\r\n",
    b"'",
    b"=",
    b"{",
    b"}",
    b"[]",
    b":",
    b"\\",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"2024-02-30",
    b"9999999999999999999999",
];

fn mutated(corpus: &[Vec<u8>], random: &mut Random) -> Vec<u8> {
    let mut file = corpus[random.below(corpus.len())].clone();
    for _ in 0..=random.below(6) {
        let from = random.below(file.len() + 1);
        let to = (from + random.below(40)).min(file.len());
        let with = match random.below(5) {
            0 => PIECES[random.below(PIECES.len())].to_vec(),
            1 => vec![random.below(256) as u8; random.below(9)],
            2 => [&file[from..to], &file[from..to]].concat(),
            3 => {
                let other = &corpus[random.below(corpus.len())];
                let start = random.below(other.len());
                other[start..(start + random.below(200)).min(other.len())].to_vec()
            }
            _ => Vec::new(),
        };
        file.splice(from..to, with);
    }
    file
}

#[test]
fn damaged_files() {
    let rounds = std::env::var("FUZZ").ok().and_then(|rounds| rounds.parse().ok());
    let rounds = rounds.unwrap_or(if cfg!(debug_assertions) { 60 } else { 2_000 });
    for (folder, format) in FOLDERS {
        let corpus = corpus(&format!("../../tests/fuzz/{folder}"));
        assert!(!corpus.is_empty(), "{folder}");
        corpus.iter().for_each(|file| target(format, file));
        let mut random = Random(0x9e37_79b9_7f4a_7c15);
        for round in 0..rounds {
            let file = mutated(&corpus, &mut random);
            if let Err(cause) = panic::catch_unwind(|| target(format, &file)) {
                println!("{folder}, round {round}: {:?}", String::from_utf8_lossy(&file));
                panic::resume_unwind(cause);
            }
        }
        println!("{folder}: {} files, {rounds} damaged ones", corpus.len());
    }
}

/// The fuzz targets that import, by their names in `fuzz/`.
const TARGETS: [(&str, Format); 7] = [
    ("jira_json", Format::Jira),
    ("jira_csv", Format::JiraCsv),
    ("github", Format::GitHub),
    ("bugzilla", Format::Bugzilla),
    ("csv", Format::Csv),
    ("docket_json", Format::Docket),
    ("docket_csv", Format::DocketCsv),
];

/// Each of them reached code that no other did. Their first byte is the fuzzer's (`fuzz/src/lib.rs`).
#[test]
fn files_that_the_fuzzer_kept() {
    for (name, format) in TARGETS {
        let corpus = corpus(&format!("fuzz/corpus/{name}"));
        assert!(!corpus.is_empty(), "{name}");
        for file in &corpus {
            target(format, file.get(1..).unwrap_or_default());
        }
        println!("{name}: {} files", corpus.len());
    }
}
