//! Generations: a list, the workspace or a report that is full goes on in another document.
//!
//! Their ids derive from names, so that none can be chosen anew. Generation 1 has the id that it always had; the id of
//! each further one [derives](following) from that of the one before. The hub [ends](end) a document that is nearly full
//! with one deterministic change, which names the next, and [begins](begin) that with another, which holds what stood.
//! Both depend on nothing but the document, and are byte-identical wherever they are made:
//! docs/decisions/generations.md.
//!
//! | at the root of | key | value |
//! |---|---|---|
//! | a document that has ended | `next` | URL of the document that it goes on in |
//! | a further generation | `previous` | URL of the document that it goes on from |
//! | a further generation | `first` | URL of generation 1, from which its rights and its name follow |

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ObjId, ObjType, ROOT, ReadDoc, Value,
    transaction::{CommitOptions, Transactable, Transaction},
};

use crate::{
    genesis::{self, deterministic_actor},
    ids::DocumentId,
    kind::Kind,
    rank::Rank,
    read::{self, List, Report},
};

const NEXT: &str = "next";
const PREVIOUS: &str = "previous";
const FIRST: &str = "first";

/// How many generations are looked for. A document takes ten thousands of changes before it ends.
const MOST: usize = 1_000;

/// Does a document of that kind go on in another one when it is full? An issue doesn't: its history, and where it came
/// from, are the point of it.
#[must_use]
pub const fn has_generations(kind: Kind) -> bool {
    matches!(kind, Kind::Workspace | Kind::List | Kind::Report)
}

/// The id of the generation after the one with this id.
#[must_use]
pub fn following(id: DocumentId) -> DocumentId {
    id.derive(NEXT)
}

/// Is `id` a generation of the document whose first one is `first`, itself included?
#[must_use]
pub fn is_of(first: DocumentId, id: DocumentId) -> bool {
    generations(first).any(|generation| generation == id)
}

/// The ids of a document's generations, beginning with `first`, whether they are there or not.
pub fn generations(first: DocumentId) -> impl Iterator<Item = DocumentId> {
    std::iter::successors(Some(first), |id| Some(following(*id))).take(MOST)
}

/// The document in which this one goes on; none while it hasn't ended.
pub fn next<D: ReadDoc>(document: &D) -> Option<DocumentId> {
    url(document, NEXT)
}

/// The document from which this one goes on; none for a first generation, and where what stood hasn't come yet.
pub fn previous<D: ReadDoc>(document: &D) -> Option<DocumentId> {
    url(document, PREVIOUS)
}

/// The first generation of the document `id`: itself, unless it says otherwise.
pub fn first<D: ReadDoc>(document: &D, id: DocumentId) -> DocumentId {
    url(document, FIRST).unwrap_or(id)
}

/// Do a document and what it says of its generations belong together? For a document from outside.
#[must_use]
pub fn fits(document: &Automerge, id: DocumentId) -> bool {
    let first = first(document, id);
    let (previous, next) = (previous(document), next(document));
    if first == id && previous.is_none() && next.is_none() {
        return true;
    }
    let ids: Vec<DocumentId> = generations(first).collect();
    let place = |id: DocumentId| ids.iter().position(|other| *other == id);
    let Some(own) = place(id) else { return false };
    let follows = match previous {
        Some(previous) => place(previous).is_some_and(|place| place < own),
        None => own == 0,
    };
    follows && next.is_none_or(|next| place(next).is_some_and(|place| place > own))
}

fn url<D: ReadDoc>(document: &D, key: &str) -> Option<DocumentId> {
    DocumentId::from_url(&read::string(document, &ROOT, key)?).ok()
}

/// Ends a document: adds the change that names the `next` one, and answers it. It builds on all that is there.
///
/// # Errors
/// None are known; Automerge's are passed on.
pub fn end(
    document: &mut Automerge,
    id: DocumentId,
    next: DocumentId,
) -> Result<Option<Change>, AutomergeError> {
    let before = document.get_actor().clone();
    document.set_actor(actor(id, NEXT, &document.get_heads()));
    let mut transaction = document.transaction();
    transaction.put(ROOT, NEXT, next.url())?;
    let (hash, _) = transaction.commit_with(CommitOptions::default().with_time(0));
    document.set_actor(before);
    Ok(hash.and_then(|hash| document.get_change_by_hash(&hash)))
}

/// The changes with which the document `next` begins: its layouts, and one that holds what stands in `document`, the
/// generation `id`, which hasn't [ended](end) yet.
///
/// What stands is what is read: of values that people wrote side by side the one that is shown, of a report's figures
/// those that were frozen last. The ranks of a list are spaced anew, in the same order.
///
/// # Errors
/// None are known; Automerge's are passed on.
pub fn begin(
    kind: Kind,
    document: &Automerge,
    id: DocumentId,
    next: DocumentId,
) -> Result<Vec<Change>, AutomergeError> {
    let mut begun = genesis::create(kind, next, actor(next, "carry", &document.get_heads()))?;
    let mut transaction = begun.transaction();
    carry(document, &mut transaction, kind)?;
    transaction.put(ROOT, PREVIOUS, id.url())?;
    transaction.put(ROOT, FIRST, first(document, id).url())?;
    transaction.commit_with(CommitOptions::default().with_time(0));
    Ok(begun.get_changes(&[]))
}

fn actor(document: DocumentId, purpose: &str, heads: &[ChangeHash]) -> ActorId {
    let heads = heads.iter().map(|head| head.0.as_slice());
    let purpose: Vec<&[u8]> = std::iter::once(purpose.as_bytes()).chain(heads).collect();
    deterministic_actor(document, &purpose)
}

/// Writes what stands in a document, key by key in their order.
fn carry(from: &Automerge, to: &mut Transaction<'_>, kind: Kind) -> Result<(), AutomergeError> {
    let keys: Vec<String> = from.keys(ROOT).collect();
    for key in keys {
        if matches!(key.as_str(), "kind" | "schema" | NEXT | PREVIOUS | FIRST) {
            continue;
        }
        match from.get(ROOT, &key)? {
            Some((Value::Scalar(value), _)) => to.put(ROOT, &key, value.into_owned())?,
            Some((Value::Object(what), object)) => {
                // Containers are the layout's to make; what this version doesn't know, none of its readers reads.
                let Some(into) = read::object(to, &ROOT, &key) else {
                    continue;
                };
                match (kind, key.as_str(), what) {
                    (Kind::List, "ranks", _) => carry_ranks(from, to, &into)?,
                    (Kind::Report, "figures", _) => carry_figures(from, to, &object, &into)?,
                    (_, _, ObjType::Text) => to.splice_text(&into, 0, 0, &from.text(&object)?)?,
                    _ => carry_map(from, to, &object, &into)?,
                }
            }
            None => {}
        }
    }
    Ok(())
}

fn carry_ranks(from: &Automerge, to: &mut Transaction<'_>, into: &ObjId) -> Result<(), AutomergeError> {
    let entries = List::read(from).entries;
    // Between nothing and nothing there is room for any number.
    let ranks = Rank::between(None, None, entries.len(), 0).unwrap_or_default();
    for (entry, rank) in entries.iter().zip(ranks) {
        to.put(into, entry.issue.url(), rank.as_str())?;
    }
    Ok(())
}

/// Of a report's figures those that hold: the others, 200 KB each, stay where they are.
fn carry_figures(
    from: &Automerge,
    to: &mut Transaction<'_>,
    object: &ObjId,
    into: &ObjId,
) -> Result<(), AutomergeError> {
    let Some(frozen) = Report::read(from).and_then(|report| report.frozen) else {
        return Ok(());
    };
    let key = frozen.id.as_str();
    let Some(entry) = read::object(from, object, key) else {
        return Ok(());
    };
    let into = to.put_object(into, key, ObjType::Map)?;
    carry_map(from, to, &entry, &into)
}

fn carry_map(
    from: &Automerge,
    to: &mut Transaction<'_>,
    object: &ObjId,
    into: &ObjId,
) -> Result<(), AutomergeError> {
    let keys: Vec<String> = from.keys(object).collect();
    for key in keys {
        match from.get(object, &key)? {
            Some((Value::Scalar(value), _)) => to.put(into, &key, value.into_owned())?,
            Some((Value::Object(ObjType::Map), entry)) => {
                let into = to.put_object(into, &key, ObjType::Map)?;
                carry_map(from, to, &entry, &into)?;
            }
            // The guard lets nothing else be there.
            Some((Value::Object(_), _)) | None => {}
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
