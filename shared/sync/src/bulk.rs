//! Bulk reading and writing over HTTP: a stream of CBOR records, read as the bytes come in.
//!
//! The records are [`wire::record`](crate::wire::record)'s; here is what reads a stream that comes in pieces, within
//! bounds, and what decides which documents to ask for.

use std::marker::PhantomData;

use automerge::ChangeHash;
use docket_domain::DocumentId;

use crate::{
    client::catalogue::differs,
    wire::{
        WireError,
        record::{RECORD_LIMIT, Record},
    },
};

/// A beginning of a record of up to so many bytes is simply read again with the next piece.
const SMALL: usize = 64 * 1024;

/// Reads records out of a stream that comes in pieces of any size.
///
/// It keeps at most one unfinished record, which can't be larger than [`RECORD_LIMIT`], and the piece given last.
#[derive(Debug)]
pub struct Reader<R> {
    buffer: Vec<u8>,
    /// Everything before this was read.
    start: usize,
    /// With fewer bytes than these, the record at `start` can't be whole: saves reading its beginning again with
    /// every piece.
    wanted: usize,
    records: PhantomData<R>,
}

impl<R> Default for Reader<R> {
    fn default() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            wanted: 0,
            records: PhantomData,
        }
    }
}

impl<R: Record> Reader<R> {
    /// A reader at the beginning of a stream.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in the next piece of the stream. Read all records with [`next_record`](Self::next_record) before giving
    /// another.
    pub fn feed(&mut self, piece: &[u8]) {
        self.buffer.drain(..self.start.min(self.buffer.len()));
        self.start = 0;
        self.buffer.extend_from_slice(piece);
    }

    /// The next record; none until more comes in.
    ///
    /// # Errors
    /// When the stream holds what is no such record, or a record that is too large. The stream is of no more use.
    pub fn next_record(&mut self) -> Result<Option<R>, WireError> {
        let rest = self.buffer.get(self.start..).unwrap_or_default();
        if rest.is_empty() || rest.len() < self.wanted {
            return Ok(None);
        }
        if let Some((record, size)) = R::read(rest)? {
            self.start += size;
            self.wanted = 0;
            Ok(Some(record))
        } else {
            // Growing by halves bounds the work for a record of n bytes to O(n), whatever the pieces are.
            if rest.len() > SMALL {
                self.wanted = (rest.len() + rest.len() / 2).min(RECORD_LIMIT);
            }
            Ok(None)
        }
    }

    /// The stream has ended: the records that were still to be read.
    ///
    /// # Errors
    /// When it ended within a record: ask again for what comes after the last one read.
    pub fn finish(mut self) -> Result<Vec<R>, WireError> {
        self.wanted = 0;
        R::read_all(self.buffer.get(self.start..).unwrap_or_default())
    }
}

/// The documents to ask for: those that the hub's catalogue knows at other heads than storage has. `rows` are the
/// hub's heads of each document, `stored` answers what storage has, none when it isn't there.
pub fn wanted<'a>(
    rows: impl IntoIterator<Item = (DocumentId, &'a [ChangeHash])>,
    stored: impl Fn(DocumentId) -> Option<Vec<ChangeHash>>,
) -> Vec<(DocumentId, Vec<ChangeHash>)> {
    let rows = rows.into_iter().filter_map(|(document, hub)| {
        let stored = stored(document);
        differs(stored.as_deref(), hub).then(|| (document, stored.unwrap_or_default()))
    });
    rows.collect()
}
