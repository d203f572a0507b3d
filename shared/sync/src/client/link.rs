//! The socket as the client sees it: who speaks to whom, and whether anybody still answers.

use automerge::sync;
use docket_domain::{DocumentId, Timestamp};

use super::{Actors, message::Outgoing, replica::Replica};
use crate::wire::{DOCKET_VERSION, Frame, PROTOCOL_VERSION, PeerId, PeerMetadata, SyncData};

/// A hub that owes an answer for so long is taken for gone, in milliseconds. Above any pause of a busy hub, below
/// the patience of a person.
const PATIENCE: i64 = 20_000;

#[derive(Debug)]
pub(super) struct Link {
    peer: PeerId,
    storage: Option<String>,
    state: State,
    /// Something was sent that the hub must answer.
    waits: bool,
    /// When an answer is overdue; set at the first tick that finds `waits`.
    deadline: Option<Timestamp>,
}

#[derive(Debug)]
enum State {
    Away,
    Joining,
    Live(PeerId),
}

impl Link {
    pub(super) const fn new(peer: PeerId) -> Self {
        Self {
            peer,
            storage: None,
            state: State::Away,
            waits: false,
            deadline: None,
        }
    }

    pub(super) fn with_storage(mut self, id: String) -> Self {
        self.storage = Some(id);
        self
    }

    pub(super) const fn is_live(&self) -> bool {
        matches!(self.state, State::Live(_))
    }

    /// This tab's peer id.
    pub(super) const fn peer(&self) -> &PeerId {
        &self.peer
    }

    /// Somebody else has this tab's peer id: the next connection has another one.
    pub(super) fn take_another_peer(&mut self, random: &mut Actors) {
        // As random as an actor, and as short.
        let name = random.next(DocumentId::from_bytes([0; 16])).to_hex_string();
        if let Ok(peer) = PeerId::new(format!("docket-{name}")) {
            self.peer = peer;
        }
    }

    pub(super) fn connected(&mut self) -> Vec<u8> {
        self.state = State::Joining;
        self.waits = true;
        self.deadline = None;
        Frame::Join {
            sender: self.peer.clone(),
            metadata: PeerMetadata {
                storage_id: self.storage.clone(),
                ephemeral: self.storage.is_none(),
                docket: Some(DOCKET_VERSION),
            },
            versions: vec![PROTOCOL_VERSION.to_owned()],
        }
        .encode()
    }

    /// The hub said who it is. False when that wasn't asked for.
    pub(super) fn joined(&mut self, hub: PeerId) -> bool {
        let asked = matches!(self.state, State::Joining);
        if asked {
            self.state = State::Live(hub);
        }
        asked
    }

    pub(super) fn disconnected(&mut self) {
        self.state = State::Away;
        self.heard();
    }

    /// A frame came: the hub is there.
    pub(super) const fn heard(&mut self) {
        self.waits = false;
        self.deadline = None;
    }

    pub(super) fn is_dead(&mut self, now: Timestamp) -> bool {
        if !self.waits {
            return false;
        }
        let deadline = *self.deadline.get_or_insert(now.plus(PATIENCE));
        now >= deadline
    }

    /// The frames in which a document says what it has to say.
    pub(super) fn sync(&mut self, id: DocumentId, replica: &mut Replica) -> Vec<Vec<u8>> {
        let State::Live(hub) = &self.state else {
            return Vec::new();
        };
        let Outgoing { messages, asks } = replica.outgoing();
        let frames: Vec<_> = messages
            .into_iter()
            .map(|message| {
                self.waits |= !message.changes.is_empty();
                let data = SyncData {
                    document: id,
                    sender: self.peer.clone(),
                    target: hub.clone(),
                    data: sync::Message::encode(message),
                };
                let frame = if asks {
                    Frame::Request(data)
                } else {
                    Frame::Sync(data)
                };
                frame.encode()
            })
            .collect();
        frames
    }
}
