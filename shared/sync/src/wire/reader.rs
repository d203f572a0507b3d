//! Reading CBOR maps whose keys are text, as JavaScript's encoders write them: any order, unknown keys, `undefined` for
//! what isn't there, integers as floats, non-minimal and indefinite lengths, typed arrays with or without a tag.

use automerge::ChangeHash;
use docket_domain::DocumentId;
use minicbor::{
    Decoder,
    data::{Tag, Type},
};

use super::WireError;

/// Values nested deeper than this are refused; the deepest frame of the protocol has 4 levels.
const DEPTH_LIMIT: usize = 16;
/// More fields than any frame has; further ones are refused.
const FIELD_LIMIT: usize = 64;
/// RFC 8746's tag for an array of unsigned bytes.
const UINT8_ARRAY: Tag = Tag::new(64);

/// The fields of a map, read in one pass and found by name. Where a name stands twice, the last counts, as in
/// JavaScript.
pub(super) struct Fields<'b>(Vec<(&'b str, Decoder<'b>)>);

impl<'b> Fields<'b> {
    pub(super) fn read(decoder: &mut Decoder<'b>) -> Result<Self, WireError> {
        let mut fields = Vec::new();
        let mut left = decoder.map()?;
        while more(decoder, &mut left)? {
            if fields.len() >= FIELD_LIMIT {
                return Err(WireError::Field("map"));
            }
            let name = match decoder.datatype()? {
                Type::String => Some(decoder.str()?),
                _ => {
                    skip(decoder, 0)?;
                    None
                }
            };
            let value = decoder.clone();
            skip(decoder, 0)?;
            // `undefined` and `null` stand for a field that isn't there.
            if let Some(name) = name
                && !matches!(value.datatype()?, Type::Undefined | Type::Null)
            {
                fields.push((name, value));
            }
        }
        Ok(Self(fields))
    }

    fn find(&self, name: &'static str) -> Option<Decoder<'b>> {
        let found = self.0.iter().rev().find(|(key, _)| *key == name)?;
        Some(found.1.clone())
    }

    /// The field `name`, read by `read`; none when it isn't there.
    pub(super) fn optional<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&mut Decoder<'b>, &'static str) -> Result<T, WireError>,
    ) -> Result<Option<T>, WireError> {
        self.find(name)
            .map(|mut value| read(&mut value, name))
            .transpose()
    }

    /// The field `name`, read by `read`.
    pub(super) fn required<T>(
        &self,
        name: &'static str,
        read: impl FnOnce(&mut Decoder<'b>, &'static str) -> Result<T, WireError>,
    ) -> Result<T, WireError> {
        self.optional(name, read)?.ok_or(WireError::Missing(name))
    }

    /// All fields with their names.
    pub(super) fn into_entries(self) -> Vec<(&'b str, Decoder<'b>)> {
        self.0
    }
}

/// Is there another item in a container of `left` items (none: until its break)?
fn more(decoder: &mut Decoder<'_>, left: &mut Option<u64>) -> Result<bool, WireError> {
    match left {
        Some(0) => Ok(false),
        Some(n) => {
            *n -= 1;
            Ok(true)
        }
        None if decoder.datatype()? == Type::Break => {
            decoder.set_position(decoder.position() + 1);
            Ok(false)
        }
        None => Ok(true),
    }
}

/// Passes over one value.
pub(super) fn skip(decoder: &mut Decoder<'_>, depth: usize) -> Result<(), WireError> {
    if depth >= DEPTH_LIMIT {
        return Err(WireError::TooDeep);
    }
    match decoder.datatype()? {
        Type::Array | Type::ArrayIndef => {
            let mut left = decoder.array()?;
            while more(decoder, &mut left)? {
                skip(decoder, depth + 1)?;
            }
        }
        Type::Map | Type::MapIndef => {
            let mut left = decoder.map()?;
            while more(decoder, &mut left)? {
                skip(decoder, depth + 1)?;
                skip(decoder, depth + 1)?;
            }
        }
        Type::Tag => {
            decoder.tag()?;
            skip(decoder, depth + 1)?;
        }
        // A break that ends nothing, and bytes that begin no value.
        Type::Break | Type::Unknown(_) => return Err(WireError::Field("value")),
        _ => decoder.skip()?,
    }
    Ok(())
}

/// Reads a text of at most `limit` bytes.
pub(super) fn text(limit: usize) -> impl Fn(&mut Decoder<'_>, &'static str) -> Result<String, WireError> {
    move |decoder, name| match decoder.datatype()? {
        Type::String => {
            let text = decoder.str()?;
            if text.len() > limit {
                return Err(WireError::Field(name));
            }
            Ok(text.to_owned())
        }
        Type::StringIndef => {
            let mut text = String::new();
            for part in decoder.str_iter()? {
                let part = part?;
                if text.len() + part.len() > limit {
                    return Err(WireError::Field(name));
                }
                text.push_str(part);
            }
            Ok(text)
        }
        _ => Err(WireError::Field(name)),
    }
}

/// Reads bytes, tagged as a typed array or not. They are bounded by the frame they stand in.
pub(super) fn bytes(decoder: &mut Decoder<'_>, name: &'static str) -> Result<Vec<u8>, WireError> {
    if decoder.datatype()? == Type::Tag && decoder.tag()? != UINT8_ARRAY {
        return Err(WireError::Field(name));
    }
    match decoder.datatype()? {
        Type::Bytes => Ok(decoder.bytes()?.to_vec()),
        Type::BytesIndef => {
            let mut bytes = Vec::new();
            for part in decoder.bytes_iter()? {
                bytes.extend_from_slice(part?);
            }
            Ok(bytes)
        }
        _ => Err(WireError::Field(name)),
    }
}

/// Reads an integer, also one that JavaScript wrote as a float.
pub(super) fn integer(decoder: &mut Decoder<'_>, name: &'static str) -> Result<i64, WireError> {
    /// 2⁵³: up to here every integer is a float64 of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let float = match decoder.datatype()? {
        Type::F32 => f64::from(decoder.f32()?),
        Type::F64 => decoder.f64()?,
        kind if is_integer(kind) => return decoder.i64().map_err(|_| WireError::Field(name)),
        _ => return Err(WireError::Field(name)),
    };
    if float.fract() != 0.0 || float.abs() > EXACT {
        return Err(WireError::Field(name));
    }
    #[allow(clippy::cast_possible_truncation, reason = "a whole number within ±2⁵³")]
    Ok(float as i64)
}

const fn is_integer(kind: Type) -> bool {
    matches!(
        kind,
        Type::U8
            | Type::U16
            | Type::U32
            | Type::U64
            | Type::I8
            | Type::I16
            | Type::I32
            | Type::I64
            | Type::Int
    )
}

/// Reads a count: an integer that isn't negative.
pub(super) fn count(decoder: &mut Decoder<'_>, name: &'static str) -> Result<u64, WireError> {
    integer(decoder, name)?
        .try_into()
        .map_err(|_| WireError::Field(name))
}

/// Reads a truth value.
pub(super) fn boolean(decoder: &mut Decoder<'_>, name: &'static str) -> Result<bool, WireError> {
    decoder.bool().map_err(|_| WireError::Field(name))
}

/// Reads a list of at most `limit` entries. Nothing is reserved for entries that were only announced.
pub(super) fn list<'b, T>(
    limit: usize,
    read: impl Fn(&mut Decoder<'b>, &'static str) -> Result<T, WireError>,
) -> impl Fn(&mut Decoder<'b>, &'static str) -> Result<Vec<T>, WireError> {
    move |decoder, name| {
        let mut entries = Vec::new();
        let mut left = decoder.array().map_err(|_| WireError::Field(name))?;
        while more(decoder, &mut left)? {
            if entries.len() >= limit {
                return Err(WireError::Field(name));
            }
            entries.push(read(decoder, name)?);
        }
        Ok(entries)
    }
}

/// As [`list`], but passes over entries that can't be read, and counts them.
pub(super) fn readable<'b, T>(
    limit: usize,
    read: impl Fn(&mut Decoder<'b>, &'static str) -> Result<T, WireError>,
    unread: impl Fn(),
) -> impl Fn(&mut Decoder<'b>, &'static str) -> Result<Vec<T>, WireError> {
    let entry = move |decoder: &mut Decoder<'b>, name| {
        let mut value = decoder.clone();
        skip(decoder, 0)?;
        Ok(read(&mut value, name).map_err(|_| unread()).ok())
    };
    let entries = list(limit, entry);
    move |decoder, name| Ok(entries(decoder, name)?.into_iter().flatten().collect())
}

/// Reads a document id as automerge-repo writes it: base58check text.
pub(super) fn document_text(decoder: &mut Decoder<'_>, name: &'static str) -> Result<DocumentId, WireError> {
    Ok(text(64)(decoder, name)?.parse()?)
}

/// Reads a document id as Docket writes it: its 16 bytes.
pub(super) fn document(decoder: &mut Decoder<'_>, name: &'static str) -> Result<DocumentId, WireError> {
    array(decoder, name).map(DocumentId::from_bytes)
}

/// Reads a change's hash.
pub(super) fn hash(decoder: &mut Decoder<'_>, name: &'static str) -> Result<ChangeHash, WireError> {
    array(decoder, name).map(ChangeHash)
}

fn array<const N: usize>(decoder: &mut Decoder<'_>, name: &'static str) -> Result<[u8; N], WireError> {
    let bytes = decoder.bytes().map_err(|_| WireError::Field(name))?;
    bytes.try_into().map_err(|_| WireError::Field(name))
}
