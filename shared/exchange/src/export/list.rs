//! A list in its order.

use docket_domain::Row;

use super::Home;
use crate::{csv, mapping::time};

/// The columns.
const COLUMNS: [&str; 14] = [
    "Rank",
    "Key",
    "Title",
    "Status",
    "Priority",
    "Severity",
    "Component",
    "Assignee",
    "Reporter",
    "Organisation",
    "Labels",
    "Created",
    "Updated",
    "Needs attention",
];

/// Writes a list's issues as a table, in the words that people read.
#[derive(Debug, Clone)]
pub struct ListCsv {
    home: Home,
}

impl ListCsv {
    /// For a list of this workspace.
    #[must_use]
    pub const fn new(home: Home) -> Self {
        Self { home }
    }

    /// Appends the header, with the mark by which spreadsheets know UTF-8.
    pub fn header(&self, out: &mut Vec<u8>) {
        out.extend_from_slice("\u{feff}".as_bytes());
        csv::write(out, COLUMNS);
    }

    /// Appends the issue that stands at `rank`, counted from 1. What is no issue's row is passed over.
    pub fn issue(&self, rank: usize, row: &Row, out: &mut Vec<u8>) {
        let Some(issue) = row.issue() else { return };
        let organisation = issue.organisation.as_ref().map(|id| id.as_str());
        let organisation = organisation.map(|id| self.home.organisations.get(id).map_or(id, String::as_str));
        let person = |id: &Option<_>, name: &Option<String>| {
            let id = id.as_ref();
            id.map_or_else(String::new, |id| self.home.name(id, name.as_deref()).to_owned())
        };
        let cells = [
            rank.to_string(),
            issue.name(&self.home.prefix),
            row.title.clone(),
            issue.status.label().to_owned(),
            issue.priority.map_or("", |it| it.label()).to_owned(),
            issue.severity.map_or("", |it| it.label()).to_owned(),
            issue.component.clone().unwrap_or_default(),
            person(&issue.assignee, &issue.assignee_name),
            person(&issue.reporter, &issue.reporter_name),
            organisation.unwrap_or_default().to_owned(),
            issue.labels.join(", "),
            time::write(row.created),
            time::write(row.updated),
            issue.attention.clone().unwrap_or_default(),
        ];
        csv::write(out, cells.iter().map(String::as_str));
    }
}
