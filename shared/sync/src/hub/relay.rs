//! What others are told when a document changed: those that sync it, and those that follow the catalogue.

use std::collections::BTreeMap;

use automerge::ChangeHash;
use docket_domain::{DocumentId, Facts, Timestamp};

use super::{
    Bytes, Effect, Hub, HubError, LAG, Meta, SocketId, Store,
    catalogue::{RowsBatch, update},
    documents::Loaded,
    intake::encoded,
    rule,
    session::Catalogue,
};
use crate::wire::{Frame, Refusal};

/// Facts with more receipts than this (25 bytes each) are sent when a document is opened, not with every edit.
const FACTS_LIMIT: usize = 2_000;
/// After hibernation, at most so many documents are looked through for what a socket wasn't told.
const CATCH_UP: usize = 2_000;

impl<S: Store> Hub<S> {
    /// Tells of a document that was just stored: the sockets that sync it (but `except`, which was answered), then those
    /// that follow the catalogue.
    pub(super) fn relay(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        except: Option<SocketId>,
        now: Timestamp,
    ) -> Result<(), HubError> {
        self.tell_subscribers(id, loaded, except, now)?;
        self.tell_row(id, &loaded.meta, now)
    }

    /// Gives a document that was just stored, and its facts, to the sockets that sync it.
    pub(super) fn tell_subscribers(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        except: Option<SocketId>,
        now: Timestamp,
    ) -> Result<(), HubError> {
        let subscribers = self.readers(id, &loaded.meta, now)?;
        for socket in subscribers.iter().filter(|socket| Some(**socket) != except) {
            self.poke(*socket, id, loaded)?;
        }
        let facts = (loaded.facts.actors.receipts() <= FACTS_LIMIT).then(|| encoded(&loaded.facts));
        for socket in subscribers {
            self.changed.insert(socket);
            if let Some(facts) = &facts {
                self.send_facts(socket, id, facts);
            }
        }
        Ok(())
    }

    /// The open sockets that sync a document and may read it.
    pub(super) fn readers(
        &mut self,
        id: DocumentId,
        meta: &Meta,
        now: Timestamp,
    ) -> Result<Vec<SocketId>, HubError> {
        let mut readers = Vec::new();
        for socket in self.store.subscribers(id)? {
            match self.sockets.get(&socket) {
                Some(state) if rule::may_read(&state.member, meta, now) => readers.push(socket),
                Some(_) => {}
                // It has gone without a word. If that can't be noted now, it is the next time it is met.
                None => drop(self.store.forget_socket(socket)),
            }
        }
        Ok(readers)
    }

    /// Says what there is to say about a document on a socket.
    fn poke(&mut self, socket: SocketId, id: DocumentId, loaded: &Loaded) -> Result<(), HubError> {
        let Some(state) = self.sockets.get(&socket) else {
            return Ok(());
        };
        let mut peer = self.peers.take(socket, id, !state.member.role.writes());
        self.answer(socket, id, loaded, &mut peer, false);
        self.peers.put(socket, id, peer);
        Ok(())
    }

    /// Tells the catalogue's followers of a document's row, or soon, together with what changes until then.
    pub(super) fn tell_row(&mut self, id: DocumentId, meta: &Meta, now: Timestamp) -> Result<(), HubError> {
        if self.delays_rows(now) {
            return Ok(());
        }
        if self.pace.take() {
            return self.tell_rows_now(now);
        }
        let row = if meta.kind.is_some() {
            self.store.row(id)?
        } else {
            None
        };
        // Those with the same view get the same frame, as far as they may read it all the same.
        let mut frames: BTreeMap<(String, bool), Bytes> = BTreeMap::new();
        let mut behind = Vec::new();
        let (mut each, mut all) = (0, 0);
        for (socket, state) in &mut self.sockets {
            let told = std::mem::replace(&mut state.session.told, meta.version);
            if meta.version.saturating_sub(state.kept) >= LAG {
                self.changed.insert(*socket);
            }
            if state.session.catalogue != Catalogue::Live || (meta.kind.is_none() && !meta.purged) {
                continue;
            }
            // The store failed between writing and telling: what it missed comes with this.
            if told.saturating_add(1) < meta.version {
                state.session.told = told;
                behind.push((*socket, told));
                continue;
            }
            let may_read = rule::may_read(&state.member, meta, now);
            // It isn't told to be gone to those who never knew of it.
            if !may_read && !rule::could_read(&state.member, meta, told, now) {
                continue;
            }
            let key = (rule::epoch(&self.workspace, &state.member), may_read);
            let frame = frames.entry(key).or_insert_with_key(|(epoch, may_read)| {
                let frame = Frame::Rows {
                    epoch: epoch.clone(),
                    version: meta.version,
                    rows: vec![update(id, meta, row.as_ref(), *may_read)],
                    more: false,
                };
                frame.encode().into()
            });
            each = each.max(frame.len());
            all += frame.len();
            self.changed.insert(*socket);
            self.effects.push(Effect::Send {
                socket: *socket,
                bytes: frame.clone(),
            });
        }
        self.pace.told(each, all, now);
        for (socket, told) in behind {
            self.send_rows(socket, told, now)?;
            self.was_told(socket, meta.version);
        }
        Ok(())
    }

    /// Do rows have to wait, until those before have taken their time?
    fn delays_rows(&mut self, now: Timestamp) -> bool {
        let Some(at) = self.pace.wait(now) else {
            return false;
        };
        if self.pace.delay() {
            self.effects.push(Effect::Tick { at });
        }
        true
    }

    /// Tells the catalogue's followers of all rows that changed since they were told last, now or soon: for many
    /// documents at once.
    pub(super) fn tell_rows(&mut self, now: Timestamp) -> Result<(), HubError> {
        if self.delays_rows(now) {
            return Ok(());
        }
        self.tell_rows_now(now)
    }

    fn tell_rows_now(&mut self, now: Timestamp) -> Result<(), HubError> {
        let version = self.store.version()?;
        let behind = self.sockets.iter().map(|(socket, state)| {
            let live = state.session.catalogue == Catalogue::Live;
            (
                *socket,
                live.then(|| rule::epoch(&self.workspace, &state.member)),
                state.session.told,
            )
        });
        let behind: Vec<_> = behind.filter(|(.., told)| *told < version).collect();
        // Members with the same view get the same frames.
        let mut batches: BTreeMap<(String, u64), RowsBatch> = BTreeMap::new();
        let (mut each, mut all) = (0, 0);
        for (socket, epoch, told) in behind {
            if let Some(epoch) = epoch {
                let key = (epoch, told);
                let batch = match batches.remove(&key) {
                    Some(batch) => batch,
                    None => self.rows_batch(socket, told, now)?,
                };
                self.send_batch(socket, &batch);
                each = each.max(batch.bytes());
                all += batch.bytes();
                if !batch.personal {
                    batches.insert(key, batch);
                }
            }
            self.was_told(socket, version);
        }
        self.pace.told(each, all, now);
        Ok(())
    }

    /// Notes that a socket was given everything up to this version.
    fn was_told(&mut self, socket: SocketId, version: u64) {
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.session.told = version;
            if version.saturating_sub(state.kept) >= LAG {
                self.changed.insert(socket);
            }
        }
    }

    /// Tells a Docket client which of its changes weren't taken.
    pub(super) fn tell_refused(
        &mut self,
        socket: SocketId,
        document: DocumentId,
        refused: Vec<Refusal>,
        dependents: Vec<ChangeHash>,
    ) {
        if !refused.is_empty() || !dependents.is_empty() {
            self.send(
                socket,
                &Frame::Refused {
                    document,
                    refused,
                    dependents,
                },
            );
        }
    }

    pub(super) fn tell_facts(&mut self, socket: SocketId, id: DocumentId, loaded: &Loaded) {
        let facts: &Facts = &loaded.facts;
        self.send_facts(socket, id, &encoded(facts));
    }

    fn send_facts(&mut self, socket: SocketId, document: DocumentId, facts: &[u8]) {
        let docket = self
            .sockets
            .get(&socket)
            .is_some_and(|state| state.session.docket);
        if docket {
            let facts = facts.to_vec();
            self.send(socket, &Frame::Facts { document, facts });
        }
    }

    /// Tells a socket what it wasn't told because the hub ended or failed between storing and telling. Nothing, as a
    /// rule.
    pub(super) fn catch_up(&mut self, socket: SocketId, now: Timestamp) -> Result<(), HubError> {
        let Some(state) = self.sockets.get(&socket) else {
            return Ok(());
        };
        let (told, version) = (state.session.told, self.store.version()?);
        if told == version {
            return Ok(());
        }
        let live = state.session.catalogue == Catalogue::Live;
        let changed = self.store.changed(told, CATCH_UP)?;
        if changed.len() == CATCH_UP {
            return Err(HubError::Protocol("much has changed meanwhile: connect again"));
        }
        for id in changed {
            if !self.store.is_subscribed(socket, id)? {
                continue;
            }
            if let Some(loaded) = self.load(id)? {
                let may = self
                    .sockets
                    .get(&socket)
                    .is_some_and(|state| rule::may_read(&state.member, &loaded.meta, now));
                if may {
                    self.poke(socket, id, &loaded)?;
                    self.tell_facts(socket, id, &loaded);
                }
                self.documents.put(id, loaded);
            } else {
                self.unavailable(socket, id);
            }
        }
        if live {
            self.send_rows(socket, told, now)?;
        }
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.session.told = version;
            self.changed.insert(socket);
        }
        Ok(())
    }

    /// After an error: what was stored before it is told to those who weren't told yet. Who can't be told is cut off, and
    /// asks when connecting again.
    pub(super) fn recover(&mut self, now: Timestamp) {
        // Else what waits would be put together for each of them anew. Who isn't told by this is told below.
        if self.pace.take() {
            drop(self.tell_rows_now(now));
        }
        let sockets: Vec<SocketId> = self.sockets.keys().copied().collect();
        for socket in sockets {
            if let Err(error) = self.catch_up(socket, now) {
                self.close(socket, &error.public());
            }
        }
    }
}
