//! The tables, and the steps from older ones.
//!
//! `PRAGMA user_version` is refused by the platform, so the steps done are kept in a table. Steps are only ever
//! appended.

use docket_domain::Timestamp;

use super::{
    database::{Database, StoreError, integer, text},
    sealed,
};

/// Each step's statements, oldest first.
const STEPS: &[&str] = &[
    include_str!("step_1.sql"),
    include_str!("step_2.sql"),
    include_str!("step_3.sql"),
    include_str!("step_4.sql"),
    include_str!("step_5.sql"),
];

/// Does a workspace live in this database, or is one being restored into it? Reads only: an address that nobody claimed
/// leaves nothing behind.
pub(crate) fn exists(database: &Database) -> Result<bool, StoreError> {
    Ok(has_table(database, "workspace")? && database.row("SELECT 1 FROM workspace", Vec::new())?.is_some())
}

fn has_table(database: &Database, name: &str) -> Result<bool, StoreError> {
    let query = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?";
    Ok(database.row(query, vec![text(name)])?.is_some())
}

/// Since this step credentials have ids, names and times, and cookies are of one host alone.
pub(crate) const CREDENTIALS_STEP: i64 = 4;

/// When a step was done; none if it wasn't.
pub(crate) fn done_at(database: &Database, step: i64) -> Result<Option<Timestamp>, StoreError> {
    let query = "SELECT done_at FROM migrations WHERE step = ?";
    let row = database.row(query, vec![integer(step)?])?;
    row.map(|mut row| row.integer().map(Timestamp)).transpose()
}

/// Does the steps that haven't been done.
pub(crate) fn migrate(database: &Database, now: i64) -> Result<(), StoreError> {
    database.atomically(|| {
        if !has_table(database, "migrations")? {
            database.run(
                "CREATE TABLE migrations (step INTEGER PRIMARY KEY, done_at INTEGER NOT NULL) STRICT",
                Vec::new(),
            )?;
        }
        let done = match database.row("SELECT COALESCE(MAX(step), 0) FROM migrations", Vec::new())? {
            Some(mut row) => row.integer()?,
            None => 0,
        };
        let pending = STEPS.iter().zip(1_i64..).filter(|(_, step)| *step > done);
        for (statements, step) in pending {
            database.run(statements, Vec::new())?;
            if step == CREDENTIALS_STEP {
                sealed::fix_readers(database, Timestamp(now))?;
            }
            database.run(
                "INSERT INTO migrations (step, done_at) VALUES (?, ?)",
                vec![integer(step)?, integer(now)?],
            )?;
        }
        Ok(())
    })
}
