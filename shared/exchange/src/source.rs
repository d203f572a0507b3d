//! A file of any format, read record by record.

use crate::{
    csv::{Columns, Table},
    format::Format,
    json::Reader,
    record::Record,
};

/// Cuts a file into records as its bytes come in: feed it a piece, take the records out, feed the next one; then
/// [`finish`](Self::finish). It holds one piece and one record at a time.
#[derive(Debug)]
pub struct Source {
    format: Format,
    cutter: Cutter,
}

#[derive(Debug)]
enum Cutter {
    Json(Box<Reader>),
    Table(Box<Table>),
}

impl Source {
    /// At the beginning of a file of this format.
    #[must_use]
    pub fn open(format: Format) -> Self {
        Self::table(format, Columns::default())
    }

    /// At the beginning of a file of this format; if it is a table, this is what it doesn't say itself.
    #[must_use]
    pub fn table(format: Format, columns: Columns) -> Self {
        let cutter = if format.is_table() {
            Cutter::Table(Box::new(Table::new(format, columns)))
        } else {
            Cutter::Json(Box::new(Reader::new(format.shape())))
        };
        Self { format, cutter }
    }

    /// The file's format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Takes in the next piece of the file. Take out all records before giving another.
    pub fn feed(&mut self, piece: &[u8]) {
        match &mut self.cutter {
            Cutter::Json(reader) => reader.feed(piece),
            Cutter::Table(table) => table.feed(piece),
        }
    }

    /// The next record; none until more comes in.
    pub fn next_record(&mut self) -> Option<Record> {
        match &mut self.cutter {
            Cutter::Json(reader) => reader.next_record(),
            Cutter::Table(table) => table.next_record(),
        }
    }

    /// The file has ended: what is left of it, until there is nothing.
    pub fn finish(&mut self) -> Option<Record> {
        match &mut self.cutter {
            Cutter::Json(reader) => reader.finish(),
            Cutter::Table(table) => table.finish(),
        }
    }

    /// How many bytes have been read: for showing progress.
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        match &self.cutter {
            Cutter::Json(reader) => reader.consumed(),
            Cutter::Table(table) => table.consumed(),
        }
    }

    /// What stands before refused records ([`Mend`](crate::Mend)) to make them a file again: a table's header.
    #[must_use]
    pub fn heading(&self) -> Vec<u8> {
        match &self.cutter {
            Cutter::Json(_) => Vec::new(),
            Cutter::Table(table) => table.heading(),
        }
    }
}
