//! The hub, rule by rule: a [`World`] of a hub on a memory store and clients that speak automerge-repo's protocol with
//! Automerge's own sync. With `evicts`, the hub is thrown away and built anew before every call, as hibernation does.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod audience;
mod barring;
mod bulk;
mod bundle;
mod catalogue;
mod generations;
mod hostile;
mod leaving;
mod presence;
mod quota;
mod refusing;
mod sockets;
mod syncing;
mod unknown;
mod upkeep;

use std::collections::{BTreeMap, VecDeque};

use automerge::{
    ActorId, Automerge, AutomergeError, ChangeHash, ReadDoc,
    sync::{Message, MessageVersion, State, SyncDoc},
    transaction::{Transactable, Transaction},
};
use docket_domain::{
    Action, Command, Context, DocumentId, Facts, Member, MemberId, Role, Timestamp, command::NewIssue,
};

use super::{Config, Effect, Hub, SocketId, Store, memory::MemoryStore};
use crate::wire::{Frame, PeerId, PeerMetadata, SyncData};

pub(super) const WORKSPACE: DocumentId = DocumentId::from_bytes([250; 16]);

pub(super) struct World {
    hub: Option<Hub<MemoryStore>>,
    config: Config,
    evicts: bool,
    now: Timestamp,
    kept: BTreeMap<SocketId, Vec<u8>>,
    inbox: BTreeMap<SocketId, VecDeque<Vec<u8>>>,
    closed: BTreeMap<SocketId, String>,
    alarms: Vec<Timestamp>,
    tick: Option<Timestamp>,
    /// Frames in either direction.
    frames: usize,
}

pub(super) fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

pub(super) fn member_id(name: &str) -> MemberId {
    name.parse().unwrap()
}

impl World {
    pub(super) fn new() -> Self {
        Self::with(Config::default())
    }

    pub(super) fn with(config: Config) -> Self {
        let mut store = MemoryStore::new(WORKSPACE, "e1");
        for (name, role, organisation) in [
            ("ann", Role::Admin, None),
            ("bob", Role::Member, Some("ornl")),
            ("cyd", Role::Member, Some("llnl")),
            ("ven", Role::Vendor, Some("whamcloud")),
            ("eve", Role::Viewer, None),
        ] {
            store.put_member(Member {
                id: member_id(name),
                name: name.to_owned(),
                role,
                organisation: organisation.map(|id| id.parse().unwrap()),
                duties: Vec::new(),
            });
        }
        Self {
            hub: Some(Hub::new(store, config).unwrap()),
            config,
            evicts: false,
            now: Timestamp(1_000_000_000),
            kept: BTreeMap::new(),
            inbox: BTreeMap::new(),
            closed: BTreeMap::new(),
            alarms: Vec::new(),
            tick: None,
            frames: 0,
        }
    }

    pub(super) fn evicting() -> Self {
        let mut world = Self::new();
        world.evicts = true;
        world
    }

    pub(super) fn hub(&mut self) -> &mut Hub<MemoryStore> {
        self.hub.as_mut().unwrap()
    }

    pub(super) fn store(&mut self) -> &mut MemoryStore {
        self.hub().store_mut()
    }

    /// Throws the hub away and builds it anew from its store and the kept sessions.
    pub(super) fn evict(&mut self) {
        let store = self.hub.take().unwrap().store().clone();
        self.hub = Some(Hub::new(store, self.config).unwrap());
        let now = self.now;
        for (socket, session) in self.kept.clone() {
            let effects = self.hub().resume(socket, &session, now);
            self.take(effects);
        }
    }

    /// Calls the hub and does what it says.
    pub(super) fn call(&mut self, call: impl FnOnce(&mut Hub<MemoryStore>, Timestamp) -> Vec<Effect>) {
        if self.evicts {
            self.evict();
        }
        self.now = self.now.plus(1);
        let now = self.now;
        let effects = call(self.hub(), now);
        self.take(effects);
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { socket, bytes } => {
                    self.frames += 1;
                    self.inbox.entry(socket).or_default().push_back(bytes.to_vec());
                }
                Effect::Close { socket, reason } => {
                    self.kept.remove(&socket);
                    self.closed.insert(socket, reason);
                    let now = self.now;
                    let effects = self.hub().disconnect(socket, now);
                    self.take(effects);
                }
                Effect::Keep { socket, session } => {
                    assert!(session.len() <= 16_384);
                    if !self.closed.contains_key(&socket) {
                        self.kept.insert(socket, session);
                    }
                }
                Effect::Alarm { at } => self.alarms.push(at),
                Effect::Tick { at } => self.tick = Some(at),
            }
        }
    }

    pub(super) fn receive(&mut self, socket: SocketId, frame: &Frame) {
        self.frames += 1;
        let bytes = frame.encode();
        self.call(|hub, now| hub.receive(socket, &bytes, now));
    }

    /// A client that joined, as one of before presence was told as differences.
    pub(super) fn join(&mut self, member: &str, docket: bool) -> Client {
        self.join_as(member, docket.then_some(1))
    }

    /// A client that joined and understands this version of Docket's frames; none for a stock client.
    pub(super) fn join_as(&mut self, member: &str, docket: Option<u32>) -> Client {
        let socket = SocketId(self.kept.len() as u64 + self.closed.len() as u64 + 1);
        let mut client = Client {
            socket,
            peer: PeerId::new(format!("{member}-{}", socket.0)).unwrap(),
            member: member_id(member),
            documents: BTreeMap::new(),
            received: Vec::new(),
            muted: false,
        };
        let member = client.member.clone();
        self.call(|hub, _| hub.connect(socket, &member, Timestamp(0)));
        let frame = Frame::Join {
            sender: client.peer.clone(),
            metadata: PeerMetadata {
                docket,
                ..PeerMetadata::default()
            },
            versions: vec!["1".to_owned()],
        };
        self.receive(socket, &frame);
        self.settle(&mut [&mut client]);
        client
    }

    pub(super) fn leave(&mut self, client: &Client) {
        let socket = client.socket;
        self.kept.remove(&socket);
        self.closed.insert(socket, "left".to_owned());
        self.call(|hub, now| hub.disconnect(socket, now));
    }

    /// Gives frames to and fro until nobody has anything to say.
    pub(super) fn settle(&mut self, clients: &mut [&mut Client]) {
        for _ in 0..1_000 {
            let mut quiet = true;
            for client in clients.iter_mut() {
                let Some(frame) = self.inbox.entry(client.socket).or_default().pop_front() else {
                    continue;
                };
                quiet = false;
                for answer in client.take(&frame) {
                    if !self.closed.contains_key(&client.socket) {
                        self.receive(client.socket, &answer);
                    }
                }
            }
            if !quiet {
                continue;
            }
            let Some(at) = self.tick.take() else {
                return;
            };
            self.now = self.now.max(at);
            self.call(Hub::tick);
        }
        panic!("the exchange doesn't end");
    }

    /// Lets a client say what it has to say of a document, and settles.
    pub(super) fn sync(&mut self, client: &mut Client, document: DocumentId) {
        if let Some(frame) = client.say(document) {
            self.receive(client.socket, &frame);
        }
        self.settle(&mut [client]);
    }
}

/// A client: a stock automerge-repo peer, or one that understands Docket's frames too.
pub(super) struct Client {
    pub(super) socket: SocketId,
    pub(super) peer: PeerId,
    pub(super) member: MemberId,
    documents: BTreeMap<DocumentId, (Automerge, State)>,
    /// All frames that came but sync messages.
    pub(super) received: Vec<Frame>,
    /// Frames it takes but doesn't answer.
    muted: bool,
}

impl Client {
    /// Its copy of a document.
    pub(super) fn copy(&mut self, document: DocumentId) -> &mut Automerge {
        let actor = ActorId::from(self.peer.as_str().as_bytes());
        &mut self
            .documents
            .entry(document)
            .or_insert_with(|| (Automerge::new().with_actor(actor), State::new()))
            .0
    }

    pub(super) fn put(&mut self, document: DocumentId, copy: Automerge) {
        self.documents.insert(document, (copy, State::new()));
    }

    pub(super) fn heads(&mut self, document: DocumentId) -> Vec<ChangeHash> {
        self.copy(document).get_heads()
    }

    /// Makes an issue, not yet sent.
    pub(super) fn create(&mut self, document: DocumentId, title: &str, now: Timestamp) {
        let new = NewIssue {
            title: title.to_owned(),
            description: "It hangs.".to_owned(),
            ..NewIssue::default()
        };
        self.create_with(document, new, now);
    }

    pub(super) fn create_with(&mut self, document: DocumentId, new: NewIssue, now: Timestamp) {
        let command = Command::new(document, Action::CreateIssue(Box::new(new)));
        let actor = ActorId::from(self.peer.as_str().as_bytes());
        let mut copy = command.begin(actor).unwrap();
        command.apply(&mut copy, &self.context(now)).unwrap();
        self.put(document, copy);
    }

    pub(super) fn act(&mut self, document: DocumentId, action: Action, now: Timestamp) -> ChangeHash {
        let context = self.context(now);
        let command = Command::new(document, action);
        command.apply(self.copy(document), &context).unwrap()
    }

    pub(super) fn title(&mut self, document: DocumentId, title: &str, now: Timestamp) -> ChangeHash {
        let title = title.to_owned();
        self.act(document, Action::SetTitle { title }, now)
    }

    fn context(&self, now: Timestamp) -> Context {
        Context {
            member: self.member.clone(),
            now,
        }
    }

    /// Changes a copy in whatever way.
    pub(super) fn edit(
        &mut self,
        document: DocumentId,
        edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
    ) -> ChangeHash {
        let copy = self.copy(document);
        copy.transact(edit)
            .unwrap_or_else(|failure| panic!("{}", failure.error));
        copy.get_heads()[0]
    }

    /// What it has to say of a document.
    pub(super) fn say(&mut self, document: DocumentId) -> Option<Frame> {
        self.copy(document);
        let (copy, state) = self.documents.get_mut(&document).unwrap();
        let message = copy.generate_sync_message(state)?;
        let data = SyncData {
            document,
            sender: self.peer.clone(),
            target: PeerId::new("hub").unwrap(),
            data: message.encode(),
        };
        Some(if copy.is_empty() {
            Frame::Request(data)
        } else {
            Frame::Sync(data)
        })
    }

    /// A message, made by hand, that brings this one change.
    pub(super) fn bring(&mut self, document: DocumentId, change: ChangeHash) -> Frame {
        let copy = self.copy(document);
        let chunk = copy.get_change_by_hash(&change).unwrap().raw_bytes().to_vec();
        self.message(document, vec![change], vec![chunk])
    }

    /// A message, made by hand, that brings all changes.
    pub(super) fn bring_all(&mut self, document: DocumentId) -> Frame {
        let copy = self.copy(document);
        let changes = copy.get_changes(&[]);
        let chunks = changes.iter().map(|change| change.raw_bytes().to_vec());
        let (heads, chunks) = (copy.get_heads(), chunks.collect());
        self.message(document, heads, chunks)
    }

    fn message(&self, document: DocumentId, heads: Vec<ChangeHash>, chunks: Vec<Vec<u8>>) -> Frame {
        let message = Message {
            heads,
            need: Vec::new(),
            have: Vec::new(),
            changes: chunks.into(),
            flags: None,
            version: MessageVersion::V1,
        };
        Frame::Sync(SyncData {
            document,
            sender: self.peer.clone(),
            target: PeerId::new("hub").unwrap(),
            data: message.encode(),
        })
    }

    /// Takes a frame in, and answers.
    fn take(&mut self, frame: &[u8]) -> Vec<Frame> {
        match Frame::decode(frame).unwrap() {
            Frame::Sync(data) => {
                let message = Message::decode(&data.data).unwrap();
                self.copy(data.document);
                let (copy, state) = self.documents.get_mut(&data.document).unwrap();
                copy.receive_sync_message(state, message).unwrap();
                let muted = self.muted;
                self.say(data.document).filter(|_| !muted).into_iter().collect()
            }
            frame => {
                self.received.push(frame);
                Vec::new()
            }
        }
    }

    /// Forgets what it said, as after connecting again.
    pub(super) fn renew(&mut self, document: DocumentId) {
        self.copy(document);
        self.documents.get_mut(&document).unwrap().1 = State::new();
    }

    /// The last facts it was told about a document.
    pub(super) fn facts(&self, wanted: DocumentId) -> Facts {
        let facts = self.received.iter().rev().find_map(|frame| match frame {
            Frame::Facts { document, facts } if *document == wanted => Some(facts),
            _ => None,
        });
        minicbor::decode(facts.unwrap()).unwrap()
    }
}
