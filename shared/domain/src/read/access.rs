//! One value at a time.

use automerge::{ObjId, ROOT, ReadDoc, ScalarValue, Value};

use crate::{ids::Timestamp, kind::Kind};

/// The kind a document says it is of; none for a plain one.
pub fn kind<D: ReadDoc>(document: &D) -> Option<Kind> {
    Kind::parse(&string(document, &ROOT, "kind")?)
}

/// The version of a document's layout.
pub fn schema<D: ReadDoc>(document: &D) -> Option<u64> {
    scalar(document, &ROOT, "schema")?.as_u64()
}

/// The text at `key`. An Automerge text reads as its characters, as a JavaScript client's strings need.
pub fn string<D: ReadDoc>(document: &D, object: &ObjId, key: &str) -> Option<String> {
    match document.get(object, key).ok()?? {
        (Value::Scalar(value), _) => match value.as_ref() {
            ScalarValue::Str(text) => Some(text.to_string()),
            _ => None,
        },
        (Value::Object(automerge::ObjType::Text), id) => document.text(&id).ok(),
        (Value::Object(_), _) => None,
    }
}

/// The object at `key`.
pub fn object<D: ReadDoc>(document: &D, parent: &ObjId, key: &str) -> Option<ObjId> {
    match document.get(parent, key).ok()?? {
        (Value::Object(_), id) => Some(id),
        (Value::Scalar(_), _) => None,
    }
}

/// The scalar at `key`.
pub(crate) fn scalar<D: ReadDoc>(document: &D, object: &ObjId, key: &str) -> Option<ScalarValue> {
    match document.get(object, key).ok()?? {
        (Value::Scalar(value), _) => Some(value.into_owned()),
        (Value::Object(_), _) => None,
    }
}

/// The time at `key`.
pub(crate) fn timestamp<D: ReadDoc>(document: &D, object: &ObjId, key: &str) -> Option<Timestamp> {
    match scalar(document, object, key)? {
        ScalarValue::Timestamp(at) | ScalarValue::Int(at) => Some(Timestamp(at)),
        _ => None,
    }
}

/// Is the value at `key` true?
pub(crate) fn flag<D: ReadDoc>(document: &D, object: &ObjId, key: &str) -> bool {
    matches!(scalar(document, object, key), Some(ScalarValue::Boolean(true)))
}

/// The objects in the map at `key` of the root, with their keys.
pub(crate) fn entries<D: ReadDoc>(document: &D, key: &str) -> Vec<(String, ObjId)> {
    let Some(map) = object(document, &ROOT, key) else {
        return Vec::new();
    };
    let keys: Vec<String> = document.keys(&map).collect();
    keys.into_iter()
        .filter_map(|key| object(document, &map, &key).map(|id| (key, id)))
        .collect()
}
