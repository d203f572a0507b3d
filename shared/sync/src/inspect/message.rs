//! A sync message, read by hand: `automerge-0.12/src/sync.rs` is the format's only description.
//!
//! ```text
//! 0x42 (version 1) or 0x43 (version 2)
//! heads  count, hashes
//! need   count, hashes
//! have   count, then each: count, hashes of the last sync; length, Bloom filter
//! data   count, then each: length, bytes. Version 1: one change chunk each. Version 2: chunks end to end
//! flags  length, bytes (a message may end before them); what follows is passed over
//! ```
//!
//! A client sends version 2 only to a server whose own messages carried flags. The hub sends none, so stock clients
//! stay with version 1. A whole document (chunk type 0), which version 2 allows, is refused: its columns are
//! compressed and its changes' hashes implied, so nothing short of loading it tells what is in it.

use automerge::{
    Change, ChangeHash,
    sync::{self, BloomFilter, ChunkList, Have, MessageVersion},
};

use super::{InspectError, Limits, change::CHUNK_HEAD, reader::Reader};

/// The Bloom filter's parameters that Automerge uses; its decoder panics on some others.
const BITS_PER_ENTRY: u64 = 10;
const PROBES: u64 = 7;

/// Stock clients send one summary of what they have, or none.
const MOST_HAVES: usize = 4;

/// A sync message that is safe to give to Automerge.
#[derive(Debug, Clone, PartialEq)]
pub struct Message<'a> {
    /// The sender's heads, ascending.
    pub heads: Vec<ChangeHash>,
    /// The changes the sender asks for, ascending.
    pub need: Vec<ChangeHash>,
    /// What the sender has.
    pub have: Vec<Have>,
    /// The changes it brings, one chunk each, not yet looked at: see [`changes`].
    pub chunks: Vec<&'a [u8]>,
    /// Did it carry flags (the sender speaks version 2)?
    pub flags: bool,
}

impl Message<'_> {
    /// The message without its changes and flags, for Automerge to note what the sender has and needs.
    #[must_use]
    pub fn without_changes(self) -> sync::Message {
        sync::Message {
            heads: self.heads,
            need: self.need,
            have: self.have,
            changes: ChunkList::empty(),
            flags: None,
            version: MessageVersion::V1,
        }
    }
}

/// Reads a sync message without giving any of it to Automerge.
///
/// # Errors
/// When it is malformed or larger than `limits`.
pub fn message<'a>(data: &'a [u8], limits: &Limits) -> Result<Message<'a>, InspectError> {
    if data.len() > limits.bytes {
        return Err(InspectError::TooMuch {
            what: "bytes",
            max: limits.bytes,
        });
    }
    let mut reader = Reader::new(data);
    let joined = match reader.byte()? {
        0x42 => false,
        0x43 => true,
        _ => return Err(InspectError::Malformed("it is no sync message")),
    };
    let heads = ascending(reader.hashes(limits.hashes)?);
    let need = ascending(reader.hashes(limits.hashes)?);
    let mut have = Vec::new();
    for _ in 0..reader.at_most(MOST_HAVES, "summaries of what you have")? {
        let last_sync = ascending(reader.hashes(limits.hashes)?);
        let bloom = bloom(reader.bytes(limits.bytes, "bytes")?)?;
        have.push(Have { last_sync, bloom });
    }
    let mut chunks = Vec::new();
    for _ in 0..reader.at_most(limits.changes, "changes")? {
        let data = reader.bytes(limits.bytes, "bytes")?;
        if joined {
            split(data, limits, &mut chunks)?;
        } else {
            chunks.push(data);
        }
    }
    Ok(Message {
        heads,
        need,
        have,
        chunks,
        flags: !reader.is_empty(),
    })
}

/// Reads the changes that a message brought.
///
/// # Errors
/// When one is malformed, or all together have more operations than `limits` allow.
pub fn changes(message: &Message<'_>, limits: &Limits) -> Result<Vec<Change>, InspectError> {
    let mut left = *limits;
    let mut changes = Vec::with_capacity(message.chunks.len());
    for chunk in &message.chunks {
        let change = super::change(chunk, &left).map_err(|error| match error {
            // What is left depends on the message; what the sender should know is the limit.
            InspectError::TooMuch {
                what: "operations", ..
            } => InspectError::TooMuch {
                what: "operations",
                max: limits.operations,
            },
            other => other,
        })?;
        left.operations = left.operations.saturating_sub(change.len());
        changes.push(change);
    }
    Ok(changes)
}

fn bloom(bytes: &[u8]) -> Result<BloomFilter, InspectError> {
    if bytes.is_empty() {
        return Ok(BloomFilter::default());
    }
    let mut reader = Reader::new(bytes);
    let (entries, bits, probes) = (reader.unsigned()?, reader.unsigned()?, reader.unsigned()?);
    let length = entries
        .checked_mul(BITS_PER_ENTRY)
        .map(|bits| bits.div_ceil(8))
        .and_then(|length| usize::try_from(length).ok());
    let fits =
        entries > 0 && bits == BITS_PER_ENTRY && probes == PROBES && length == Some(reader.rest().len());
    if !fits {
        return Err(InspectError::Bloom);
    }
    BloomFilter::try_from(bytes).map_err(|_| InspectError::Bloom)
}

/// The chunks that stand end to end in `data`, not yet looked at.
///
/// # Errors
/// When one is cut off, or they are more, or larger, than `limits` allow.
pub fn chunks<'a>(data: &'a [u8], limits: &Limits) -> Result<Vec<&'a [u8]>, InspectError> {
    let mut chunks = Vec::new();
    split(data, limits, &mut chunks)?;
    Ok(chunks)
}

/// Splits chunks that stand end to end.
fn split<'a>(data: &'a [u8], limits: &Limits, chunks: &mut Vec<&'a [u8]>) -> Result<(), InspectError> {
    let mut rest = data;
    while !rest.is_empty() {
        let mut reader = Reader::new(rest);
        reader.take(CHUNK_HEAD)?;
        reader.bytes(limits.bytes, "bytes")?;
        let length = rest.len() - reader.rest().len();
        let (chunk, after) = rest.split_at_checked(length).ok_or(InspectError::Truncated)?;
        if chunks.len() == limits.changes {
            return Err(InspectError::TooMuch {
                what: "changes",
                max: limits.changes,
            });
        }
        chunks.push(chunk);
        rest = after;
    }
    Ok(())
}

/// Automerge writes hashes in ascending order and takes it for granted when it writes them again.
fn ascending(mut hashes: Vec<ChangeHash>) -> Vec<ChangeHash> {
    hashes.sort_unstable();
    hashes.dedup();
    hashes
}
