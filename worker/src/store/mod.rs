//! The workspace's SQLite database: the only truth the object has.
//!
//! `database` runs statements and keeps them atomic, `row` reads their results, `migrations` makes the tables. The
//! other files each hold the statements of one concern. Nothing here knows of HTTP or sockets.
//!
//! Rules that the platform sets: integers travel as floats (exact up to 2⁵³; STRICT tables make them integers
//! again), there are no booleans, a BLOB holds 2 MB at most, and `one()`/`to_array()` throw through Rust frames on
//! error, so that only `raw()` is used.

mod barred;
mod catalogue;
mod content;
mod database;
pub(crate) mod errors;
mod hub;
mod meta;
mod migrations;
pub(crate) mod restoring;
mod row;
pub(crate) mod sealed;
mod sockets;
pub(crate) mod spent;
mod workspace;

pub(crate) use catalogue::{Large, largest, row, totals, unknown};
pub(crate) use database::{Database, StoreError, blob, integer, optional, text};
pub(crate) use hub::Documents;
pub(crate) use migrations::{CREDENTIALS_STEP, done_at, exists, migrate};
pub(crate) use row::Row;
pub(crate) use sockets::{forget, known};
pub(crate) use workspace::{Founded, found, founded, renew_epoch, set_last_number};
