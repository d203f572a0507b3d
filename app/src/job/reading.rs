//! How a file is read where it doesn't say itself: what the workspace keeps of it, else a guess; and what the page is to
//! ask the person about.

use std::collections::BTreeMap;

use docket_exchange::{
    Format, Incoming, Remark, Report,
    csv::{Columns, heads},
};

use super::message::{Preview, Reading, Unknown};

/// The rows of a table from which it is guessed, and those that are shown.
const SAMPLES: usize = 30;
const SHOWN: usize = 3;
/// The most characters shown of a cell.
const CELL: usize = 60;
/// The most people a person could go through.
const PEOPLE: usize = 2_000;

/// How a file is read.
pub(super) struct Read {
    format: Format,
    /// The tracker's name in documents.
    pub(super) system: String,
    /// What a table doesn't say itself.
    pub(super) columns: Columns,
    rows: Vec<Vec<String>>,
    people: BTreeMap<String, String>,
}

impl Read {
    /// Of a file that begins so, with what the workspace keeps.
    pub(super) fn of(format: Format, beginning: &[u8], mappings: &BTreeMap<String, String>) -> Self {
        let rows = if format.is_table() {
            heads(beginning, SAMPLES)
        } else {
            Vec::new()
        };
        let columns = rows.split_first().map(|(header, samples)| {
            let kept = mappings.get(&Columns::kept_under(header));
            kept.and_then(|json| serde_json::from_str(json).ok())
                .unwrap_or_else(|| Columns::guess(header, samples))
        });
        let columns: Columns = columns.unwrap_or_default();
        Self {
            format,
            system: match format {
                Format::Csv => columns.system(),
                format => format.system().to_owned(),
            },
            columns,
            rows,
            people: BTreeMap::new(),
        }
    }

    /// Notes whom an issue names.
    pub(super) fn meet(&mut self, incoming: &Incoming) {
        for (id, name) in &incoming.content.people {
            if self.people.len() < PEOPLE && !self.people.contains_key(id) {
                self.people.insert(id.clone(), name.clone());
            }
        }
    }

    /// What the page shows.
    pub(super) fn tell(self, report: &Report) -> Reading {
        let mut unknown: BTreeMap<(&'static str, &str), u64> = BTreeMap::new();
        for remarked in &report.remarks {
            let word = match &remarked.remark {
                Remark::UnknownStatus { name, .. } => ("status", name),
                Remark::UnknownPriority(name) => ("priority", name),
                Remark::UnknownSeverity(name) => ("severity", name),
                Remark::UnknownResolution(name) => ("resolution", name),
                _ => continue,
            };
            *unknown.entry((word.0, word.1.as_str())).or_default() += 1;
        }
        let unknown = unknown.into_iter().map(|((field, word), count)| Unknown {
            kept_under: format!("{}/{field}/{word}", self.system),
            field: field.to_owned(),
            word: word.to_owned(),
            count,
        });
        let unknown = unknown.collect();
        let short = |cell: &String| cell.chars().take(CELL).collect::<String>();
        let table = self.rows.split_first().map(|(header, samples)| Preview {
            kept_under: Columns::kept_under(header),
            any: self.format == Format::Csv,
            header: header.clone(),
            rows: samples
                .iter()
                .take(SHOWN)
                .map(|row| row.iter().map(short).collect())
                .collect(),
            columns: serde_json::to_string(&self.columns).unwrap_or_default(),
        });
        Reading {
            format: self.format.name().to_owned(),
            table,
            unknown,
            people: self.people.into_iter().collect(),
        }
    }
}
