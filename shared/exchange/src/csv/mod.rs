//! Tables: files of comma-separated values, read and written.
//!
//! [`Reader`] cuts a file into rows, whatever wrote it; [`write`] writes rows that a spreadsheet may open.

mod columns;
mod dates;
mod encoding;
mod plain;
mod reader;
mod table;
mod writer;

pub use columns::{Column, Columns, NoOrigin, Origin, Use};
pub use dates::{Dates, NoZone, Order, Zone};
pub(crate) use plain::{key, read};
pub use reader::{Damage, Reader, Row};
pub use table::heads;
pub(crate) use table::{Table, detect};
pub(crate) use writer::write;

/// The tracker's name in documents, for tables of no origin in particular.
pub(crate) const SYSTEM: &str = "csv";
