//! The app's copy of a workspace: rows, documents and the outbox, in IndexedDB and in signals.
//!
//! What lives here: [`Store`], the one handle that views use, and behind it `database` (IndexedDB), `rows` (the
//! reactive collection), `engine` (the way to what only the sync and edits need), `documents` (open Automerge
//! documents), `outbox` and `refusal` (what the hub hasn't stored, or won't), `import`, `undo` and `upload` (imports,
//! their undoing, and their way to the hub), `background` (open issues for offline use), `tabs` (other tabs of this
//! browser).
//! What may not: views, and anything that decides what a record means (that is `docket_domain`).
//!
//! # Use
//! - `Store::open(slug).await` paints from IndexedDB without a network, then connects by itself.
//! - Lists read rows: [`Store::issues`] changes only when an issue comes or goes, [`Store::row`] is one row's signal,
//!   [`Store::changed`] counts up once for a batch of rows, however many.
//! - A record's page opens its document: [`Store::open_document`]; dropping the handle closes it.
//! - Everything changes through [`Store::run`]. It answers when the change is safe on this device; the hub's answer
//!   shows in [`Store::status`], a refusal in [`Store::set_aside`].
//!
//! Every signal is safe to read anywhere. Errors are [`StoreError`]; their words are for people.

mod background;
mod browser;
mod catalogue;
mod commands;
mod database;
mod documents;
mod draft;
mod engine;
mod error;
mod events;
mod generation;
mod hold;
mod import;
mod outbox;
mod passed;
pub(crate) mod person;
mod ranking;
mod refusal;
mod replica;
mod rows;
mod running;
mod status;
mod tabs;
mod undo;
mod unsent;
mod upload;
mod waiting;
mod writer;

use std::{collections::HashMap, rc::Rc, sync::Arc};

use docket_domain::{Command, DocumentId, Facts, Member, Row, Timestamp, WorkspaceSlug, read::Workspace};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use self::engine::engine;

pub(crate) use self::{
    browser::{now, random, random_name, reload, sleep},
    database::{Database, ImportId, ImportRecord, Undone, from_cbor, to_cbor},
    replica::{Replica, meta},
};
pub(crate) use self::{
    documents::OpenDocument,
    draft::Draft,
    error::StoreError,
    hold::{Hold, Why},
    passed::Passed,
    person::Left,
    ranking::Ranking,
    running::{FileRead, Outcome, Progress, Running, Task},
    status::{Connection, Present, SetAside, Status},
    unsent::{Counts, SavedFile, save as save_unsent},
    waiting::Waiting,
};

/// The one handle to a workspace's data. Made once for a page, lives as long as the page, is copied freely.
#[derive(Clone, Copy)]
pub(crate) struct Store(StoredValue<Rc<Replica>, LocalStorage>);

impl Store {
    /// Opens this device's copy of a workspace and begins to connect. Answers as soon as the rows are in memory, with
    /// or without a network. Put the store into the context: `provide_context(store)`.
    ///
    /// # Errors
    /// When the browser lets nothing be stored, or the stored data is a newer app's.
    pub(crate) async fn open(slug: WorkspaceSlug) -> Result<Self, StoreError> {
        let replica = Replica::open(slug).await?;
        // An owner of its own: the store outlives whatever view opened it.
        let owner = Owner::new_root(None);
        let store = owner.with(|| Self(StoredValue::new_local(Rc::clone(&replica))));
        std::mem::forget(owner);
        spawn_local(start(replica));
        Ok(store)
    }

    fn replica(self) -> Rc<Replica> {
        self.0.get_value()
    }

    /// The workspace's name in addresses.
    #[must_use]
    pub(crate) fn slug(self) -> WorkspaceSlug {
        self.replica().slug.clone()
    }

    // ---- who and where ----

    /// The member that this browser is signed in as; remembered offline.
    #[must_use]
    pub(crate) fn me(self) -> Signal<Option<Arc<Member>>> {
        self.replica().me.clone().into()
    }

    /// Everybody in the workspace.
    #[must_use]
    pub(crate) fn members(self) -> Signal<Arc<Vec<Member>>> {
        self.replica().members.clone().into()
    }

    /// The workspace: its name, the prefix of numbers, which lists there are, organisations, components.
    #[must_use]
    pub(crate) fn workspace(self) -> Signal<Arc<Workspace>> {
        self.replica().workspace.clone().into()
    }

    /// The workspace's document; none before the first sign-in.
    #[must_use]
    pub(crate) fn workspace_document(self) -> Option<DocumentId> {
        self.replica().workspace_id.get()
    }

    /// Who else is here, and where.
    #[must_use]
    pub(crate) fn present(self) -> Signal<Arc<Vec<Present>>> {
        self.replica().present.clone().into()
    }

    /// Tells the others where this person is: the document that is open, the field that is edited.
    pub(crate) fn here(self, document: Option<DocumentId>, field: Option<String>) {
        let replica = self.replica();
        spawn_local(async move {
            // Without the sync nobody can be told.
            if let Ok(engine) = engine().await {
                (engine.here)(&replica, document, field);
            }
        });
    }

    /// The time, by the hub's clock as far as it is known.
    #[must_use]
    pub(crate) fn now(self) -> Timestamp {
        self.replica().now()
    }

    // ---- rows ----

    /// One document's row, that of the generation in which it goes on; none if this device doesn't know it. Not tracked: use [`changed`](Self::changed)
    /// or [`issues`](Self::issues) to hear of new ones.
    #[must_use]
    pub(crate) fn row(self, id: DocumentId) -> Option<ArcRwSignal<Arc<Row>>> {
        let replica = self.replica();
        replica.rows.get(replica.rows.current(id))
    }

    /// The document in which this one goes on now: itself, unless it was full. Not tracked: use
    /// [`changed`](Self::changed).
    #[must_use]
    pub(crate) fn current(self, id: DocumentId) -> DocumentId {
        self.replica().rows.current(id)
    }

    /// All issues, deleted ones too, in the order of their ids. Changes only when one comes or goes.
    #[must_use]
    pub(crate) fn issues(self) -> Signal<Arc<[DocumentId]>> {
        self.replica().rows.issues.clone().into()
    }

    /// Counts up once for every batch of rows that changed. For filters, sorting and search over all rows.
    #[must_use]
    pub(crate) fn changed(self) -> Signal<u64> {
        self.replica().rows.changed.clone().into()
    }

    /// Reads all rows at once, untracked.
    pub(crate) fn with_rows<R>(
        self,
        read: impl FnOnce(&HashMap<DocumentId, ArcRwSignal<Arc<Row>>>) -> R,
    ) -> R {
        self.replica().rows.with(read)
    }

    /// Has this document changes that the hub hasn't stored? Not tracked; [`status`](Self::status) tells of changes.
    #[must_use]
    pub(crate) fn is_pending(self, id: DocumentId) -> bool {
        self.replica().is_pending(id)
    }

    /// The order of a list. What was stored last is there at once; the list's document follows by itself.
    #[must_use]
    pub(crate) fn ranking(self, list: DocumentId) -> Signal<Arc<Ranking>> {
        self.replica().ranking(list).into()
    }

    /// The hub's facts about a document: filled once it is opened.
    #[must_use]
    pub(crate) fn facts(self, id: DocumentId) -> Signal<Arc<Facts>> {
        self.replica().facts(id).into()
    }

    // ---- documents and commands ----

    /// Opens a document, in the generation in which it goes on: from this device, or from the hub when it isn't here. It syncs live until dropped.
    ///
    /// # Errors
    /// [`StoreError::NotHere`] without a network, [`StoreError::NotFound`] when the hub hasn't got it.
    pub(crate) async fn open_document(self, id: DocumentId) -> Result<OpenDocument, StoreError> {
        (engine().await?.open_document)(self.replica(), id).await
    }

    /// Carries a command out. `Ok` means: it is safe on this device and shown; the hub gets it by itself.
    ///
    /// # Errors
    /// When it can't be carried out, or can't be stored: nothing has changed then.
    pub(crate) async fn run(self, command: Command) -> Result<(), StoreError> {
        (engine().await?.run)(self.replica(), command).await
    }

    /// What was typed and isn't saved yet: survives reloading and crashes. `key` names the place, such as
    /// `comment:<document>`.
    #[must_use]
    pub(crate) fn draft(self, key: impl Into<String>) -> Draft {
        self.replica().draft(key.into())
    }

    // ---- status, refusals, imports ----

    /// What the status bar tells.
    #[must_use]
    pub(crate) fn status(self) -> Signal<Status> {
        self.replica().status.clone().into()
    }

    /// The last thing that went wrong by itself (storage, the hub's answers), in words; none when all is well.
    #[must_use]
    pub(crate) fn trouble(self) -> Signal<Option<String>> {
        self.replica().trouble.clone().into()
    }

    /// What this version can't read, and passes over.
    #[must_use]
    pub(crate) fn passed(self) -> Signal<Passed> {
        self.replica().passed.clone().into()
    }

    /// What was set aside, in words; the text it carries, to be copied.
    #[must_use]
    pub(crate) fn in_words(self, aside: &SetAside) -> (String, Option<String>) {
        let (workspace, members) = (self.workspace().get(), self.members().get());
        let names = unsent::words::Names {
            workspace: &workspace,
            members: &members,
        };
        unsent::words::of_aside(&names, aside)
    }

    /// The refused changes, oldest first.
    #[must_use]
    pub(crate) fn set_aside(self) -> Signal<Arc<Vec<SetAside>>> {
        self.replica().set_aside.clone().into()
    }

    /// Runs a refused change again; when that succeeds it is no longer set aside.
    ///
    /// # Errors
    /// As [`run`](Self::run): it stays set aside.
    pub(crate) async fn retry(self, id: &str) -> Result<(), StoreError> {
        self.replica().retry(id).await
    }

    /// Throws a refused change away.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn discard(self, id: &str) -> Result<(), StoreError> {
        self.replica().discard(id).await
    }

    /// Reads another tracker's file and says what would come in; nothing is stored.
    #[must_use]
    pub(crate) fn dry_run(self, file: web_sys::File) -> Running {
        self.replica().dry_run(file)
    }

    /// Imports a file, of which a dry run found that so many issues come in. They are stored as they are read, uploaded
    /// in bulk, and count as pending until the hub has them. What is here already is passed over.
    #[must_use]
    pub(crate) fn import(self, file: web_sys::File, expected: u64) -> Running {
        self.replica().import(file, expected)
    }

    /// Undoes an import: deletes the issues that it added and nobody has changed since.
    #[must_use]
    pub(crate) fn undo(self, import: ImportId, record: ImportRecord) -> Running {
        self.replica().turn(Task::Undo, import, record)
    }

    /// Brings back what undoing an import deleted.
    #[must_use]
    pub(crate) fn redo(self, import: ImportId, record: ImportRecord) -> Running {
        self.replica().turn(Task::Redo, import, record)
    }

    /// The import that is under way in this tab, or was last.
    #[must_use]
    pub(crate) fn running(self) -> Option<Running> {
        self.replica().running()
    }

    /// Is another tab importing?
    pub(crate) async fn imports_elsewhere(self) -> bool {
        self.replica().imports_elsewhere().await
    }

    /// The imports of this device, the last first; read when [`list_imports`](Self::list_imports) is called, and again
    /// after each import.
    #[must_use]
    pub(crate) fn imports(self) -> Signal<Arc<Vec<(ImportId, ImportRecord)>>> {
        self.replica().imports.all.clone().into()
    }

    /// Reads which imports there were.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn list_imports(self) -> Result<(), StoreError> {
        self.replica().list_imports().await
    }

    // ---- the session ----

    /// A session has begun (see [`crate::connection::session`]): connects at once.
    pub(crate) fn signed_in(self) {
        self.replica().signed_in();
    }

    /// Ends the session and clears this device's copy; what wasn't sent is lost, so ask before
    /// ([`unsent`](Self::unsent)). Without a network the session is ended at the next start, before anybody comes in.
    /// Reload the page afterwards.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn log_out(self) -> Result<(), StoreError> {
        self.replica().log_out().await
    }

    /// What this device holds that the hub doesn't.
    ///
    /// # Errors
    /// When storage fails.
    pub(crate) async fn unsent(self) -> Result<Counts, StoreError> {
        self.replica().unsent().await
    }

    /// Was it closed?
    pub(crate) fn is_closed(self) -> bool {
        self.replica().line.is_stopped()
    }

    /// Nothing more is sent or stored from here: somebody else is about to come in.
    pub(crate) async fn close(self) {
        self.replica().end().await;
    }
}

/// How long to wait before the sync's code is asked for again, in milliseconds.
const AGAIN: u32 = 5_000;

/// Begins to sync, as soon as the code for it is here: on a first visit, or with a damaged cache, that needs a network.
async fn start(replica: Rc<Replica>) {
    loop {
        match engine().await {
            Ok(engine) => return (engine.start)(&replica),
            Err(error) => {
                replica.set_connection(Connection::Offline);
                replica.trouble.set(Some(error.to_string()));
                sleep(AGAIN).await;
            }
        }
    }
}
