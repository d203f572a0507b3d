//! A hub, raw sockets that say whatever they like, and real clients beside them.

#![allow(dead_code, unreachable_pub)]

use std::collections::BTreeMap;

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ExpandedChange, ROOT, ReadDoc, ScalarValue,
    sync::{Message, MessageVersion},
    transaction::{Transactable, Transaction},
};
use docket_domain::{DocumentId, Kind, Member, MemberId, Role, Row, Timestamp, genesis};
use docket_sync::{
    client::{Actors, Client, Cursor, Event, Output},
    hub::{Bytes, Config, Effect, Hub, SocketId, Store, memory::MemoryStore},
    wire::{Frame, PeerId, PeerMetadata, SyncData},
};

pub const WORKSPACE: DocumentId = DocumentId::from_bytes([250; 16]);

pub fn id(n: u8) -> DocumentId {
    DocumentId::from_bytes([n; 16])
}

pub fn member(name: &str) -> MemberId {
    name.parse().unwrap()
}

pub struct World {
    pub hub: Hub<MemoryStore>,
    pub now: Timestamp,
    pub inbox: BTreeMap<SocketId, Vec<Bytes>>,
    pub closed: BTreeMap<SocketId, String>,
    /// When the hub wants to be called again.
    pub tick: Option<Timestamp>,
}

impl World {
    pub fn new() -> Self {
        let mut store = MemoryStore::new(WORKSPACE, "e1");
        for (name, role, organisation) in [
            ("ann", Role::Admin, None),
            ("bob", Role::Member, Some("ornl")),
            ("ven", Role::Vendor, Some("whamcloud")),
            ("eve", Role::Viewer, None),
        ] {
            store.put_member(Member {
                id: member(name),
                name: name.to_owned(),
                role,
                organisation: organisation.map(|id| id.parse().unwrap()),
                duties: Vec::new(),
            });
        }
        Self {
            hub: Hub::new(store, Config::default()).unwrap(),
            now: Timestamp(1_000_000_000),
            inbox: BTreeMap::new(),
            closed: BTreeMap::new(),
            tick: None,
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { socket, bytes } => self.inbox.entry(socket).or_default().push(bytes),
                Effect::Close { socket, reason } => {
                    self.closed.insert(socket, reason);
                    let now = self.now;
                    let effects = self.hub.disconnect(socket, now);
                    self.take(effects);
                }
                Effect::Tick { at } => self.tick = Some(at),
                _ => {}
            }
        }
    }

    /// Lets time pass until the hub has nothing more to say by itself.
    pub fn ticks(&mut self) {
        while let Some(at) = self.tick.take() {
            self.now = self.now.max(at);
            let effects = self.hub.tick(self.now);
            self.take(effects);
        }
    }

    pub fn connect(&mut self, socket: u64, who: &str) {
        let effects = self.hub.connect(SocketId(socket), &member(who), Timestamp(0));
        self.take(effects);
    }

    pub fn receive(&mut self, socket: u64, frame: &[u8]) {
        self.now = self.now.plus(1);
        let now = self.now;
        let effects = self.hub.receive(SocketId(socket), frame, now);
        self.take(effects);
    }

    /// A raw socket that joined.
    pub fn join(&mut self, socket: u64, who: &str, peer: &str) {
        self.connect(socket, who);
        let join = Frame::Join {
            sender: PeerId::new(peer).unwrap(),
            metadata: PeerMetadata {
                docket: Some(2),
                storage_id: None,
                ephemeral: false,
            },
            versions: vec!["1".to_owned()],
        };
        self.receive(socket, &join.encode());
    }

    pub fn frames(&mut self, socket: u64) -> Vec<Bytes> {
        self.inbox.remove(&SocketId(socket)).unwrap_or_default()
    }

    /// The codes and sentences of what a socket was refused.
    pub fn refused(&mut self, socket: u64) -> Vec<(String, String)> {
        let frames = self.frames(socket);
        let refused = frames.iter().filter_map(|frame| match Frame::decode(frame) {
            Ok(Frame::Refused { refused, .. }) => Some(refused),
            _ => None,
        });
        refused
            .flatten()
            .map(|refusal| (refusal.code, refusal.message))
            .collect()
    }

    /// A socket sends changes, in a message of its own.
    pub fn send(&mut self, socket: u64, peer: &str, document: DocumentId, changes: &[Change]) -> usize {
        let frame = message(peer, document, changes);
        self.receive(socket, &frame);
        frame.len()
    }

    /// A real client that is connected and follows the catalogue; it has to get along.
    pub fn client(&mut self, socket: u64, who: &str) -> Client {
        let peer = PeerId::new(format!("docket-{who}-{socket}")).unwrap();
        let mut seed = [0; 16];
        seed[..8].copy_from_slice(&socket.to_be_bytes());
        let mut client = Client::new(peer, Actors::new(seed), Cursor::default());
        self.connect(socket, who);
        let output = client.connected();
        self.drive(socket, &mut client, output);
        client
    }

    /// Carries frames to and fro until both are silent. Neither may close.
    pub fn drive(&mut self, socket: u64, client: &mut Client, mut output: Output) -> Vec<Event> {
        let mut events = Vec::new();
        for _ in 0..500 {
            assert!(!output.close, "the client closes: {:?}", output.events);
            events.append(&mut output.events);
            for frame in std::mem::take(&mut output.send) {
                self.receive(socket, &frame);
            }
            assert_eq!(self.closed.get(&SocketId(socket)), None, "the hub closes");
            let frames = self.frames(socket);
            if frames.is_empty() {
                return events;
            }
            for frame in frames {
                let more = client.receive(&frame);
                output.send.extend(more.send);
                output.events.extend(more.events);
                output.close |= more.close;
            }
        }
        panic!("the exchange doesn't end");
    }

    pub fn row(&self, document: DocumentId) -> Row {
        Row::from_bytes(&self.hub.store().row(document).unwrap().unwrap()).unwrap()
    }
}

pub fn message(peer: &str, document: DocumentId, changes: &[Change]) -> Vec<u8> {
    let chunks: Vec<Vec<u8>> = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
    let data = Message {
        heads: Vec::new(),
        need: Vec::new(),
        have: Vec::new(),
        changes: chunks.into(),
        flags: None,
        version: MessageVersion::V1,
    };
    let frame = Frame::Sync(SyncData {
        document,
        sender: PeerId::new(peer).unwrap(),
        target: PeerId::new("hub").unwrap(),
        data: data.encode(),
    });
    frame.encode()
}

pub fn write(
    document: &mut Automerge,
    edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) {
    document.transact(edit).unwrap();
}

/// The change that an edit made last.
pub fn last(document: &Automerge) -> Change {
    document.get_last_local_change().unwrap()
}

pub fn time(at: i64) -> ScalarValue {
    ScalarValue::Timestamp(at)
}

/// An issue as its reporter's client makes it.
pub fn issue(document: DocumentId, who: &str) -> Automerge {
    let mut made = genesis::create(Kind::Issue, document, ActorId::from([1; 16])).unwrap();
    write(&mut made, |tx| {
        tx.put(ROOT, "title", "Mount hangs")?;
        tx.put(ROOT, "created_at", time(1))?;
        tx.put(ROOT, "created_by", who)?;
        tx.put(ROOT, "reporter", who)?;
        tx.put(ROOT, "status", "new")
    });
    made
}

/// Many concurrent changes of one operation each on `base`, each by an actor of its own with so many bytes.
pub fn fan(base: &Automerge, count: usize, actor_bytes: usize) -> Vec<Change> {
    let mut copy = base.clone();
    copy.set_actor(actor(0, actor_bytes));
    write(&mut copy, |tx| {
        let labels = tx.get(ROOT, "labels")?.unwrap().1;
        tx.put(&labels, "x", true)
    });
    let template = last(&copy).decode();
    let change = |n| {
        Change::from(ExpandedChange {
            actor_id: actor(n + 1, actor_bytes),
            ..template.clone()
        })
    };
    (0..count).map(change).collect()
}

pub fn actor(n: usize, bytes: usize) -> ActorId {
    let mut actor = vec![7; bytes];
    actor[..8].copy_from_slice(&(n as u64).to_be_bytes());
    ActorId::from(actor)
}

/// The changes of `document` that `heads` don't hold.
pub fn since(document: &Automerge, heads: &[ChangeHash]) -> Vec<Change> {
    document.get_changes(heads)
}
