//! The import of Bugzilla's JSON, on real bugs: tests/fixtures/README.md says where they come from.
//!
//! `cargo test -p docket-exchange --test bugzilla -- --nocapture` prints the figures.

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
#![recursion_limit = "256"]

mod figures;
mod shapes;
#[path = "../support/mod.rs"]
mod support;

use std::sync::LazyLock;

use docket_exchange::{Format, Report, Words};
use serde_json::Value;
use support::{Added, Store};

/// The 58 bugs, imported once for all tests that only look.
pub static BUGS: LazyLock<(Report, Added)> = LazyLock::new(|| import(&file(), &mut Store::new()));

pub fn file() -> Vec<u8> {
    support::unpacked("bugzilla/bugzilla_history_58.jsonl.gz")
}

/// The bugs as the file has them.
pub fn raw() -> Vec<Value> {
    let file = file();
    let lines = file.split(|byte| *byte == b'\n').filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_slice(line).unwrap()).collect()
}

pub fn import(json: &[u8], store: &mut Store) -> (Report, Added) {
    support::import_as(Format::Bugzilla, Words::default(), json, store)
}
