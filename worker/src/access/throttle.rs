//! A brake on guessing: after many wrong secrets from one address, it waits.
//!
//! Secrets have 256 bits and can't be guessed; this keeps trying from costing the hub. It is kept in memory only,
//! and forgotten when the object sleeps.

use std::collections::HashMap;

use docket_domain::Timestamp;

/// The wrong secrets an address may send in a [`WINDOW`].
const MOST: u32 = 60;

/// Milliseconds over which they are counted.
const WINDOW: i64 = 60_000;

/// The most addresses remembered.
const ADDRESSES: usize = 1_024;

/// Wrong secrets by address.
#[derive(Default)]
pub(crate) struct Throttle {
    seen: HashMap<String, (Timestamp, u32)>,
}

impl Throttle {
    /// Has `address` sent too many?
    pub(crate) fn waits(&self, address: &str, now: Timestamp) -> bool {
        self.seen
            .get(address)
            .is_some_and(|(since, count)| now < since.plus(WINDOW) && *count >= MOST)
    }

    /// Takes in that `address` sent a wrong secret.
    pub(crate) fn wrong(&mut self, address: &str, now: Timestamp) {
        if self.seen.len() >= ADDRESSES && !self.seen.contains_key(address) {
            self.seen.retain(|_, (since, _)| now < since.plus(WINDOW));
            if self.seen.len() >= ADDRESSES {
                self.seen.clear();
            }
        }
        let entry = self.seen.entry(address.to_owned()).or_insert((now, 0));
        if now >= entry.0.plus(WINDOW) {
            *entry = (now, 0);
        }
        entry.1 = entry.1.saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_wrong_secrets_make_an_address_wait_a_minute() {
        let mut throttle = Throttle::default();
        for _ in 0..MOST {
            assert!(!throttle.waits("a", Timestamp(0)));
            throttle.wrong("a", Timestamp(0));
        }
        assert!(throttle.waits("a", Timestamp(1)));
        assert!(!throttle.waits("b", Timestamp(1)));
        assert!(!throttle.waits("a", Timestamp(WINDOW)));
    }

    #[test]
    fn memory_is_bounded() {
        let mut throttle = Throttle::default();
        for n in 0..10_000 {
            throttle.wrong(&n.to_string(), Timestamp(0));
        }
        assert!(throttle.seen.len() <= ADDRESSES);
    }
}
