//! Open issues for offline use: their documents are fetched in the background, many in one call.
//!
//! Low priority: one call at a time, a pause after each, nothing while there is no network. Resumable: what was fetched
//! is stored, and only documents whose heads differ from the hub's are asked for. Closed issues come when opened.

use std::{cell::Cell, collections::HashMap, rc::Rc};

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
}

impl Background {
    /// How many documents are still to be fetched; none until they are counted.
    pub(super) const fn left(&self) -> Option<usize> {
        self.left.get()
    }

    /// The hub was away: nobody knows how many there are until they are counted again.
    pub(super) fn forget(&self) {
        self.left.set(None);
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
                let _ = replica.fetch_open_issues().await;
                if !replica.background.again.get() {
                    break;
                }
            }
            replica.background.runs.set(false);
        });
    }

    async fn fetch_open_issues(self: &Rc<Self>) -> Result<(), StoreError> {
        let stored: HashMap<_, _> = self.database.documents().await?.into_iter().collect();
        let wanted: Vec<HeadsRecord> = self
            .offline_documents()
            .into_iter()
            .filter_map(|document| {
                let heads = stored.get(&document).map(|record| record.heads.clone());
                let hub = self.rows.known(document)?.heads;
                catalogue::differs(heads.as_deref(), &hub).then(|| HeadsRecord {
                    document,
                    heads: heads.unwrap_or_default(),
                })
            })
            .collect();
        self.left_to_fetch(wanted.len());
        for (done, part) in wanted.chunks(BATCH).enumerate() {
            if self.status.with_untracked(|status| status.connection) != Connection::Live {
                break;
            }
            let fetched = documents::fetch(&self.slug, part).await?;
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

    /// What is to be at hand without a network and isn't in the sync: lists, and issues that aren't done with.
    fn offline_documents(&self) -> Vec<DocumentId> {
        let is_open = |row: &Row| match row.kind() {
            Kind::Workspace | Kind::List | Kind::Report => true,
            Kind::Issue => {
                let status = row.issue().map(|issue| issue.status);
                !row.deleted && !matches!(status, Some(Status::Resolved | Status::Closed))
            }
        };
        let mut ids: Vec<_> = self.rows.with(|rows| {
            let open = rows
                .iter()
                .filter(|(_, row)| row.with_untracked(|row| is_open(row)));
            open.map(|(id, row)| (std::cmp::Reverse(row.with_untracked(|row| row.updated)), *id))
                .collect()
        });
        // What changed last is likeliest to be wanted.
        ids.sort_unstable();
        let synced: Vec<_> = self.client.borrow().documents().collect();
        let ids = ids.into_iter().map(|(_, id)| id);
        ids.filter(|id| !synced.contains(id) && !self.outbox.is_pending(*id))
            .collect()
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
