//! How fast rows are told to those who follow the catalogue.
//!
//! A row of an issue with a long history has 128 KB, and each edit of it goes to everybody. So what is told takes its
//! time, by its bytes; until that has passed, further changes wait, and are told together: of a document that changed a
//! hundred times meanwhile, one row.

use docket_domain::Timestamp;

/// What may be told without a pause, in milliseconds of telling.
const BURST: i64 = 1_000;
/// Bytes in a millisecond to one socket: half of what it may be [sent](super::budget), which documents take too.
const TO_EACH: usize = 1_000;
/// Bytes in a millisecond to all of them.
const TO_ALL: usize = 16_000;

/// When rows are told again.
#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When what was told has taken its time.
    free: Timestamp,
    /// Do rows wait to be told?
    late: bool,
}

impl Pace {
    /// Until when a telling has to wait; none if it needn't.
    pub(super) fn wait(&self, now: Timestamp) -> Option<Timestamp> {
        (now < self.free).then_some(self.free)
    }

    /// Something has to wait. Answers whether it is the first that does.
    pub(super) const fn delay(&mut self) -> bool {
        !std::mem::replace(&mut self.late, true)
    }

    /// Does something wait? It is told now.
    pub(super) const fn take(&mut self) -> bool {
        std::mem::replace(&mut self.late, false)
    }

    /// So many bytes were told to one socket at most, and to all together.
    pub(super) fn told(&mut self, each: usize, all: usize, now: Timestamp) {
        let time = (each / TO_EACH).max(all / TO_ALL);
        let time = i64::try_from(time).unwrap_or(i64::MAX);
        // A clock that went back waits no longer than it takes.
        let begun = self.free.clamp(now.plus(-BURST), now.plus(BURST));
        self.free = begun.plus(time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_small_never_waits_and_what_is_large_takes_its_time() {
        let mut pace = Pace::default();
        // Fifty edits in a second, told to two hundred.
        for n in 0..1_000 {
            let now = Timestamp(10_000 + n * 20);
            assert_eq!(pace.wait(now), None);
            pace.told(500, 100_000, now);
        }
        let now = Timestamp(100_000);
        let large = (0..100).take_while(|_| {
            let goes = pace.wait(now).is_none();
            pace.told(128_000, 40 * 128_000, now);
            goes
        });
        assert!((2..6).contains(&large.count()));
        assert!(pace.delay() && !pace.delay() && pace.take() && !pace.take());
    }
}
