//! Open issues for offline use: their documents are fetched in the background, many in one call.
//!
//! Low priority: one call at a time, a pause after each, nothing while there is no network. Resumable: what was fetched
//! is stored, and only documents whose heads differ from the hub's are asked for. Closed issues come when opened.

use std::{
    cell::{Cell, RefCell},
    cmp::Reverse,
    collections::HashSet,
    rc::Rc,
    sync::Arc,
};

use docket_domain::{DocumentId, Kind, Row, words::Status};
use docket_sync::{
    client::catalogue,
    wire::record::{DocumentRecord as Fetched, HeadsRecord},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Connection, Replica, StoreError,
    browser::{now, random, sleep},
    database::{ChunkKey, DocumentRecord, Write},
};
use crate::connection::documents;

/// How many documents one call asks for.
const BATCH: usize = 200;
/// How many documents are compared with storage at once: thirty thousand would hold up the page.
const COMPARE: usize = 500;
/// The pause between calls, in milliseconds: what a person does comes first.
const PAUSE: u32 = 50;
/// How long rows must rest before fetching begins, in milliseconds.
const REST: u32 = 1_000;

/// The fetching.
#[derive(Debug, Default)]
pub(super) struct Background {
    waits: Cell<bool>,
    runs: Cell<bool>,
    again: Cell<bool>,
    left: Cell<Option<usize>>,
    /// The documents to be compared with the hub's; none for all of them.
    wanted: RefCell<Option<HashSet<DocumentId>>>,
}

impl Background {
    /// How many documents are still to be fetched; none until they are counted.
    pub(super) const fn left(&self) -> Option<usize> {
        self.left.get()
    }

    /// The hub was away: all have to be compared, and nobody knows how many there are to be fetched until then.
    pub(super) fn forget(&self) {
        self.left.set(None);
        self.wanted.replace(None);
    }

    /// These may differ from the hub's.
    pub(super) fn want(&self, documents: impl IntoIterator<Item = DocumentId>) {
        if let Some(wanted) = self.wanted.borrow_mut().as_mut() {
            wanted.extend(documents);
        }
    }
}

impl Replica {
    /// Rows came: fetches what they tell of, after a while.
    pub(super) fn fetch_soon(self: &Rc<Self>) {
        if self.background.waits.replace(true) {
            return;
        }
        let replica = Rc::clone(self);
        spawn_local(async move {
            sleep(REST).await;
            replica.background.waits.set(false);
            if replica.background.runs.replace(true) {
                replica.background.again.set(true);
                return;
            }
            loop {
                replica.background.again.set(false);
                // Whatever fails is tried again after the next rows or the next connection.
                if replica.fetch_open_issues().await.is_err() {
                    replica.background.wanted.replace(None);
                }
                if !replica.background.again.get() {
                    break;
                }
            }
            replica.background.runs.set(false);
        });
    }

    async fn fetch_open_issues(self: &Rc<Self>) -> Result<(), StoreError> {
        let wanted = self.background.wanted.replace(Some(HashSet::new()));
        let documents = self.offline_documents(wanted.as_ref());
        let mut wanted = Vec::new();
        for part in documents.chunks(COMPARE) {
            let stored = self.database.documents_of(part).await?;
            wanted.extend(part.iter().zip(stored).filter_map(|(document, record)| {
                let heads = record.map(|record| record.heads);
                let hub = self.rows.known(*document)?.heads;
                catalogue::differs(heads.as_deref(), &hub).then(|| HeadsRecord {
                    document: *document,
                    heads: heads.unwrap_or_default(),
                })
            }));
        }
        self.left_to_fetch(wanted.len());
        for (done, part) in wanted.chunks(BATCH).enumerate() {
            if self.status.with_untracked(|status| status.connection) != Connection::Live {
                break;
            }
            let fetched = documents::fetch(&self.slug, part).await?;
            // The answer may have broken off: what it lacks is compared again.
            let came: HashSet<DocumentId> = fetched.iter().map(|fetched| fetched.document).collect();
            let asked = part.iter().map(|asked| asked.document);
            self.background
                .want(asked.filter(|document| !came.contains(document)));
            self.take_fetched(fetched).await?;
            self.left_to_fetch(wanted.len().saturating_sub((done + 1) * BATCH));
            sleep(PAUSE).await;
        }
        Ok(())
    }

    fn left_to_fetch(&self, left: usize) {
        self.background.left.set(Some(left));
        self.refresh_status();
    }

    /// What is to be at hand without a network and isn't in the sync, of `wanted` or of all: lists, and issues that
    /// aren't done with.
    fn offline_documents(&self, wanted: Option<&HashSet<DocumentId>>) -> Vec<DocumentId> {
        let open = |id: &DocumentId, row: &ArcRwSignal<Arc<Row>>| {
            row.with_untracked(|row| is_open(row).then_some((Reverse(row.updated), *id)))
        };
        let mut ids: Vec<_> = self.rows.with(|rows| match wanted {
            None => rows.iter().filter_map(|(id, row)| open(id, row)).collect(),
            Some(wanted) => wanted.iter().filter_map(|id| open(id, rows.get(id)?)).collect(),
        });
        // What changed last is likeliest to be wanted.
        ids.sort_unstable();
        let synced: HashSet<_> = self.client.borrow().documents().collect();
        let (busy, free): (Vec<_>, Vec<_>) = ids
            .into_iter()
            .map(|(_, id)| id)
            .partition(|id| synced.contains(id) || self.outbox.is_pending(*id));
        // Those are compared again once they are done with; an upload compares at its end.
        self.background
            .want(busy.into_iter().filter(|id| !self.outbox.is_uploading(*id)));
        free
    }

    async fn take_fetched(self: &Rc<Self>, fetched: Vec<Fetched>) -> Result<(), StoreError> {
        let mut writes = Vec::with_capacity(fetched.len() * 3);
        let mut chunks = Vec::with_capacity(fetched.len());
        for Fetched {
            document,
            heads,
            facts,
            chunk,
        } in fetched
        {
            let key = ChunkKey::new(document, now().0, random());
            writes.push(Write::Chunk(key.clone(), chunk.clone()));
            writes.push(Write::Document(document, DocumentRecord::new(&heads, &heads)));
            writes.push(Write::Facts(document, facts));
            chunks.push((document, key, chunk, heads));
        }
        self.writer.write(writes).await?;
        for (document, key, chunk, heads) in chunks {
            // Opened in the meantime.
            if self.has(document) {
                self.opened(document).seen.borrow_mut().insert(key);
                let output = self.client.borrow_mut().merge(document, &chunk);
                self.act(output);
                let output = self.client.borrow_mut().acknowledge(document, &heads);
                self.act(output);
            }
        }
        Ok(())
    }
}

/// Is a document one to have at hand without a network?
fn is_open(row: &Row) -> bool {
    match row.kind() {
        // What has ended goes on elsewhere.
        Kind::Workspace | Kind::List | Kind::Report => row.next.is_none(),
        Kind::Issue => {
            let status = row.issue().map(|issue| issue.status);
            !row.deleted && !matches!(status, Some(Status::Resolved | Status::Closed))
        }
    }
}
