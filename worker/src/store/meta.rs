//! A document's columns, read and bound.

use automerge::ChangeHash;
use docket_domain::{Kind, Timestamp};
use docket_sync::hub::Meta;
use worker::SqlStorageValue;

use super::{
    database::{StoreError, blob, integer, optional, text},
    row::Row,
};

/// The columns that [`read`] reads, in its order.
pub(crate) const COLUMNS: &str = "kind, heads, audience, audience_version, opens, number, version, derivation, \
     changes, ops, bytes, pieces, purged, former";

/// The values of [`COLUMNS`].
pub(crate) fn bind(meta: &Meta) -> Result<Vec<SqlStorageValue>, StoreError> {
    let audience = cbor(&meta.audience)?;
    let former = (!meta.former.is_empty())
        .then(|| cbor(&meta.former))
        .transpose()?;
    Ok(vec![
        kind(meta),
        hashes(&meta.heads),
        SqlStorageValue::Blob(audience),
        natural(meta.audience_version)?,
        opens(meta)?,
        number(meta)?,
        natural(meta.version)?,
        integer(i64::from(meta.derivation))?,
        natural(meta.changes)?,
        natural(meta.ops)?,
        natural(meta.bytes)?,
        natural(meta.pieces)?,
        integer(i64::from(meta.purged))?,
        optional(former.map(SqlStorageValue::Blob)),
    ])
}

/// Reads [`COLUMNS`].
pub(crate) fn read(row: &mut Row) -> Result<Meta, StoreError> {
    // What a later version wrote, which was taken back, stops nobody from reading the rest.
    let name = row.text_or_none()?;
    let kind = name.as_deref().and_then(Kind::parse);
    let heads = read_hashes(&row.blob()?)?;
    let audience = read_cbor(&row.blob()?).ok();
    Ok(Meta {
        kind,
        unknown: (name.is_some() && kind.is_none()) || audience.is_none(),
        heads,
        audience: audience.unwrap_or_default(),
        audience_version: row.natural()?,
        opens: row.integer_or_none()?.map(Timestamp),
        number: row.natural_or_none()?,
        version: row.natural()?,
        derivation: u32::try_from(row.natural()?)
            .map_err(|_| StoreError::Unexpected("a derivation beyond 32 bits".into()))?,
        changes: row.natural()?,
        ops: row.natural()?,
        bytes: row.natural()?,
        pieces: row.natural()?,
        purged: row.natural()? != 0,
        former: match row.blob_or_none()? {
            Some(bytes) => read_cbor(&bytes)?,
            None => Vec::new(),
        },
    })
}

fn cbor<T: minicbor::Encode<()>>(value: &T) -> Result<Vec<u8>, StoreError> {
    minicbor::to_vec(value).map_err(|error| StoreError::Unexpected(error.to_string()))
}

fn read_cbor<T: for<'b> minicbor::Decode<'b, ()>>(bytes: &[u8]) -> Result<T, StoreError> {
    minicbor::decode(bytes).map_err(|error| StoreError::Unexpected(error.to_string()))
}

/// A number that is never negative, to bind.
pub(crate) fn natural(value: u64) -> Result<SqlStorageValue, StoreError> {
    integer(i64::try_from(value).map_err(|_| StoreError::Number(i64::MAX))?)
}

fn kind(meta: &Meta) -> SqlStorageValue {
    optional(meta.kind.map(|kind| text(kind.as_str())))
}

fn opens(meta: &Meta) -> Result<SqlStorageValue, StoreError> {
    Ok(optional(meta.opens.map(|at| integer(at.0)).transpose()?))
}

fn number(meta: &Meta) -> Result<SqlStorageValue, StoreError> {
    Ok(optional(meta.number.map(natural).transpose()?))
}

/// Hashes of changes, to bind: 32 bytes each.
pub(crate) fn hashes(hashes: &[ChangeHash]) -> SqlStorageValue {
    let bytes: Vec<u8> = hashes.iter().flat_map(|hash| hash.0).collect();
    blob(&bytes)
}

/// Reads [`hashes`].
pub(crate) fn read_hashes(bytes: &[u8]) -> Result<Vec<ChangeHash>, StoreError> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if rest.is_empty() {
        Ok(hashes.iter().copied().map(ChangeHash).collect())
    } else {
        Err(StoreError::Unexpected("what isn't hashes of changes".into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use docket_domain::Audience;

    #[test]
    fn what_is_bound_is_read_again() {
        let meta = Meta {
            kind: Some(Kind::Issue),
            unknown: false,
            heads: vec![ChangeHash([1; 32]), ChangeHash([2; 32])],
            audience: Audience::Organisation {
                organisation: "ornl".parse().unwrap(),
            },
            audience_version: 3,
            former: vec![docket_sync::hub::Former {
                audience: Audience::Group,
                until: 2,
            }],
            opens: Some(Timestamp(4)),
            number: None,
            version: 5,
            derivation: 6,
            changes: 7,
            ops: 8,
            bytes: 9,
            pieces: 10,
            purged: false,
        };
        let mut row = Row::new(bind(&meta).unwrap());
        assert_eq!(read(&mut row).unwrap(), meta);
        assert_eq!(COLUMNS.split(',').count(), bind(&meta).unwrap().len());
    }

    #[test]
    fn what_a_later_version_wrote_is_unknown() {
        let known = Meta {
            kind: Some(Kind::Issue),
            unknown: false,
            heads: vec![ChangeHash([1; 32])],
            audience: Audience::default(),
            audience_version: 0,
            opens: None,
            number: Some(4),
            version: 5,
            derivation: 6,
            changes: 7,
            ops: 8,
            bytes: 9,
            pieces: 10,
            purged: false,
            former: Vec::new(),
        };
        let with = |column: usize, value| {
            let mut values = bind(&known).unwrap();
            values[column] = value;
            read(&mut Row::new(values)).unwrap()
        };
        let kind = with(0, text("runbook"));
        assert!(kind.unknown && kind.kind.is_none());
        assert_eq!((kind.heads, kind.number), (known.heads.clone(), known.number));
        // An audience that is neither of those that are known.
        let audience = with(2, blob(&[0x82, 0x18, 99, 0x01]));
        assert!(audience.unknown);
        assert!(!with(0, SqlStorageValue::Null).unknown, "a plain document");
    }

    #[test]
    fn a_number_beyond_javascript_is_refused() {
        assert!(natural(1 << 53).is_err());
        assert!(natural((1 << 53) - 1).is_ok());
    }
}
