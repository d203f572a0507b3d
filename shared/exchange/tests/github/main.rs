//! The import of GitHub's JSON, on real issues: tests/fixtures/README.md says where they come from.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]
mod counts;
mod shapes;
#[path = "../support/mod.rs"]
mod support;

use std::sync::LazyLock;

use docket_exchange::{Format, Report, Words};
use serde_json::Value;
use support::{Added, Store};

/// The 100 issues, imported once for all tests that only look.
pub static ISSUES: LazyLock<(Report, Added)> = LazyLock::new(|| import(&file(), &mut Store::new()));

pub fn file() -> Vec<u8> {
    support::unpacked("github/github_issues_100.jsonl.gz")
}

/// The issues as the file has them.
pub fn raw() -> Vec<Value> {
    let file = file();
    let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

pub fn import(json: &[u8], store: &mut Store) -> (Report, Added) {
    support::import_as(Format::GitHub, Words::default(), json, store)
}
