//! What an older decoder takes, as data (`wire.json`), and whether a frame is that.

use docket_domain::DocumentId;
use docket_sync::inspect::{self, Limits};
use minicbor::{Decoder, data::Type};
use serde_json::Value;

/// A CBOR value, as far as frames have them.
#[derive(Debug, Clone, PartialEq)]
enum Cbor {
    Integer(i64),
    Bytes(Vec<u8>),
    Text(String),
    Array(Vec<Self>),
    Map(Vec<(Self, Self)>),
    Boolean(bool),
    Nothing,
}

fn value(decoder: &mut Decoder<'_>, depth: u64, most: u64) -> Cbor {
    assert!(depth < most, "nested too deep for it");
    match decoder.datatype().unwrap() {
        Type::Bytes => Cbor::Bytes(decoder.bytes().unwrap().to_vec()),
        Type::String => Cbor::Text(decoder.str().unwrap().to_owned()),
        Type::Array | Type::ArrayIndef => {
            let length = decoder.array().unwrap();
            Cbor::Array(several(decoder, length, |decoder| {
                value(decoder, depth + 1, most)
            }))
        }
        Type::Map | Type::MapIndef => {
            let length = decoder.map().unwrap();
            let entry = |decoder: &mut Decoder<'_>| {
                let key = value(decoder, depth + 1, most);
                (key, value(decoder, depth + 1, most))
            };
            Cbor::Map(several(decoder, length, entry))
        }
        Type::Bool => Cbor::Boolean(decoder.bool().unwrap()),
        Type::Null | Type::Undefined => {
            decoder.skip().unwrap();
            Cbor::Nothing
        }
        _ => Cbor::Integer(decoder.i64().unwrap()),
    }
}

/// So many entries; none of a length: until the break.
fn several<'b, T>(
    decoder: &mut Decoder<'b>,
    length: Option<u64>,
    mut entry: impl FnMut(&mut Decoder<'b>) -> T,
) -> Vec<T> {
    if let Some(length) = length {
        return (0..length).map(|_| entry(decoder)).collect();
    }
    let mut entries = Vec::new();
    while decoder.datatype().unwrap() != Type::Break {
        entries.push(entry(decoder));
    }
    decoder.set_position(decoder.position() + 1);
    entries
}

fn read(bytes: &[u8], wire: &Value) -> Cbor {
    let mut decoder = Decoder::new(bytes);
    let read = value(&mut decoder, 0, wire["depth"].as_u64().unwrap());
    assert_eq!(decoder.position(), bytes.len(), "bytes after the value");
    read
}

/// Can the build with this decoder read the frame? Says what it is; none for a type that it passes over.
pub(crate) fn check(frame: &[u8], wire: &Value) -> Result<Option<String>, String> {
    if frame.len() as u64 > wire["frame"].as_u64().unwrap() {
        return Err(format!("a frame of {} bytes", frame.len()));
    }
    let fields = read(frame, wire);
    let Cbor::Map(entries) = &fields else {
        return Err("no map".to_owned());
    };
    if entries.len() as u64 > wire["fields"].as_u64().unwrap() {
        return Err(format!("{} fields", entries.len()));
    }
    let Some(Cbor::Text(kind)) = field(entries, "type") else {
        return Err("no type".to_owned());
    };
    let Some(shape) = wire["frames"].get(kind) else {
        return Ok(None);
    };
    fits(&fields, shape, wire).map_err(|error| format!("{kind}: {error}"))?;
    Ok(Some(kind.clone()))
}

fn field<'c>(entries: &'c [(Cbor, Cbor)], name: &str) -> Option<&'c Cbor> {
    // Where a name stands twice, the last counts.
    let found = entries.iter().rev().find(|(key, _)| match key {
        Cbor::Text(key) => key == name,
        Cbor::Integer(key) => key.to_string() == name,
        _ => false,
    });
    found
        .map(|(_, value)| value)
        .filter(|value| **value != Cbor::Nothing)
}

fn fits(value: &Cbor, shape: &Value, wire: &Value) -> Result<(), String> {
    if let Some(name) = shape.as_str() {
        let named = &wire["shapes"][name];
        assert!(!named.is_null(), "wire.json has no shape {name}");
        return fits(value, named, wire).map_err(|error| format!("{name}: {error}"));
    }
    let (kind, argument) = shape.as_object().unwrap().iter().next().unwrap();
    let within = |n: usize| {
        let (least, most) = (argument[0].as_u64().unwrap(), argument[1].as_u64().unwrap());
        if (least..=most).contains(&(n as u64)) {
            Ok(())
        } else {
            Err(format!("{n} isn't {least} to {most}"))
        }
    };
    match (kind.as_str(), value) {
        ("text", Cbor::Text(text)) => within(text.len()),
        ("bytes", Cbor::Bytes(bytes)) => within(bytes.len()),
        ("integer", Cbor::Integer(n)) => {
            let (least, most) = (argument[0].as_i64().unwrap(), argument[1].as_i64().unwrap());
            (least..=most)
                .contains(n)
                .then_some(())
                .ok_or(format!("{n} isn't {least} to {most}"))
        }
        ("boolean", Cbor::Boolean(_)) => Ok(()),
        ("document", Cbor::Text(text)) => {
            let id = text.parse::<DocumentId>();
            id.map(drop).map_err(|error| error.to_string())
        }
        ("list", Cbor::Array(entries)) => {
            if entries.len() as u64 > argument["most"].as_u64().unwrap() {
                return Err(format!("{} entries", entries.len()));
            }
            entries
                .iter()
                .try_for_each(|entry| fits(entry, &argument["of"], wire))
        }
        ("map", Cbor::Map(entries)) => {
            for (name, shape) in argument.as_object().unwrap() {
                let (name, optional) = match name.strip_suffix('?') {
                    Some(name) => (name, true),
                    None => (name.as_str(), false),
                };
                match field(entries, name) {
                    Some(value) => {
                        fits(value, shape, wire).map_err(|error| format!("{name}: {error}"))?;
                    }
                    None if optional => {}
                    None => return Err(format!("{name} is missing")),
                }
            }
            Ok(())
        }
        ("array", Cbor::Array(values)) => array(values, argument.as_array().unwrap(), wire),
        ("variants", Cbor::Array(values)) => {
            let [Cbor::Integer(index), Cbor::Array(fields)] = values.as_slice() else {
                return Err(format!("{values:?} is no variant"));
            };
            let Some(shapes) = argument.get(index.to_string()) else {
                return Err(format!("variant {index} isn't known"));
            };
            array(fields, shapes.as_array().unwrap(), wire)
        }
        ("cbor", Cbor::Bytes(bytes)) => fits(&read(bytes, wire), argument, wire),
        ("sync", Cbor::Bytes(bytes)) => sync(bytes, argument),
        (kind, value) => Err(format!("{value:?} is no {kind}")),
    }
}

/// Values by their places; a shape that may be missing ends with `?`, as a name in quotation marks.
fn array(values: &[Cbor], shapes: &[Value], wire: &Value) -> Result<(), String> {
    for (place, shape) in shapes.iter().enumerate() {
        let optional = shape.as_str().and_then(|name| name.strip_suffix('?'));
        let value = values.get(place).filter(|value| **value != Cbor::Nothing);
        match (value, optional) {
            (Some(value), Some(name)) => fits(value, &name.into(), wire)?,
            (Some(value), None) => fits(value, shape, wire)?,
            (None, Some(_)) => {}
            (None, None) => return Err(format!("place {place} is empty")),
        }
    }
    Ok(())
}

/// An Automerge sync message within the limits of the older client's inspection.
fn sync(bytes: &[u8], limits: &Value) -> Result<(), String> {
    let limit = |name: &str| usize::try_from(limits[name].as_u64().unwrap()).unwrap();
    let limits = Limits {
        bytes: limit("bytes"),
        changes: limit("changes"),
        operations: limit("operations"),
        hashes: limit("hashes"),
        key: limit("key"),
        ..Limits::default()
    };
    let message = inspect::message(bytes, &limits).map_err(|error| error.to_string())?;
    inspect::changes(&message, &limits).map_err(|error| error.to_string())?;
    Ok(())
}

#[test]
fn what_an_older_decoder_refuses_is_found() {
    use docket_sync::wire::{Frame, Refusal};
    for recording in super::recording::all() {
        let wire = &recording.wire;
        let refused = |message: &str| Frame::Refused {
            document: DocumentId::from_bytes([1; 16]),
            refused: vec![Refusal {
                change: automerge::ChangeHash([1; 32]),
                code: "forbidden".to_owned(),
                message: message.to_owned(),
            }],
            dependents: Vec::new(),
        };
        let fine = refused("No.").encode();
        assert_eq!(check(&fine, wire), Ok(Some("docket-refused".to_owned())));
        assert!(check(&refused(&"x".repeat(5_000)).encode(), wire).is_err());
        let mut renamed = fine;
        let at = renamed.windows(10).position(|it| it == b"dependents").unwrap();
        renamed[at] = b'D';
        assert!(
            check(&renamed, wire)
                .unwrap_err()
                .contains("dependents is missing")
        );
        let unknown = Frame::Unknown {
            name: "docket-weather".to_owned(),
        };
        assert_eq!(check(&unknown.encode(), wire), Ok(None));
    }
}
