//! The hub: the core of the one object that stores and relays a workspace. Sans-IO: frames and calls in, [`Effect`]s
//! out; no clock, no socket, and a synchronous [`Store`].
//!
//! Its invariants:
//!
//! - **Persist, then answer, then relay.** Heads leave the hub only after the store has what they contain.
//! - **Truth is the store's.** What is in memory (loaded documents, sync states) is a cache. A `Hub` may vanish between
//!   any two calls: a new one on the same store, to which every living socket was given with [`Hub::resume`], goes on as
//!   if nothing had been.
//! - **Nothing from outside reaches Automerge uninspected** ([`inspect`](crate::inspect)), **nor the store unjudged**
//!   ([`guard`](crate::guard)).
//! - **Every exchange ends.** A sync message is answered only if it brought changes, or there are changes to send, or
//!   the heads differ from those last sent on that socket for that document.
//!
//! [`memory::MemoryStore`] is a store for tests and benches.

mod asker;
mod barred;
mod budget;
mod bulk;
mod bundle;
mod catalogue;
mod custody;
mod documents;
mod effect;
mod error;
mod generations;
mod intake;
mod join;
mod leaving;
mod maintenance;
pub mod memory;
mod noting;
mod pace;
mod peers;
mod presence;
mod relay;
mod rule;
mod session;
mod store;
mod stored;
mod sync;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use docket_domain::{DocumentId, MemberId, Timestamp, limits};

pub use self::{
    asker::Asker,
    bulk::{Batch, ReadBatch},
    bundle::{MOST_PARTIES, RestoreError, Whole, WholeBatch, is_audience},
    effect::{Bytes, Effect, SocketId},
    error::{HubError, QUOTA_OF_THE_DAY},
    store::{
        Content, Former, Meta, Note, PIECE_LIMIT, Piece, PlainQuota, PlainUsage, Store, StoreError,
        StoredRow, Usage, Workspace,
    },
};
use self::{
    asker::Viewer,
    budget::{Budgets, Received},
    documents::{Documents, Loaded, weight},
    pace::Pace,
    peers::Peers,
    presence::Presence,
    session::Session,
    stored::Stored,
};
use crate::{
    inspect,
    wire::{Frame, PeerId},
};

/// What the hub allows itself and others.
#[derive(Debug, Clone, Copy)]
pub struct Config {
    /// The memory all loaded documents may take, in bytes.
    pub cache: u64,
    /// The memory one document may take, in bytes: changes that would make it larger are refused.
    pub document: u64,
    /// The bytes that one document's changes may have: changes that would make them more are refused.
    pub bytes: u64,
    /// What one sync message may hold.
    pub limits: inspect::Limits,
    /// The most documents that one socket may sync.
    pub subscriptions: u64,
    /// A document in so many pieces is compacted.
    pub pieces: u64,
    /// What all documents may take. The last of it is kept for admins ([`limits::RESERVE_PERCENT`]).
    pub quota: Usage,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            // Of the 128 MB that all objects of an isolate share and that never shrink.
            cache: 24_000_000,
            document: limits::DOCUMENT_MEMORY,
            // An imported issue has 7 MB at most, and usually some 10 KB.
            bytes: limits::DOCUMENT,
            limits: inspect::Limits::default(),
            subscriptions: limits::SUBSCRIPTIONS,
            pieces: 100,
            quota: Usage {
                documents: limits::WORKSPACE_DOCUMENTS,
                bytes: limits::WORKSPACE,
            },
        }
    }
}

/// The hub of one workspace.
#[derive(Debug)]
pub struct Hub<S> {
    store: S,
    config: Config,
    workspace: Workspace,
    /// The hub's own peer id.
    peer: PeerId,
    sockets: BTreeMap<SocketId, Socket>,
    documents: Documents,
    peers: Peers,
    effects: Vec<Effect>,
    /// The sockets whose session changed in this call.
    changed: BTreeSet<SocketId>,
    /// Documents that couldn't be worked on from an alarm.
    failed: BTreeSet<DocumentId>,
    /// Documents whose end was begun, and not stored.
    unfinished: BTreeSet<DocumentId>,
    budgets: Budgets,
    presence: Presence,
    pace: Pace,
    /// What each member has stored of late.
    stored: Stored,
    /// When it was last called, as far as it was told.
    clock: Timestamp,
}

/// A socket, as long as the hub isn't evicted.
#[derive(Debug)]
struct Socket {
    session: Session,
    member: Viewer,
    received: Received,
    /// How many documents it syncs, once that was asked for; of those, how many aren't there.
    subscriptions: Option<u64>,
    awaited: u64,
    /// The version up to which it last read the catalogue, since the hub woke.
    reached: Option<u64>,
    /// The version the kept session tells.
    kept: u64,
    /// The session and count of the last ephemeral message relayed.
    ephemeral: Option<(String, u64)>,
}

/// An attachment may lag behind the workspace's version by so much before it is kept anew.
const LAG: u64 = 500;

impl<S: Store> Hub<S> {
    /// The hub on this store. Before anything else, give it all sockets that are open with [`resume`](Self::resume): one
    /// that it doesn't know it takes for closed.
    ///
    /// # Errors
    /// When the store can't tell of its workspace.
    pub fn new(store: S, config: Config) -> Result<Self, HubError> {
        let workspace = store.workspace()?;
        let peer = PeerId::new(format!("docket-{}", workspace.document))?;
        Ok(Self {
            store,
            config,
            workspace,
            peer,
            sockets: BTreeMap::new(),
            documents: Documents::new(config.cache),
            peers: Peers::default(),
            effects: Vec::new(),
            changed: BTreeSet::new(),
            failed: BTreeSet::new(),
            unfinished: BTreeSet::new(),
            budgets: Budgets::default(),
            presence: Presence::default(),
            pace: Pace::default(),
            stored: Stored::default(),
            clock: Timestamp(0),
        })
    }

    /// The store.
    pub const fn store(&self) -> &S {
        &self.store
    }

    /// The store, for what isn't the hub's: members, tokens. Whoever changes a member calls
    /// [`member_changed`](Self::member_changed).
    pub const fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// How many documents are in memory, and the bytes they are reckoned to take.
    #[must_use]
    pub fn loaded(&self) -> (usize, u64) {
        (self.documents.len(), self.documents.weight())
    }

    /// Was it found that a document can't be worked on, since the hub woke?
    #[must_use]
    pub fn has_failed(&self, document: DocumentId) -> bool {
        self.failed.contains(&document)
    }

    /// How many sockets there are.
    #[must_use]
    pub fn connections(&self) -> usize {
        self.sockets.len()
    }

    /// A member's sockets, and when each was last heard of; 0 before it joined.
    pub fn connections_of(&self, member: &MemberId) -> impl Iterator<Item = (SocketId, Timestamp)> {
        let theirs = self
            .sockets
            .iter()
            .filter(move |(_, state)| state.member.id == *member);
        theirs.map(|(id, state)| (*id, state.session.heard))
    }

    /// A socket was accepted for a member, whose way in (a token, a session) was made at `issued`: what they say to have
    /// done before isn't believed, unless this client was here before that.
    pub fn connect<'a>(
        &mut self,
        socket: SocketId,
        asker: impl Into<Asker<'a>>,
        issued: Timestamp,
    ) -> Vec<Effect> {
        let asker = asker.into();
        let begun = self
            .store
            .version()
            .map_err(HubError::from)
            .and_then(|told| self.admit(socket, Session::new(asker, issued, told)));
        self.changed.insert(socket);
        self.settle(socket, begun)
    }

    /// A socket was open while the hub was evicted: `session` is what it had last asked to keep for it.
    pub fn resume(&mut self, socket: SocketId, session: &[u8], now: Timestamp) -> Vec<Effect> {
        self.clock = now;
        self.presence.is_new_to(socket);
        let resumed = Session::from_bytes(session)
            .ok_or(HubError::Protocol("the connection was lost: connect again"))
            .and_then(|session| {
                self.admit(socket, session)?;
                self.catch_up(socket, now)
            });
        self.settle(socket, resumed)
    }

    fn admit(&mut self, socket: SocketId, session: Session) -> Result<(), HubError> {
        let member = self.store.member(&session.member)?.ok_or(HubError::Protocol(
            "you aren't a member of this workspace any more",
        ))?;
        let kept = session.told;
        let socket_state = Socket {
            member: Viewer {
                member,
                lent: session.lent,
            },
            session,
            received: Received::new(),
            subscriptions: None,
            awaited: 0,
            reached: None,
            kept,
            ephemeral: None,
        };
        self.sockets.insert(socket, socket_state);
        Ok(())
    }

    /// A frame came in.
    pub fn receive(&mut self, socket: SocketId, frame: &[u8], now: Timestamp) -> Vec<Effect> {
        self.clock = now;
        let received = self.receive_frame(socket, frame, now);
        if received.is_err() {
            self.recover(now);
        }
        self.settle(socket, received)
    }

    fn receive_frame(&mut self, socket: SocketId, frame: &[u8], now: Timestamp) -> Result<(), HubError> {
        let state = self
            .sockets
            .get_mut(&socket)
            .ok_or(HubError::Protocol("the connection was lost: connect again"))?;
        state.session.heard = now;
        if !self.budgets.sends(&state.member.id, frame.len(), now) {
            return Err(HubError::TooFast);
        }
        let frame = Frame::decode(frame)?;
        let joined = state.session.peer();
        match (frame, joined) {
            (
                Frame::Join {
                    sender,
                    metadata,
                    versions,
                },
                None,
            ) => self.join(socket, &sender, metadata, &versions, now),
            (Frame::Join { .. }, Some(_)) => Err(HubError::Protocol("you have joined already")),
            (_, None) => Err(HubError::Protocol("send `join` first")),
            (frame, Some(peer)) => self.frame(socket, &peer, frame, now),
        }
    }

    fn frame(
        &mut self,
        socket: SocketId,
        peer: &PeerId,
        frame: Frame,
        now: Timestamp,
    ) -> Result<(), HubError> {
        match frame {
            Frame::Request(data) | Frame::Sync(data) => {
                self.is_sender(peer, &data.sender)?;
                self.sync(socket, data.document, &data.data, now)
            }
            Frame::Ephemeral(message) => {
                self.is_sender(peer, &message.sender)?;
                self.ephemeral(socket, &message, now)
            }
            Frame::Subscribe { epoch, version, .. } => self.subscribe(socket, epoch.as_deref(), version, now),
            Frame::Release { documents } => self.release(socket, &documents),
            Frame::Here { document, field } => self.here(socket, document, field, now),
            Frame::Leave { .. } | Frame::Error { .. } => {
                self.close(socket, "goodbye");
                Ok(())
            }
            // What a client tells of others' documents isn't needed, what only a hub sends is passed over, and a newer
            // client may say what this hub doesn't know.
            _ => Ok(()),
        }
    }

    fn is_sender(&self, peer: &PeerId, sender: &PeerId) -> Result<(), HubError> {
        if peer == sender {
            Ok(())
        } else {
            Err(HubError::Protocol("the senderId isn't the one you joined with"))
        }
    }

    /// Turns an error into its answer, and hands out what is to be done.
    fn settle(&mut self, socket: SocketId, result: Result<(), HubError>) -> Vec<Effect> {
        if let Err(error) = result {
            let target = self.sockets.get(&socket).and_then(|socket| socket.session.peer());
            let message = error.public();
            let frame = Frame::Error {
                sender: Some(self.peer.clone()),
                target,
                message: message.clone(),
            };
            self.send(socket, &frame);
            self.close(socket, &message);
        }
        self.finish()
    }

    /// Hands out what is to be done after a call that may fail. After an error that waits for the next call, unless the
    /// hub is built anew before, which comes to the same.
    fn conclude<T>(
        &mut self,
        result: Result<T, HubError>,
        now: Timestamp,
    ) -> Result<(T, Vec<Effect>), HubError> {
        self.clock = now;
        match result {
            Ok(value) => Ok((value, self.finish())),
            Err(error) => {
                self.recover(now);
                Err(error)
            }
        }
    }

    /// Hands out what is to be done. Who would be sent more than they may is cut off instead: what they weren't told they
    /// ask for when they connect again.
    fn finish(&mut self) -> Vec<Effect> {
        let mut sizes: BTreeMap<SocketId, usize> = BTreeMap::new();
        for effect in &self.effects {
            if let Effect::Send { socket, bytes } = effect {
                *sizes.entry(*socket).or_default() += bytes.len();
            }
        }
        for (id, size) in sizes {
            let Some(state) = self.sockets.get_mut(&id) else {
                continue;
            };
            let fits = state.received.take(size, self.clock);
            if !self.budgets.receives(&state.member.id, size, self.clock) || !fits {
                self.effects
                    .retain(|effect| !matches!(effect, Effect::Send { socket, .. } if *socket == id));
                self.close(
                    id,
                    "you are sent more than can be read: wait a little, then connect again",
                );
            }
        }
        for id in std::mem::take(&mut self.changed) {
            if let Some(socket) = self.sockets.get_mut(&id) {
                socket.kept = socket.session.told;
                let session = socket.session.to_bytes();
                self.effects.push(Effect::Keep { socket: id, session });
            }
        }
        std::mem::take(&mut self.effects)
    }

    fn close(&mut self, socket: SocketId, reason: &str) {
        // RFC 6455, section 5.5: a control frame carries at most 125 bytes, 2 of them the code.
        let end = reason.floor_char_boundary(123);
        self.effects.push(Effect::Close {
            socket,
            reason: reason.get(..end).unwrap_or_default().to_owned(),
        });
    }

    fn send(&mut self, socket: SocketId, frame: &Frame) {
        self.effects.push(Effect::Send {
            socket,
            bytes: frame.encode().into(),
        });
    }

    /// Takes a document out of memory or the store; none when it isn't there. Put it back when all went well.
    fn load(&mut self, id: DocumentId) -> Result<Option<Loaded>, HubError> {
        if let Some(loaded) = self.documents.take(id) {
            return Ok(Some(loaded));
        }
        let Some(meta) = self.store.meta(id)?.filter(|meta| !meta.purged) else {
            return Ok(None);
        };
        self.documents.make_room(weight(meta.changes, meta.ops));
        let content = self.store.content(id)?;
        Loaded::read(id, meta, &content).map(Some)
    }
}
