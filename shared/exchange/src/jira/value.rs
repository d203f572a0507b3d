//! Taking a record apart: what is taken is mapped, what is left is kept.

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

/// What says nothing about the issue: addresses and pictures of the interface.
const DROPPED: [&str; 6] = [
    "self",
    "expand",
    "iconUrl",
    "avatarUrls",
    "avatarId",
    "emailAddress",
];

/// Takes a value out of an object; null if it isn't there.
pub(super) fn take(object: &mut Map<String, Value>, key: &str) -> Value {
    object.remove(key).unwrap_or(Value::Null)
}

/// A text, or what people write as one.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(is) => Some(is.to_string()),
        _ => None,
    }
}

/// The text at `key` of an object.
pub(super) fn text_at(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(text)
}

/// Does it say nothing?
pub(super) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(values) => values.iter().all(is_empty),
        Value::Object(map) => map.values().all(is_empty),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Takes out what says nothing about the issue, and reduces people to who they are.
pub(super) fn clean(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(map) => {
            if map.contains_key("displayName") || map.contains_key("accountId") {
                map.retain(|key, _| matches!(key.as_str(), "name" | "key" | "accountId" | "displayName"));
                return;
            }
            map.retain(|key, value| !DROPPED.contains(&key.as_str()) && !value.is_null());
            map.values_mut().for_each(clean);
        }
        _ => {}
    }
}

/// JSON with the names of each object in order, whatever features serde_json was built with.
pub(super) fn canonical(value: &Value) -> String {
    let mut out = String::new();
    write(value, &mut out);
    out
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::Array(values) => {
            out.push('[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(value, out);
            }
            out.push(']');
        }
        Value::Object(map) => {
            let mut keys: Vec<_> = map.iter().collect();
            keys.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, value)) in keys.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                out.push_str(&Value::String(key.clone()).to_string());
                out.push(':');
                write(value, out);
            }
            out.push('}');
        }
        scalar => out.push_str(&scalar.to_string()),
    }
}

/// A value as the document keeps it: a text as it is, anything else as JSON.
pub(super) fn kept(mut value: Value) -> Option<String> {
    clean(&mut value);
    if is_empty(&value) {
        return None;
    }
    Some(text(&value).unwrap_or_else(|| canonical(&value)))
}

/// A name for what has none that can be used: half a digest of its content.
pub(super) fn digest(content: &str) -> String {
    let digest = Sha256::digest(content);
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
