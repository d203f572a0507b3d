//! A table's rows as records: each shaped as its format has an issue in JSON, so that a tracker has one mapping.

use super::{
    columns::Columns,
    plain,
    reader::{DELIMITERS, Damage, Reader, Row},
    writer::bare,
};
use crate::{
    docket,
    format::Format,
    jira,
    record::{Broken, Record},
};

/// Cuts a table into records.
#[derive(Debug)]
pub(crate) struct Table {
    format: Format,
    columns: Columns,
    reader: Reader,
    layout: Option<Layout>,
    /// How many columns the header has.
    width: usize,
    /// The header as the file has it.
    heading: Vec<u8>,
    /// What stands before a row that is given back, where a header came after the first: that one.
    again: Vec<u8>,
}

/// What the columns hold.
#[derive(Debug)]
enum Layout {
    Jira(jira::Layout),
    Docket(docket::Layout),
    Plain(plain::Layout),
}

impl Layout {
    fn key<'a>(&self, cells: &'a [String]) -> Option<&'a str> {
        match self {
            Self::Jira(layout) => layout.key(cells),
            Self::Docket(layout) => layout.key(cells),
            Self::Plain(layout) => layout.key(cells),
        }
    }
}

impl Table {
    /// At the beginning of a file.
    pub(crate) fn new(format: Format, columns: Columns) -> Self {
        Self {
            format,
            columns,
            reader: Reader::new(),
            layout: None,
            width: 0,
            heading: Vec::new(),
            again: Vec::new(),
        }
    }

    /// Takes in the next piece of the file.
    pub(crate) fn feed(&mut self, piece: &[u8]) {
        self.reader.feed(piece);
    }

    /// The next record; none until more comes in.
    pub(crate) fn next_record(&mut self) -> Option<Record> {
        loop {
            let row = self.reader.next_row()?;
            if let Some(record) = self.record(row) {
                return Some(record);
            }
        }
    }

    /// The file has ended: what is left of it.
    pub(crate) fn finish(&mut self) -> Option<Record> {
        loop {
            let row = self.reader.finish()?;
            if let Some(record) = self.record(row) {
                return Some(record);
            }
        }
    }

    /// How many bytes have been read.
    pub(crate) const fn consumed(&self) -> u64 {
        self.reader.consumed()
    }

    /// What rows need before them to be a file again: the header, with a mark, by which spreadsheets know UTF-8.
    pub(crate) fn heading(&self) -> Vec<u8> {
        let mut heading = "\u{feff}".as_bytes().to_vec();
        let delimiter = self.reader.delimiter();
        if !DELIMITERS.contains(&delimiter) {
            heading.extend_from_slice(&[b's', b'e', b'p', b'=', delimiter, b'\n']);
        }
        heading.extend_from_slice(&self.heading);
        heading.push(b'\n');
        heading
    }

    /// A row as a record; none if it is a header.
    fn record(&mut self, mut row: Row) -> Option<Record> {
        let cells = match std::mem::replace(&mut row.cells, Ok(Vec::new())) {
            Ok(cells) => cells.into_iter().map(bare).collect(),
            Err(damage) => {
                let problem = (damage == Damage::Unclosed).then(|| "a quote isn’t closed".to_owned());
                return Some(self.broken(row, None, problem));
            }
        };
        if self.begins(&row, &cells) {
            return None;
        }
        let Some(layout) = &self.layout else {
            let problem = format!(
                "no row before it names the columns as {} does",
                self.format.name()
            );
            return Some(self.broken(row, None, Some(problem)));
        };
        let filled = cells
            .iter()
            .rposition(|cell| !cell.is_empty())
            .map_or(0, |last| last + 1);
        if filled > self.width || (row.doubtful && cells.len() < self.width) {
            let key = layout.key(&cells).map(str::to_owned);
            let problem = format!("it has {} cells, and the header has {}", cells.len(), self.width);
            return Some(self.broken(row, key, Some(problem)));
        }
        let (value, zoneless) = match layout {
            Layout::Jira(layout) => layout.shape(cells, self.columns.dates),
            Layout::Docket(layout) => (layout.shape(cells), false),
            Layout::Plain(layout) => layout.shape(cells),
        };
        Some(Record {
            line: row.line,
            raw: self.given_back(row.raw),
            value: Ok(value),
            repaired: row.repaired,
            zone: zoneless.then_some(self.columns.dates.zone),
        })
    }

    /// Is it a header? Exports that were put one after the other have several.
    fn begins(&mut self, row: &Row, cells: &Vec<String>) -> bool {
        let layout = match self.format {
            Format::DocketCsv => docket::Layout::of(cells).map(Layout::Docket),
            Format::Csv => match &self.layout {
                None => Some(Layout::Plain(plain::Layout::new(
                    self.columns.clone(),
                    cells.clone(),
                ))),
                Some(Layout::Plain(layout)) if layout.header() == cells.as_slice() => return true,
                Some(_) => None,
            },
            _ => jira::Layout::of(cells).map(Layout::Jira),
        };
        let Some(layout) = layout else { return false };
        if self.layout.is_none() {
            self.heading.clone_from(&row.raw);
        } else if row.raw != self.heading {
            self.again.clone_from(&row.raw);
        }
        self.layout = Some(layout);
        self.width = cells.len();
        true
    }

    fn broken(&self, row: Row, key: Option<String>, problem: Option<String>) -> Record {
        Record {
            line: row.line,
            raw: self.given_back(row.raw),
            value: Err(Broken { key, problem }),
            repaired: 0,
            zone: None,
        }
    }

    fn given_back(&self, raw: Vec<u8>) -> Vec<u8> {
        if self.again.is_empty() || raw.is_empty() {
            return raw;
        }
        [self.again.as_slice(), b"\n", raw.as_slice()].concat()
    }
}

/// The format of a table that begins with these bytes: whose columns it has. One that nobody knows is any table's, if
/// its name or a second column says that it is one.
pub(crate) fn detect(beginning: &[u8], file_name: &str) -> Option<Format> {
    let header = heads(beginning, 1).into_iter().next()?;
    if docket::Layout::of(&header).is_some() {
        return Some(Format::DocketCsv);
    }
    if jira::Layout::of(&header).is_some() {
        return Some(Format::JiraCsv);
    }
    // Tables have no control characters in their header, other files begin with little else.
    if header.iter().any(|name| name.contains('\0')) {
        return None;
    }
    let named = [".csv", ".tsv", ".tab"]
        .iter()
        .any(|end| file_name.ends_with(end));
    (named || header.len() > 1).then_some(Format::Csv)
}

/// The first rows of a file that begins with these bytes: the header, and samples for [`Columns::guess`].
#[must_use]
pub fn heads(beginning: &[u8], rows: usize) -> Vec<Vec<String>> {
    let mut reader = Reader::new();
    reader.feed(beginning);
    let mut complete: Vec<Vec<String>> = std::iter::from_fn(|| reader.next_row())
        .filter_map(|row| row.cells.ok())
        .map(|cells| cells.into_iter().map(bare).collect())
        .take(rows)
        .collect();
    // A short file ends without a line break.
    if complete.len() < rows
        && let Some(row) = reader.finish()
        && let Ok(cells) = row.cells
    {
        complete.push(cells.into_iter().map(bare).collect());
    }
    complete
}
