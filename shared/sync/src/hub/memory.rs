//! A store in memory, for tests and benches: all the rules of [`Store`], and a way to crash.

use std::collections::{BTreeMap, BTreeSet};

use automerge::ChangeHash;
use docket_domain::{DocumentId, Member, MemberId, Timestamp};

use super::{
    Content, Meta, Note, Piece, PlainQuota, PlainUsage, SocketId, Store, StoreError, StoredRow, Usage,
    Workspace,
};

/// A store in memory. A clone is what a crash would leave: every write is in it whole or not at all.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    /// The workspace.
    pub workspace: Workspace,
    members: BTreeMap<MemberId, Member>,
    contacts: BTreeMap<String, Timestamp>,
    barred: BTreeMap<MemberId, Vec<ChangeHash>>,
    documents: BTreeMap<DocumentId, Entry>,
    versions: BTreeMap<u64, DocumentId>,
    subscriptions: BTreeSet<(DocumentId, SocketId)>,
    writes_left: Option<u64>,
    writes: u64,
    row_fails: std::cell::Cell<bool>,
    over_for_today: bool,
    /// What the audit log was told.
    pub notes: Vec<Note>,
}

#[derive(Debug, Clone)]
struct Entry {
    meta: Meta,
    pieces: Vec<Piece>,
    row: Option<Vec<u8>>,
}

impl MemoryStore {
    /// An empty store for the workspace with that document.
    #[must_use]
    pub fn new(document: DocumentId, epoch: &str) -> Self {
        Self {
            workspace: Workspace {
                document,
                epoch: epoch.to_owned(),
                plain: Some(PlainQuota::default()),
            },
            members: BTreeMap::new(),
            contacts: BTreeMap::new(),
            barred: BTreeMap::new(),
            documents: BTreeMap::new(),
            versions: BTreeMap::new(),
            subscriptions: BTreeSet::new(),
            writes_left: None,
            writes: 0,
            row_fails: std::cell::Cell::new(false),
            over_for_today: false,
            notes: Vec::new(),
        }
    }

    /// Adds a member, or replaces the one with that id.
    pub fn put_member(&mut self, member: Member) {
        self.members.insert(member.id.clone(), member);
    }

    /// Revokes a member.
    pub fn remove_member(&mut self, id: &MemberId) {
        self.members.remove(id);
    }

    /// Lets `writes` more writes succeed and refuses every one after them; none refuses nothing.
    pub fn fail_after(&mut self, writes: Option<u64>) {
        self.writes_left = writes;
    }

    /// Refuses every write, or none any more, as a platform does whose quota of the day is used up.
    pub fn refuse_for_today(&mut self, refuse: bool) {
        self.over_for_today = refuse;
    }

    /// Makes a document one of a kind that this version doesn't know.
    pub fn make_unknown(&mut self, document: DocumentId) {
        if let Some(entry) = self.documents.get_mut(&document) {
            entry.meta.kind = None;
            entry.meta.unknown = true;
        }
    }

    /// Lets the next reading of a row fail.
    pub fn fail_reading_row(&mut self) {
        self.row_fails.set(true);
    }

    /// How many writing calls there were.
    #[must_use]
    pub fn writes(&self) -> u64 {
        self.writes
    }

    fn write(&mut self) -> Result<(), StoreError> {
        if self.over_for_today {
            return Err(StoreError::quota("it was told to write nothing more today"));
        }
        if let Some(left) = &mut self.writes_left {
            *left = left
                .checked_sub(1)
                .ok_or_else(|| StoreError::new("it was told to fail"))?;
        }
        self.writes += 1;
        Ok(())
    }

    fn put(
        &mut self,
        document: DocumentId,
        keep: bool,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        let taken = self.versions.get(&meta.version);
        if taken.is_some_and(|other| *other != document) {
            return Err(StoreError::new(format!(
                "two documents with version {}",
                meta.version
            )));
        }
        self.write()?;
        let before = self.documents.remove(&document);
        let mut all = Vec::new();
        if let Some(entry) = before {
            self.versions.remove(&entry.meta.version);
            if keep {
                all = entry.pieces;
            }
        }
        all.extend_from_slice(pieces);
        self.versions.insert(meta.version, document);
        let entry = Entry {
            meta: meta.clone(),
            pieces: all,
            row: row.map(<[u8]>::to_vec),
        };
        self.documents.insert(document, entry);
        Ok(())
    }

    fn stored(&self) -> impl Iterator<Item = (&DocumentId, &Entry)> {
        self.documents.iter().filter(|(_, entry)| !entry.meta.purged)
    }
}

impl Store for MemoryStore {
    fn workspace(&self) -> Result<Workspace, StoreError> {
        Ok(self.workspace.clone())
    }

    fn member(&self, id: &MemberId) -> Result<Option<Member>, StoreError> {
        Ok(self.members.get(id).cloned())
    }

    fn members(&self) -> Result<Vec<Member>, StoreError> {
        Ok(self.members.values().cloned().collect())
    }

    fn contact(&self, client: &str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.contacts.get(client).copied())
    }

    fn set_contact(&mut self, client: &str, at: Timestamp) -> Result<(), StoreError> {
        self.write()?;
        self.contacts.insert(client.to_owned(), at);
        Ok(())
    }

    fn barred(&self, member: &MemberId) -> Result<Vec<ChangeHash>, StoreError> {
        Ok(self.barred.get(member).cloned().unwrap_or_default())
    }

    fn set_barred(&mut self, member: &MemberId, changes: &[ChangeHash]) -> Result<(), StoreError> {
        self.write()?;
        self.barred.insert(member.clone(), changes.to_vec());
        Ok(())
    }

    fn version(&self) -> Result<u64, StoreError> {
        Ok(self.versions.keys().next_back().copied().unwrap_or_default())
    }

    fn last_number(&self) -> Result<u64, StoreError> {
        let numbers = self.documents.values().filter_map(|entry| entry.meta.number);
        Ok(numbers.max().unwrap_or_default())
    }

    fn meta(&self, document: DocumentId) -> Result<Option<Meta>, StoreError> {
        Ok(self.documents.get(&document).map(|entry| entry.meta.clone()))
    }

    fn content(&self, document: DocumentId) -> Result<Content, StoreError> {
        let mut content = Content::default();
        for piece in self.documents.get(&document).into_iter().flat_map(|e| &e.pieces) {
            content.chunks.extend_from_slice(&piece.chunk);
            content.facts.extend_from_slice(&piece.facts);
        }
        Ok(content)
    }

    fn row(&self, document: DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        if self.row_fails.take() {
            return Err(StoreError::new("it was told to fail"));
        }
        Ok(self.documents.get(&document).and_then(|entry| entry.row.clone()))
    }

    fn append(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.put(document, true, pieces, meta, row)
    }

    fn append_noted(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
        notes: &[Note],
    ) -> Result<(), StoreError> {
        self.append(document, pieces, meta, row)?;
        self.notes.extend_from_slice(notes);
        Ok(())
    }

    fn replace(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Result<(), StoreError> {
        self.put(document, false, pieces, meta, row)
    }

    fn rows(&self, after: u64, limit: usize) -> Result<Vec<StoredRow>, StoreError> {
        let later = self.versions.range(after.saturating_add(1)..);
        let rows = later.filter_map(|(_, id)| {
            let entry = self.documents.get(id)?;
            (entry.meta.kind.is_some() || entry.meta.unknown || entry.meta.purged).then(|| StoredRow {
                document: *id,
                meta: entry.meta.clone(),
                row: entry.row.clone(),
            })
        });
        Ok(rows.take(limit).collect())
    }

    fn changed(&self, after: u64, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        let later = self.versions.range(after.saturating_add(1)..);
        Ok(later.map(|(_, id)| *id).take(limit).collect())
    }

    fn documents(
        &self,
        after: Option<DocumentId>,
        limit: usize,
    ) -> Result<Vec<(DocumentId, Meta)>, StoreError> {
        let found = self
            .stored()
            .filter(|(id, _)| after.is_none_or(|after| **id > after));
        Ok(found
            .take(limit)
            .map(|(id, entry)| (*id, entry.meta.clone()))
            .collect())
    }

    fn purged(&self) -> Result<Vec<DocumentId>, StoreError> {
        let purged = self.documents.iter().filter(|(_, entry)| entry.meta.purged);
        Ok(purged.map(|(id, _)| *id).collect())
    }

    fn underived(&self, derivation: u32, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        let found = self
            .stored()
            .filter(|(_, entry)| entry.meta.kind.is_some() && entry.meta.derivation != derivation);
        Ok(found.take(limit).map(|(id, _)| *id).collect())
    }

    fn scattered(&self, pieces: u64, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
        let found = self.stored().filter(|(_, entry)| entry.meta.pieces >= pieces);
        Ok(found.take(limit).map(|(id, _)| *id).collect())
    }

    fn next_opening(&self) -> Result<Option<(Timestamp, DocumentId)>, StoreError> {
        let openings = self
            .stored()
            .filter_map(|(id, entry)| Some((entry.meta.opens?, *id)));
        Ok(openings.min())
    }

    fn usage(&self) -> Result<Usage, StoreError> {
        Ok(self.stored().fold(Usage::default(), |usage, (_, entry)| Usage {
            documents: usage.documents + 1,
            bytes: usage.bytes + entry.meta.bytes,
        }))
    }

    fn plain_usage(&self) -> Result<PlainUsage, StoreError> {
        let plain = self
            .stored()
            .filter(|(_, entry)| entry.meta.kind.is_none() && !entry.meta.unknown);
        Ok(plain.fold(PlainUsage::default(), |usage, (_, entry)| PlainUsage {
            documents: usage.documents + 1,
            bytes: usage.bytes + entry.meta.bytes,
        }))
    }

    fn subscribe(&mut self, socket: SocketId, document: DocumentId) -> Result<(), StoreError> {
        self.write()?;
        self.subscriptions.insert((document, socket));
        Ok(())
    }

    fn unsubscribe(&mut self, socket: SocketId, document: DocumentId) -> Result<(), StoreError> {
        self.write()?;
        self.subscriptions.remove(&(document, socket));
        Ok(())
    }

    fn is_subscribed(&self, socket: SocketId, document: DocumentId) -> Result<bool, StoreError> {
        Ok(self.subscriptions.contains(&(document, socket)))
    }

    fn subscribers(&self, document: DocumentId) -> Result<Vec<SocketId>, StoreError> {
        let range = (document, SocketId(0))..=(document, SocketId(u64::MAX));
        Ok(self
            .subscriptions
            .range(range)
            .map(|(_, socket)| *socket)
            .collect())
    }

    fn subscriptions(&self, socket: SocketId) -> Result<u64, StoreError> {
        Ok(self
            .subscriptions
            .iter()
            .filter(|(_, other)| *other == socket)
            .count() as u64)
    }

    fn forget_socket(&mut self, socket: SocketId) -> Result<(), StoreError> {
        self.write()?;
        self.subscriptions.retain(|(_, other)| *other != socket);
        Ok(())
    }
}
