//! One change, from its chunk.
//!
//! ```text
//! 0x85 0x6f 0x4a 0x83   magic
//! 4 bytes               checksum: the first of the hash
//! 1 byte                type: 0 document, 1 change, 2 compressed change, 3 bundle
//! length, data          dependencies, actor, seq, first operation, time, message, other actors, columns
//! ```

use automerge::{Change, ExpandedChange};

use super::{
    InspectError, Limits,
    columns::{self, Bounds},
    reader::Reader,
};

/// The bytes of a chunk before its length.
pub(super) const CHUNK_HEAD: usize = 9;

/// The type of a single change's chunk.
const CHANGE: u8 = 1;

const MAGIC: [u8; 4] = [0x85, 0x6f, 0x4a, 0x83];

/// The bytes of an actor that a change refers to: stored ones may be longer than new ones ([`Limits::actor`]).
pub(super) const MOST_ACTOR_BYTES: usize = 64;

/// Bytes after the columns: an author's name, as Automerge writes it.
const MOST_EXTRA_BYTES: usize = 1_024;

/// Automerge keeps sequence numbers and operations' counters in 32 bits.
const MOST_COUNTER: u64 = u32::MAX as u64;

/// Is it the chunk of a single change, uncompressed, as far as its head tells?
#[must_use]
pub fn is_single(chunk: &[u8]) -> bool {
    chunk.get(CHUNK_HEAD - 1) == Some(&CHANGE)
}

/// Reads a change.
///
/// Chunks of other types are refused: stock clients and Docket's own send changes uncompressed, and what is
/// compressed can only be bounded by inflating it.
///
/// # Errors
/// When the chunk is malformed, damaged, or larger than `limits`.
pub fn change(chunk: &[u8], limits: &Limits) -> Result<Change, InspectError> {
    let mut reader = Reader::new(chunk);
    if reader.take(MAGIC.len())? != MAGIC {
        return Err(InspectError::Malformed("a change doesn't begin as one"));
    }
    let checksum = reader.take(4)?;
    match reader.byte()? {
        CHANGE => {}
        0 | 3 => return Err(InspectError::WholeDocument),
        2 => return Err(InspectError::Compressed),
        _ => return Err(InspectError::Malformed("a chunk is of no known type")),
    }
    let data = reader.bytes(limits.change, "bytes of a change")?;
    if !reader.is_empty() {
        return Err(InspectError::Malformed("bytes follow a change"));
    }
    let operations = bounded(data, limits)?;
    let change = Change::try_from(chunk).map_err(|error| InspectError::Unreadable(error.to_string()))?;
    if change.len() != operations {
        return Err(InspectError::Malformed("a change's columns disagree"));
    }
    if change.hash().0.get(..4) != Some(checksum) {
        return Err(InspectError::Checksum);
    }
    canonical(change)
}

/// Walks a change's data; answers the number of its operations.
fn bounded(data: &[u8], limits: &Limits) -> Result<usize, InspectError> {
    let mut reader = Reader::new(data);
    reader.hashes(limits.hashes)?;
    actor(&mut reader, limits.actor)?;
    let seq = reader.unsigned()?;
    let first = reader.unsigned()?;
    reader.signed()?;
    reader.bytes(limits.key, "bytes of a commit message")?;
    let mut actors = 1_usize;
    for _ in 0..reader.at_most(limits.hashes, "actors")? {
        actor(&mut reader, MOST_ACTOR_BYTES)?;
        actors += 1;
    }
    let bounds = Bounds {
        operations: limits.operations,
        actors: actors as u64,
        key: limits.key,
        text: limits.change,
    };
    let operations = columns::walk(&mut reader, &bounds)?;
    if reader.rest().len() > MOST_EXTRA_BYTES {
        return Err(InspectError::TooMuch {
            what: "bytes after a change's columns",
            max: MOST_EXTRA_BYTES,
        });
    }
    let last = first.saturating_add(operations as u64);
    if seq == 0 || first == 0 || seq > MOST_COUNTER || last > MOST_COUNTER {
        return Err(InspectError::Malformed("a counter is out of range"));
    }
    Ok(operations)
}

fn actor(reader: &mut Reader<'_>, limit: usize) -> Result<(), InspectError> {
    match reader.bytes(limit, "bytes of an actor")? {
        [] => Err(InspectError::Malformed("an actor is empty")),
        _ => Ok(()),
    }
}

/// A stored document keeps what a change says, not its bytes, and has to make the same bytes of it again: else its
/// hashes don't fit and it can't be loaded. So a change passes only if it is written as Automerge would.
fn canonical(change: Change) -> Result<Change, InspectError> {
    let decoded: ExpandedChange = change.decode();
    // The same predecessor twice would be written as it is, and counted as two.
    let twice = decoded.operations.iter().any(|op| {
        let after = op.pred.iter().skip(1);
        op.pred.iter().zip(after).any(|(a, b)| a == b)
    });
    if twice || Change::from(decoded).raw_bytes() != change.raw_bytes() {
        return Err(InspectError::NotCanonical);
    }
    Ok(change)
}
