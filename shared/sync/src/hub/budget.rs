//! What each member may ask of the hub at a time, whatever the number of their tabs and devices.
//!
//! A clock can't bound the hub's work: it stands still while a Worker computes. So bytes, operations and what is told to
//! others are counted. Each count has a burst, which an honest person stays far below, and refills with time. It is kept
//! in memory: who waits until the hub sleeps has waited long enough.

use std::collections::HashMap;

use docket_domain::{MemberId, Timestamp};

/// Units that a member may send at once: a frame is one, and another for each 4 KB of it. A tab may open thousands of
/// documents, and then edit as fast as a program does.
const SENT: Rate = Rate::new(40_000.0, 500.0);
const BYTES_PER_UNIT: f64 = 4_096.0;
/// Operations of changes to be judged, and [`PER_CHANGE`] more for each change: a pasted text of 100 KB is 100,000.
const JUDGED: Rate = Rate::new(300_000.0, 20_000.0);
const PER_CHANGE: usize = 4;
/// Bytes that one socket is sent: the rows of thirty thousand issues, and then what others do.
const RECEIVED: Rate = Rate::new(64_000_000.0, 2_000_000.0);
/// Bytes that all sockets of a member are sent.
const RECEIVED_BY_ALL: Rate = Rate::new(512_000_000.0, 8_000_000.0);
/// Bytes that others are sent of what a member does: each edit's row goes to everybody who follows the catalogue.
const SPREAD: Rate = Rate::new(256_000_000.0, 8_000_000.0);
/// Rows that are looked at for who begins to read the catalogue, or reads it again: two dozen tabs that come back.
const LOOKED: Rate = Rate::new(12_000.0, 2_000.0);

/// Members remembered beside those who are there, before those who have been away for long are forgotten.
const REMEMBERED: usize = 1_000;

/// How much at once, and how much in a second after that.
#[derive(Debug, Clone, Copy)]
struct Rate {
    burst: f64,
    per_second: f64,
}

impl Rate {
    const fn new(burst: f64, per_second: f64) -> Self {
        Self { burst, per_second }
    }
}

/// What is left of a budget.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    rate: Rate,
    left: f64,
    at: Option<Timestamp>,
}

impl Bucket {
    const fn full(rate: Rate) -> Self {
        Self {
            rate,
            left: rate.burst,
            at: None,
        }
    }

    /// Counts an amount. Answers whether it is within bounds.
    fn take(&mut self, amount: f64, now: Timestamp) -> bool {
        let before = self.at.unwrap_or(now);
        #[allow(clippy::cast_precision_loss, reason = "milliseconds stay far below 2⁵²")]
        let elapsed = now.0.saturating_sub(before.0).max(0) as f64;
        self.at = Some(now.max(before));
        self.left = (self.left + elapsed / 1_000.0 * self.rate.per_second).min(self.rate.burst);
        self.left -= amount;
        if self.left < 0.0 {
            // What wasn't done isn't counted for ever: a second later there is something again.
            self.left = self.left.max(-self.rate.burst);
            return false;
        }
        true
    }
}

/// One member's budgets.
#[derive(Debug)]
struct Member {
    sent: Bucket,
    judged: Bucket,
    spread: Bucket,
    received: Bucket,
    looked: Bucket,
}

impl Member {
    const fn buckets(&self) -> [&Bucket; 5] {
        [
            &self.sent,
            &self.judged,
            &self.spread,
            &self.received,
            &self.looked,
        ]
    }
}

/// All members' budgets.
#[derive(Debug, Default)]
pub(super) struct Budgets {
    members: HashMap<MemberId, Member>,
}

impl Budgets {
    /// Counts a frame of that many bytes.
    pub(super) fn sends(&mut self, member: &MemberId, bytes: usize, now: Timestamp) -> bool {
        let units = 1.0 + float(bytes) / BYTES_PER_UNIT;
        self.of(member).sent.take(units, now)
    }

    /// Counts changes that are to be judged.
    pub(super) fn judges(
        &mut self,
        member: &MemberId,
        changes: usize,
        operations: usize,
        now: Timestamp,
    ) -> bool {
        let work = changes.saturating_mul(PER_CHANGE).saturating_add(operations);
        self.of(member).judged.take(float(work), now)
    }

    /// Counts what others are told of what a member did. What was stored is told whatever comes of it; after that the
    /// member has to wait.
    pub(super) fn spreads(&mut self, member: &MemberId, bytes: usize, now: Timestamp) -> bool {
        self.of(member).spread.take(float(bytes), now)
    }

    /// Counts bytes that a member is sent.
    pub(super) fn receives(&mut self, member: &MemberId, bytes: usize, now: Timestamp) -> bool {
        self.of(member).received.take(float(bytes), now)
    }

    /// Counts rows that were looked at for a member who begins to read the catalogue.
    pub(super) fn looks(&mut self, member: &MemberId, rows: usize, now: Timestamp) -> bool {
        self.of(member).looked.take(float(rows), now)
    }

    fn of(&mut self, member: &MemberId) -> &mut Member {
        if self.members.len() > REMEMBERED && !self.members.contains_key(member) {
            self.members
                .retain(|_, member| member.buckets().iter().any(|bucket| bucket.left < 0.0));
        }
        self.members.entry(member.clone()).or_insert_with(|| Member {
            sent: Bucket::full(SENT),
            judged: Bucket::full(JUDGED),
            spread: Bucket::full(SPREAD),
            received: Bucket::full(RECEIVED_BY_ALL),
            looked: Bucket::full(LOOKED),
        })
    }
}

/// What one socket may still be sent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Received(Bucket);

impl Received {
    pub(super) const fn new() -> Self {
        Self(Bucket::full(RECEIVED))
    }

    /// Counts bytes that it is sent.
    pub(super) fn take(&mut self, bytes: usize, now: Timestamp) -> bool {
        self.0.take(float(bytes), now)
    }
}

fn float(amount: usize) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "bytes in memory stay far below 2⁵²")]
    let amount = amount as f64;
    amount
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(name: &str) -> MemberId {
        name.parse().unwrap()
    }

    #[test]
    fn a_flood_is_stopped_and_time_heals() {
        let (mut budgets, eve) = (Budgets::default(), member("eve"));
        let taken = (0..100_000)
            .take_while(|_| budgets.sends(&eve, 100, Timestamp(0)))
            .count();
        assert!((30_000..50_000).contains(&taken), "{taken}");
        assert!(!budgets.sends(&eve, 100, Timestamp(1)));
        assert!(budgets.sends(&eve, 100, Timestamp(60_000)));
    }

    #[test]
    fn one_member_takes_nothing_from_another() {
        let mut budgets = Budgets::default();
        while budgets.judges(&member("eve"), 10, 1_000, Timestamp(0)) {}
        assert!(!budgets.judges(&member("eve"), 0, 100_000, Timestamp(1)));
        assert!(budgets.judges(&member("ann"), 0, 100_000, Timestamp(1)));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut received = Received::new();
        while received.take(1_000_000, Timestamp(1_000_000)) {}
        assert!(!received.take(1_000_000, Timestamp(0)));
        assert!(!received.take(1_000_000, Timestamp(1)));
    }

    #[test]
    fn who_was_stopped_is_let_on_soon() {
        let mut received = Received::new();
        while received.take(60_000_000, Timestamp(0)) {}
        assert!(received.take(100, Timestamp(40_000)));
    }
}
