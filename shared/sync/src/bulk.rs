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

    /// The bytes that it keeps.
    #[must_use]
    pub fn held(&self) -> usize {
        self.buffer.len()
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::wire::record::DocumentRecord;

    fn record(n: u8, size: usize) -> DocumentRecord {
        DocumentRecord {
            document: DocumentId::from_bytes([n; 16]),
            heads: vec![ChangeHash([n; 32])],
            facts: Vec::new(),
            chunk: vec![n; size],
        }
    }

    proptest! {
        #[test]
        fn records_are_read_whatever_the_pieces(
            sizes in proptest::collection::vec(0..200_000_usize, 0..6),
            piece in 1..100_000_usize,
        ) {
            let records: Vec<_> = (0..).zip(&sizes).map(|(n, size)| record(n, *size)).collect();
            let stream: Vec<u8> = records.iter().flat_map(Record::encode).collect();
            let mut reader = Reader::<DocumentRecord>::new();
            let mut read = Vec::new();
            for piece in stream.chunks(piece) {
                reader.feed(piece);
                while let Some(record) = reader.next_record().unwrap() {
                    read.push(record);
                }
            }
            read.extend(reader.finish().unwrap());
            prop_assert!(read == records);
        }
    }

    #[test]
    fn a_stream_that_ends_within_a_record_says_so() {
        let mut stream = record(1, 100).encode();
        stream.pop();
        let mut reader = Reader::<DocumentRecord>::new();
        reader.feed(&stream);
        assert!(reader.next_record().unwrap().is_none());
        assert!(reader.finish().is_err());
    }

    #[test]
    fn a_record_without_end_is_refused() {
        let mut reader = Reader::<DocumentRecord>::new();
        // A map with one field, whose value announces more bytes than may come.
        let mut stream = vec![0xa1, 0x65];
        stream.extend(b"chunk");
        stream.extend([0x5b, 0, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);
        reader.feed(&stream);
        let piece = vec![0; 1 << 20];
        let refused = (0..20).any(|_| {
            reader.feed(&piece);
            reader.next_record().is_err()
        });
        assert!(refused);
    }

    #[test]
    fn only_documents_at_other_heads_are_asked_for() {
        let heads = [ChangeHash([1; 32])];
        let ids: Vec<_> = (0..3).map(|n| DocumentId::from_bytes([n; 16])).collect();
        let rows = ids.iter().map(|id| (*id, &heads[..]));
        let wanted = wanted(rows, |id| match id.as_bytes()[0] {
            0 => None,
            1 => Some(heads.to_vec()),
            _ => Some(vec![ChangeHash([2; 32])]),
        });
        assert_eq!(
            wanted,
            [(ids[0], Vec::new()), (ids[2], vec![ChangeHash([2; 32])])]
        );
    }
}
