//! Hashes of changes in stored CBOR: one byte string, 32 bytes each. For `#[cbor(with = "docket_sync::hashes")]`.

use automerge::ChangeHash;
use minicbor::{
    Decoder, Encoder,
    decode::Error as Unreadable,
    encode::{Error as Unwritten, Write},
};

/// Writes them.
///
/// # Errors
/// When they can't be written.
#[allow(clippy::ptr_arg, reason = "minicbor names the field's type")]
pub fn encode<C, W: Write>(
    hashes: &Vec<ChangeHash>,
    encoder: &mut Encoder<W>,
    _: &mut C,
) -> Result<(), Unwritten<W::Error>> {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    encoder.bytes(&bytes)?.ok()
}

/// Reads them.
///
/// # Errors
/// When the bytes aren't whole hashes.
pub fn decode<C>(decoder: &mut Decoder<'_>, _: &mut C) -> Result<Vec<ChangeHash>, Unreadable> {
    let (hashes, rest) = decoder.bytes()?.as_chunks::<32>();
    if rest.is_empty() {
        Ok(hashes.iter().copied().map(ChangeHash).collect())
    } else {
        Err(Unreadable::message("not a whole number of hashes"))
    }
}
