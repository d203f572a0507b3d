//! What the sync tells: frames out, changes and facts in; `catalogue` takes the rows.

use std::{rc::Rc, sync::Arc};

use docket_domain::{DocumentId, Facts, Member, MemberId};
use docket_sync::{
    client::{self, Event, Output, Problem},
    wire::Person,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Connection, Hold, Present, Replica, Status, StoreError,
    browser::{self, now, random},
    database::{ChunkKey, DocumentRecord, EntryKey, Write, to_cbor},
    passed::Passed,
    person,
    replica::meta,
};

impl Replica {
    /// Does what the sync asks for.
    pub(crate) fn act(self: &Rc<Self>, output: Output) {
        for frame in output.send {
            self.line.send(&frame);
        }
        for event in output.events {
            match event {
                // It closes nothing: something was passed over.
                Event::Problem(problem) if !output.close => {
                    self.passed.update(|passed| passed.tell(problem.to_string()));
                }
                event => self.on(event),
            }
        }
        if output.close {
            self.line.close();
        }
    }

    /// The socket is open.
    pub(crate) fn connected(self: &Rc<Self>) {
        let output = self.client.borrow_mut().connected();
        self.act(output);
    }

    /// A frame came.
    pub(crate) fn received(self: &Rc<Self>, frame: &[u8]) {
        let output = self.client.borrow_mut().receive(frame);
        // Before anything is sent: another tab may have let somebody else in, and what is here isn't theirs to send.
        let others = output.events.iter().any(|event| match event {
            Event::Welcome { member, .. } => self.is_other(member),
            _ => false,
        });
        if others {
            return self.is_others();
        }
        self.act(output);
    }

    /// Is this somebody else than the one whose copy this device holds?
    pub(crate) fn is_other(&self, member: &MemberId) -> bool {
        self.my_id().is_some_and(|me| me != *member)
    }

    /// The browser's cookie is somebody else's.
    fn is_others(self: &Rc<Self>) {
        self.line.stop();
        self.set_status(Status {
            others: true,
            ..self.status.get_untracked()
        });
        let replica = Rc::clone(self);
        spawn_local(async move {
            let owner = person::owner(&replica.slug).await;
            let still_ours = owner.is_ok_and(|owner| owner.member.map(|member| member.id) == replica.my_id());
            if !still_ours {
                // The stored copy has changed hands, and this page missed it: nothing of it may get in there.
                replica.close();
                browser::reload();
            }
        });
    }

    /// The socket is gone.
    pub(crate) fn disconnected(&self) {
        self.client.borrow_mut().disconnected();
        self.present.set(Arc::default());
    }

    /// Some seconds have passed.
    pub(crate) fn tick(self: &Rc<Self>) {
        let output = self.client.borrow_mut().tick(now());
        self.act(output);
    }

    /// How this tab stands with the hub.
    pub(crate) fn set_connection(self: &Rc<Self>, connection: Connection) {
        self.set_status(Status {
            connection,
            ..self.status.get_untracked()
        });
        self.look_at_the_clock();
        if !matches!(connection, Connection::Live | Connection::Connecting) {
            self.nothing_arrives();
        }
    }

    /// Since when there is a network, as far as the browser knows.
    pub(crate) fn look_at_the_clock(&self) {
        let online = web_sys::window().is_some_and(|window| window.navigator().on_line());
        let status = self.status.get_untracked();
        let since = status.online.or_else(|| Some(now()));
        self.set_status(Status {
            online: since.filter(|_| online),
            ..status
        });
    }

    /// The hub takes nothing for a while.
    pub(crate) fn hold_back(&self, hold: Hold) {
        self.set_status(Status {
            hold: Some(hold),
            ..self.status.get_untracked()
        });
    }

    /// It takes changes again, or will say so once more.
    pub(crate) fn hold_no_more(&self) {
        self.set_status(Status {
            hold: None,
            ..self.status.get_untracked()
        });
    }

    /// Until when the hub takes nothing; none if it takes what comes.
    pub(crate) fn held(&self) -> Option<Hold> {
        self.status
            .with_untracked(|status| status.hold)
            .filter(|hold| hold.left(now()) > 0)
    }

    /// The hub closed the socket and said why.
    pub(crate) fn tell_closed(&self, sentence: &str) {
        self.trouble.set(Some(sentence.to_owned()));
    }

    fn on(self: &Rc<Self>, event: Event) {
        match event {
            Event::Welcome {
                epoch,
                workspace,
                member,
                now: hub,
            } => {
                self.clock.set(hub.0 - now().0);
                *self.epoch.borrow_mut() = Some(epoch.as_str().into());
                *self.judged.borrow_mut() = None;
                *self.welcomed.borrow_mut() = Some(member.clone());
                let known = self
                    .members
                    .with_untracked(|all| all.iter().find(|one| one.id == member).cloned());
                if let Some(me) = known {
                    self.set_me(me);
                }
                if self.workspace_id.get_untracked() != Some(workspace) {
                    self.workspace_id.set(Some(workspace));
                    self.writer
                        .later(vec![Write::Meta(meta::WORKSPACE, to_cbor(&workspace))]);
                }
                self.trouble.set(None);
                self.line.welcome();
                self.passed.update(Passed::begin_again);
                self.hold_no_more();
                self.background.forget();
                self.refresh_status();
                self.set_connection(Connection::Live);
                self.after_welcome(workspace);
            }
            Event::Changed {
                document,
                chunk,
                heads,
            } => self.changed(document, chunk, &heads),
            Event::Acknowledged { document, heads } => self.acknowledged(document, &heads),
            Event::Rows {
                since,
                rows,
                cursor,
                complete,
            } => self.take_rows(since, rows, &cursor, complete),
            Event::Facts { document, facts } => self.take_facts(document, facts),
            Event::Members(members) => self.take_members(members),
            Event::Present(people) => self.take_present(people),
            // What it means is known once the hub's copy is here.
            Event::Refused { .. } => {}
            Event::Fresh { document } => self.renew(document),
            Event::Unavailable { document } => {
                self.arrived(document, &Err(StoreError::NotFound(document)));
                self.nowhere(document);
            }
            Event::Purged { document } => self.purged(document),
            // The line tries again by itself; what a person can do something about is told.
            Event::Problem(Problem::Frame(_) | Problem::Sync(..)) => {}
            Event::Problem(Problem::Hub(sentence)) => self.line.hear(sentence),
            Event::Problem(problem) => self.trouble.set(Some(problem.to_string())),
        }
    }

    fn after_welcome(self: &Rc<Self>, workspace: DocumentId) {
        let replica = Rc::clone(self);
        spawn_local(async move {
            replica.keep_open(replica.rows.current(workspace)).await;
            replica.open_pending().await;
            replica.watch_lists();
            replica.upload();
            // Begun before, and interrupted.
            if replica.status.with_untracked(|status| status.complete) {
                replica.fetch_soon();
            }
        });
    }

    pub(super) fn changed(self: &Rc<Self>, id: DocumentId, chunk: Vec<u8>, heads: &[automerge::ChangeHash]) {
        if !chunk.is_empty() {
            let key = ChunkKey::new(id, now().0, random());
            let acknowledged = self.client.borrow().acknowledged(id).to_vec();
            self.opened(id).seen.borrow_mut().insert(key.clone());
            self.writer.later(vec![
                Write::Chunk(key, chunk),
                Write::Document(id, DocumentRecord::new(heads, &acknowledged)),
            ]);
        }
        // An issue that is open shows what the others type; its row follows from the hub, unless ours comes first.
        if self.outbox.is_pending(id) {
            self.derive(id);
        }
        let opened = self.opened(id);
        opened.revision.update(|revision| *revision += 1);
        self.rank_soon(id);
        if self.is_workspace(id) {
            self.read_workspace();
        }
        self.arrived(id, &Ok(()));
    }

    fn acknowledged(self: &Rc<Self>, id: DocumentId, heads: &[automerge::ChangeHash]) {
        let entries = self.outbox.of(id);
        let (done, record) = {
            let client = self.client.borrow();
            let Some(document) = client.document(id) else {
                return;
            };
            let done = client::outbox::acknowledged(document, heads, &entries);
            (done, DocumentRecord::new(&document.get_heads(), heads))
        };
        self.outbox.remove(id, &done);
        let mut writes = vec![Write::Document(id, record)];
        if done.is_empty() {
            self.writer.later(writes);
        } else {
            writes.extend(done.into_iter().map(|entry| {
                Write::NoEntry(EntryKey {
                    document: id,
                    id: entry,
                })
            }));
            if !self.outbox.is_pending(id) {
                // The hub's rows were passed over while there was something of our own.
                self.derive(id);
            }
            self.store_and_tell(id, writes);
            self.refresh_status();
        }
        self.carry_out_waiting(id);
        let replica = Rc::clone(self);
        spawn_local(async move { replica.close_unused(id) });
    }

    /// Stores what the hub said of a document, then tells the other tabs.
    pub(super) fn store_and_tell(self: &Rc<Self>, id: DocumentId, writes: Vec<Write>) {
        let replica = Rc::clone(self);
        spawn_local(async move {
            match replica.writer.write(writes).await {
                Ok(()) => replica.tell_tabs(&[id]),
                Err(error) => replica.trouble.set(Some(error.to_string())),
            }
        });
    }

    pub(super) fn take_facts(self: &Rc<Self>, id: DocumentId, facts: Facts) {
        // Writing to a Vec can't fail.
        let bytes = minicbor::to_vec(&facts).unwrap_or_default();
        self.writer.later(vec![Write::Facts(id, bytes)]);
        self.facts(id).set(Arc::new(facts));
        // A row with changes of our own was derived from the old facts; the hub derives all others.
        if self.outbox.is_pending(id) {
            self.derive(id);
        }
    }

    fn take_members(&self, members: Vec<Member>) {
        let mut writes = vec![Write::Meta(meta::MEMBERS, to_cbor(&members))];
        let me = self.welcomed.borrow().clone().or_else(|| self.my_id());
        let me = me.and_then(|me| members.iter().find(|one| one.id == me).cloned());
        if let Some(me) = me {
            writes.push(Write::Meta(meta::ME, to_cbor(&me)));
            self.me.set(Some(Arc::new(me)));
        }
        self.writer.later(writes);
        self.members.set(Arc::new(members));
    }

    pub(crate) fn set_me(&self, me: Member) {
        if self.me.with_untracked(|before| before.as_deref() != Some(&me)) {
            self.writer.later(vec![Write::Meta(meta::ME, to_cbor(&me))]);
            self.me.set(Some(Arc::new(me)));
        }
    }

    fn take_present(&self, people: Vec<Person>) {
        let others = people.into_iter().filter(|person| person.peer != self.peer);
        let present = others.map(|person| Present {
            member: person.member,
            name: person.name,
            peer: person.peer.as_str().to_owned(),
            document: person.document,
            field: person.field,
        });
        self.present.set(Arc::new(present.collect()));
    }
}
