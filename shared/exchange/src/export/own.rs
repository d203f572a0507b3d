//! Docket's own formats.

use super::{Home, Leaving, resolved};
use crate::{csv, docket, mapping::time};

/// Writes issues as JSON Lines.
#[derive(Debug, Clone)]
pub struct JsonLines {
    home: Home,
}

impl JsonLines {
    /// For issues of this workspace.
    #[must_use]
    pub const fn new(home: Home) -> Self {
        Self { home }
    }

    /// Appends an issue.
    pub fn issue(&self, issue: Leaving<'_>, out: &mut Vec<u8>) {
        let written = docket::write(issue.document, issue.id, issue.facts, &self.home);
        out.extend_from_slice(docket::line(written).as_bytes());
    }
}

/// Writes issues as a table.
#[derive(Debug, Clone)]
pub struct Csv {
    home: Home,
}

impl Csv {
    /// For issues of this workspace.
    #[must_use]
    pub const fn new(home: Home) -> Self {
        Self { home }
    }

    /// Appends the header, with the mark by which spreadsheets know UTF-8.
    pub fn header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice("\u{feff}".as_bytes());
        csv::write(out, docket::COLUMNS);
    }

    /// Appends an issue.
    pub fn issue(&self, issue: Leaving<'_>, out: &mut Vec<u8>) {
        let written = docket::write(issue.document, issue.id, issue.facts, &self.home);
        let resolved = issue.row().as_ref().and_then(resolved).map(time::write);
        let cells = docket::cells(written, resolved.as_deref());
        csv::write(out, cells.iter().map(String::as_str));
    }
}
