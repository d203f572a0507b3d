//! An older hub's store under this hub: every document is served as it was, rows are read and derived, and sockets that
//! were open stay open.

use std::collections::{BTreeSet, VecDeque};

use automerge::Automerge;
use docket_domain::{Action, Command, Context, DocumentId, Facts, MemberId, Row, Timestamp};
use docket_sync::{
    client::{Actors, Client, Cursor, Event, Output, load, outbox},
    hub::{Config, Effect, Hub, SocketId, Store, memory::MemoryStore},
    wire::{
        PeerId,
        record::{DocumentRecord, Record},
    },
};

use crate::{
    recording::{self, Recording, bytes, document, hashes, sorted},
    shape,
};

/// This hub on an older one's store, and a client of this build.
struct Pair {
    hub: Hub<MemoryStore>,
    client: Client,
    socket: SocketId,
    now: Timestamp,
    queue: VecDeque<Vec<u8>>,
    events: Vec<Event>,
    /// What was sent to other sockets.
    others: Vec<(SocketId, Vec<u8>)>,
}

impl Pair {
    fn new(recording: &Recording, member: &str) -> (Self, Vec<Effect>) {
        let (store, sockets) = recording.stored();
        let mut hub = Hub::new(store, Config::default()).unwrap();
        let now = recording.end().plus(1_000);
        let mut resumed = Vec::new();
        for (socket, session) in sockets {
            resumed.extend(hub.resume(socket, &session, now));
        }
        let peer = PeerId::new("tab-new").unwrap();
        let mut pair = Self {
            hub,
            client: Client::new(peer, Actors::new([201; 16]), Cursor::default()),
            socket: SocketId(1_000_000),
            now,
            queue: VecDeque::new(),
            events: Vec::new(),
            others: Vec::new(),
        };
        let member: MemberId = member.parse().unwrap();
        let effects = pair.hub.connect(pair.socket, &member, Timestamp(0));
        pair.carry_out(effects);
        let output = pair.client.connected();
        pair.take(output);
        pair.run();
        (pair, resumed)
    }

    fn take(&mut self, output: Output) {
        assert!(!output.close, "{:?}", output.events);
        self.queue.extend(output.send);
        self.events.extend(output.events);
    }

    fn run(&mut self) {
        while let Some(frame) = self.queue.pop_front() {
            self.now = self.now.plus(20);
            let effects = self.hub.receive(self.socket, &frame, self.now);
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { socket, bytes } if socket == self.socket => {
                    let output = self.client.receive(&bytes);
                    self.take(output);
                }
                Effect::Send { socket, bytes } => self.others.push((socket, bytes.to_vec())),
                Effect::Close { socket, reason } => panic!("socket {} was closed: {reason}", socket.0),
                _ => {}
            }
        }
    }

    fn open(&mut self, id: DocumentId) {
        let output = self.client.open(id, None, &[]);
        self.take(output);
        self.run();
    }
}

/// A member who may read all of the recorded documents.
const READER: &str = "bob";

#[test]
fn every_document_is_served() {
    for recording in recording::all() {
        let name = &recording.name;
        let (mut pair, _) = Pair::new(&recording, READER);
        let mut served = 0;
        for line in recording.documents() {
            let id = document(&line["document"]);
            pair.open(id);
            let heads = pair.client.document(id).map(Automerge::get_heads);
            let heads = sorted(heads.unwrap_or_default());
            assert_eq!(heads, hashes(&line["heads"]), "{name}: {id}");
            served += usize::from(!heads.is_empty());
        }
        assert!(served > 5, "{name}: {served}");
        let read = pair
            .hub
            .read_documents(&READER.parse().unwrap(), None, 100, pair.now);
        for record in DocumentRecord::read_all(&read.unwrap().records).unwrap() {
            let copy = load([record.chunk.as_slice()]).unwrap();
            assert_eq!(sorted(copy.get_heads()), sorted(record.heads), "{name}");
            minicbor::decode::<Facts>(&record.facts).unwrap();
        }
    }
}

#[test]
fn rows_are_read_and_derived_again() {
    for recording in recording::all() {
        let name = &recording.name;
        let (mut pair, _) = Pair::new(&recording, READER);
        let effects = pair.hub.alarm(pair.now).unwrap();
        pair.carry_out(effects);
        let derivation = docket_domain::row::DERIVATION;
        assert_eq!(pair.hub.store().underived(derivation, 10).unwrap(), [], "{name}");
        let mut kinds = BTreeSet::new();
        for line in recording.documents().filter(|line| line["row"].is_string()) {
            let old = Row::from_bytes(&bytes(&line["row"])).unwrap();
            let new = pair.hub.store().row(old.document).unwrap().unwrap();
            let new = Row::from_bytes(&new).unwrap();
            assert_eq!(new, old, "{name}");
            kinds.insert(new.kind());
        }
        assert_eq!(kinds.len(), docket_domain::Kind::ALL.len(), "{name}");
    }
}

/// A new version of the hub finds the sockets open, with what the old one kept of them.
#[test]
fn open_sockets_stay_open() {
    for recording in recording::all() {
        let name = &recording.name;
        let (mut pair, resumed) = Pair::new(&recording, READER);
        let closed = resumed
            .iter()
            .find(|effect| matches!(effect, Effect::Close { .. }));
        assert!(closed.is_none(), "{name}: {closed:?}");
        let issue = recording
            .documents()
            .filter(|line| line["kind"] == "issue" && line["purged"] == false)
            .map(|line| document(&line["document"]))
            .find(|id| {
                let synced = pair.hub.store().subscribers(*id).unwrap();
                !synced.is_empty()
            });
        let issue = issue.expect("an issue that somebody syncs");
        pair.open(issue);
        let title = Action::SetTitle {
            title: "After the new version came".to_owned(),
        };
        let context = Context {
            member: READER.parse().unwrap(),
            now: pair.now,
        };
        let command = Command::new(issue, title);
        let edited = pair
            .client
            .edit(issue, |document| outbox::carry_out(document, &command, &context));
        drop(edited.unwrap());
        pair.others.clear();
        let output = pair.client.stored(issue);
        pair.take(output);
        pair.run();
        assert!(!pair.client.is_pending(issue), "{name}");
        let mut told = BTreeSet::new();
        for (socket, frame) in &pair.others {
            let kind = shape::check(frame, &recording.wire).unwrap_or_else(|error| panic!("{name}: {error}"));
            if kind.as_deref() == Some("sync") {
                told.insert(*socket);
            }
        }
        assert!(!told.is_empty(), "{name}: nobody was told");
    }
}
