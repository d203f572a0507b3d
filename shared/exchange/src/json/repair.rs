//! Reads one record, also where its encoding is damaged.

use std::borrow::Cow;

use serde_json::Value;

use super::names;
use crate::record::{Broken, Record};

/// The longest key that is looked for in a record that can't be read.
const KEY: usize = 100;

/// Reads the record that begins on `line`; `name` is what its key is called.
pub(super) fn parse(line: u64, raw: Vec<u8>, name: &str) -> Record {
    let (value, repaired) = match serde_json::from_slice(&raw) {
        Ok(value) => (Ok(value), 0),
        Err(error) => match repaired(&raw) {
            Some((text, count)) => (serde_json::from_str(&text).map_err(|_| error), count),
            None => (Err(error), 0),
        },
    };
    let value: Result<Value, Broken> = value.map_err(|error| Broken {
        key: key(&raw, name),
        problem: Some(error.to_string()),
    });
    Record {
        line,
        raw,
        repaired: if value.is_ok() { repaired } else { 0 },
        zone: None,
        value,
    }
}

/// The text with U+FFFD in place of what is no character: bytes that aren't UTF-8, and halves of surrogate pairs.
/// Answers how many there were; none if there were none.
fn repaired(bytes: &[u8]) -> Option<(String, usize)> {
    let text = String::from_utf8_lossy(bytes);
    let mut count = match &text {
        Cow::Borrowed(_) => 0,
        Cow::Owned(text) => text.matches('\u{fffd}').count() - valid_replacements(bytes),
    };
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        out.push_str(before);
        let taken = match unit(escape) {
            Some(0xD800..=0xDBFF)
                if escape
                    .get(6..)
                    .and_then(unit)
                    .is_some_and(|low| (0xDC00..=0xDFFF).contains(&low)) =>
            {
                out.push_str(escape.get(..12).unwrap_or_default());
                12
            }
            Some(0xD800..=0xDFFF) => {
                out.push_str("\\ufffd");
                count += 1;
                6
            }
            _ => {
                // A backslash and the character that it escapes.
                let end = escape.chars().take(2).map(char::len_utf8).sum();
                out.push_str(escape.get(..end).unwrap_or_default());
                end
            }
        };
        rest = escape.get(taken..).unwrap_or_default();
    }
    out.push_str(rest);
    (count > 0).then_some((out, count))
}

/// U+FFFD that stand in the bytes themselves.
fn valid_replacements(bytes: &[u8]) -> usize {
    bytes
        .windows(3)
        .filter(|window| *window == "\u{fffd}".as_bytes())
        .count()
}

/// The UTF-16 unit of the escape at the beginning of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hex.then(|| u16::from_str_radix(digits, 16).ok()).flatten()
}

/// The key of a record that can't be read: a text or a number.
pub(super) fn key(bytes: &[u8], name: &str) -> Option<String> {
    let found = names(bytes).find(|it| it.depth == 1 && it.text == name.as_bytes())?;
    let (value, ends): (_, fn(&u8) -> bool) = match found.value.strip_prefix(b"\"") {
        Some(text) => (text, |byte| *byte == b'"'),
        None => (found.value, |byte| !byte.is_ascii_digit()),
    };
    let end = value.iter().take(KEY).position(ends)?;
    let key = std::str::from_utf8(value.get(..end)?).ok()?;
    (!key.is_empty() && !key.contains('\\')).then(|| key.to_owned())
}
