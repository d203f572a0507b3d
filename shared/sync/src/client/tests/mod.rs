//! The client against a real hub, a frame at a time.

mod exchange;
mod hostile;
mod refusal;

use std::collections::VecDeque;

use automerge::Automerge;
use docket_domain::{
    Action, Command, Context, DocumentId, Member, Role, Timestamp, command::NewIssue, words::Severity,
};

use super::{Actors, Client, Cursor, Edited, Event, Output, outbox};
use crate::{
    hub::{Config, Effect, Hub, SocketId, memory::MemoryStore},
    wire::{Frame, PeerId},
};

const WORKSPACE: DocumentId = DocumentId::from_bytes([1; 16]);
const ISSUE: DocumentId = DocumentId::from_bytes([2; 16]);
const NOW: Timestamp = Timestamp(1_000_000);

/// A client of a member with that role, and the hub it talks to.
struct Pair {
    client: Client,
    hub: Hub<MemoryStore>,
    events: Vec<Event>,
    /// Frames from the client, of all times.
    sent: Vec<Frame>,
    socket: SocketId,
    member: Member,
    to_hub: VecDeque<Vec<u8>>,
}

impl Pair {
    fn new(role: Role) -> Self {
        let member = Member {
            id: "anna".parse().unwrap(),
            name: "Anna".to_owned(),
            role,
            organisation: None,
            duties: Vec::new(),
        };
        let mut store = MemoryStore::new(WORKSPACE, "epoch");
        store.put_member(member.clone());
        Self {
            client: client("tab"),
            hub: Hub::new(store, Config::default()).unwrap(),
            events: Vec::new(),
            sent: Vec::new(),
            socket: SocketId(0),
            member,
            to_hub: VecDeque::new(),
        }
    }

    fn connect(&mut self) {
        self.socket = SocketId(self.socket.0 + 1);
        let effects = self
            .hub
            .connect(self.socket, &self.member.id, docket_domain::Timestamp(0));
        assert!(
            !effects
                .iter()
                .any(|effect| matches!(effect, Effect::Close { .. }))
        );
        let output = self.client.connected();
        self.take(output);
        self.talk();
    }

    fn take(&mut self, output: Output) {
        self.events.extend(output.events);
        self.to_hub.extend(output.send);
        assert!(!output.close, "{:?}", self.events);
    }

    /// Carries frames to and fro until both are silent.
    fn talk(&mut self) {
        while let Some(frame) = self.to_hub.pop_front() {
            self.sent.push(Frame::decode(&frame).unwrap());
            for effect in self.hub.receive(self.socket, &frame, NOW) {
                if let Effect::Send { bytes, .. } = effect {
                    let output = self.client.receive(&bytes);
                    self.take(output);
                }
            }
        }
    }

    fn context(&self) -> Context {
        Context {
            member: self.member.id.clone(),
            now: NOW,
        }
    }

    /// Gives a command, without storing it.
    fn command(&mut self, action: Action) -> (Edited<()>, outbox::Entry) {
        let command = Command::new(ISSUE, action);
        let context = self.context();
        let edit = |document: &mut Automerge| outbox::carry_out(document, &command, &context);
        let edited = if command.creates() {
            self.client.create(ISSUE, edit).unwrap()
        } else {
            self.client.edit(ISSUE, edit).unwrap()
        };
        let entry = outbox::Entry {
            id: edited.heads.len() as u64,
            command: command.clone(),
            at: NOW,
            changes: edited.changes.clone(),
        };
        (edited, entry)
    }

    /// Gives a command and stores it.
    fn stored(&mut self, id: u64, action: Action) -> outbox::Entry {
        let (_, entry) = self.command(action);
        let output = self.client.stored(ISSUE);
        self.take(output);
        outbox::Entry { id, ..entry }
    }

    fn sync_frames(&self) -> usize {
        let sync = |frame: &&Frame| matches!(frame, Frame::Sync(_) | Frame::Request(_));
        self.sent.iter().filter(sync).count()
    }
}

fn client(peer: &str) -> Client {
    Client::new(
        PeerId::new(peer).unwrap(),
        Actors::new([9; 16]),
        Cursor::default(),
    )
}

fn create() -> Action {
    Action::CreateIssue(Box::new(NewIssue {
        title: "The server hangs".to_owned(),
        ..NewIssue::default()
    }))
}

fn comment(body: &str) -> Action {
    Action::AddComment {
        id: docket_domain::EntryId::random(),
        body: body.to_owned(),
    }
}

const fn severity() -> Action {
    Action::SetSeverity {
        severity: Some(Severity::ALL[0]),
    }
}
