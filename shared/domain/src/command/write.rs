//! Writing one value at a time, checked.

use automerge::{ObjId, ObjType, ROOT, ScalarValue, transaction::Transactable};

use super::{CommandError, Context};
use crate::{ids::Timestamp, read};

/// The longest name: a label, a version, a component, a relation.
pub(super) const NAME: usize = 200;
/// The longest title.
pub(super) const TITLE: usize = 1_000;
/// The longest reason.
pub(super) const REASON: usize = 10_000;
/// The longest comment: above the longest that real trackers hold (Jira's limit is 32,767 characters).
pub(super) const BODY: usize = 400_000;
/// The longest description: each character is an operation, and the guard takes 150,000 of them in one change.
pub(super) const DESCRIPTION: usize = 100_000;

/// `text` without white space around it, if there is something and not too much.
pub(super) fn filled<'a>(what: &'static str, text: &'a str, max: usize) -> Result<&'a str, CommandError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(CommandError::Empty { what });
    }
    if text.len() > max {
        return Err(CommandError::TooLong {
            what,
            length: text.len(),
            max,
        });
    }
    Ok(text)
}

/// As [`filled`], on one line.
pub(super) fn line(what: &'static str, text: &str, max: usize) -> Result<String, CommandError> {
    let words: Vec<&str> = filled(what, text, max)?.split_whitespace().collect();
    Ok(words.join(" "))
}

/// The container that the document's genesis made.
pub(super) fn container<T: Transactable>(tx: &T, key: &str) -> Result<ObjId, CommandError> {
    read::object(tx, &ROOT, key).ok_or(CommandError::NotFound)
}

/// Sets a text at the root, or takes it away. Fails if it is so already and uncontested: several people may have said
/// the same at once.
pub(super) fn set<T: Transactable>(tx: &mut T, key: &str, value: Option<&str>) -> Result<(), CommandError> {
    let (there, wanted) = (values(tx, &ROOT, key)?, scalar(value));
    let absent = there.is_empty() && value.is_none();
    if absent || (!there.is_empty() && there.iter().all(|it| *it == wanted)) {
        return Err(CommandError::Unchanged);
    }
    write(tx, &ROOT, key, wanted)
}

/// Writes a text, or null for none: a deletion would lose against a concurrent value without a trace.
pub(super) fn put<T: Transactable>(
    tx: &mut T,
    object: &ObjId,
    key: &str,
    value: Option<&str>,
) -> Result<(), CommandError> {
    write(tx, object, key, scalar(value))
}

/// Writes a value over all that stand there.
///
/// To write what is shown already, Automerge would delete the other values instead; nobody may delete a field. So one
/// of the others is written first; and where all are the same, nothing.
fn write<T: Transactable>(
    tx: &mut T,
    object: &ObjId,
    key: &str,
    value: ScalarValue,
) -> Result<(), CommandError> {
    let there = values(tx, object, key)?;
    // The last one is shown.
    if there.len() > 1 && there.last() == Some(&value) {
        match there.into_iter().find(|other| *other != value) {
            Some(other) => tx.put(object, key, other)?,
            None => return Ok(()),
        }
    }
    Ok(tx.put(object, key, value)?)
}

/// The values that were written at once; null for what is none.
fn values<T: Transactable>(tx: &T, object: &ObjId, key: &str) -> Result<Vec<ScalarValue>, CommandError> {
    let values = tx.get_all(object, key)?.into_iter();
    let values = values.map(|(value, _)| value.into_scalar().unwrap_or(ScalarValue::Null));
    Ok(values.collect())
}

fn scalar(text: Option<&str>) -> ScalarValue {
    text.map_or(ScalarValue::Null, ScalarValue::from)
}

/// Puts a name into the set at `key`, or takes it out.
pub(super) fn member<T: Transactable>(
    tx: &mut T,
    key: &str,
    name: &str,
    on: bool,
) -> Result<(), CommandError> {
    let name = line("a name", name, NAME)?;
    let set = container(tx, key)?;
    if read::flag(tx, &set, &name) == on {
        return Err(CommandError::Unchanged);
    }
    if on {
        tx.put(&set, name.as_str(), true)?;
    } else {
        tx.delete(&set, name.as_str())?;
    }
    Ok(())
}

/// Makes an entry {at, by} in the container at `key`.
pub(super) fn entry<T: Transactable>(
    tx: &mut T,
    key: &str,
    id: &str,
    context: &Context,
) -> Result<ObjId, CommandError> {
    let container = container(tx, key)?;
    if read::object(tx, &container, id).is_some() {
        return Err(CommandError::Exists);
    }
    let entry = tx.put_object(&container, id, ObjType::Map)?;
    time(tx, &entry, "at", context.now)?;
    tx.put(&entry, "by", context.member.as_str())?;
    Ok(entry)
}

/// The entry `id` of the container at `key`.
pub(super) fn existing<T: Transactable>(
    tx: &T,
    key: &str,
    id: &str,
    what: &'static str,
) -> Result<ObjId, CommandError> {
    let container = container(tx, key)?;
    read::object(tx, &container, id).ok_or(CommandError::NoEntry { what })
}

/// Writes a time.
pub(super) fn time<T: Transactable>(
    tx: &mut T,
    object: &ObjId,
    key: &str,
    at: Timestamp,
) -> Result<(), CommandError> {
    write(tx, object, key, ScalarValue::Timestamp(at.0))
}
