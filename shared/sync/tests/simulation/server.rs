//! The hub's process: a hub on a store that survives it, sockets' attachments that survive an eviction, and the ways
//! in which it fails.

use std::collections::BTreeMap;

use docket_domain::{Member, MemberId, Timestamp};
use docket_sync::hub::{Config, Effect, Hub, SocketId, memory::MemoryStore};

/// What goes wrong while the next frame is handled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The handler panics before it did anything: the socket is closed.
    Panic,
    /// The store refuses every write after so many.
    Write(u64),
    /// The process is killed after so many effects were carried out.
    Kill(usize),
}

/// What came of a call.
#[derive(Debug, Default)]
pub struct Outcome {
    pub effects: Vec<Effect>,
    /// All sockets are gone.
    pub killed: bool,
    /// This socket is to be closed.
    pub closed: Option<SocketId>,
}

pub struct Server {
    hub: Hub<MemoryStore>,
    config: Config,
    sessions: BTreeMap<SocketId, Vec<u8>>,
    pub fault: Option<Fault>,
    pub alarm: Option<Timestamp>,
}

impl Server {
    pub fn new(store: MemoryStore, config: Config) -> Self {
        Self {
            hub: Hub::new(store, config).unwrap(),
            config,
            sessions: BTreeMap::new(),
            fault: None,
            alarm: None,
        }
    }

    pub fn store(&self) -> &MemoryStore {
        self.hub.store()
    }

    pub fn connect(&mut self, socket: SocketId, member: &MemberId) -> Outcome {
        let effects = self.hub.connect(socket, member, docket_domain::Timestamp(0));
        self.carry_out(effects)
    }

    pub fn disconnect(&mut self, socket: SocketId, now: Timestamp) -> Outcome {
        self.sessions.remove(&socket);
        let effects = self.hub.disconnect(socket, now);
        self.carry_out(effects)
    }

    pub fn receive(&mut self, socket: SocketId, frame: &[u8], now: Timestamp) -> Outcome {
        match self.fault.take() {
            Some(Fault::Panic) => Outcome {
                closed: Some(socket),
                ..Outcome::default()
            },
            Some(Fault::Write(writes)) => {
                self.hub.store_mut().fail_after(Some(writes));
                let effects = self.hub.receive(socket, frame, now);
                self.hub.store_mut().fail_after(None);
                self.carry_out(effects)
            }
            Some(Fault::Kill(after)) => {
                let mut effects = self.hub.receive(socket, frame, now);
                effects.truncate(after);
                let mut outcome = self.carry_out(effects);
                self.kill();
                outcome.killed = true;
                outcome
            }
            None => {
                let effects = self.hub.receive(socket, frame, now);
                self.carry_out(effects)
            }
        }
    }

    pub fn alarm(&mut self, now: Timestamp) -> Outcome {
        self.alarm = None;
        let effects = self.hub.alarm(now).unwrap();
        self.carry_out(effects)
    }

    /// The process ends and another begins: only the store is left.
    pub fn kill(&mut self) {
        self.sessions.clear();
        self.alarm = None;
        self.hub = Hub::new(self.hub.store().clone(), self.config).unwrap();
    }

    /// The object is evicted and built again: the store and the sockets with their attachments are left.
    pub fn evict(&mut self, now: Timestamp) -> Outcome {
        self.hub = Hub::new(self.hub.store().clone(), self.config).unwrap();
        let mut outcome = Outcome::default();
        for (socket, session) in self.sessions.clone() {
            let effects = self.hub.resume(socket, &session, now);
            let resumed = self.carry_out(effects);
            outcome.effects.extend(resumed.effects);
        }
        outcome
    }

    /// Changes a member, or revokes them.
    pub fn put_member(&mut self, id: &MemberId, member: Option<Member>, now: Timestamp) -> Outcome {
        match member {
            Some(member) => self.hub.store_mut().put_member(member),
            None => self.hub.store_mut().remove_member(id),
        }
        let effects = self.hub.member_changed(id, now);
        self.carry_out(effects)
    }

    pub fn hub(&mut self) -> &mut Hub<MemoryStore> {
        &mut self.hub
    }

    /// Keeps what is to be kept; the rest is the network's.
    pub fn carry_out(&mut self, effects: Vec<Effect>) -> Outcome {
        for effect in &effects {
            match effect {
                Effect::Keep { socket, session } => {
                    self.sessions.insert(*socket, session.clone());
                }
                Effect::Alarm { at } => {
                    self.alarm = Some(self.alarm.map_or(*at, |set| set.min(*at)));
                }
                Effect::Send { .. } | Effect::Close { .. } | Effect::Tick { .. } => {}
            }
        }
        Outcome {
            effects,
            ..Outcome::default()
        }
    }
}

/// Small enough that documents leave the cache and are compacted in every run.
pub fn config() -> Config {
    Config {
        cache: 200_000,
        pieces: 8,
        ..Config::default()
    }
}
