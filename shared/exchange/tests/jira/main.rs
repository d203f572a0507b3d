//! The import of Jira's JSON, on real issues: tests/fixtures/README.md says where they come from.
//!
//! `cargo test --release -p docket-exchange --test jira -- --nocapture sizes` prints sizes and times.

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

mod again;
mod beside;
mod figures;
mod gold;
mod guard;
mod hostile;
mod moved;
mod numbers;
mod partial;
mod reader;
mod shapes;
mod speed;
#[path = "../support/mod.rs"]
mod support;
mod traps;
mod twice;

use std::{fs, path::PathBuf, sync::LazyLock};

use docket_domain::{DocumentId, read::Issue};
use docket_exchange::{Format, Imported, Record, Report, Words};

pub use support::{Store, WORKSPACE, source};

pub fn fixture(name: &str) -> PathBuf {
    support::fixture("jira").join(name)
}

pub fn aloy() -> Vec<u8> {
    support::unpacked("jira/jira_rest_1499.jsonl.gz")
}

pub fn traps() -> Vec<u8> {
    fs::read(fixture("jira_traps.jsonl")).unwrap()
}

/// The files of the folder one after the other, in order of name.
pub fn changelogs() -> Vec<(String, Vec<u8>)> {
    let folder = fs::read_dir(fixture("jira_changelog_12")).unwrap();
    let mut files: Vec<_> = folder
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect();
    files.sort();
    files
}

pub fn records(json: &[u8], piece: usize) -> Vec<Record> {
    support::records_of(Format::Jira, json, piece)
}

/// Imports a file into a store; answers the report and what was added, in order.
pub fn import(json: &[u8], store: &mut Store) -> (Report, support::Added) {
    support::import_as(Format::Jira, Words::default(), json, store)
}

/// What a file makes of an empty workspace.
pub struct File {
    pub json: Vec<u8>,
    pub store: Store,
    pub report: Report,
    pub added: Vec<(DocumentId, Imported)>,
}

impl File {
    fn new(json: Vec<u8>) -> Self {
        let mut store = Store::new();
        let (report, added) = import(&json, &mut store);
        Self {
            json,
            store,
            report,
            added,
        }
    }
}

/// The 1,499 issues; imported once for all tests that only look.
pub static ALOY: LazyLock<File> = LazyLock::new(|| File::new(aloy()));
/// The traps.
pub static TRAPS: LazyLock<File> = LazyLock::new(|| File::new(traps()));

/// A record of one issue, from its fields.
pub fn issue(key: &str, fields: &serde_json::Value) -> String {
    serde_json::json!({"id": "1", "key": key, "fields": fields}).to_string()
}

/// The one issue that an import of this makes.
pub fn one(json: &str) -> (Issue, Report) {
    let (report, added) = import(json.as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 1, "{report:?}");
    (Issue::read(&added[0].1.document), report)
}
