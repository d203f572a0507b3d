//! What the hub doesn't have yet: commands, and imported documents. A copy in memory of what IndexedDB holds.

use std::{
    cell::{Cell, RefCell},
    collections::BTreeMap,
    ops::Bound,
};

use docket_domain::{DocumentId, Timestamp};
use docket_sync::client::outbox::Entry;

use super::browser::{now, random};

/// The outbox of all documents.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    entries: RefCell<BTreeMap<DocumentId, BTreeMap<u64, Entry>>>,
    /// With a count of when each was added: one that was added again while it was on its way has something new.
    uploads: RefCell<BTreeMap<DocumentId, u64>>,
    added: Cell<u64>,
    /// Since when there is something to upload.
    uploading: Cell<Timestamp>,
    last: Cell<u64>,
}

impl Outbox {
    pub(super) fn load(&self, entries: Vec<Entry>, uploads: Vec<DocumentId>) {
        for entry in entries {
            self.add(entry);
        }
        self.add_uploads(uploads);
    }

    /// The next command's id: grows within a tab, and differs between tabs.
    pub(super) fn next_id(&self) -> u64 {
        let chance = u64::from(u16::from_be_bytes(random::<2>()));
        let time = u64::try_from(now().0).unwrap_or_default() << 16;
        let id = (time | chance).max(self.last.get() + 1);
        self.last.set(id);
        id
    }

    pub(super) fn add(&self, entry: Entry) {
        self.last.set(self.last.get().max(entry.id));
        let mut entries = self.entries.borrow_mut();
        entries
            .entry(entry.command.document)
            .or_default()
            .insert(entry.id, entry);
    }

    pub(super) fn remove(&self, document: DocumentId, ids: &[u64]) {
        let mut entries = self.entries.borrow_mut();
        if let Some(of_document) = entries.get_mut(&document) {
            of_document.retain(|id, _| !ids.contains(id));
            if of_document.is_empty() {
                entries.remove(&document);
            }
        }
    }

    /// Takes over what another tab stored of a document.
    pub(super) fn replace(&self, document: DocumentId, stored: Vec<Entry>) {
        self.entries.borrow_mut().remove(&document);
        for entry in stored {
            self.add(entry);
        }
    }

    /// A document's commands, in their order.
    pub(super) fn of(&self, document: DocumentId) -> Vec<Entry> {
        let entries = self.entries.borrow();
        entries
            .get(&document)
            .map(|of| of.values().cloned().collect())
            .unwrap_or_default()
    }

    /// The documents with commands.
    pub(super) fn documents(&self) -> Vec<DocumentId> {
        self.entries.borrow().keys().copied().collect()
    }

    pub(super) fn add_uploads(&self, documents: impl IntoIterator<Item = DocumentId>) {
        if self.uploads.borrow().is_empty() {
            self.uploading.set(now());
        }
        self.added.set(self.added.get() + 1);
        let added = self.added.get();
        self.uploads
            .borrow_mut()
            .extend(documents.into_iter().map(|document| (document, added)));
    }

    pub(super) fn remove_upload(&self, document: DocumentId) {
        self.uploads.borrow_mut().remove(&document);
    }

    /// The next imported documents for the hub after `after`, in the order of ids, and when they were added.
    pub(super) fn next_uploads(&self, after: Option<DocumentId>, most: usize) -> Vec<(DocumentId, u64)> {
        let uploads = self.uploads.borrow();
        let start = after.map_or(Bound::Unbounded, Bound::Excluded);
        uploads
            .range((start, Bound::Unbounded))
            .take(most)
            .map(|(id, added)| (*id, *added))
            .collect()
    }

    /// Has nothing been added to the document since then?
    pub(super) fn is_unchanged(&self, document: DocumentId, added: u64) -> bool {
        self.uploads
            .borrow()
            .get(&document)
            .is_none_or(|last| *last == added)
    }

    pub(super) fn is_uploading(&self, document: DocumentId) -> bool {
        self.uploads.borrow().contains_key(&document)
    }

    pub(super) fn is_pending(&self, document: DocumentId) -> bool {
        self.entries.borrow().contains_key(&document) || self.is_uploading(document)
    }

    /// When the oldest of them was made. Of uploads only this tab's own time is known.
    pub(super) fn oldest(&self) -> Option<Timestamp> {
        let entries = self.entries.borrow();
        let entry = entries
            .values()
            .flat_map(BTreeMap::values)
            .map(|entry| entry.at)
            .min();
        let upload = (!self.uploads.borrow().is_empty()).then(|| self.uploading.get());
        entry.into_iter().chain(upload).min()
    }

    pub(super) fn len(&self) -> usize {
        let commands: usize = self.entries.borrow().values().map(BTreeMap::len).sum();
        commands + self.uploads.borrow().len()
    }
}
