//! Content into documents: the first import of an issue, and what a later one changes.
//!
//! The first is encoded straight from the content (`encode`). A later one writes what differs from what is there. It is made on the import that it follows, as if nobody had edited here meanwhile: so it is the
//! same change whoever makes it, and others' edits are beside it, not under it.

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ObjId, ROOT, ReadDoc, ScalarValue,
    transaction::{CommitOptions, Transactable},
};
use docket_domain::{DocumentId, Kind, command::Splice, genesis, read};

use super::{BY_DOCKET, Content, OWN, Scalar, Updated, entries};

/// The version of the mapping from source to content: part of the actor, so that two versions never make two
/// changes with one actor and one sequence number.
const MAPPING: u8 = 2;

/// As [`MAPPING`], of the way in which a later import is written beside an earlier one.
const NEWS: u8 = 3;

/// Fields that are taken back when the other tracker has nothing there any more.
const CLEARED: [&str; 5] = ["assignee", "component", "priority", "resolution", "severity"];

/// Fields in whose place something stands where a record doesn't have them.
const STOOD_IN: [&str; 2] = ["created_at", "status"];

/// Fields that an issue brings with it, and that are nobody's elsewhere afterwards.
const DECIDED_HERE: [&str; 3] = ["deleted_at", "deleted_by", "organisation"];

/// An issue's document with the content in it.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The document.
    pub document: Automerge,
    /// The changes that are new, each a chunk of its own: what is stored, and sent to the hub. Of a new document its
    /// layout and the content, of one that was here the one change that brings it up to date.
    pub changes: Vec<Vec<u8>>,
    /// The hash of the change that holds the content.
    pub hash: ChangeHash,
}

/// An import that is in a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Past {
    /// Its change.
    pub(crate) hash: ChangeHash,
    /// When the issue was last changed there, by its own account.
    pub(crate) updated: Updated,
    /// The digest of its content; imports of earlier versions have none.
    pub(crate) digest: Option<String>,
    /// Does no other import follow it?
    pub(crate) is_last: bool,
}

/// The imports in an issue's document, the one that a new one follows last: of those that none follows yet, the one of
/// the latest state of the issue.
///
/// # Errors
/// None are known; Automerge's are passed on.
pub(crate) fn pasts(document: &Automerge, id: DocumentId) -> Result<Vec<Past>, AutomergeError> {
    let layouts: Vec<ChangeHash> = genesis::changes(Kind::Issue, id)?
        .iter()
        .map(Change::hash)
        .collect();
    let metas = document.get_changes_meta(&[]);
    let imports: Vec<_> = metas
        .iter()
        .filter(|meta| genesis::is_deterministic(&meta.actor) && !layouts.contains(&meta.hash))
        .collect();
    let source = read::object(document, &ROOT, "source");
    let text = |key: &str, at: ChangeHash| text_at(document, source.as_ref()?, key, at);
    let mut pasts: Vec<Past> = imports
        .iter()
        .map(|meta| Past {
            hash: meta.hash,
            updated: Updated::read(|name| text(name, meta.hash)),
            digest: text("digest", meta.hash),
            is_last: !imports.iter().any(|later| later.deps.contains(&meta.hash)),
        })
        .collect();
    pasts.sort_by_key(|past| (past.is_last, past.updated, past.hash));
    Ok(pasts)
}

/// An imported field as that import left it.
pub(crate) fn source_at(document: &Automerge, name: &str, at: ChangeHash) -> Option<String> {
    text_at(document, &read::object(document, &ROOT, "source")?, name, at)
}

fn text_at(document: &Automerge, source: &ObjId, name: &str, at: ChangeHash) -> Option<String> {
    let (value, _) = document.get_at(source, name, &[at]).ok()??;
    value.as_str().map(str::to_owned)
}

impl Content {
    /// The document with this content and the id `id`.
    ///
    /// # Errors
    /// None are known; Automerge's are passed on.
    pub fn document(&self, id: DocumentId) -> Result<Imported, AutomergeError> {
        let changes = self.changes(id)?;
        let mut document = Automerge::new();
        for change in &changes {
            document.load_incremental(&change.bytes)?;
        }
        Ok(Imported {
            hash: changes.last().map_or(ChangeHash([0; 32]), |change| change.hash),
            changes: changes.into_iter().map(|change| change.bytes).collect(),
            document,
        })
    }

    /// What this content changes in a document that holds an earlier import, made on that one. None if it says nothing
    /// new. The digest is that of the content with what is told.
    ///
    /// # Errors
    /// None are known; Automerge's are passed on.
    pub(crate) fn update(
        &self,
        id: DocumentId,
        document: &Automerge,
        past: ChangeHash,
        digest: &[u8; 32],
    ) -> Result<Option<(Imported, usize)>, AutomergeError> {
        let mut then = document.fork_at(&[past])?;
        then.set_actor(self.actor(id, digest, Some(past)));
        let mut tx = then.transaction();
        self.news().write(&mut tx, &hex(digest))?;
        tx.commit_with(CommitOptions::default().with_time(0));
        let Some(change) = then.get_last_local_change() else {
            return Ok(None);
        };
        let mut document = document.clone();
        document.apply_changes([change.clone()])?;
        let imported = Imported {
            document,
            changes: vec![change.raw_bytes().to_vec()],
            hash: change.hash(),
        };
        Ok(Some((imported, change.len())))
    }

    /// The actor that the content's change has in the document `id`, on the import that it follows.
    pub(crate) fn actor(&self, id: DocumentId, digest: &[u8; 32], past: Option<ChangeHash>) -> ActorId {
        let version = past.map_or(MAPPING, |_| NEWS);
        let past = past.map(|past| past.0);
        let past = past.as_ref().map_or(&[][..], |past| past.as_slice());
        let system = self.system.as_bytes();
        genesis::deterministic_actor(id, &[b"import", system, &[version], digest, past])
    }

    /// What of it a later import may write: what is decided here once an issue is here, the guard doesn't take from
    /// another place.
    fn news(&self) -> Self {
        let mut news = self.clone();
        news.fields
            .retain(|key, _| !DECIDED_HERE.contains(key) && (self.told.has(key) || !STOOD_IN.contains(key)));
        news.attention.clear();
        // A comment that is deleted there stays here if it is here, and doesn't come in if it isn't.
        news.comments
            .retain(|_, comment| !comment.contains_key("deleted_at"));
        news
    }

    fn write<T: Transactable>(&self, tx: &mut T, digest: &str) -> Result<(), AutomergeError> {
        let told = |key: &str| self.told.has(key);
        if told("title") {
            entries::put(tx, &ROOT, "title", self.title.as_str().into())?;
        }
        entries::put_all(tx, &ROOT, &self.fields)?;
        let mut gone = CLEARED
            .into_iter()
            .filter(|key| told(key) && !self.fields.contains_key(key));
        gone.try_for_each(|key| clear(tx, &ROOT, key))?;
        if told("description") {
            self.describe(tx)?;
        }
        for (key, names) in [("labels", &self.labels), ("affects", &self.affects)] {
            let Some(map) = read::object(tx, &ROOT, key).filter(|_| told(key)) else {
                continue;
            };
            let there: Vec<String> = tx.keys(&map).collect();
            for name in there.iter().filter(|name| !names.contains(*name)) {
                tx.delete(&map, name.as_str())?;
            }
            for name in names {
                entries::put(tx, &map, name, true.into())?;
            }
        }
        for (key, entries) in self.containers() {
            entries::write(tx, key, entries, &self.told)?;
        }
        if let Some(people) = read::object(tx, &ROOT, "people") {
            for (id, name) in &self.people {
                entries::put(tx, &people, id, name.as_str().into())?;
            }
        }
        match read::object(tx, &ROOT, "source") {
            Some(source) => self.write_source(tx, &source, digest),
            None => Ok(()),
        }
    }

    /// Edits the description where it differs, so that what others edit elsewhere in it stays.
    fn describe<T: Transactable>(&self, tx: &mut T) -> Result<(), AutomergeError> {
        let Some(description) = read::object(tx, &ROOT, "description") else {
            return Ok(());
        };
        let Some(edit) = Splice::between(&tx.text(&description)?, &self.description) else {
            return Ok(());
        };
        let removed = isize::try_from(edit.removed.encode_utf16().count()).unwrap_or(isize::MAX);
        tx.splice_text(&description, edit.at, removed, &edit.inserted)
    }

    /// The import's own fields, and last, if anything changed at all, the digest of the content, and which Docket's state
    /// it is. Which issue of which tracker it is (`OWN`) the first import has said, and the guard lets nobody say later.
    fn write_source<T: Transactable>(
        &self,
        tx: &mut T,
        source: &ObjId,
        digest: &str,
    ) -> Result<(), AutomergeError> {
        let there: Vec<String> = tx.keys(source).collect();
        for name in there
            .iter()
            .filter(|name| !OWN.contains(&name.as_str()))
            .filter(|name| !self.source.contains_key(*name) && self.told.has_name(name))
        {
            clear(tx, source, name)?;
        }
        let own = self
            .source
            .iter()
            .filter(|(name, _)| *name != BY_DOCKET && !OWN.contains(&name.as_str()));
        for (name, text) in own {
            entries::put(tx, source, name, text.as_str().into())?;
        }
        if tx.pending_ops() > 0 {
            entries::put(tx, source, "digest", digest.into())?;
            if let Some(updated) = self.source.get(BY_DOCKET) {
                entries::put(tx, source, BY_DOCKET, updated.as_str().into())?;
            }
        }
        Ok(())
    }
}

/// A digest as documents hold it.
pub(crate) fn hex(digest: &[u8; 32]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Writes null in the place of a value: a deletion would lose against a concurrent value without a trace.
fn clear<T: Transactable>(tx: &mut T, object: &ObjId, key: &str) -> Result<(), AutomergeError> {
    match entries::scalar(tx, object, key) {
        None | Some(ScalarValue::Null) => Ok(()),
        Some(_) => tx.put(object, key, ScalarValue::Null),
    }
}

impl Scalar {
    /// As documents hold it.
    pub(super) fn scalar(&self) -> ScalarValue {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Time(at) => ScalarValue::Timestamp(at.0),
            Self::Number(number) => ScalarValue::Uint(*number),
        }
    }
}
