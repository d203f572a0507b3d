//! The tables, and the steps from older ones.
//!
//! `PRAGMA user_version` is refused by the platform, so the steps done are kept in a table. Steps are only ever
//! appended.

use super::database::{Database, StoreError, integer, text};

/// Each step's statements, oldest first.
const STEPS: &[&str] = &[
    include_str!("step_1.sql"),
    include_str!("step_2.sql"),
    include_str!("step_3.sql"),
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
            database.run(
                "INSERT INTO migrations (step, done_at) VALUES (?, ?)",
                vec![integer(step)?, integer(now)?],
            )?;
        }
        Ok(())
    })
}
