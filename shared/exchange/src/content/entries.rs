//! Comments, events, links and attachments in a document: made once, and changed where they differ.

use std::collections::{BTreeMap, HashMap, HashSet};

use automerge::{
    AutomergeError, ObjId, ObjType, ROOT, ReadDoc, ScalarValue, Value, transaction::Transactable,
};
use docket_domain::read;

use super::{Entry, Scalar, Told};
use crate::json::value::is_digest;

/// Writes the entries of the container at `key`. What is there and not among them stays, since not every export has
/// all; but a link that is gone there goes here, if the record would tell it.
pub(super) fn write<T: Transactable>(
    tx: &mut T,
    key: &str,
    entries: &BTreeMap<String, Entry>,
    told: &Told,
) -> Result<(), AutomergeError> {
    let Some(map) = read::object(tx, &ROOT, key) else {
        return Ok(());
    };
    let ids: Vec<String> = tx.keys(&map).collect();
    let there: Vec<(String, ObjId)> = ids
        .into_iter()
        .filter_map(|id| read::object(tx, &map, &id).map(|object| (id, object)))
        .collect();
    let named: HashMap<&str, &ObjId> = there.iter().map(|(id, object)| (id.as_str(), object)).collect();
    let mut alike: HashMap<String, Vec<&(String, ObjId)>> = HashMap::new();
    for found in there.iter().filter(|(id, _)| !entries.contains_key(id)) {
        let said = Said::of(tx, &found.1);
        alike.entry(said.likeness(key)).or_default().push(found);
    }
    let mut left: HashSet<&str> = there.iter().map(|(id, _)| id.as_str()).collect();
    let mut others: Vec<(&String, &Entry)> = Vec::new();
    for (id, entry) in entries {
        if let Some(object) = named.get(id.as_str()) {
            left.remove(id.as_str());
            put_all(tx, object, entry)?;
        } else if let Some((id, _)) = alike
            .get_mut(&Said::in_entry(entry).likeness(key))
            .and_then(Vec::pop)
        {
            // Another kind of export gave it another id, and its times are cut: it stays as it is.
            left.remove(id.as_str());
        } else {
            others.push((id, entry));
        }
    }
    let mut shifted = Shifted::of(tx, alike.into_values().flatten());
    for (id, entry) in others {
        let found = shifted.take(id, entry).filter(|_| key != "links");
        if let Some((before, object)) = found {
            // Of the two, the time of one that has an id there is right; of two without, the later import's.
            if let Some(at) = entry.get("at").filter(|_| is_digest(before)) {
                put(tx, object, "at", at.scalar())?;
            }
        } else {
            let object = tx.put_object(&map, id.as_str(), ObjType::Map)?;
            put_all(tx, &object, entry)?;
        }
    }
    if key == "links" {
        for (id, object) in there.iter().filter(|(id, _)| left.contains(id.as_str())) {
            let relation = read::string(tx, object, "relation").unwrap_or_default();
            if told.has("links") || told.has(&relation) {
                tx.delete(&map, id.as_str())?;
            }
        }
    }
    Ok(())
}

/// Writes the values that differ.
pub(super) fn put_all<T: Transactable>(
    tx: &mut T,
    object: &ObjId,
    entry: &Entry,
) -> Result<(), AutomergeError> {
    entry
        .iter()
        .try_for_each(|(key, value)| put(tx, object, key, value.scalar()))
}

/// Writes a value if it differs.
pub(super) fn put<T: Transactable>(
    tx: &mut T,
    object: &ObjId,
    key: &str,
    wanted: ScalarValue,
) -> Result<(), AutomergeError> {
    if scalar(tx, object, key).as_ref() == Some(&wanted) {
        return Ok(());
    }
    tx.put(object, key, wanted)
}

/// The value at `key`, if it isn't an object.
pub(super) fn scalar<T: ReadDoc>(document: &T, object: &ObjId, key: &str) -> Option<ScalarValue> {
    match document.get(object, key).ok()?? {
        (Value::Scalar(value), _) => Some(value.into_owned()),
        (Value::Object(_), _) => None,
    }
}

/// What an entry says, by which it is known under another id.
struct Said {
    /// The minute: some exports cut the seconds.
    minute: i64,
    by: Option<String>,
    texts: BTreeMap<&'static str, String>,
}

/// The texts of an entry that an export of any kind has.
const TEXTS: [&str; 7] = ["body", "field", "name", "reason", "relation", "target", "to"];

impl Said {
    fn of<T: ReadDoc>(document: &T, object: &ObjId) -> Self {
        let texts = TEXTS
            .into_iter()
            .filter_map(|key| Some((key, read::string(document, object, key)?)));
        let minute = match scalar(document, object, "at") {
            Some(ScalarValue::Timestamp(at)) => at.div_euclid(60_000),
            _ => 0,
        };
        Self {
            minute,
            by: read::string(document, object, "by"),
            texts: texts.collect(),
        }
    }

    fn in_entry(entry: &Entry) -> Self {
        let text = |key: &str| match entry.get(key)? {
            Scalar::Text(text) => Some(text.clone()),
            _ => None,
        };
        let texts = TEXTS.into_iter().filter_map(|key| Some((key, text(key)?)));
        let minute = match entry.get("at") {
            Some(Scalar::Time(at)) => at.0.div_euclid(60_000),
            _ => 0,
        };
        Self {
            minute,
            by: text("by"),
            texts: texts.collect(),
        }
    }

    fn likeness(&self, container: &str) -> String {
        // Links have no times of their own.
        let minute = if container == "links" { 0 } else { self.minute };
        format!("{minute} {:?}", self.texts)
    }
}

/// The minutes by which all zones differ from one another: a multiple of them, and not more than 26 hours.
const ZONES: i64 = 15;
const FARTHEST: i64 = 26 * 60;

type Found<'a> = &'a (String, ObjId);

/// Entries that are known by who said what, at a time that may have been meant in another zone: a table doesn't say in
/// which, and nor does a summer's in the winter. Each is taken once. Those with ids of their own on both sides are told
/// apart by them.
struct Shifted<'a>(HashMap<String, BTreeMap<i64, Vec<Found<'a>>>>);

impl<'a> Shifted<'a> {
    fn of<T: ReadDoc>(document: &T, left: impl Iterator<Item = Found<'a>>) -> Self {
        let mut all: HashMap<String, BTreeMap<i64, Vec<Found<'a>>>> = HashMap::new();
        let mut left: Vec<Found<'a>> = left.collect();
        left.sort_by(|a, b| a.0.cmp(&b.0));
        for found in left {
            let said = Said::of(document, &found.1);
            let alike = all.entry(Self::likeness(&said, is_digest(&found.0))).or_default();
            alike.entry(said.minute).or_default().push(found);
        }
        Self(all)
    }

    /// Takes the nearest one out.
    fn take(&mut self, id: &str, entry: &Entry) -> Option<Found<'a>> {
        let said = Said::in_entry(entry);
        let has_id = !is_digest(id);
        let at = said.minute;
        for made in [true, false] {
            if has_id && !made {
                continue;
            }
            let Some(alike) = self.0.get_mut(&Self::likeness(&said, made)) else {
                continue;
            };
            let earlier = alike.range(..=at).next_back();
            let nearest = earlier.into_iter().chain(alike.range(at..).next());
            let nearest = nearest
                .map(|(minute, _)| *minute)
                .min_by_key(|minute| minute.abs_diff(at));
            let Some(minute) = nearest.filter(|minute| minute.abs_diff(at) <= FARTHEST.unsigned_abs()) else {
                continue;
            };
            let found = alike.get_mut(&minute)?.pop();
            if alike.get(&minute).is_some_and(Vec::is_empty) {
                alike.remove(&minute);
            }
            return found;
        }
        None
    }

    fn likeness(said: &Said, made: bool) -> String {
        let minute = said.minute.rem_euclid(ZONES);
        format!("{made} {minute} {:?} {:?}", said.by, said.texts)
    }
}
