//! This tab's replica of a workspace: everything a [`Store`](super::Store) hands out, and what it is made of.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
};

use docket_domain::{DocumentId, Facts, Member, MemberId, Row, Timestamp, WorkspaceSlug, read::Workspace};
use docket_sync::{
    client::{Actors, Client},
    wire::PeerId,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Connection, Present, SetAside, Status, StoreError,
    background::Background,
    browser::{self, random, random_name},
    database::{Database, RowRecord, Write, to_cbor},
    documents::Opened,
    draft::Drafts,
    import::Imports,
    outbox::Outbox,
    passed::Passed,
    person::{self, Left},
    ranking::Rankings,
    rows::{Known, Rows},
    tabs::Tabs,
    unsent,
    upload::Uploads,
    writer::Writer,
};
use crate::connection::{Line, session};

/// One tab's replica of a workspace.
#[derive(Debug)]
pub(crate) struct Replica {
    pub(crate) slug: WorkspaceSlug,
    pub(super) database: Rc<Database>,
    pub(super) writer: Rc<Writer>,
    pub(super) client: RefCell<Client>,
    pub(super) peer: PeerId,
    pub(crate) line: Line,
    pub(super) tabs: Tabs,
    pub(super) rows: Rows,
    pub(super) open: RefCell<HashMap<DocumentId, Rc<Opened>>>,
    pub(super) outbox: Outbox,
    pub(super) rankings: Rankings,
    pub(super) drafts: Rc<Drafts>,
    pub(super) uploads: Uploads,
    pub(super) imports: Imports,
    pub(super) background: Background,
    pub(super) facts: RefCell<HashMap<DocumentId, ArcRwSignal<Arc<Facts>>>>,
    /// The hub's clock less this device's, in milliseconds.
    pub(super) clock: Cell<i64>,
    /// The hub's epoch, since it was last heard of.
    pub(super) epoch: RefCell<Option<Arc<str>>>,
    /// The epoch by which all rows were judged since then, once they are complete.
    pub(super) judged: RefCell<Option<Arc<str>>>,
    /// The documents that stay open as long as the page.
    pub(super) kept: RefCell<Vec<super::OpenDocument>>,
    /// Whom the hub takes this person for, since it was last heard of.
    pub(super) welcomed: RefCell<Option<MemberId>>,
    pub(super) me: ArcRwSignal<Option<Arc<Member>>>,
    pub(super) members: ArcRwSignal<Arc<Vec<Member>>>,
    pub(super) workspace: ArcRwSignal<Arc<Workspace>>,
    pub(super) workspace_id: ArcRwSignal<Option<DocumentId>>,
    pub(super) present: ArcRwSignal<Arc<Vec<Present>>>,
    pub(super) set_aside: ArcRwSignal<Arc<Vec<SetAside>>>,
    pub(super) status: ArcRwSignal<Status>,
    pub(super) trouble: ArcRwSignal<Option<String>>,
    pub(super) passed: ArcRwSignal<Passed>,
}

/// Names of single values in storage.
pub(crate) mod meta {
    /// The member.
    pub(crate) const ME: &str = "me";
    /// Somebody signed out, and their session still has to be ended.
    pub(crate) const ENDING: &str = "ending";
    /// What is left of somebody whose access ended.
    pub(crate) const LEFT: &str = "left";
    /// All members.
    pub(crate) const MEMBERS: &str = "members";
    /// What the hub knows this device's storage by: at random, hexadecimal.
    pub(crate) const STORAGE: &str = "storage";
    /// The workspace as its document was read last: lists and names are painted before any document is loaded.
    pub(crate) const NAMES: &str = "names";
    /// The workspace document's id.
    pub(crate) const WORKSPACE: &str = "workspace";
}

impl Replica {
    /// This device's copy, without a network.
    pub(crate) async fn open(slug: WorkspaceSlug) -> Result<Rc<Self>, StoreError> {
        person::settled(&slug).await;
        let database = Rc::new(Database::open(&slug).await?);
        let (rows, unreadable) = database.rows().await?;
        let rankings = database.rankings().await?;
        let cursor = database.cursor().await?;
        let (me, members, roles) = database.people().await?;
        let mut passed = Passed::default();
        unreadable.into_iter().for_each(|document| passed.row(document));
        passed.set_members(roles);
        passed.set_commands(database.unreadable().await?.len());
        let workspace: Option<DocumentId> = database.single(meta::WORKSPACE).await?;
        let names: Option<Workspace> = database.single(meta::NAMES).await?;
        let trouble = ArcRwSignal::new(None);
        let writer = Writer::new(Rc::clone(&database), trouble.clone());
        let peer = session::peer();
        let storage = storage_name(&database).await?;
        let actors = Actors::new(random());
        let drafts = Drafts::new(database.drafts().await?, Rc::clone(&writer));
        let replica = Rc::new(Self {
            client: RefCell::new(Client::new(peer.clone(), actors, cursor.cursor()).with_storage(storage)),
            line: Line::default(),
            tabs: Tabs::new(&slug),
            rows: Rows::default(),
            open: RefCell::default(),
            outbox: Outbox::default(),
            rankings: Rankings::default(),
            drafts,
            uploads: Uploads::default(),
            imports: Imports::default(),
            background: Background::default(),
            facts: RefCell::default(),
            clock: Cell::new(0),
            epoch: RefCell::default(),
            judged: RefCell::default(),
            kept: RefCell::default(),
            welcomed: RefCell::default(),
            me: ArcRwSignal::new(me.map(Arc::new)),
            members: ArcRwSignal::new(Arc::new(members)),
            workspace: ArcRwSignal::new(Arc::new(names.unwrap_or_else(nothing))),
            workspace_id: ArcRwSignal::new(workspace),
            present: ArcRwSignal::default(),
            set_aside: ArcRwSignal::new(Arc::new(database.set_aside().await?)),
            status: ArcRwSignal::new(Status {
                connection: Connection::Connecting,
                complete: cursor.complete,
                ..Status::default()
            }),
            trouble,
            passed: ArcRwSignal::new(passed),
            slug,
            writer,
            peer,
            database,
        });
        replica.rankings.load(rankings);
        let entries = replica.database.entries_of(None).await?;
        replica.outbox.load(entries, replica.database.uploads().await?);
        replica.take_stored_rows(rows);
        replica.refresh_status();
        Ok(replica)
    }

    /// Begins to connect, to listen to other tabs, and to send what was left.
    pub(crate) fn start(self: &Rc<Self>) {
        self.listen_to_tabs();
        crate::connection::start(Rc::clone(self));
        let replica = Rc::clone(self);
        spawn_local(async move {
            replica.open_pending().await;
            if let Some(workspace) = replica.workspace_id.get_untracked() {
                replica.keep_open(replica.rows.current(workspace)).await;
            }
            // Declined or not, the app works the same; the browser decides by how the site is used.
            let _ = browser::persist().await;
        });
    }

    fn take_stored_rows(&self, rows: Vec<(Row, RowRecord)>) {
        let mut epochs: HashMap<String, Arc<str>> = HashMap::new();
        let rows = rows.into_iter().map(|(row, record)| {
            let confirmed = record.confirmed.as_ref().map(|epoch| {
                let shared = epochs.entry(epoch.clone());
                Arc::clone(shared.or_insert_with(|| epoch.as_str().into()))
            });
            let heads = record.heads;
            self.rows.set_known(row.document, Known { heads, confirmed });
            (row.document, Some(Arc::new(row)))
        });
        self.rows.apply(rows.collect::<Vec<_>>());
    }

    /// Opens every document with commands that the hub doesn't have: opening is what sends them.
    pub(super) async fn open_pending(self: &Rc<Self>) {
        for id in self.outbox.documents() {
            if self.has(id) {
                continue;
            }
            match self.hold(id).await {
                // Dropped at once: it stays in the sync until the hub has all of it.
                Ok(document) => drop(document),
                Err(error) => self.trouble.set(Some(error.to_string())),
            }
        }
    }

    /// Opens a document for as long as the page lives.
    pub(super) async fn keep_open(self: &Rc<Self>, id: DocumentId) {
        if self.kept.borrow().iter().any(|kept| kept.id() == id) {
            return;
        }
        match self.hold(id).await {
            Ok(document) => {
                self.kept.borrow_mut().push(document);
                self.read_workspace();
            }
            Err(error) => self.trouble.set(Some(error.to_string())),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        browser::now().plus(self.clock.get())
    }

    pub(super) fn my_id(&self) -> Option<MemberId> {
        self.me.with_untracked(|me| me.as_ref().map(|me| me.id.clone()))
    }

    pub(super) fn is_pending(&self, id: DocumentId) -> bool {
        self.outbox.is_pending(id)
    }

    pub(super) fn facts(&self, id: DocumentId) -> ArcRwSignal<Arc<Facts>> {
        self.facts.borrow_mut().entry(id).or_default().clone()
    }

    pub(super) fn here(self: &Rc<Self>, document: Option<DocumentId>, field: Option<String>) {
        let output = self.client.borrow_mut().here(document, field);
        self.act(output);
    }

    /// Reads the workspace's names and lists from its document in the sync.
    pub(super) fn read_workspace(&self) {
        let Some(id) = self.workspace_id.get_untracked() else {
            return;
        };
        let id = self.rows.current(id);
        let read = self.client.borrow().document(id).map(Workspace::read);
        if let Some(read) = read
            && self.workspace.with_untracked(|before| **before != read)
        {
            self.writer.later(vec![Write::Meta(meta::NAMES, to_cbor(&read))]);
            self.workspace.set(Arc::new(read));
        }
    }

    /// The row of a document in the sync.
    pub(super) fn derived(&self, id: DocumentId) -> Option<Arc<Row>> {
        let facts = self.facts(id).get_untracked();
        let client = self.client.borrow();
        let row = client
            .document(id)
            .and_then(|document| Row::derive(document, id, &facts));
        row.map(Arc::new)
    }

    /// Derives a document's row again, shows and stores it.
    pub(super) fn derive(&self, id: DocumentId) {
        if let Some(row) = self.derived(id) {
            self.writer.later(vec![self.row_write(&row)]);
            self.rows.apply([(id, Some(row))]);
        }
    }

    pub(super) fn row_write(&self, row: &Row) -> Write {
        self.row_bytes_write(row.document, row.to_bytes())
    }

    /// As [`row_write`](Self::row_write), of a row that was encoded elsewhere.
    pub(super) fn row_bytes_write(&self, id: DocumentId, row: Vec<u8>) -> Write {
        let known = self.rows.known(id).unwrap_or_default();
        let confirmed = known.confirmed.map(|epoch| epoch.to_string());
        Write::Row(id, RowRecord::new(row, &known.heads, confirmed))
    }

    /// Shows what an edit came to.
    pub(super) fn show(self: &Rc<Self>, id: DocumentId, row: Option<Arc<Row>>) {
        self.rows.apply(row.map(|row| (id, Some(row))));
        let opened = self.open.borrow().get(&id).cloned();
        if let Some(opened) = opened {
            opened.revision.update(|revision| *revision += 1);
        }
        self.rank_again(id);
        if self.is_workspace(id) {
            self.read_workspace();
        }
    }

    pub(super) fn refresh_status(&self) {
        let status = Status {
            pending: self.outbox.len(),
            oldest: self.outbox.oldest(),
            refused: self.set_aside.with_untracked(|all| all.len()),
            conflicts: self.rows.conflicts(),
            to_fetch: self.background.left(),
            ..self.status.get_untracked()
        };
        self.set_status(status);
    }

    pub(super) fn set_status(&self, status: Status) {
        if self.status.get_untracked() != status {
            self.status.set(status);
        }
    }

    /// Somebody signed in: takes over who that is, and connects.
    pub(super) fn signed_in(self: &Rc<Self>) {
        let replica = Rc::clone(self);
        spawn_local(async move {
            // What fails here comes with the hub's welcome.
            if let Ok((Some(me), ..)) = replica.database.people().await {
                replica.me.set(Some(Arc::new(me)));
            }
            replica.line.wake();
        });
    }

    /// Does nothing more: the copy that this device holds is about to be somebody else's.
    pub(super) fn close(&self) {
        self.line.stop();
        self.writer.close();
    }

    /// What this device holds that the hub doesn't.
    pub(super) async fn unsent(self: &Rc<Self>) -> Result<unsent::Counts, StoreError> {
        // What was typed just now counts, too.
        self.drafts.store();
        self.writer.settled().await;
        unsent::Counts::of(&self.database).await
    }

    /// As [`close`](Self::close), with what is under way.
    pub(super) async fn end(self: &Rc<Self>) {
        self.close();
        self.end_imports().await;
    }

    /// Empties this device's copy and ends the session. What wasn't sent is lost: who calls has asked.
    pub(super) async fn log_out(self: &Rc<Self>) -> Result<(), StoreError> {
        self.end().await;
        person::leave(self.slug.clone()).await
    }

    /// This person's access has ended: what they hadn't sent is kept as a file, and everything else leaves the device.
    pub(crate) async fn revoked(self: &Rc<Self>) {
        let nothing = self.me.with_untracked(Option::is_none) && self.workspace_id.get_untracked().is_none();
        if nothing {
            return;
        }
        let name = self.me.with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
        let counts = self.unsent().await.unwrap_or_default();
        // What can't be read can't be kept either; the rest has to go all the same.
        let file = unsent::gather(self.slug.clone()).await.ok().flatten();
        self.end().await;
        let left = Left {
            name: name.unwrap_or_default(),
            what: counts.words(),
            file: file.map(|file| (file.name, file.text)),
            at: browser::now(),
        };
        match person::wipe(self.slug.clone(), left).await {
            Ok(()) => browser::reload(),
            Err(error) => self.trouble.set(Some(error.to_string())),
        }
    }
}

/// The storage's name, given to it once. The hub notes by it when it was last in contact with this device, and so which
/// of the times claimed for work without a network can be true.
async fn storage_name(database: &Database) -> Result<String, StoreError> {
    if let Some(name) = database.single(meta::STORAGE).await? {
        return Ok(name);
    }
    let name = random_name();
    database
        .write(&[Write::Meta(meta::STORAGE, to_cbor(&name))])
        .await?;
    Ok(name)
}

/// The workspace before anything is known of it.
pub(super) fn nothing() -> Workspace {
    Workspace {
        name: String::new(),
        prefix: "SWG".to_owned(),
        agreed: None,
        organisations: Vec::new(),
        components: Vec::new(),
        people: Default::default(),
        mappings: Default::default(),
        reports: Default::default(),
    }
}
