//! Imports: many new documents at once. They are stored in batches, shown, and uploaded in bulk; until the hub has one
//! it counts as pending and survives closing the app.
//!
//! An imported document's id and first change are the same wherever it is imported, so two people who import one file
//! make the same documents, and importing again adds nothing.

use std::{cell::Cell, rc::Rc, sync::Arc};

use automerge::Automerge;
use docket_domain::{DocumentId, Facts, Row};
use docket_sync::wire::{
    Refusal,
    record::{ChangesRecord, StoredRecord},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Connection, Replica, SetAside, StoreError,
    browser::{self, now, random, sleep},
    database::{ChunkKey, DocumentRecord, Write},
    documents,
};

/// How many documents one transaction stores.
const STORE: usize = 100;
/// How many documents one call uploads, and about how many bytes: the hub reads at most a few megabytes at once.
const SEND: usize = 100;
const SEND_BYTES: usize = 2_000_000;

/// How long to wait after an upload that failed, in milliseconds.
const AGAIN: u32 = 15_000;

/// How an import stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Progress {
    /// Documents given.
    pub(crate) total: usize,
    /// Stored on this device by now.
    pub(crate) stored: usize,
    /// Passed over because they are here already.
    pub(crate) present: usize,
    /// Passed over because they can't be read.
    pub(crate) unreadable: usize,
    /// Nothing more will happen.
    pub(crate) finished: bool,
    /// It was cancelled: what was stored until then stays.
    pub(crate) cancelled: bool,
    /// Why it stopped, in words.
    pub(crate) error: Option<String>,
}

/// An import under way. It goes on when this is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Import {
    progress: ArcRwSignal<Progress>,
    cancelled: Arc<std::sync::atomic::AtomicBool>,
}

impl Import {
    /// How it stands.
    #[must_use]
    pub(crate) fn progress(&self) -> ArcRwSignal<Progress> {
        self.progress.clone()
    }

    /// Stops after the present batch. What is stored stays and is uploaded.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, std::sync::atomic::Ordering::Relaxed);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(std::sync::atomic::Ordering::Relaxed)
    }
}

/// The uploading.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    runs: Cell<bool>,
}

impl Replica {
    pub(super) fn import(self: &Rc<Self>, given: Vec<(DocumentId, Vec<u8>)>) -> Import {
        let import = Import {
            progress: ArcRwSignal::new(Progress {
                total: given.len(),
                ..Progress::default()
            }),
            cancelled: Arc::default(),
        };
        let (replica, running) = (Rc::clone(self), import.clone());
        spawn_local(async move {
            let result = replica.store_imported(given, &running).await;
            running.progress.update(|progress| {
                progress.finished = true;
                progress.cancelled =
                    running.is_cancelled() && progress.stored + progress.present < progress.total;
                progress.error = result.err().map(|error| error.to_string());
            });
            replica.upload();
        });
        import
    }

    async fn store_imported(
        self: &Rc<Self>,
        given: Vec<(DocumentId, Vec<u8>)>,
        import: &Import,
    ) -> Result<(), StoreError> {
        for batch in given.chunks(STORE) {
            if import.is_cancelled() {
                return Ok(());
            }
            self.store_batch(batch, import).await?;
            // Lets the page paint and answer between batches.
            sleep(0).await;
        }
        Ok(())
    }

    async fn store_batch(
        self: &Rc<Self>,
        batch: &[(DocumentId, Vec<u8>)],
        import: &Import,
    ) -> Result<(), StoreError> {
        let mut writes = Vec::new();
        let mut rows = Vec::new();
        let (mut present, mut unreadable) = (0, 0);
        for (id, bytes) in batch {
            if self.rows.get(*id).is_some() {
                present += 1;
                continue;
            }
            let loaded = Automerge::load(bytes).ok();
            let row = loaded
                .as_ref()
                .and_then(|document| Row::derive(document, *id, &Facts::default()));
            let (Some(document), Some(row)) = (loaded, row) else {
                unreadable += 1;
                continue;
            };
            let key = ChunkKey::new(*id, now().0, random());
            writes.extend([
                Write::Chunk(key, bytes.clone()),
                Write::Document(*id, DocumentRecord::new(&document.get_heads(), &[])),
                Write::Upload(*id),
                self.row_write(&row),
            ]);
            rows.push((*id, Some(Arc::new(row))));
        }
        let ids: Vec<_> = rows.iter().map(|(id, _)| *id).collect();
        // Pending at once, so that no row of the hub's comes between.
        self.outbox.add_uploads(ids.iter().copied());
        if let Err(error) = self.writer.write(writes).await {
            for id in ids {
                self.outbox.remove_upload(id);
            }
            return Err(error);
        }
        self.rows.apply(rows);
        import.progress.update(|progress| {
            progress.stored += ids.len();
            progress.present += present;
            progress.unreadable += unreadable;
        });
        self.tell_tabs(&ids);
        self.refresh_status();
        Ok(())
    }

    /// Uploads what the hub doesn't have, unless that is under way.
    pub(super) fn upload(self: &Rc<Self>) {
        let nothing = self.outbox.next_uploads(1).is_empty();
        if nothing || self.uploads.runs.replace(true) {
            return;
        }
        let replica = Rc::clone(self);
        spawn_local(async move {
            // One tab at a time; another one that waited finds little left to do.
            let name = format!("docket:{}:upload", replica.slug);
            let work = {
                let replica = Rc::clone(&replica);
                async move { replica.upload_all().await }
            };
            let result = browser::locked(&name, work).await;
            replica.uploads.runs.set(false);
            match result {
                Some(Ok(())) | None => return,
                // Without a network it begins again after the next welcome, too.
                Some(Err(StoreError::Unreachable)) => {}
                Some(Err(error)) => replica.trouble.set(Some(error.to_string())),
            }
            sleep(AGAIN).await;
            replica.upload();
        });
    }

    async fn upload_all(self: &Rc<Self>) -> Result<(), StoreError> {
        loop {
            if self.status.with_untracked(|status| status.connection) != Connection::Live {
                return Ok(());
            }
            let (batch, missing) = self.next_uploads().await?;
            for id in &missing {
                // Another tab uploaded it, or it was purged.
                self.outbox.remove_upload(*id);
                self.writer.later(vec![Write::NoUpload(*id)]);
            }
            if batch.is_empty() {
                self.refresh_status();
                return Ok(());
            }
            let records: Vec<_> = batch.iter().map(|(id, copy)| changes_of(*id, copy)).collect();
            let answers = crate::connection::documents::store(&self.slug, &records).await?;
            if answers.is_empty() {
                return Err(StoreError::Unreachable);
            }
            self.take_answers(&batch, answers).await?;
            self.refresh_status();
        }
    }

    /// The next documents to be uploaded, and those that aren't on this device any more.
    async fn next_uploads(&self) -> Result<(Vec<(DocumentId, Automerge)>, Vec<DocumentId>), StoreError> {
        let (mut batch, mut missing, mut size) = (Vec::new(), Vec::new(), 0);
        for id in self.outbox.next_uploads(SEND) {
            match documents::stored(&self.database, id).await? {
                Some(copy) => {
                    let changes = copy.get_changes(&[]);
                    size += changes
                        .iter()
                        .map(|change| change.raw_bytes().len())
                        .sum::<usize>();
                    batch.push((id, copy));
                }
                None => missing.push(id),
            }
            if size >= SEND_BYTES {
                break;
            }
        }
        Ok((batch, missing))
    }

    /// What the hub made of the uploaded documents. One that it didn't answer for is uploaded again.
    async fn take_answers(
        self: &Rc<Self>,
        batch: &[(DocumentId, Automerge)],
        answers: Vec<StoredRecord>,
    ) -> Result<(), StoreError> {
        let (mut writes, mut rows, mut aside, mut stored) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for answer in answers {
            let id = answer.document;
            let Some((_, copy)) = batch.iter().find(|(given, _)| *given == id) else {
                continue;
            };
            writes.push(Write::NoUpload(id));
            if let Some(refusal) = answer.refused.first() {
                aside.push(self.refused_upload(id, refusal));
                writes.extend([Write::NoRow(id), Write::NoDocument(id)]);
                rows.push((id, None));
            } else {
                // With the number that the hub gave it.
                let facts: Facts = minicbor::decode(&answer.facts).unwrap_or_default();
                let row = Row::derive(copy, id, &facts);
                writes.extend(row.as_ref().map(|row| self.row_write(row)));
                rows.extend(row.map(|row| (id, Some(Arc::new(row)))));
                writes.push(Write::Document(
                    id,
                    DocumentRecord::new(&copy.get_heads(), &answer.heads),
                ));
                writes.push(Write::Facts(id, answer.facts));
                self.facts(id).set(Arc::new(facts));
            }
            stored.push((id, answer.heads));
        }
        writes.extend(self.put_aside(aside));
        self.writer.write(writes).await?;
        for (id, heads) in &stored {
            self.outbox.remove_upload(*id);
            let output = self.client.borrow_mut().acknowledge(*id, heads);
            self.act(output);
        }
        self.rows.apply(rows);
        Ok(())
    }

    /// The hub won't have it: it is set aside with the reason, and leaves this device.
    fn refused_upload(self: &Rc<Self>, id: DocumentId, refusal: &Refusal) -> SetAside {
        let title = self
            .rows
            .get(id)
            .map(|row| row.with_untracked(|row| row.title.clone()));
        let output = self.client.borrow_mut().drop_document(id);
        self.act(output);
        SetAside {
            id: format!("import:{id}"),
            document: id,
            command: None,
            code: refusal.code.clone(),
            message: format!("“{}”: {}", title.unwrap_or_default(), refusal.message),
            at: now(),
        }
    }
}

/// A document's changes, each by itself, as the hub judges them.
fn changes_of(document: DocumentId, copy: &Automerge) -> ChangesRecord {
    let changes = copy.get_changes(&[]);
    ChangesRecord {
        document,
        changes: changes.iter().map(|change| change.raw_bytes().to_vec()).collect(),
    }
}
