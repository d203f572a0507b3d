//! Open documents: loaded from this device's chunks, synced live while somebody has them open.

use std::{
    cell::{Cell, RefCell},
    collections::HashSet,
    rc::Rc,
};

use automerge::{ActorId, Automerge};
use docket_domain::{DocumentId, Facts};
use docket_sync::client::{self, outbox};
use futures_channel::oneshot;
use futures_util::{
    FutureExt,
    future::{LocalBoxFuture, Shared},
};
use leptos::prelude::*;

use super::{
    Connection, Replica, StoreError,
    browser::{now, random},
    database::{ChunkKey, Database, DocumentRecord, Write},
    engine::engine,
};

/// From this many chunks on a document's are made one when it is loaded.
const MANY_CHUNKS: usize = 32;

/// A load that several callers wait for.
type Loading = Shared<LocalBoxFuture<'static, Result<(), StoreError>>>;

/// A document that somebody has open. Dropping it closes it; what the hub hasn't acknowledged is still sent.
pub(crate) struct OpenDocument {
    replica: Rc<Replica>,
    id: DocumentId,
    opened: Rc<Opened>,
}

/// What this tab knows of a document in the sync.
#[derive(Default)]
pub(super) struct Opened {
    count: Cell<usize>,
    pub(super) revision: ArcRwSignal<u64>,
    /// The stored chunks that the document in memory contains.
    pub(super) seen: RefCell<HashSet<ChunkKey>>,
    loading: RefCell<Option<Loading>>,
    waiting: RefCell<Vec<oneshot::Sender<Result<(), StoreError>>>>,
}

impl OpenDocument {
    pub(super) fn new(replica: &Rc<Replica>, id: DocumentId, opened: Rc<Opened>) -> Self {
        opened.count.set(opened.count.get() + 1);
        Self {
            replica: Rc::clone(replica),
            id,
            opened,
        }
    }

    /// The document's id.
    #[must_use]
    pub(crate) const fn id(&self) -> DocumentId {
        self.id
    }

    /// Grows with each change of the document, one's own and others'.
    #[must_use]
    pub(crate) fn revision(&self) -> ArcRwSignal<u64> {
        self.opened.revision.clone()
    }

    /// Reads the document, tracking its changes; none if it was purged meanwhile. Don't call the store's `run` within.
    pub(crate) fn with<R>(&self, read: impl FnOnce(&Automerge) -> R) -> Option<R> {
        self.opened.revision.track();
        self.with_untracked(read)
    }

    /// Reads the document, untracked.
    pub(crate) fn with_untracked<R>(&self, read: impl FnOnce(&Automerge) -> R) -> Option<R> {
        self.replica.client.borrow().document(self.id).map(read)
    }
}

impl Clone for OpenDocument {
    fn clone(&self) -> Self {
        Self::new(&self.replica, self.id, Rc::clone(&self.opened))
    }
}

impl Drop for OpenDocument {
    fn drop(&mut self) {
        let count = self.opened.count.get().saturating_sub(1);
        self.opened.count.set(count);
        if count == 0 {
            let replica = Rc::clone(&self.replica);
            let id = self.id;
            // Later: a handle may be dropped while the client is being read.
            wasm_bindgen_futures::spawn_local(async move {
                // What was opened needed the same code: it is here.
                if let Ok(engine) = engine().await {
                    (engine.close_unused)(&replica, id);
                }
            });
        }
    }
}

impl std::fmt::Debug for OpenDocument {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("OpenDocument").field(&self.id).finish()
    }
}

impl std::fmt::Debug for Opened {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Opened")
            .field("count", &self.count)
            .finish_non_exhaustive()
    }
}

impl Replica {
    pub(super) async fn open_document(self: &Rc<Self>, id: DocumentId) -> Result<OpenDocument, StoreError> {
        let document = self.hold(id).await?;
        if self.client.borrow().document(id).is_some() {
            return Ok(document);
        }
        match self.status.with_untracked(|status| status.connection) {
            Connection::Offline | Connection::Waiting | Connection::SignedOut => {
                return Err(StoreError::NotHere(id));
            }
            Connection::Live | Connection::Connecting => {}
        }
        let (arrived, arrival) = oneshot::channel();
        document.opened.waiting.borrow_mut().push(arrived);
        arrival.await.unwrap_or(Err(StoreError::NotHere(id)))?;
        Ok(document)
    }

    /// Takes a document into the sync, with what this device has of it, if anything.
    pub(super) async fn hold(self: &Rc<Self>, id: DocumentId) -> Result<OpenDocument, StoreError> {
        let opened = self.opened(id);
        // Counts from here on, so that nobody else closes it meanwhile.
        let document = OpenDocument::new(self, id, Rc::clone(&opened));
        if self.has(id) {
            let output = self.client.borrow_mut().open(id, None, &[]);
            self.act(output);
            return Ok(document);
        }
        let under_way = opened.loading.borrow().clone();
        let loading = under_way.unwrap_or_else(|| {
            let (replica, of_this) = (Rc::clone(self), Rc::clone(&opened));
            let loading = async move {
                let loaded = replica.load(id, &of_this).await;
                of_this.loading.take();
                loaded
            };
            let loading = loading.boxed_local().shared();
            *opened.loading.borrow_mut() = Some(loading.clone());
            loading
        });
        loading.await?;
        Ok(document)
    }

    pub(super) fn opened(&self, id: DocumentId) -> Rc<Opened> {
        Rc::clone(self.open.borrow_mut().entry(id).or_default())
    }

    /// Is the document in the sync?
    pub(super) fn has(&self, id: DocumentId) -> bool {
        self.client.borrow().documents().any(|open| open == id)
    }

    /// Loads what this device has into the sync.
    async fn load(self: &Rc<Self>, id: DocumentId, opened: &Opened) -> Result<(), StoreError> {
        let mut chunks = self.database.chunks(id, &HashSet::new()).await?;
        let record = self.database.document(id).await?.unwrap_or_default();
        self.load_facts(id).await?;
        let entries = self.outbox.of(id);
        let mut copy = match read(&chunks) {
            Ok(copy) => copy,
            // Damaged, and nothing of one's own in it: the hub has it all.
            Err(_) if entries.is_empty() && !self.outbox.is_uploading(id) => {
                self.writer.write(vec![Write::NoDocument(id)]).await?;
                chunks.clear();
                None
            }
            Err(error) => return Err(StoreError::Unreadable(id, error.to_string())),
        };
        let mut seen: HashSet<_> = chunks.iter().map(|(key, _)| key.clone()).collect();
        let nothing = Automerge::new();
        let mut lost = outbox::lost(copy.as_ref().unwrap_or(&nothing), &record.acknowledged, &entries);
        // What waits for the document is carried out once it is open, by one tab.
        lost.retain(|entry| !outbox::waits(entry));
        if let (false, Some(me)) = (lost.is_empty(), self.my_id()) {
            let mut document = copy.take().unwrap_or_default();
            document.set_actor(ActorId::from(random::<16>()));
            let before = document.get_heads();
            let replayed = outbox::restore(&mut document, &lost, &me);
            let key = ChunkKey::new(id, now().0, random());
            let mut writes = vec![
                Write::Chunk(key.clone(), document.save_after(&before)),
                Write::Document(
                    id,
                    DocumentRecord::new(&document.get_heads(), &record.acknowledged),
                ),
            ];
            writes.extend(self.replay_writes(id, &replayed));
            self.writer.write(writes).await?;
            self.take_replay(id, replayed);
            seen.insert(key);
            copy = (!document.is_empty()).then_some(document);
        } else if let (true, Some(document)) = (chunks.len() >= MANY_CHUNKS, copy.as_ref()) {
            let key = ChunkKey::new(id, now().0, random());
            let mut writes = vec![Write::Chunk(key.clone(), document.save())];
            writes.extend(seen.drain().map(Write::NoChunk));
            seen.insert(key);
            // Only what was read is replaced, by what contains it: nothing another tab stores meanwhile is lost.
            self.writer.later(writes);
        }
        *opened.seen.borrow_mut() = seen;
        let output = self.client.borrow_mut().open(id, copy, &record.acknowledged);
        self.act(output);
        if self.outbox.is_pending(id) {
            self.derive(id);
        }
        opened.revision.update(|revision| *revision += 1);
        self.carry_out_waiting(id);
        Ok(())
    }

    /// Puts what is stored in the place of what is in memory: storing an edit failed.
    pub(super) async fn roll_back(self: &Rc<Self>, id: DocumentId) -> Result<(), StoreError> {
        let output = self.client.borrow_mut().drop_document(id);
        self.act(output);
        let opened = self.opened(id);
        self.load(id, &opened).await?;
        self.derive(id);
        Ok(())
    }

    /// Closes a document that nobody has open, unless its commands wait for the hub: the client lets a closed one go
    /// in the moment it is acknowledged, and what was acknowledged is told by the document.
    pub(super) fn close_unused(self: &Rc<Self>, id: DocumentId) {
        let unused = !self.outbox.is_pending(id)
            && self
                .open
                .borrow()
                .get(&id)
                .is_some_and(|opened| opened.count.get() == 0);
        if unused && self.has(id) {
            let output = self.client.borrow_mut().close(id);
            self.act(output);
        }
        self.forget_closed();
    }

    /// Forgets the documents that nobody has open and the sync has let go.
    pub(super) fn forget_closed(&self) {
        let client = self.client.borrow();
        let kept: HashSet<_> = client.documents().collect();
        self.open
            .borrow_mut()
            .retain(|id, opened| opened.count.get() > 0 || kept.contains(id));
    }

    /// The document came, or won't.
    pub(super) fn arrived(&self, id: DocumentId, result: &Result<(), StoreError>) {
        let opened = self.open.borrow().get(&id).cloned();
        for waiting in opened.iter().flat_map(|opened| opened.waiting.take()) {
            // The page may have been left.
            let _ = waiting.send(result.clone());
        }
    }

    /// There is no network: whoever waits for a document is told.
    pub(super) fn nothing_arrives(&self) {
        let waiting: Vec<_> = self.open.borrow().keys().copied().collect();
        for id in waiting {
            self.arrived(id, &Err(StoreError::NotHere(id)));
        }
    }

    async fn load_facts(&self, id: DocumentId) -> Result<(), StoreError> {
        let signal = self.facts(id);
        let stored = self.database.facts(id).await?;
        if let Some(facts) = stored.and_then(|bytes| minicbor::decode::<Facts>(&bytes).ok()) {
            signal.set(facts.into());
        }
        Ok(())
    }
}

/// The document in these chunks; none if there are none.
pub(super) fn read(chunks: &[(ChunkKey, Vec<u8>)]) -> Result<Option<Automerge>, automerge::AutomergeError> {
    if chunks.is_empty() {
        return Ok(None);
    }
    client::load(chunks.iter().map(|(_, bytes)| bytes.as_slice())).map(Some)
}

/// The chunks, one after the other.
pub(super) fn join(chunks: &[(ChunkKey, Vec<u8>)]) -> Vec<u8> {
    chunks.iter().flat_map(|(_, bytes)| bytes).copied().collect()
}

/// The document that is stored, outside the sync.
pub(super) async fn stored(database: &Database, id: DocumentId) -> Result<Option<Automerge>, StoreError> {
    let chunks = database.chunks(id, &HashSet::new()).await?;
    read(&chunks).map_err(|error| StoreError::Unreadable(id, error.to_string()))
}
