//! Imports. The work is done beside the page ([`crate::job`]); what comes of it is stored here, in
//! batches, shown, and uploaded in bulk (`upload`).
//!
//! An imported document's id and first changes are the same wherever it is imported, so two people who import one file
//! make the same documents, and importing again adds nothing. That is also how an import that broke off goes on: its
//! file is read again. Each batch is stored in one transaction with a record of the import and of what it added, so
//! that what is told of it is true whatever happens, and all of it can be undone.

use std::{cell::RefCell, pin::pin, rc::Rc, sync::Arc};

use docket_domain::{DocumentId, Row, Timestamp};
use futures_util::future::{AbortHandle, AbortRegistration, select};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;
use web_sys::File;

use super::{
    ImportId, ImportRecord, Replica, StoreError, Undone,
    browser::{self, now, random},
    database::{ChunkKey, DocumentRecord, Write},
    running::{Download, FileRead, Outcome, Progress, Running, Task},
};
use crate::job::{Answer, Come, Heads, Item, Request, Work};

/// How long a person who signs out waits for other tabs, in milliseconds.
const PATIENCE: u32 = 5_000;

/// How often rows that came in are shown, in milliseconds: lists sort all rows again each time.
const SHOW: i64 = 500;

/// The imports of this device.
#[derive(Debug, Default)]
pub(super) struct Imports {
    /// What is under way in this tab, or was last.
    running: RefCell<Option<Running>>,
    /// All imports, the last first.
    pub(super) all: ArcRwSignal<Arc<Vec<(ImportId, ImportRecord)>>>,
}

/// What a job needs of its [`Running`].
pub(super) struct Job {
    pub(super) progress: ArcRwSignal<Progress>,
    cancelled: AbortRegistration,
}

impl Replica {
    /// Reads a file and says what would come in.
    pub(super) fn dry_run(self: &Rc<Self>, file: File) -> Running {
        let (task, name) = (Task::DryRun, file.name());
        self.begin(task, name, 0, |replica, job| async move {
            replica.look(&file, job).await
        })
    }

    /// Imports a file, of which a dry run found that so many issues come in.
    pub(super) fn import(self: &Rc<Self>, file: File, expected: u64) -> Running {
        let (task, name) = (Task::Import, file.name());
        self.begin(task, name, expected, move |replica, job| async move {
            let work = Rc::clone(&replica);
            replica
                .alone(async move { work.bring(&file, expected, job).await })
                .await
        })
    }

    /// What is under way in this tab, or was last.
    pub(super) fn running(&self) -> Option<Running> {
        self.imports.running.borrow().clone()
    }

    /// Ends what is under way in this browser. What is being stored is stored whole; nothing comes after it.
    pub(super) async fn end_imports(&self) {
        if let Some(running) = self.running() {
            running.cancel();
        }
        // Whoever holds the lock stores. A tab that the system has put to sleep may hold it for ever: it will find that
        // it is signed out.
        let lock = self.import_lock();
        let others = pin!(browser::locked(&lock, async {}));
        let _ = select(others, pin!(browser::sleep(PATIENCE))).await;
    }

    /// Is something under way in another tab?
    pub(super) async fn imports_elsewhere(&self) -> bool {
        let here = self.running().is_some_and(|running| {
            running.task != Task::DryRun && running.progress.with_untracked(|it| it.outcome.is_none())
        });
        !here && browser::is_locked(&self.import_lock()).await
    }

    /// Reads the list of imports again.
    pub(super) async fn list_imports(&self) -> Result<(), StoreError> {
        self.imports.all.set(Arc::new(self.database.imports().await?));
        Ok(())
    }

    pub(super) fn begin<F>(
        self: &Rc<Self>,
        task: Task,
        name: String,
        total: u64,
        work: impl FnOnce(Rc<Self>, Job) -> F,
    ) -> Running
    where
        F: Future<Output = Result<Outcome, StoreError>> + 'static,
    {
        let (cancel, cancelled) = AbortHandle::new_pair();
        let progress = ArcRwSignal::new(Progress::default());
        let running = Running {
            task,
            name,
            total,
            progress: progress.clone(),
            cancel,
        };
        self.imports.running.replace(Some(running.clone()));
        let job = Job {
            progress: progress.clone(),
            cancelled,
        };
        let work = work(Rc::clone(self), job);
        let replica = Rc::clone(self);
        spawn_local(async move {
            let outcome = work
                .await
                .unwrap_or_else(|error| Outcome::Failed(error.to_string()));
            progress.update(|progress| progress.outcome = Some(outcome));
            if let Err(error) = replica.list_imports().await {
                replica.trouble.set(Some(error.to_string()));
            }
            replica.upload();
        });
        running
    }

    fn import_lock(&self) -> String {
        format!("docket:{}:import", self.slug)
    }

    /// One at a time in this browser, whichever tab.
    pub(super) async fn alone(
        &self,
        work: impl Future<Output = Result<Outcome, StoreError>> + 'static,
    ) -> Result<Outcome, StoreError> {
        let lock = self.import_lock();
        if browser::is_locked(&lock).await {
            let words = "Another import is under way in this browser. Wait until it is done, then try again.";
            return Err(StoreError::Command(words.to_owned()));
        }
        browser::locked(&lock, work)
            .await
            .unwrap_or(Err(StoreError::BrokeDown))
    }

    async fn look(self: &Rc<Self>, file: &File, job: Job) -> Result<Outcome, StoreError> {
        let request = self.read_request(false)?;
        let outcome = self
            .follow(&request, Some(file), job, async |_, _| Ok(()))
            .await?;
        // An import of it that broke off had nothing left to do.
        if let Outcome::Read(done) = &outcome
            && done.read.incoming == 0
            && let Some((import, record)) = self.unfinished(file).await?
        {
            let record = ImportRecord {
                ended: true,
                ..record
            };
            self.writer.write(vec![Write::Import(import, record)]).await?;
        }
        Ok(outcome)
    }

    async fn bring(self: &Rc<Self>, file: &File, expected: u64, job: Job) -> Result<Outcome, StoreError> {
        let request = self.read_request(true)?;
        let (import, mut record) = match self.unfinished(file).await? {
            Some((import, record)) => {
                let expected = record.added + expected;
                (import, ImportRecord { expected, ..record })
            }
            None => (ImportId::new(now(), random()), record_of(file, expected)),
        };
        let stored = self
            .follow(&request, Some(file), job, async |items, shown| {
                // What was here and only changed isn't this import's to take back.
                let mut next = record.clone();
                let of_this = |_: &[DocumentId], begun: &[DocumentId]| {
                    next.added += begun.len() as u64;
                    next.batches += 1;
                    let bytes = begun.iter().flat_map(DocumentId::as_bytes).copied().collect();
                    vec![
                        Write::Imported(import, next.batches, bytes),
                        Write::Import(import, next.clone()),
                    ]
                };
                self.store_items(items, shown, of_this).await?;
                // Only what is stored counts.
                record = next;
                Ok(())
            })
            .await;
        record.ended = matches!(stored, Ok(Outcome::Read(_)));
        self.writer.write(vec![Write::Import(import, record)]).await?;
        stored
    }

    /// Has a job done, and stores each batch that it hands over.
    pub(super) async fn follow(
        self: &Rc<Self>,
        request: &Request,
        file: Option<&File>,
        job: Job,
        mut store: impl AsyncFnMut(Vec<Item>, &mut Shown) -> Result<(), StoreError>,
    ) -> Result<Outcome, StoreError> {
        let Job { progress, cancelled } = job;
        let Some(mut work) = Work::begin(request, file, cancelled).await? else {
            return Ok(Outcome::Cancelled);
        };
        let mut shown = Shown {
            replica: Rc::clone(self),
            progress: progress.clone(),
            rows: Vec::new(),
            at: now(),
        };
        while let Some(Come { answer, files }) = work.next().await? {
            match answer {
                Answer::Progress { records, share } => {
                    progress.update(|it| (it.records, it.share) = (records, share));
                }
                Answer::Batch(batch) => {
                    store(batch.items, &mut shown).await?;
                    work.more();
                }
                Answer::Read(read) => {
                    let mut files = files.iter();
                    let report = Download::new(files.next().ok_or(StoreError::BrokeDown)?)?;
                    let mend = files.next().map(Download::new).transpose()?;
                    return Ok(Outcome::Read(Arc::new(FileRead { read, report, mend })));
                }
                Answer::Undone { deleted, kept } => {
                    return Ok(Outcome::Undone(Undone {
                        deleted,
                        kept,
                        ended: true,
                        at: Timestamp::default(),
                    }));
                }
                // The first was taken when the job began, the other is an error.
                Answer::Ready | Answer::Failed(_) => {}
            }
        }
        Ok(Outcome::Cancelled)
    }

    /// Stores what a job handed over, together with what `with` makes of the documents that were taken, and of those of
    /// them that begin with it. A document that came meanwhile, from a person who imports the same file, is passed over.
    pub(super) async fn store_items(
        self: &Rc<Self>,
        items: Vec<Item>,
        shown: &mut Shown,
        with: impl FnOnce(&[DocumentId], &[DocumentId]) -> Vec<Write>,
    ) -> Result<(), StoreError> {
        let (mut writes, mut rows, mut ids, mut begun) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for item in items {
            let id = item.document;
            if item.begins && self.rows.get(id).is_some() {
                continue;
            }
            let row = Row::from_bytes(&item.row).map_err(|_| StoreError::BrokeDown)?;
            writes.extend([
                Write::Chunk(ChunkKey::new(id, now().0, random()), item.chunk),
                Write::Document(id, DocumentRecord::new(&item.heads, &item.acknowledged)),
                Write::Upload(id),
                self.row_bytes_write(id, item.row),
            ]);
            rows.push((id, Some(Arc::new(row))));
            begun.extend(item.begins.then_some(id));
            ids.push(id);
        }
        writes.extend(with(&ids, &begun));
        // Pending at once, so that no row of the hub's comes between.
        self.outbox.add_uploads(ids.iter().copied());
        let replica = Rc::clone(self);
        let written = self
            .marking(async move { replica.writer.write(writes).await })
            .await;
        if let Err(error) = written {
            for id in begun {
                self.outbox.remove_upload(id);
            }
            return Err(error);
        }
        // Another tab may have told of one of them meanwhile, of which it knew that it waits no more.
        self.outbox.add_uploads(ids.iter().copied());
        for id in &ids {
            // What is open shows it at once.
            self.merge_stored(*id).await?;
        }
        shown.progress.update(|it| it.stored += ids.len() as u64);
        shown.add(rows);
        self.tell_tabs(&ids);
        self.refresh_status();
        Ok(())
    }

    /// The import of this file that broke off, if there is one.
    async fn unfinished(&self, file: &File) -> Result<Option<(ImportId, ImportRecord)>, StoreError> {
        let mut all = self.database.imports().await?.into_iter();
        let this = record_of(file, 0);
        Ok(all.find(|(_, record)| {
            let same = record.name == this.name && record.size == this.size;
            same && !record.ended && record.undone.is_none()
        }))
    }

    fn read_request(&self, documents: bool) -> Result<Request, StoreError> {
        let workspace = self.workspace_id.get_untracked().ok_or_else(|| {
            let words = "This device doesn’t know the workspace yet. Connect once, then import.";
            StoreError::Command(words.to_owned())
        })?;
        Ok(Request::Read {
            slug: self.slug.clone(),
            workspace,
            known: self.known(),
            mappings: self
                .workspace
                .with_untracked(|workspace| workspace.mappings.clone()),
            documents,
        })
    }

    /// Every document that there is a row of, with the heads that the hub told of it; none if it told none.
    pub(super) fn known(&self) -> Vec<Heads> {
        let ids: Vec<DocumentId> = self.rows.with(|rows| rows.keys().copied().collect());
        let heads = |document| Heads {
            document,
            heads: self.rows.known(document).unwrap_or_default().heads,
        };
        ids.into_iter().map(heads).collect()
    }
}

fn record_of(file: &File, expected: u64) -> ImportRecord {
    ImportRecord {
        name: file.name(),
        // A size is a whole number far below 2^53.
        size: file.size() as u64,
        at: now(),
        expected,
        ..ImportRecord::default()
    }
}

/// Rows that are stored and not shown yet. Shown when this ends, however it does.
pub(super) struct Shown {
    replica: Rc<Replica>,
    progress: ArcRwSignal<Progress>,
    rows: Vec<(DocumentId, Option<Arc<Row>>)>,
    at: Timestamp,
}

impl Shown {
    fn add(&mut self, rows: Vec<(DocumentId, Option<Arc<Row>>)>) {
        self.rows.extend(rows);
        if now().0 - self.at.0 >= SHOW {
            self.show();
        }
    }

    fn show(&mut self) {
        self.replica.rows.apply(std::mem::take(&mut self.rows));
        self.at = now();
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.show();
    }
}
