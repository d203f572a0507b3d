//! Requests that aren't answered yet, and the bytes that are held for them.
//!
//! Its invariant: what is counted is what [`Flight`]s hold, each until it is dropped. Whoever stops sending is dropped
//! by `http::body`, whoever stops reading holds one batch.

use std::{cell::RefCell, collections::HashMap, rc::Rc};

use docket_domain::limits;

use super::Asker;
use crate::error::Error;

/// Requests of all that aren't answered yet: each holds some kilobytes beside its body.
const REQUESTS: usize = 1_000;

/// When to ask again, in seconds: what is under way now is over then.
const AGAIN: u64 = 5;

/// Everything under way.
#[derive(Debug, Default)]
pub(crate) struct Flights {
    askers: HashMap<Asker, Share>,
    all: Share,
}

#[derive(Debug, Default, Clone, Copy)]
struct Share {
    requests: usize,
    bytes: usize,
}

/// One request under way.
#[derive(Debug)]
pub(crate) struct Flight {
    flights: Rc<RefCell<Flights>>,
    asker: Asker,
    admin: bool,
    bytes: usize,
}

impl Flight {
    /// Begins another request, if there is room for it. The last of what all share is kept for admins.
    pub(crate) fn begin(flights: &Rc<RefCell<Flights>>, asker: Asker, admin: bool) -> Result<Self, Error> {
        let mut all = flights.borrow_mut();
        if all.of(&asker).requests >= limits::MEMBER_REQUESTS {
            return Err(too_many("you have too many requests under way"));
        }
        if all.all.requests >= reserved(REQUESTS, admin) {
            return Err(too_many("the hub has too many requests under way"));
        }
        all.all.requests += 1;
        all.askers.entry(asker.clone()).or_default().requests += 1;
        Ok(Self {
            flights: flights.clone(),
            asker,
            admin,
            bytes: 0,
        })
    }

    /// Holds so many bytes from now on, in place of those before, if there is room for them.
    pub(crate) fn hold(&mut self, bytes: usize) -> Result<(), Error> {
        let mut all = self.flights.borrow_mut();
        let others = all.all.bytes.saturating_sub(self.bytes);
        let own = all.of(&self.asker).bytes.saturating_sub(self.bytes);
        if bytes > self.bytes {
            if own.saturating_add(bytes) > limits::MEMBER_IN_FLIGHT {
                return Err(too_many("you have too much under way at once"));
            }
            if others.saturating_add(bytes) > reserved(limits::IN_FLIGHT, self.admin) {
                return Err(too_many("the hub has too much under way at once"));
            }
        }
        all.all.bytes = others + bytes;
        if let Some(share) = all.askers.get_mut(&self.asker) {
            share.bytes = own + bytes;
        }
        drop(all);
        self.bytes = bytes;
        Ok(())
    }
}

impl Drop for Flight {
    fn drop(&mut self) {
        let mut all = self.flights.borrow_mut();
        all.all.requests = all.all.requests.saturating_sub(1);
        all.all.bytes = all.all.bytes.saturating_sub(self.bytes);
        if let Some(share) = all.askers.get_mut(&self.asker) {
            share.requests = share.requests.saturating_sub(1);
            share.bytes = share.bytes.saturating_sub(self.bytes);
            if share.requests == 0 {
                all.askers.remove(&self.asker);
            }
        }
    }
}

impl Flights {
    /// How many requests are under way, and the bytes that are held for them.
    pub(crate) const fn under_way(&self) -> (usize, usize) {
        (self.all.requests, self.all.bytes)
    }

    fn of(&self, asker: &Asker) -> Share {
        self.askers.get(asker).copied().unwrap_or_default()
    }
}

/// What of a budget is there for this asker.
pub(crate) const fn reserved(all: usize, admin: bool) -> usize {
    if admin {
        all
    } else {
        all / 100 * (100 - limits::RESERVE_PERCENT)
    }
}

fn too_many(why: &str) -> Error {
    Error::Beyond {
        message: format!("{why}: wait until some are done"),
        after: AGAIN,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asker(name: &str) -> Asker {
        Asker::Member(name.parse().unwrap())
    }

    #[test]
    fn what_is_held_is_bounded_and_given_back() {
        let flights = Rc::default();
        let mut held: Vec<Flight> = Vec::new();
        for _ in 0..limits::MEMBER_REQUESTS {
            held.push(Flight::begin(&flights, asker("eve"), false).unwrap());
        }
        assert!(Flight::begin(&flights, asker("eve"), false).is_err());
        let mut ann = Flight::begin(&flights, asker("ann"), false).unwrap();
        for flight in &mut held {
            flight
                .hold(limits::MEMBER_IN_FLIGHT / limits::MEMBER_REQUESTS)
                .unwrap();
        }
        assert!(held[0].hold(limits::MEMBER_IN_FLIGHT).is_err());
        ann.hold(1_000_000).unwrap();
        drop(held);
        drop(ann);
        assert_eq!(flights.borrow().all.requests, 0);
        assert_eq!(flights.borrow().all.bytes, 0);
        assert!(flights.borrow().askers.is_empty());
    }

    #[test]
    fn the_last_part_is_the_admins() {
        let flights = Rc::default();
        let mut held = Vec::new();
        for name in 0.. {
            let mut flight = Flight::begin(&flights, asker(&format!("m-{name}")), false).unwrap();
            if flight.hold(4 << 20).is_err() {
                break;
            }
            held.push(flight);
        }
        let mut admin = Flight::begin(&flights, asker("root"), true).unwrap();
        admin
            .hold(limits::IN_FLIGHT / 100 * limits::RESERVE_PERCENT)
            .unwrap();
    }

    #[test]
    fn what_gets_smaller_is_never_refused() {
        let flights = Rc::default();
        let mut flight = Flight::begin(&flights, asker("eve"), false).unwrap();
        flight.hold(limits::MEMBER_IN_FLIGHT).unwrap();
        flight.hold(10).unwrap();
        assert_eq!(flights.borrow().all.bytes, 10);
    }
}
