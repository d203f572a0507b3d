//! The world: devices with tabs, a network that fails, the hub's process, and a virtual clock.

use std::collections::{BTreeMap, BTreeSet};

use docket_domain::{Command, DocumentId, Member, MemberId, Timestamp};
use docket_sync::hub::{Config, Effect, Hub, SocketId, Store, memory::MemoryStore};

use super::{
    device::Device,
    network::{Item, Socket},
    random::Random,
    server::{Fault, Server},
    tab::{Tab, Wish},
};

/// Which tab of which device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub device: usize,
    pub tab: usize,
}

/// Tabs of one device.
pub const TABS: usize = 2;

pub struct World {
    pub now: Timestamp,
    pub server: Server,
    pub devices: Vec<Device>,
    pub tabs: BTreeMap<Place, Tab>,
    pub members: Vec<Member>,
    pub revoked: BTreeSet<usize>,
    pub partitioned: BTreeSet<usize>,
    pub sockets: BTreeMap<SocketId, Socket>,
    queue: BTreeMap<(Timestamp, u64), Happening>,
    counter: u64,
    pub random: Random,
    /// Frames that arrived, both ways.
    pub frames: u64,
    pub sockets_made: u64,
    pub traced: bool,
}

#[derive(Debug)]
pub enum Happening {
    Up(SocketId),
    Down(SocketId),
    Connect(Place, u64),
    Flush(Place),
    Hint(Place, DocumentId, Vec<u8>),
    Alarm,
    Tick,
}

impl World {
    pub fn new(seed: u64, workspace: DocumentId, members: Vec<Member>, config: Config) -> Self {
        let mut store = MemoryStore::new(workspace, "epoch");
        for member in &members {
            store.put_member(member.clone());
        }
        let mut world = Self {
            now: Timestamp(1_000_000),
            server: Server::new(store, config),
            devices: members
                .iter()
                .map(|member| Device::new(member.id.clone()))
                .collect(),
            tabs: BTreeMap::new(),
            members,
            revoked: BTreeSet::new(),
            partitioned: BTreeSet::new(),
            sockets: BTreeMap::new(),
            queue: BTreeMap::new(),
            counter: 0,
            random: Random::new(seed),
            frames: 0,
            sockets_made: 0,
            traced: std::env::var_os("DOCKET_TRACE").is_some(),
        };
        for device in 0..world.devices.len() {
            world.start_tab(Place { device, tab: 0 });
        }
        world
    }

    // What people do.

    pub fn start_tab(&mut self, place: Place) {
        if self.tabs.contains_key(&place) {
            return;
        }
        let (tab, wish) = Tab::start(&mut self.devices[place.device], &mut self.random);
        self.tabs.insert(place, tab);
        self.grant(place, wish);
        let stored: Vec<_> = self.devices[place.device].documents.keys().copied().collect();
        for id in stored {
            self.open(place, id);
        }
        self.plan_connect(place);
    }

    /// A tab ends at once: what wasn't stored is gone.
    pub fn kill_tab(&mut self, place: Place) {
        if let Some(tab) = self.tabs.remove(&place)
            && let Some(socket) = tab.socket
        {
            self.abandon(socket);
        }
    }

    pub fn open(&mut self, place: Place, id: DocumentId) {
        self.with_tab(place, |tab, device| tab.open(device, id));
    }

    pub fn close(&mut self, place: Place, id: DocumentId) {
        self.with_tab(place, |tab, device| tab.close(device, id));
    }

    pub fn command(&mut self, place: Place, command: Command) {
        let now = self.now;
        self.with_tab(place, |tab, device| tab.command(device, command, now));
    }

    // What goes wrong.

    /// The socket of a tab breaks.
    pub fn lose(&mut self, place: Place) {
        let Some(tab) = self.tabs.get_mut(&place) else {
            return;
        };
        if let Some(socket) = tab.socket.take() {
            tab.client.disconnected();
            self.abandon(socket);
            self.plan_connect(place);
        }
    }

    pub fn partition(&mut self, device: usize) {
        self.partitioned.insert(device);
    }

    pub fn heal(&mut self, device: usize) {
        if !self.partitioned.remove(&device) {
            return;
        }
        let waiting: Vec<_> = self
            .sockets
            .iter()
            .filter(|(_, socket)| socket.place.device == device)
            .map(|(id, socket)| (*id, socket.up.len(), socket.down.len()))
            .collect();
        for (id, up, down) in waiting {
            (0..up).for_each(|_| self.plan(1, Happening::Up(id)));
            (0..down).for_each(|_| self.plan(1, Happening::Down(id)));
        }
        self.connect_again(device);
    }

    /// Tabs that have given up for the time being try again.
    fn connect_again(&mut self, device: usize) {
        for tab in 0..TABS {
            let place = Place { device, tab };
            if self.tabs.get(&place).is_some_and(|tab| tab.socket.is_none()) {
                self.plan_connect(place);
            }
        }
    }

    pub fn kill_hub(&mut self) {
        self.server.kill();
        self.break_all();
    }

    pub fn evict_hub(&mut self) {
        let outcome = self.server.evict(self.now);
        self.spread(outcome);
    }

    pub fn set_fault(&mut self, fault: Option<Fault>) {
        self.server.fault = fault;
    }

    /// Changes a member's role, or revokes them.
    pub fn put_member(&mut self, device: usize, member: Option<Member>) {
        let id: MemberId = self.members[device].id.clone();
        match &member {
            Some(member) => {
                self.members[device] = member.clone();
                self.revoked.remove(&device);
            }
            None => {
                self.revoked.insert(device);
            }
        }
        let outcome = self.server.put_member(&id, member, self.now);
        self.spread(outcome);
        self.connect_again(device);
    }

    /// Something is done with the hub from outside.
    pub fn at_hub(&mut self, act: impl FnOnce(&mut Hub<MemoryStore>) -> Vec<Effect>) {
        let effects = act(self.server.hub());
        let outcome = self.server.carry_out(effects);
        self.spread(outcome);
    }

    /// The store is given another epoch, as one that was restored has.
    pub fn new_epoch(&mut self) {
        let epoch = format!("epoch {}", self.random.bits());
        self.server.hub().store_mut().workspace.epoch = epoch;
        self.kill_hub();
    }

    // Time.

    /// Lets so many milliseconds pass.
    pub fn run(&mut self, milliseconds: i64) {
        let end = self.now.plus(milliseconds);
        while let Some(entry) = self.queue.first_entry() {
            if entry.key().0 > end {
                break;
            }
            self.step();
        }
        self.now = end;
    }

    /// Heals everything, starts every device's first tab, and runs until nothing happens any more.
    pub fn settle(&mut self, limit: u64) {
        self.set_fault(None);
        for device in 0..self.devices.len() {
            self.heal(device);
            self.start_tab(Place { device, tab: 0 });
        }
        self.quiet(limit);
    }

    /// Runs until nothing happens any more; at most `limit` frames may travel.
    pub fn quiet(&mut self, limit: u64) {
        let end = self.frames + limit;
        loop {
            while self.step() {
                assert!(
                    self.frames < end,
                    "the exchange doesn't end: {limit} frames weren't enough"
                );
            }
            // Nobody has anything to say. Does somebody wait for an answer that won't come?
            let places: Vec<_> = self.tabs.keys().copied().collect();
            let mut waited = false;
            for place in places {
                for passed in [0, 30_000] {
                    let now = self.now.plus(passed);
                    let Some(tab) = self.tabs.get_mut(&place) else {
                        continue;
                    };
                    if tab.client.tick(now).close {
                        waited = true;
                        self.lose(place);
                    }
                }
            }
            self.now = self.now.plus(30_000);
            if !waited {
                break;
            }
        }
    }

    /// The next thing happens. False when there is none.
    fn step(&mut self) -> bool {
        let Some(((at, _), happening)) = self.queue.pop_first() else {
            return false;
        };
        self.now = self.now.max(at);
        match happening {
            Happening::Up(id) => self.up(id),
            Happening::Down(id) => self.down(id),
            Happening::Connect(place, attempt) => self.connect(place, attempt),
            Happening::Flush(place) => self.with_tab(place, Tab::flush),
            Happening::Hint(place, id, chunk) => {
                self.with_tab(place, |tab, device| tab.hint(device, id, &chunk));
            }
            Happening::Tick => {
                let effects = self.server.hub().tick(self.now);
                let outcome = self.server.carry_out(effects);
                self.spread(outcome);
            }
            Happening::Alarm => {
                if self.server.alarm.is_some_and(|at| at <= self.now) {
                    let outcome = self.server.alarm(self.now);
                    self.spread(outcome);
                }
            }
        }
        true
    }

    pub fn plan(&mut self, delay: i64, happening: Happening) {
        let at = self.now.plus(delay);
        self.plan_at(at, happening);
    }

    pub fn plan_at(&mut self, at: Timestamp, happening: Happening) {
        self.counter += 1;
        self.queue.insert((at, self.counter), happening);
    }

    pub fn delay(&mut self, most: u64) -> i64 {
        i64::try_from(self.random.below(most) + 1).unwrap()
    }

    // Tabs.

    pub fn with_tab(&mut self, place: Place, act: impl FnOnce(&mut Tab, &mut Device) -> Wish) {
        if let Some(tab) = self.tabs.get_mut(&place) {
            let wish = act(tab, &mut self.devices[place.device]);
            self.grant(place, wish);
        }
    }

    fn grant(&mut self, place: Place, wish: Wish) {
        if let Some(socket) = self.tabs.get(&place).and_then(|tab| tab.socket) {
            for frame in wish.send {
                self.send_up(socket, Item::Frame(frame));
            }
        }
        if wish.close {
            self.lose(place);
        }
        if wish.flush {
            let delay = self.delay(40);
            self.plan(delay, Happening::Flush(place));
        }
        for (id, chunk) in wish.hints {
            // A hint is a hint: one in four isn't heard.
            if !self.random.once_in(4) {
                let other = Place {
                    tab: 1 - place.tab,
                    ..place
                };
                let delay = self.delay(30);
                self.plan(delay, Happening::Hint(other, id, chunk));
            }
        }
    }

    /// May the member of this device read that document? False for one that the hub doesn't have.
    pub fn may_read(&self, device: usize, id: DocumentId) -> bool {
        let meta = self.server.store().meta(id).unwrap();
        let member = &self.members[device];
        meta.is_some_and(|meta| !meta.purged && meta.audience.admits(member, self.now))
    }

    /// Is this device able to reach the hub, now or after healing?
    pub fn is_member(&self, device: usize) -> bool {
        !self.revoked.contains(&device)
    }
}
