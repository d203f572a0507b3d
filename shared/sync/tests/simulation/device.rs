//! A device's storage: what survives its tabs. It keeps the rules that the app's IndexedDB keeps.

use std::collections::BTreeMap;

use automerge::{Automerge, ChangeHash};
use docket_domain::{DocumentId, Facts, MemberId};
use docket_sync::{
    client::{
        self, Cursor, catalogue,
        outbox::{self, Entry, SetAside},
    },
    wire::RowUpdate,
};

/// A document in storage.
#[derive(Debug, Default, Clone)]
pub struct StoredDocument {
    pub chunks: Vec<Vec<u8>>,
    pub acknowledged: Vec<ChangeHash>,
    pub facts: Facts,
}

/// A row in storage.
#[derive(Debug, Clone)]
pub struct StoredRow {
    pub heads: Vec<ChangeHash>,
    pub row: Vec<u8>,
    /// The epoch in which the hub last confirmed it.
    pub epoch: Option<String>,
}

/// The storage of one device, shared by its tabs.
#[derive(Debug)]
pub struct Device {
    pub member: MemberId,
    pub documents: BTreeMap<DocumentId, StoredDocument>,
    pub rows: BTreeMap<DocumentId, StoredRow>,
    pub cursor: Cursor,
    pub outbox: BTreeMap<u64, Entry>,
    pub aside: Vec<SetAside>,
    pub next_entry: u64,
    /// Every entry that was ever stored, with the changes that were acknowledged for it.
    pub ledger: BTreeMap<u64, Fate>,
    /// Heads that the hub sent: all of it must still be there at the end.
    pub promised: Vec<(DocumentId, ChangeHash)>,
}

/// What became of an entry.
#[derive(Debug, Clone)]
pub struct Fate {
    pub entry: Entry,
    pub end: Option<End>,
    /// How often it was carried out again.
    pub replays: usize,
}

/// How an entry left the outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    Acknowledged,
    /// Its effect was there already when it was replayed, or it is stored where this member doesn't see it.
    Done,
    Aside,
}

impl Device {
    pub fn new(member: MemberId) -> Self {
        Self {
            member,
            documents: BTreeMap::new(),
            rows: BTreeMap::new(),
            cursor: Cursor::default(),
            outbox: BTreeMap::new(),
            aside: Vec::new(),
            next_entry: 1,
            ledger: BTreeMap::new(),
            promised: Vec::new(),
        }
    }

    pub fn load(&self, document: DocumentId) -> Automerge {
        let chunks = self
            .documents
            .get(&document)
            .map_or(&[][..], |stored| &stored.chunks);
        client::load(chunks.iter().map(Vec::as_slice)).unwrap()
    }

    pub fn entries(&self, document: DocumentId) -> Vec<Entry> {
        let entries = self.outbox.values();
        entries
            .filter(|entry| entry.command.document == document)
            .cloned()
            .collect()
    }

    pub fn is_pending(&self, document: DocumentId) -> bool {
        self.outbox
            .values()
            .any(|entry| entry.command.document == document)
    }

    pub fn has(&self, document: DocumentId) -> bool {
        let stored = self.documents.get(&document);
        stored.is_some_and(|stored| !stored.chunks.is_empty())
    }

    pub fn append(&mut self, document: DocumentId, chunk: Vec<u8>) {
        if !chunk.is_empty() {
            self.documents.entry(document).or_default().chunks.push(chunk);
        }
    }

    /// Stores a local edit with its command, in one transaction.
    pub fn store_edit(&mut self, chunk: Vec<u8>, mut entry: Entry) {
        entry.id = self.next_entry;
        self.next_entry += 1;
        self.append(entry.command.document, chunk);
        let fate = Fate {
            entry: entry.clone(),
            end: None,
            replays: 0,
        };
        self.ledger.insert(entry.id, fate);
        self.outbox.insert(entry.id, entry);
    }

    /// Stores heads that the hub sent; what they contain leaves the outbox.
    pub fn acknowledge(&mut self, id: DocumentId, document: &Automerge, heads: &[ChangeHash]) {
        self.promised.extend(heads.iter().map(|head| (id, *head)));
        self.documents.entry(id).or_default().acknowledged = heads.to_vec();
        for entry in outbox::acknowledged(document, heads, &self.entries(id)) {
            self.end(entry, End::Acknowledged);
        }
    }

    fn end(&mut self, id: u64, end: End) {
        let entry = self.outbox.remove(&id).unwrap();
        let fate = self.ledger.get_mut(&id).unwrap();
        assert_eq!(fate.end, None, "an entry ends once");
        fate.end = Some(end);
        fate.entry = entry;
    }

    /// Stores a renewed document with what became of its entries, in one transaction. `chunk` replaces all chunks.
    /// Answers whether the document is gone with them.
    pub fn store_renewed(&mut self, id: DocumentId, chunk: Vec<u8>, replayed: outbox::Replayed) -> bool {
        self.documents.entry(id).or_default().chunks.clear();
        self.append(id, chunk);
        let ended = !(replayed.aside.is_empty() && replayed.done.is_empty());
        self.store_replayed(replayed);
        let confirmed = self.rows.get(&id).and_then(|row| row.epoch.as_deref());
        let epoch = self.cursor.epoch.clone().unwrap_or_default();
        let gone =
            ended && catalogue::standing(confirmed, self.is_pending(id), &epoch) == catalogue::Standing::Gone;
        if gone {
            self.rows.remove(&id);
            self.documents.remove(&id);
        }
        gone
    }

    pub fn store_replayed(&mut self, replayed: outbox::Replayed) {
        for entry in replayed.entries {
            self.ledger.get_mut(&entry.id).unwrap().replays += 1;
            self.outbox.insert(entry.id, entry);
        }
        for entry in replayed.moved {
            self.ledger.get_mut(&entry.id).unwrap().replays += 1;
            self.outbox.insert(entry.id, entry);
        }
        for aside in replayed.aside {
            self.end(aside.entry.id, End::Aside);
            self.aside.push(aside);
        }
        for id in replayed.done {
            self.end(id, End::Done);
        }
    }

    /// The hub's epoch isn't the one the acknowledgements were made in.
    pub fn welcome(&mut self, epoch: &str) {
        if self.cursor.epoch.as_deref().is_some_and(|known| known != epoch) {
            for document in self.documents.values_mut() {
                document.acknowledged.clear();
            }
        }
    }

    /// Stores rows, unless another tab was faster. Answers which documents have left this member's view.
    pub fn store_rows(
        &mut self,
        since: u64,
        rows: Vec<RowUpdate>,
        cursor: Cursor,
        complete: bool,
    ) -> Vec<DocumentId> {
        let mut gone = Vec::new();
        if !catalogue::joins(&self.cursor, since, &cursor) {
            return gone;
        }
        for update in rows {
            match update.row {
                Some(row) => {
                    let stored = StoredRow {
                        heads: update.heads,
                        row,
                        epoch: cursor.epoch.clone(),
                    };
                    self.rows.insert(update.document, stored);
                }
                None if !self.is_pending(update.document) => gone.push(update.document),
                None => {
                    if let Some(row) = self.rows.get_mut(&update.document) {
                        row.epoch = None;
                    }
                }
            }
        }
        if complete && let Some(epoch) = &cursor.epoch {
            let rows = self.rows.iter();
            let left = rows.filter(|(id, row)| {
                let pending = self.is_pending(**id);
                catalogue::standing(row.epoch.as_deref(), pending, epoch) == catalogue::Standing::Gone
            });
            gone.extend(left.map(|(id, _)| *id).collect::<Vec<_>>());
        }
        self.cursor = cursor;
        for id in &gone {
            self.rows.remove(id);
            self.documents.remove(id);
        }
        gone
    }

    /// A purged document: its commands are set aside with their text.
    pub fn purge(&mut self, id: DocumentId) {
        self.documents.remove(&id);
        self.rows.remove(&id);
        self.put_aside(id, |_| true);
    }

    /// The document isn't for this member: nothing that waits for it can be carried out.
    pub fn unavailable(&mut self, id: DocumentId) {
        self.put_aside(id, outbox::waits);
    }

    fn put_aside(&mut self, id: DocumentId, which: impl Fn(&Entry) -> bool) {
        for entry in self.entries(id).into_iter().filter(which) {
            self.end(entry.id, End::Aside);
            self.aside.push(SetAside {
                entry,
                code: "purged".to_owned(),
                message: "This record was removed for good.".to_owned(),
            });
        }
    }
}
