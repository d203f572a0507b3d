//! The network between tabs and hub.
//!
//! A socket keeps the order of its frames, as a WebSocket does; between sockets any order is possible. A lost frame
//! is a lost socket: of what was on its way to the hub a beginning still arrives, of what was on its way to the
//! client nothing.

use std::collections::VecDeque;

use docket_domain::Timestamp;
use docket_sync::{
    hub::{Effect, SocketId},
    wire::Frame,
};

use super::{
    server::Outcome,
    world::{Happening, Place, World},
};

/// A socket, both ends of it.
pub struct Socket {
    pub place: Place,
    pub up: VecDeque<Item>,
    pub down: VecDeque<Item>,
    up_free: Timestamp,
    down_free: Timestamp,
    client_open: bool,
    hub_open: bool,
}

/// What travels.
pub enum Item {
    Frame(Vec<u8>),
    Close,
}

impl World {
    pub fn plan_connect(&mut self, place: Place) {
        let delay = self.delay(1_000);
        if let Some(tab) = self.tabs.get_mut(&place) {
            tab.attempt += 1;
            let attempt = tab.attempt;
            self.plan(delay, Happening::Connect(place, attempt));
        }
    }

    pub fn connect(&mut self, place: Place, attempt: u64) {
        let unreachable = self.partitioned.contains(&place.device) || self.revoked.contains(&place.device);
        let Some(tab) = self.tabs.get_mut(&place) else {
            return;
        };
        if unreachable || tab.attempt != attempt || tab.socket.is_some() {
            return;
        }
        self.sockets_made += 1;
        let id = SocketId(self.sockets_made);
        tab.socket = Some(id);
        let socket = Socket {
            place,
            up: VecDeque::new(),
            down: VecDeque::new(),
            up_free: self.now,
            down_free: self.now,
            client_open: true,
            hub_open: true,
        };
        self.sockets.insert(id, socket);
        let member = self.members[place.device].id.clone();
        let outcome = self.server.connect(id, &member);
        self.spread(outcome);
        self.with_tab(place, |tab, device| {
            let output = tab.client.connected();
            tab.take(device, output)
        });
    }

    pub fn send_up(&mut self, id: SocketId, item: Item) {
        let delay = self.delay(80);
        let now = self.now;
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.up_free = socket.up_free.max(now.plus(delay));
            socket.up.push_back(item);
            let at = socket.up_free;
            self.plan_at(at, Happening::Up(id));
        }
    }

    pub fn send_down(&mut self, id: SocketId, item: Item) {
        let delay = self.delay(80);
        let now = self.now;
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.down_free = socket.down_free.max(now.plus(delay));
            socket.down.push_back(item);
            let at = socket.down_free;
            self.plan_at(at, Happening::Down(id));
        }
    }

    /// The client's end is gone.
    pub fn abandon(&mut self, id: SocketId) {
        let keep = self.random.below(4);
        if let Some(socket) = self.sockets.get_mut(&id) {
            socket.client_open = false;
            socket.down.clear();
            socket.up.truncate(usize::try_from(keep).unwrap());
        }
        self.send_up(id, Item::Close);
    }

    pub fn up(&mut self, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        // A hub learns of a client's end also across a partition, by itself.
        let passes = !self.partitioned.contains(&socket.place.device) || !socket.client_open;
        if !passes {
            return;
        }
        let place = socket.place;
        match socket.up.pop_front() {
            Some(Item::Frame(frame)) if socket.hub_open => {
                self.frames += 1;
                self.trace(place, "→", &frame);
                let outcome = self.server.receive(id, &frame, self.now);
                self.spread(outcome);
            }
            Some(Item::Close) if socket.hub_open => {
                self.sockets.remove(&id);
                let outcome = self.server.disconnect(id, self.now);
                self.spread(outcome);
            }
            _ => {}
        }
    }

    pub fn down(&mut self, id: SocketId) {
        let Some(socket) = self.sockets.get_mut(&id) else {
            return;
        };
        let place = socket.place;
        if self.partitioned.contains(&place.device) || !socket.client_open {
            return;
        }
        match socket.down.pop_front() {
            Some(Item::Frame(frame)) => {
                self.frames += 1;
                self.trace(place, "←", &frame);
                self.with_tab(place, |tab, device| tab.receive(device, &frame));
            }
            Some(Item::Close) => {
                self.sockets.remove(&id);
                if let Some(tab) = self.tabs.get_mut(&place)
                    && tab.socket == Some(id)
                {
                    tab.socket = None;
                    tab.client.disconnected();
                    self.plan_connect(place);
                }
            }
            None => {}
        }
    }

    pub fn trace(&self, place: Place, way: &str, frame: &[u8]) {
        if self.traced {
            let frame = Frame::decode(frame).unwrap();
            println!("{} {}.{} {way} {frame:?}", self.now.0, place.device, place.tab);
        }
    }

    /// The hub's end of a socket is closed; what it sent before still arrives.
    pub fn close_at_hub(&mut self, id: SocketId) {
        if let Some(socket) = self.sockets.get_mut(&id) {
            if !socket.hub_open {
                return;
            }
            socket.hub_open = false;
            self.send_down(id, Item::Close);
        }
        let outcome = self.server.disconnect(id, self.now);
        self.spread(outcome);
    }

    pub fn break_all(&mut self) {
        let ids: Vec<_> = self.sockets.keys().copied().collect();
        for id in ids {
            if let Some(socket) = self.sockets.get_mut(&id) {
                socket.hub_open = false;
                socket.up.clear();
            }
            self.send_down(id, Item::Close);
        }
    }

    pub fn spread(&mut self, outcome: Outcome) {
        for effect in outcome.effects {
            match effect {
                Effect::Send { socket, bytes } => {
                    if self.sockets.get(&socket).is_some_and(|socket| socket.hub_open) {
                        self.send_down(socket, Item::Frame(bytes.to_vec()));
                    }
                }
                Effect::Close { socket, .. } => self.close_at_hub(socket),
                Effect::Keep { .. } => {}
                Effect::Tick { at } => {
                    let at = at.max(self.now);
                    self.plan_at(at, Happening::Tick);
                }
                Effect::Alarm { at } => {
                    let at = at.max(self.now);
                    self.plan_at(at, Happening::Alarm);
                }
            }
        }
        if let Some(socket) = outcome.closed {
            self.close_at_hub(socket);
        }
        if outcome.killed {
            self.break_all();
        }
    }
}
