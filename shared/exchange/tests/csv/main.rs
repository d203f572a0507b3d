//! Tables: whatever wrote them, Jira's own, and any other.

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

mod jira;
mod plain;
mod reader;

use std::{fs, io::Read, path::PathBuf};

use docket_domain::{DocumentId, read::Issue};
use docket_exchange::{Existing, Format, Imported, Placed, Plan, Report, Source, csv::Columns};

pub const WORKSPACE: DocumentId = DocumentId::from_bytes([5; 16]);

pub fn fixture(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/fixtures/jira")
        .join(name)
}

pub fn unpacked(name: &str) -> Vec<u8> {
    let packed = fs::read(fixture(name)).unwrap();
    let mut file = Vec::new();
    let mut decoder = flate2::read::GzDecoder::new(packed.as_slice());
    decoder.read_to_end(&mut file).unwrap();
    file
}

/// What a file makes of an empty workspace.
pub struct Made {
    pub report: Report,
    pub added: Vec<(DocumentId, Imported)>,
    /// What refused rows need before them to be a file.
    pub heading: Vec<u8>,
}

pub fn import(file: &[u8], format: Format, columns: &Columns) -> Made {
    let mut source = Source::table(format, columns.clone());
    let mut plan = Plan::new(WORKSPACE, format);
    let mut records = Vec::new();
    for piece in file.chunks(10_000) {
        source.feed(piece);
        records.extend(std::iter::from_fn(|| source.next_record()));
    }
    records.extend(std::iter::from_fn(|| source.finish()));
    let mut added = Vec::new();
    for record in records {
        let Some(incoming) = plan.read(record) else {
            continue;
        };
        if let Placed::Add(id, imported) = plan.place(&incoming, |_| Existing::Nothing) {
            added.push((id, *imported));
        }
    }
    Made {
        report: plan.finish(),
        added,
        heading: source.heading(),
    }
}

impl Made {
    pub fn issues(&self) -> Vec<Issue> {
        self.added
            .iter()
            .map(|(_, made)| Issue::read(&made.document))
            .collect()
    }
}

pub fn kept<'a>(issue: &'a Issue, name: &str) -> Option<&'a str> {
    let source = issue.source.as_ref().unwrap();
    let field = source.fields.iter().find(|(key, _)| key == name);
    field.map(|(_, value)| value.as_str())
}
