//! Tables: whatever wrote them, Jira's own, Docket's, and any other; and what leaves comes in again.

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
mod jira;
mod leaving;
mod partial;
mod plain;
mod reader;
mod states;
#[path = "../support/mod.rs"]
mod support;

use docket_domain::read::Issue;
use docket_exchange::{Format, Report, Source, Words, csv::Columns};

use support::{Added, Store, import_from};

/// What a table makes of an empty workspace.
pub struct Made {
    pub report: Report,
    pub added: Added,
    /// What refused rows need before them to be a file.
    pub heading: Vec<u8>,
}

pub fn import(file: &[u8], format: Format, columns: &Columns) -> Made {
    let mut source = Source::table(format, columns.clone());
    let (report, added) = import_from(&mut source, Words::default(), file, &mut Store::new());
    Made {
        report,
        added,
        heading: source.heading(),
    }
}

impl Made {
    pub fn issues(&self) -> Vec<Issue> {
        support::issues(&self.added)
    }
}
