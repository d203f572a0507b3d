//! A file of any format, read record by record.

use crate::{format::Format, json::Reader, record::Record};

/// Cuts a file into records as its bytes come in: feed it a piece, take the records out, feed the next one; then
/// [`finish`](Self::finish). It holds one piece and one record at a time.
#[derive(Debug)]
pub struct Source {
    format: Format,
    reader: Reader,
}

impl Source {
    /// At the beginning of a file of this format.
    #[must_use]
    pub fn open(format: Format) -> Self {
        Self {
            format,
            reader: Reader::new(format.shape()),
        }
    }

    /// The file's format.
    #[must_use]
    pub const fn format(&self) -> Format {
        self.format
    }

    /// Takes in the next piece of the file. Take out all records before giving another.
    pub fn feed(&mut self, piece: &[u8]) {
        self.reader.feed(piece);
    }

    /// The next record; none until more comes in.
    pub fn next_record(&mut self) -> Option<Record> {
        self.reader.next_record()
    }

    /// The file has ended: what is left of it, until there is nothing.
    pub fn finish(&mut self) -> Option<Record> {
        self.reader.finish()
    }

    /// How many bytes have been read: for showing progress.
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        self.reader.consumed()
    }
}
