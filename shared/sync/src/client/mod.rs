//! The client's half of the sync: the open documents of one tab, and what it and the hub say to one another.
//!
//! Sans-IO: frames in, [`Output`] out. No clock, no socket, no storage. The owner of a [`Client`] keeps four
//! promises, and everything else follows:
//!
//! - It stores the chunk of a local [`Edited`] before it calls [`Client::stored`]; only then is the change sent.
//!   So what the hub knows, this machine can explain.
//! - It stores the chunk of every [`Event::Changed`]. Storage is a union of chunks: order and repetition don't matter.
//! - It sends the frames of an [`Output`] in order, and closes the socket when that says `close`.
//! - It opens, at its start, every document that has entries in the outbox.
//!
//! *Acknowledged* means that heads **sent by the hub** contain a change: in a sync message, in a row, or in the
//! answer to a bulk call.

mod actors;
pub mod catalogue;
mod event;
mod frames;
mod link;
mod message;
pub mod outbox;
mod replica;
mod storage;
mod stranded;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use automerge::{Automerge, ChangeHash};
use docket_domain::DocumentId;

pub use self::storage::{changes, load};
pub use self::{
    actors::Actors,
    event::{Cursor, Edited, Event, NotEdited, Output, Problem, Renewed},
};
use self::{link::Link, replica::Replica, storage::is_blank};
use crate::wire::{Frame, PeerId, Person};

/// One tab's half of the sync.
#[derive(Debug)]
pub struct Client {
    link: Link,
    actors: Actors,
    cursor: Cursor,
    replicas: BTreeMap<DocumentId, Replica>,
    /// Who is here, as far as the hub told.
    present: BTreeMap<PeerId, Person>,
    /// Where this person is, to say again after reconnecting.
    here: Option<(Option<DocumentId>, Option<String>)>,
}

impl Client {
    /// A client that isn't connected. `peer` is unique among all tabs; `actors` is seeded afresh at each start of
    /// a tab; `cursor` tells which rows its storage has.
    #[must_use]
    pub fn new(peer: PeerId, actors: Actors, cursor: Cursor) -> Self {
        Self {
            link: Link::new(peer),
            actors,
            cursor,
            replicas: BTreeMap::new(),
            present: BTreeMap::new(),
            here: None,
        }
    }

    /// Names the storage behind the client, which outlives tabs: the hub knows by it when it was last in contact
    /// with this device, and believes no time before.
    #[must_use]
    pub fn with_storage(mut self, id: impl Into<String>) -> Self {
        self.link = self.link.with_storage(id.into());
        self
    }

    /// Which rows the client has.
    #[must_use]
    pub const fn cursor(&self) -> &Cursor {
        &self.cursor
    }

    /// Does the hub know this client on the present socket?
    #[must_use]
    pub const fn is_live(&self) -> bool {
        self.link.is_live()
    }

    /// The socket is open: says who this is. The rest follows when the hub has answered.
    pub fn connected(&mut self) -> Output {
        for replica in self.replicas.values_mut() {
            replica.reconnect();
        }
        Output::of(self.link.connected())
    }

    /// The socket is gone, and with it every frame on its way.
    pub fn disconnected(&mut self) {
        self.link.disconnected();
        self.present.clear();
    }

    /// Call every few seconds: an `Output` that closes means that the hub doesn't answer on this socket any more.
    pub fn tick(&mut self, now: docket_domain::Timestamp) -> Output {
        Output {
            close: self.link.is_dead(now),
            ..Output::default()
        }
    }

    /// Takes a document into the sync. `copy` is what storage has of it, none for a document to be fetched;
    /// `acknowledged` are the heads the hub sent last, empty when that isn't known.
    ///
    /// A document that is open already is merged with `copy`.
    pub fn open(&mut self, id: DocumentId, copy: Option<Automerge>, acknowledged: &[ChangeHash]) -> Output {
        let mut output = Output::default();
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.reopen();
            let merged = copy.map_or(Ok(()), |mut copy| replica.merge_copy(&mut copy));
            if let Err(error) = merged {
                let problem = Problem::Document(id, error.to_string());
                output.events.push(Event::Problem(problem));
            }
            replica.acknowledge(acknowledged);
        } else {
            let actor = self.actors.next(id);
            self.replicas.insert(id, Replica::new(copy, actor, acknowledged));
        }
        self.settle(id, &mut output);
        output
    }

    /// The document isn't needed any more. It stays in the sync until the hub has acknowledged all of it.
    pub fn close(&mut self, id: DocumentId) -> Output {
        let mut output = Output::default();
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.close();
        }
        self.settle(id, &mut output);
        output
    }

    /// An open document; none while nothing of it has come.
    #[must_use]
    pub fn document(&self, id: DocumentId) -> Option<&Automerge> {
        let document = self.replicas.get(&id)?.document();
        (!is_blank(document)).then_some(document)
    }

    /// The documents in the sync, closing ones too.
    pub fn documents(&self) -> impl Iterator<Item = DocumentId> {
        self.replicas.keys().copied()
    }

    /// Does an open document have changes that the hub hasn't acknowledged?
    #[must_use]
    pub fn is_pending(&self, id: DocumentId) -> bool {
        self.replicas.get(&id).is_some_and(Replica::is_pending)
    }

    /// The newest heads of an open document that the hub has sent, as far as this client has the changes.
    #[must_use]
    pub fn acknowledged(&self, id: DocumentId) -> &[ChangeHash] {
        self.replicas.get(&id).map_or(&[], Replica::acknowledged)
    }

    /// Changes an open document by `change`. Nothing of it is sent before [`stored`](Self::stored) is called, once
    /// for each `Ok` answer.
    ///
    /// # Errors
    /// When the document isn't open, and what `change` answers.
    pub fn edit<T, E>(
        &mut self,
        id: DocumentId,
        change: impl FnOnce(&mut Automerge) -> Result<T, E>,
    ) -> Result<Edited<T>, NotEdited<E>> {
        let replica = self.replicas.get_mut(&id).ok_or(NotEdited::Closed(id))?;
        replica.edit(change).map_err(NotEdited::Change)
    }

    /// Begins a document by `change`, or edits one that is open: as [`edit`](Self::edit), so that nothing is sent
    /// before it is stored. When `change` fails, the document isn't open afterwards.
    ///
    /// # Errors
    /// What `change` answers.
    pub fn create<T, E>(
        &mut self,
        id: DocumentId,
        change: impl FnOnce(&mut Automerge) -> Result<T, E>,
    ) -> Result<Edited<T>, E> {
        if let Some(replica) = self.replicas.get_mut(&id) {
            return replica.edit(change);
        }
        let mut replica = Replica::new(None, self.actors.next(id), &[]);
        let edited = replica.edit(change)?;
        self.replicas.insert(id, replica);
        Ok(edited)
    }

    /// What [`edit`](Self::edit), [`create`](Self::create) or [`renew`](Self::renew) answered is stored.
    pub fn stored(&mut self, id: DocumentId) -> Output {
        let mut output = Output::default();
        if let Some(replica) = self.replicas.get_mut(&id) {
            replica.stored();
        }
        self.settle(id, &mut output);
        output
    }

    /// Takes in chunks that are in storage already, because another tab or a bulk call put them there. If that
    /// changes the document, [`Event::Changed`] says so, with nothing to store.
    pub fn merge(&mut self, id: DocumentId, chunks: &[u8]) -> Output {
        let mut output = Output::default();
        if let Some(replica) = self.replicas.get_mut(&id) {
            match replica.merge_chunks(chunks) {
                Ok(true) => output.events.push(Event::Changed {
                    document: id,
                    chunk: Vec::new(),
                    heads: replica.document().get_heads(),
                }),
                Ok(false) => {}
                Err(error) => output
                    .events
                    .push(Event::Problem(Problem::Document(id, error.to_string()))),
            }
        }
        self.settle(id, &mut output);
        output
    }

    /// Takes in heads that the hub sent outside the socket (the answer to a bulk call).
    pub fn acknowledge(&mut self, id: DocumentId, heads: &[ChangeHash]) -> Output {
        let mut output = Output::default();
        if let Some(replica) = self.replicas.get_mut(&id) {
            output
                .events
                .extend(replica.acknowledge(heads).then(|| replica.acknowledgement(id)));
        }
        self.settle(id, &mut output);
        output
    }

    /// Forgets a document without syncing it further; the hub is told when it should know.
    pub fn drop_document(&mut self, id: DocumentId) -> Output {
        let known = self.replicas.remove(&id).is_some();
        let mut output = Output::default();
        if known && self.link.is_live() {
            output.send.push(Frame::Release { documents: vec![id] }.encode());
        }
        output
    }

    /// Tells the others where this person is.
    pub fn here(&mut self, document: Option<DocumentId>, field: Option<String>) -> Output {
        self.here = Some((document, field));
        let mut output = Output::default();
        if self.link.is_live() {
            output.send.extend(self.here_frame());
        }
        output
    }

    fn here_frame(&self) -> Option<Vec<u8>> {
        let (document, field) = self.here.clone()?;
        Some(Frame::Here { document, field }.encode())
    }

    /// Sends what the document has to say, and lets a closing one go once nothing is left to acknowledge.
    fn settle(&mut self, id: DocumentId, output: &mut Output) {
        let Some(replica) = self.replicas.get_mut(&id) else {
            return;
        };
        if replica.may_go() {
            output.extend(self.drop_document(id));
        } else if self.link.is_live() {
            output.send.extend(self.link.sync(id, replica));
        }
    }
}
