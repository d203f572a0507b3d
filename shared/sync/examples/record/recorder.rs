//! A hub in memory, people's devices and a stock peer; everything that goes between them is written down.

use std::{
    collections::{BTreeMap, VecDeque},
    path::Path,
};

use automerge::{
    Automerge, Change, ChangeHash,
    sync::{Message, State, SyncDoc},
};
use docket_domain::{Action, Command, Context, DocumentId, Member, MemberId, Timestamp};
use docket_sync::{
    client::{Actors, Client, Cursor, Event, Output, outbox},
    hub::{Config, Effect, Hub, SocketId, Store, memory::MemoryStore},
    wire::{
        Frame, PeerId, PeerMetadata, SyncData,
        record::{ChangesRecord, HeadsRecord, Record},
    },
};
use serde_json::{Value, json};

pub(crate) const WORKSPACE: DocumentId = DocumentId::from_bytes([1; 16]);
/// The name of the stock peer.
pub(crate) const STOCK: &str = "stock";

pub(crate) struct Recorder {
    hub: Hub<MemoryStore>,
    now: Timestamp,
    steps: Vec<Value>,
    devices: BTreeMap<String, Device>,
    stock: Option<Stock>,
    sockets: BTreeMap<SocketId, String>,
    made: u64,
    queue: VecDeque<(String, Vec<u8>)>,
    /// When the hub wants to be called again.
    ticks: Vec<Timestamp>,
    /// Each frame once: the same one often goes to many.
    frames: Vec<Vec<u8>>,
    outbox: Vec<Value>,
    refusals: Vec<Value>,
    sessions: BTreeMap<String, Vec<u8>>,
}

struct Device {
    client: Client,
    member: MemberId,
    socket: Option<SocketId>,
    entries: Vec<outbox::Entry>,
}

/// A peer that speaks automerge-repo's protocol and nothing else.
struct Stock {
    socket: SocketId,
    peer: PeerId,
    hub: Option<PeerId>,
    documents: BTreeMap<DocumentId, (Automerge, State)>,
}

impl Recorder {
    pub(crate) fn new() -> Self {
        let store = MemoryStore::new(WORKSPACE, "recorded");
        Self {
            hub: Hub::new(store, Config::default()).unwrap(),
            now: Timestamp(1_760_000_000_000),
            steps: Vec::new(),
            devices: BTreeMap::new(),
            stock: None,
            sockets: BTreeMap::new(),
            made: 0,
            queue: VecDeque::new(),
            ticks: Vec::new(),
            frames: Vec::new(),
            outbox: Vec::new(),
            refusals: Vec::new(),
            sessions: BTreeMap::new(),
        }
    }

    pub(crate) const fn hub(&self) -> &Hub<MemoryStore> {
        &self.hub
    }

    pub(crate) const fn now(&self) -> Timestamp {
        self.now
    }

    pub(crate) fn pass(&mut self, milliseconds: i64) {
        self.now = self.now.plus(milliseconds);
    }

    /// The number of a frame.
    fn frame(&mut self, bytes: &[u8]) -> usize {
        let known = self.frames.iter().position(|frame| frame == bytes);
        known.unwrap_or_else(|| {
            self.frames.push(bytes.to_vec());
            self.frames.len() - 1
        })
    }

    fn step(&mut self, step: Value) {
        self.steps.push(step);
    }

    /// Adds a member, or changes one.
    pub(crate) fn member(&mut self, member: &Member) {
        self.pass(100);
        self.step(json!({
            "step": "member", "member": base64(&minicbor::to_vec(member).unwrap()), "now": self.now.0,
        }));
        self.hub.store_mut().put_member(member.clone());
        let effects = self.hub.member_changed(&member.id, self.now);
        self.carry_out(effects);
        self.run();
    }

    /// A member's device; `seed` makes its actors.
    pub(crate) fn device(&mut self, who: &str, member: &str, seed: u8) {
        self.step(json!({"step": "device", "who": who, "member": member}));
        let peer = PeerId::new(format!("tab-{who}")).unwrap();
        let client = Client::new(peer, Actors::new([seed; 16]), Cursor::default())
            .with_storage(format!("storage-{who}"));
        let device = Device {
            client,
            member: member.parse().unwrap(),
            socket: None,
            entries: Vec::new(),
        };
        self.devices.insert(who.to_owned(), device);
    }

    fn accept(&mut self, who: &str, member: &MemberId) -> SocketId {
        self.pass(100);
        self.made += 1;
        let socket = SocketId(self.made);
        self.sockets.insert(socket, who.to_owned());
        self.step(json!({
            "step": "connect", "who": who, "member": member.as_str(), "socket": socket.0, "now": self.now.0,
        }));
        // Their way in was always there, as far as the hub knows.
        let effects = self.hub.connect(socket, member, Timestamp(0));
        self.carry_out(effects);
        socket
    }

    pub(crate) fn connect(&mut self, who: &str) {
        let member = self.devices[who].member.clone();
        let socket = self.accept(who, &member);
        let device = self.devices.get_mut(who).unwrap();
        device.socket = Some(socket);
        let output = device.client.connected();
        self.take(who, output);
        self.run();
    }

    pub(crate) fn disconnect(&mut self, who: &str) {
        self.pass(100);
        let device = self.devices.get_mut(who).unwrap();
        device.client.disconnected();
        let socket = device.socket.take().unwrap();
        self.leave(who, socket);
    }

    fn leave(&mut self, who: &str, socket: SocketId) {
        self.step(json!({"step": "disconnect", "who": who, "socket": socket.0, "now": self.now.0}));
        self.sockets.remove(&socket);
        let effects = self.hub.disconnect(socket, self.now);
        self.carry_out(effects);
        self.run();
    }

    /// Opens a document that isn't on the device.
    pub(crate) fn open(&mut self, who: &str, document: DocumentId) {
        self.step(json!({"step": "open", "who": who, "document": document.url()}));
        let device = self.devices.get_mut(who).unwrap();
        let output = device.client.open(document, None, &[]);
        self.take(who, output);
        self.run();
    }

    pub(crate) fn here(&mut self, who: &str, document: Option<DocumentId>, field: Option<&str>) {
        let device = self.devices.get_mut(who).unwrap();
        let output = device.client.here(document, field.map(str::to_owned));
        self.take(who, output);
        self.run();
    }

    /// Gives a command on a device.
    pub(crate) fn edit(&mut self, who: &str, document: DocumentId, action: Action) {
        self.pass(1_000);
        let command = Command::new(document, action);
        let device = self.devices.get_mut(who).unwrap();
        let context = Context {
            member: device.member.clone(),
            now: self.now,
        };
        let change = |document: &mut Automerge| outbox::carry_out(document, &command, &context);
        let edited = if command.creates() {
            device.client.create(document, change).unwrap()
        } else {
            device.client.edit(document, change).unwrap()
        };
        let entry = outbox::Entry {
            id: self.outbox.len() as u64 + 1,
            command: command.clone(),
            at: self.now,
            changes: edited.changes.clone(),
        };
        let bytes = base64(&minicbor::to_vec(&entry).unwrap());
        self.outbox.push(json!({
            "who": who, "member": device.member.as_str(), "document": document.url(), "entry": bytes,
        }));
        device.entries.push(entry);
        let output = device.client.stored(document);
        self.step(json!({
            "step": "edit", "who": who, "document": document.url(), "chunk": base64(&edited.chunk),
        }));
        self.take(who, output);
        self.run();
    }

    /// A device's copy of a document.
    pub(crate) fn copy(&self, who: &str, document: DocumentId) -> &Automerge {
        self.devices[who].client.document(document).unwrap()
    }

    fn renew(&mut self, who: &str, document: DocumentId) {
        let device = self.devices.get_mut(who).unwrap();
        let (member, entries) = (device.member.clone(), device.entries.clone());
        let entries: Vec<_> = entries
            .into_iter()
            .filter(|entry| entry.command.document == document)
            .collect();
        let renewed = device.client.renew(document, &[], |copy, left| {
            outbox::replay(copy, &entries, left, &member)
        });
        let renewed = renewed.unwrap().unwrap();
        let aside: Vec<_> = renewed.value.aside.iter().map(|aside| aside.entry.id).collect();
        device.entries.retain(|entry| !aside.contains(&entry.id));
        let output = device.client.stored(document);
        self.step(json!({
            "step": "renew", "who": who, "document": document.url(), "chunk": base64(&renewed.chunk),
        }));
        self.take(who, output);
    }

    fn take(&mut self, who: &str, output: Output) {
        assert!(!output.close, "{who}: {:?}", output.events);
        let frames = output.send.into_iter().map(|frame| (who.to_owned(), frame));
        self.queue.extend(frames);
        for event in output.events {
            match event {
                Event::Refused {
                    document, refused, ..
                } => {
                    let refused = refused.iter().map(|refusal| {
                        json!({
                            "who": who, "document": document.url(), "change": base64(&refusal.change.0),
                            "code": refusal.code,
                        })
                    });
                    self.refusals.extend(refused);
                }
                Event::Fresh { document } => self.renew(who, document),
                Event::Problem(problem) => panic!("{who}: {problem}"),
                _ => {}
            }
        }
    }

    /// Carries frames to the hub until nobody has anything to say.
    fn run(&mut self) {
        self.tick();
        while let Some((who, frame)) = self.queue.pop_front() {
            let socket = if who == STOCK {
                self.stock.as_ref().map(|stock| stock.socket)
            } else {
                self.devices[&who].socket
            };
            // What was on its way when the socket closed is lost with it.
            let Some(socket) = socket else { continue };
            self.pass(20);
            let number = self.frame(&frame);
            self.step(json!({
                "step": "to-hub", "who": who, "socket": socket.0, "now": self.now.0, "frame": number,
            }));
            let effects = self.hub.receive(socket, &frame, self.now);
            self.carry_out(effects);
        }
    }

    fn carry_out(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { socket, bytes } => {
                    // It was closed by an effect before this one.
                    let Some(who) = self.sockets.get(&socket).cloned() else {
                        continue;
                    };
                    let number = self.frame(&bytes);
                    self.step(json!({"step": "from-hub", "who": who, "frame": number}));
                    if who == STOCK {
                        let answers = self.stock.as_mut().unwrap().receive(&bytes);
                        self.queue.extend(answers.into_iter().map(|it| (who.clone(), it)));
                    } else if let Some(device) = self.devices.get_mut(&who) {
                        let output = device.client.receive(&bytes);
                        self.take(&who, output);
                    }
                }
                Effect::Close { socket, reason } => {
                    let Some(who) = self.sockets.get(&socket).cloned() else {
                        continue;
                    };
                    self.step(json!({"step": "closed", "who": who, "socket": socket.0, "reason": reason}));
                    let device = self.devices.get_mut(&who).unwrap();
                    device.client.disconnected();
                    device.socket = None;
                    self.leave(&who, socket);
                }
                Effect::Keep { socket, session } => {
                    self.sessions.insert(socket.0.to_string(), session);
                }
                Effect::Tick { at } => self.ticks.push(at),
                Effect::Alarm { .. } => {}
            }
        }
    }

    /// Lets the hub do what it put off until now.
    fn tick(&mut self) {
        let due = |at: &Timestamp| *at <= self.now;
        if self.ticks.iter().any(due) {
            self.ticks.retain(|at| *at > self.now);
            let effects = self.hub.tick(self.now);
            self.carry_out(effects);
        }
    }

    /// A stock peer of that member connects.
    pub(crate) fn connect_stock(&mut self, member: &str) {
        let peer = PeerId::new(STOCK).unwrap();
        let join = Frame::Join {
            sender: peer.clone(),
            metadata: PeerMetadata::default(),
            versions: vec!["1".to_owned()],
        };
        let socket = self.accept(STOCK, &member.parse().unwrap());
        self.stock = Some(Stock {
            socket,
            peer,
            hub: None,
            documents: BTreeMap::new(),
        });
        self.queue.push_back((STOCK.to_owned(), join.encode()));
        self.run();
    }

    /// The stock peer changes its copy of a document, and says so; with a change that does nothing it asks for it.
    pub(crate) fn stock(&mut self, document: DocumentId, change: impl FnOnce(&mut Automerge)) {
        self.pass(1_000);
        let stock = self.stock.as_mut().unwrap();
        let new = || {
            let actor = automerge::ActorId::from([77_u8; 16]);
            (Automerge::new().with_actor(actor), State::new())
        };
        change(&mut stock.documents.entry(document).or_insert_with(new).0);
        let frame = stock.say(document);
        self.queue
            .extend(frame.into_iter().map(|frame| (STOCK.to_owned(), frame)));
        self.run();
    }

    /// Purges a document, or sets its audience, or whatever else is called from outside.
    pub(crate) fn call(
        &mut self,
        mut step: Value,
        call: impl FnOnce(&mut Hub<MemoryStore>, Timestamp) -> Vec<Effect>,
    ) {
        self.pass(1_000);
        step["now"] = self.now.0.into();
        self.step(step);
        let effects = call(&mut self.hub, self.now);
        self.carry_out(effects);
        self.run();
    }

    /// Reads everything in bulk.
    pub(crate) fn read_bulk(&mut self, member: &str) {
        self.pass(1_000);
        let id = member.parse().unwrap();
        let batch = self.hub.read_documents(&id, None, 100, self.now).unwrap();
        let answer = base64(&batch.records);
        self.step(json!({"step": "read", "member": member, "now": self.now.0, "answer": answer}));
    }

    /// Reads in bulk what differs.
    pub(crate) fn read_differing(&mut self, member: &str, listed: &[HeadsRecord]) {
        self.pass(1_000);
        let id = member.parse().unwrap();
        let batch = self.hub.read_differing(&id, listed, self.now).unwrap();
        self.step(json!({
            "step": "differing", "member": member, "now": self.now.0,
            "request": base64(&HeadsRecord::encode_request(listed)), "answer": base64(&batch.records),
        }));
    }

    /// Writes in bulk.
    pub(crate) fn write_bulk(&mut self, member: &str, documents: &[(DocumentId, &Automerge)]) {
        self.pass(1_000);
        let id = member.parse().unwrap();
        let records = documents.iter().map(|(document, copy)| ChangesRecord {
            document: *document,
            changes: copy.get_changes(&[]).iter().map(raw).collect(),
        });
        let records: Vec<_> = records.collect();
        let (answers, effects) = self.hub.write_documents(&id, &records, self.now).unwrap();
        self.step(json!({
            "step": "write", "member": member, "now": self.now.0,
            "request": base64(&records.iter().flat_map(Record::encode).collect::<Vec<_>>()),
            "answer": base64(&answers.iter().flat_map(Record::encode).collect::<Vec<_>>()),
        }));
        self.carry_out(effects);
        self.run();
    }

    /// Writes what was recorded, and what came of it.
    pub(crate) fn write(&self, folder: &Path) {
        let lines = |values: &[Value]| {
            values
                .iter()
                .map(|value| format!("{value}\n"))
                .collect::<String>()
        };
        let file = |name: &str, text: String| std::fs::write(folder.join(name), text).unwrap();
        file("session.jsonl", lines(&self.steps));
        let frames = self.frames.iter();
        file(
            "frames.txt",
            frames.map(|frame| format!("{}\n", base64(frame))).collect(),
        );
        file("outbox.jsonl", lines(&self.outbox));
        file("store.jsonl", lines(&self.stored()));
        let heads = |document: &Automerge| hashes(&document.get_heads());
        let devices = self.devices.iter().flat_map(|(who, device)| {
            device.client.documents().filter_map(move |id| {
                let document = device.client.document(id)?;
                Some(json!({"who": who, "document": id.url(), "heads": heads(document)}))
            })
        });
        let outcome = json!({
            "workspace": WORKSPACE.url(),
            "epoch": "recorded",
            "now": self.now.0,
            "devices": devices.collect::<Vec<_>>(),
            "refusals": self.refusals,
        });
        file(
            "outcome.json",
            format!("{}\n", serde_json::to_string_pretty(&outcome).unwrap()),
        );
    }

    fn stored(&self) -> Vec<Value> {
        let store = self.hub.store();
        let mut lines = Vec::new();
        for member in store.members().unwrap() {
            lines.push(json!({"member": base64(&minicbor::to_vec(&member).unwrap())}));
        }
        for (who, device) in &self.devices {
            let client = format!("{}/storage-{who}", device.member);
            if let Some(at) = store.contact(&client).unwrap() {
                lines.push(json!({"contact": client, "at": at.0}));
            }
        }
        for socket in self.sockets.keys() {
            let documents = store.documents(None, 1_000).unwrap();
            let synced = documents
                .into_iter()
                .filter(|(id, _)| store.is_subscribed(*socket, *id).unwrap());
            let synced: Vec<_> = synced.map(|(id, _)| id.url()).collect();
            let session = self.sessions.get(&socket.0.to_string()).map(|it| base64(it));
            lines.push(json!({"socket": socket.0, "session": session, "documents": synced}));
        }
        for id in store.changed(0, 1_000).unwrap() {
            let meta = store.meta(id).unwrap().unwrap();
            let content = store.content(id).unwrap();
            lines.push(json!({
                "document": id.url(),
                "kind": meta.kind.map(docket_domain::Kind::as_str),
                "heads": hashes(&meta.heads),
                "audience": base64(&minicbor::to_vec(&meta.audience).unwrap()),
                "audience_version": meta.audience_version,
                "opens": meta.opens.map(|at| at.0),
                "number": meta.number,
                "version": meta.version,
                "derivation": meta.derivation,
                "changes": meta.changes,
                "ops": meta.ops,
                "bytes": meta.bytes,
                "pieces": meta.pieces,
                "purged": meta.purged,
                "chunks": base64(&content.chunks),
                "facts": base64(&content.facts),
                "row": store.row(id).unwrap().map(|row| base64(&row)),
            }));
        }
        lines
    }
}

impl Stock {
    fn say(&mut self, id: DocumentId) -> Option<Vec<u8>> {
        let hub = self.hub.clone()?;
        let (document, state) = self.documents.get_mut(&id)?;
        let asks = document.get_heads().is_empty();
        let data = SyncData {
            document: id,
            sender: self.peer.clone(),
            target: hub,
            data: document.generate_sync_message(state)?.encode(),
        };
        let frame = if asks {
            Frame::Request(data)
        } else {
            Frame::Sync(data)
        };
        Some(frame.encode())
    }

    fn receive(&mut self, frame: &[u8]) -> Vec<Vec<u8>> {
        match Frame::decode(frame).unwrap() {
            Frame::Peer { sender, .. } => {
                self.hub = Some(sender);
                Vec::new()
            }
            Frame::Sync(data) => {
                let (document, state) = self.documents.get_mut(&data.document).unwrap();
                let message = Message::decode(&data.data).unwrap();
                document.receive_sync_message(state, message).unwrap();
                self.say(data.document).into_iter().collect()
            }
            other => panic!("a stock peer was sent {other:?}"),
        }
    }
}

fn raw(change: &Change) -> Vec<u8> {
    change.raw_bytes().to_vec()
}

fn hashes(hashes: &[ChangeHash]) -> Vec<String> {
    let mut hashes: Vec<_> = hashes.iter().map(|hash| base64(&hash.0)).collect();
    hashes.sort();
    hashes
}

/// RFC 4648, section 4, without padding.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let groups = bytes.chunks(3).flat_map(|group| {
        let byte = |n: usize| u32::from(group.get(n).copied().unwrap_or_default());
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        let digits = (0..=group.len()).map(move |n| DIGITS[(bits >> (18 - 6 * n) & 63) as usize]);
        digits.map(char::from)
    });
    groups.collect()
}
