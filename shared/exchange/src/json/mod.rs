//! JSON: cut into records as its bytes come in, and taken apart. Whose JSON it is, [`Shape`] tells.
//!
//! Taken are JSON Lines, a JSON array of records, and answers of a tracker's interface (`{"issues": […]}`), one or
//! several.

mod names;
mod reader;
mod repair;
mod units;
pub(crate) mod value;

pub(crate) use names::names;
pub(crate) use reader::Reader;
pub(crate) use units::decoded;

/// The names by which a tracker's JSON is cut.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// What an answer's list of issues is called.
    pub(crate) list: &'static str,
    /// What an issue's key is called: by it a record is named that can't be read.
    pub(crate) key: &'static str,
}

/// Does a file that begins with these bytes look like JSON?
pub(crate) fn begins(beginning: &[u8]) -> bool {
    let text = beginning.strip_prefix("\u{feff}".as_bytes()).unwrap_or(beginning);
    text.trim_ascii_start().starts_with(b"{") || text.trim_ascii_start().starts_with(b"[")
}
