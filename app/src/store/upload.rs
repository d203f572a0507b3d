//! The way of imports to the hub: documents that were stored in bulk are uploaded in bulk. Until the hub has one it
//! counts as pending and survives closing the app.

use std::{cell::Cell, collections::HashSet, rc::Rc, sync::Arc};

use automerge::{Change, ChangeHash};
use docket_domain::{DocumentId, Facts, Row};
use docket_sync::{
    client::{self, catalogue},
    wire::{
        Refusal,
        record::{ChangesRecord, DocumentRecord as Fetched, HeadsRecord, StoredRecord},
    },
};
use futures_util::future::join;
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Connection, Replica, SetAside, StoreError,
    browser::{self, now, random, sleep},
    database::{ChunkKey, DocumentRecord, Write},
    documents,
};
use crate::connection::documents as hub;

/// How many documents one call uploads, and about how many bytes: the hub reads at most a few megabytes at once.
const SEND: usize = 100;
const SEND_BYTES: usize = 2_000_000;
/// How many documents are read at once. One may have megabytes.
const READ: usize = 16;

/// How long to wait after an upload that failed, in milliseconds.
const AGAIN: u32 = 15_000;

/// The uploading.
#[derive(Debug, Default)]
pub(super) struct Uploads {
    runs: Cell<bool>,
}

impl Replica {
    /// Uploads what the hub doesn't have, unless that is under way.
    pub(super) fn upload(self: &Rc<Self>) {
        let nothing = self.outbox.next_uploads(None, 1).is_empty();
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
                // It takes nothing for a while: all of it stays to be uploaded, and nothing is tried until then.
                Some(Err(StoreError::Wait { hold, .. })) => {
                    replica.hold_back(hold);
                    sleep(hold.left(now())).await;
                    replica.hold_no_more();
                    return replica.upload();
                }
                Some(Err(error)) => replica.trouble.set(Some(error.to_string())),
            }
            sleep(AGAIN).await;
            replica.upload();
        });
    }

    async fn upload_all(self: &Rc<Self>) -> Result<(), StoreError> {
        let mut batch = self.next_uploads(None).await?;
        while let Some((last, _)) = batch.last() {
            if self.status.with_untracked(|status| status.connection) != Connection::Live
                || self.line.is_stopped()
            {
                return Ok(());
            }
            let last = last.document;
            let (records, sent): (Vec<_>, Vec<_>) = batch.into_iter().unzip();
            // While the hub is at work, the next ones are read.
            let (answers, next) = join(hub::store(&self.slug, &records), self.next_uploads(Some(last))).await;
            let answers = answers?;
            if answers.is_empty() {
                return Err(StoreError::Unreachable);
            }
            self.take_answers(sent, answers).await?;
            self.refresh_status();
            batch = next?;
            if batch.is_empty() {
                // What came meanwhile, or wasn't answered for.
                batch = self.next_uploads(None).await?;
            }
        }
        self.refresh_status();
        Ok(())
    }

    /// The next documents to be uploaded, of those after `after`; none when there are no more. What isn't on this
    /// device any more is forgotten.
    async fn next_uploads(
        &self,
        after: Option<DocumentId>,
    ) -> Result<Vec<(ChangesRecord, Sent)>, StoreError> {
        let mut after = after;
        loop {
            let group = self.outbox.next_uploads(after, SEND);
            let (batch, missing) = self.read_uploads(&group).await?;
            for id in &missing {
                // It left this device: refused by the hub when another tab uploaded it, or purged.
                self.outbox.remove_upload(*id);
                self.writer.later(vec![Write::NoUpload(*id)]);
            }
            if !batch.is_empty() || group.is_empty() {
                return Ok(batch);
            }
            after = group.last().map(|(id, _)| *id);
        }
    }

    /// The first of these documents, as much as one call takes, and which of them aren't on this device any more.
    async fn read_uploads(
        &self,
        uploads: &[(DocumentId, u64)],
    ) -> Result<(Vec<(ChangesRecord, Sent)>, Vec<DocumentId>), StoreError> {
        let (mut batch, mut missing, mut size) = (Vec::new(), Vec::new(), 0);
        for group in uploads.chunks(READ) {
            let ids: Vec<DocumentId> = group.iter().map(|(id, _)| *id).collect();
            // Before the chunks: what comes between is sent without being said to be.
            let records = self.database.documents_of(&ids).await?;
            let mut chunks = self.database.chunks_of(&ids).await?;
            if chunks.iter().any(Vec::is_empty) {
                // It may be about to be stored here; then it is, once those who came before are done.
                self.marking(async { Ok(()) }).await?;
                chunks = self.database.chunks_of(&ids).await?;
            }
            for (((document, added), record), chunks) in group.iter().zip(records).zip(chunks) {
                let (document, added) = (*document, *added);
                if chunks.is_empty() {
                    missing.push(document);
                    continue;
                }
                let changes = match client::changes(chunks.iter().map(|(_, chunk)| chunk.as_slice())) {
                    Some(changes) => changes.into_iter().map(<[u8]>::to_vec).collect(),
                    None => saved_changes(document, &chunks)?,
                };
                size += changes.iter().map(Vec::len).sum::<usize>();
                let sent = Sent {
                    document,
                    heads: record.unwrap_or_default().heads,
                    added,
                };
                batch.push((ChangesRecord { document, changes }, sent));
                if size >= SEND_BYTES {
                    return Ok((batch, missing));
                }
            }
        }
        Ok((batch, missing))
    }

    /// What the hub made of the uploaded documents. One that it didn't answer for is uploaded again.
    async fn take_answers(
        self: &Rc<Self>,
        batch: Vec<Sent>,
        answers: Vec<StoredRecord>,
    ) -> Result<(), StoreError> {
        let renewed = answers
            .iter()
            .filter(|answer| !answer.refused.is_empty() && !answer.heads.is_empty());
        let renewed = renewed.map(|answer| HeadsRecord {
            document: answer.document,
            heads: Vec::new(),
        });
        let fetched = self.fetch_again(&renewed.collect::<Vec<_>>()).await?;
        let replica = Rc::clone(self);
        let (told, behind) = self
            .marking(async move { replica.settle(batch, answers, fetched).await })
            .await?;
        if !told.is_empty() {
            self.tell_tabs(&told);
        }
        self.catch_up(behind).await
    }

    /// Brings what others did to documents before they were uploaded from here, or meanwhile: rows that told of it were
    /// passed over. `behind` has their heads here.
    async fn catch_up(self: &Rc<Self>, behind: Vec<HeadsRecord>) -> Result<(), StoreError> {
        let fetched = match self.fetch_again(&behind).await {
            Ok(fetched) if fetched.is_empty() => return Ok(()),
            Ok(fetched) => fetched,
            Err(error) => {
                // The answer to uploading them again says the same.
                let again = behind.iter().map(|record| record.document);
                self.outbox.add_uploads(again);
                return Err(error);
            }
        };
        let replica = Rc::clone(self);
        let told = self
            .marking(async move { replica.take_others(&behind, fetched).await })
            .await?;
        self.tell_tabs(&told);
        Ok(())
    }

    /// Stores and shows the hub's copies of documents that are still as they were; answers which. What was changed since
    /// is uploaded again, and what is open hears of everything by itself.
    async fn take_others(
        &self,
        behind: &[HeadsRecord],
        fetched: Vec<Fetched>,
    ) -> Result<Vec<DocumentId>, StoreError> {
        let ids: Vec<DocumentId> = behind.iter().map(|record| record.document).collect();
        let stored = self.database.documents_of(&ids).await?;
        let here = behind.iter().zip(stored).filter(|(record, stored)| {
            let same = stored.as_ref().is_some_and(|stored| stored.heads == record.heads);
            same && !self.outbox.is_pending(record.document) && !self.has(record.document)
        });
        let here: HashSet<DocumentId> = here.map(|(record, _)| record.document).collect();
        let (mut writes, mut rows) = (Vec::new(), Vec::new());
        for fetched in fetched {
            if here.contains(&fetched.document) {
                self.take_again(fetched, &mut writes, &mut rows);
            }
        }
        let told = rows.iter().map(|(id, _)| *id).collect();
        self.writer.write(writes).await?;
        self.rows.apply(rows);
        Ok(told)
    }

    /// Does `work` while no other tab stores documents to be uploaded, or takes the mark off them that they are.
    pub(super) async fn marking<T: 'static>(
        &self,
        work: impl Future<Output = Result<T, StoreError>> + 'static,
    ) -> Result<T, StoreError> {
        browser::locked(&format!("docket:{}:uploads", self.slug), work)
            .await
            .unwrap_or(Err(StoreError::BrokeDown))
    }

    /// Stores what the hub answered. Answers which documents it answered for, and which of them the hub has more of,
    /// with their heads here.
    async fn settle(
        self: &Rc<Self>,
        batch: Vec<Sent>,
        answers: Vec<StoredRecord>,
        fetched: Vec<Fetched>,
    ) -> Result<(Vec<DocumentId>, Vec<HeadsRecord>), StoreError> {
        let (mut writes, mut rows, mut aside, mut stored) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        // To what was on its way another tab has added meanwhile: that stays to be uploaded, and its row is newer.
        let mut newer = HashSet::new();
        let ids: Vec<DocumentId> = batch.iter().map(|sent| sent.document).collect();
        for (sent, record) in batch.iter().zip(self.database.documents_of(&ids).await?) {
            if record.unwrap_or_default().heads != sent.heads {
                newer.insert(sent.document);
            }
        }
        for answer in answers {
            let id = answer.document;
            let Some(sent) = batch.iter().find(|sent| sent.document == id) else {
                continue;
            };
            let taken = answer.refused.is_empty();
            if let Some(refusal) = answer.refused.first() {
                aside.push(self.refused_upload(id, refusal));
                writes.push(Write::NoDocument(id));
                if answer.heads.is_empty() {
                    writes.push(Write::NoRow(id));
                    rows.push((id, None));
                }
            } else {
                // With the number that the hub gave it. Where nothing was stored it sends none: those here stay.
                let facts: Option<Facts> = minicbor::decode(&answer.facts).ok();
                let facts = match facts {
                    Some(facts) => facts,
                    None => self.facts_of(id).await?,
                };
                if !newer.contains(&id) {
                    let row = self.row_with(id, &facts).await?;
                    writes.extend(row.as_ref().map(|row| self.row_write(row)));
                    rows.extend(row.map(|row| (id, Some(Arc::new(row)))));
                }
                if !answer.facts.is_empty() {
                    writes.push(Write::Facts(id, answer.facts));
                }
                // What isn't open reads its facts when it is.
                if let Some(signal) = self.facts.borrow().get(&id) {
                    signal.set(Arc::new(facts));
                }
            }
            stored.push((sent, answer.heads, taken));
        }
        for fetched in fetched {
            self.take_again(fetched, &mut writes, &mut rows);
        }
        writes.extend(self.put_aside(aside));
        // What was changed while it was on its way is sent again. Nothing is awaited between here and the queue.
        let whole = |sent: &Sent, taken: bool| {
            self.outbox.is_unchanged(sent.document, sent.added) && !(taken && newer.contains(&sent.document))
        };
        for (sent, heads, taken) in stored.iter().filter(|(sent, _, taken)| whole(sent, *taken)) {
            writes.push(Write::NoUpload(sent.document));
            if *taken {
                let record = DocumentRecord::new(&sent.heads, heads);
                writes.push(Write::Document(sent.document, record));
            }
        }
        self.writer.write(writes).await?;
        for (sent, heads, taken) in &stored {
            if whole(sent, *taken) {
                self.outbox.remove_upload(sent.document);
            }
            let output = self.client.borrow_mut().acknowledge(sent.document, heads);
            self.act(output);
        }
        self.rows.apply(rows);
        let behind = stored.iter().filter(|(sent, heads, taken)| {
            let known = self.rows.known(sent.document).unwrap_or_default().heads;
            let differs = |hub: &[ChangeHash]| !hub.is_empty() && catalogue::differs(Some(&sent.heads), hub);
            *taken && whole(sent, true) && (differs(heads) || differs(&known))
        });
        let behind = behind.map(|(sent, ..)| HeadsRecord {
            document: sent.document,
            heads: sent.heads.clone(),
        });
        let behind = behind.collect();
        Ok((stored.iter().map(|(sent, ..)| sent.document).collect(), behind))
    }

    /// The hub's facts about a document, as far as they are here.
    async fn facts_of(&self, id: DocumentId) -> Result<Facts, StoreError> {
        let stored = self.database.facts(id).await?;
        Ok(stored
            .and_then(|facts| minicbor::decode(&facts).ok())
            .unwrap_or_default())
    }

    /// A document's row with the hub's facts. What only an import wrote isn't loaded for that.
    async fn row_with(&self, id: DocumentId, facts: &Facts) -> Result<Option<Row>, StoreError> {
        let row = self.rows.get(id);
        if let Some(row) = row.and_then(|row| row.with_untracked(|row| row.numbered(facts))) {
            return Ok(Some(row));
        }
        let copy = documents::stored(&self.database, id).await?;
        Ok(copy.and_then(|copy| Row::derive(&copy, id, facts)))
    }

    /// Documents as the hub has them, where its heads are others than these.
    async fn fetch_again(&self, wanted: &[HeadsRecord]) -> Result<Vec<Fetched>, StoreError> {
        match wanted.is_empty() {
            true => Ok(Vec::new()),
            false => hub::fetch(&self.slug, wanted).await,
        }
    }

    fn take_again(
        &self,
        fetched: Fetched,
        writes: &mut Vec<Write>,
        rows: &mut Vec<(DocumentId, Option<Arc<Row>>)>,
    ) {
        let id = fetched.document;
        let facts: Facts = minicbor::decode(&fetched.facts).unwrap_or_default();
        // Damaged on the way: the row stays, and the document comes when it is opened.
        let Ok(copy) = client::load([fetched.chunk.as_slice()]) else {
            return;
        };
        if let Some(row) = Row::derive(&copy, id, &facts) {
            writes.push(self.row_write(&row));
            rows.push((id, Some(Arc::new(row))));
        }
        let heads = fetched.heads;
        writes.push(Write::Chunk(ChunkKey::new(id, now().0, random()), fetched.chunk));
        writes.push(Write::Document(id, DocumentRecord::new(&heads, &heads)));
        writes.push(Write::Facts(id, fetched.facts));
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

/// A document on its way to the hub.
struct Sent {
    document: DocumentId,
    /// Its heads.
    heads: Vec<ChangeHash>,
    /// When it was added to the uploads.
    added: u64,
}

/// The changes of a document that was saved whole.
fn saved_changes(id: DocumentId, chunks: &[(ChunkKey, Vec<u8>)]) -> Result<Vec<Vec<u8>>, StoreError> {
    let copy = documents::read(chunks).map_err(|error| StoreError::Unreadable(id, error.to_string()))?;
    let changes = copy.map(|copy| copy.get_changes(&[])).unwrap_or_default();
    Ok(changes
        .iter()
        .map(Change::raw_bytes)
        .map(<[u8]>::to_vec)
        .collect())
}
