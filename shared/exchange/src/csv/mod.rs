//! Tables: files of comma-separated values, read and written.
//!
//! [`Reader`] cuts a file into rows, whatever wrote it; [`write`] writes rows that a spreadsheet may open.

mod dates;
mod encoding;
mod reader;
mod writer;

pub use dates::{Dates, NoZone, Order, Zone};
pub use reader::{Damage, Reader, Row};
pub(crate) use writer::{bare, write};
