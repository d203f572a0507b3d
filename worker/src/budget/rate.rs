//! How fast somebody may ask, and be answered.

use std::collections::HashMap;

use docket_domain::Timestamp;

use super::Asker;
use crate::error::Error;

/// Units at once: a request is one, and so are [`UNIT`] bytes of an answer. Whoever opens a large workspace for the first
/// time stays below.
const BURST: f64 = 4_000.0;
/// Units per second after that.
const PER_SECOND: f64 = 64.0;
/// Bytes of an answer that count as much as a request.
const UNIT: f64 = 65_536.0;

/// Askers remembered, before those who have nothing to wait for are forgotten.
const REMEMBERED: usize = 2_000;

#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: f64,
    at: Timestamp,
}

/// What everybody may still ask for.
#[derive(Debug, Default)]
pub(crate) struct Rates {
    askers: HashMap<Asker, Bucket>,
}

impl Rates {
    /// Counts a request, if there is room for one.
    pub(crate) fn ask(&mut self, asker: &Asker, now: Timestamp) -> Result<(), Error> {
        let wait = self.wait(asker, now);
        if wait > 0 {
            return Err(Error::Beyond {
                message: "you ask for more than the hub can answer: wait a little".into(),
                after: wait.div_ceil(1_000),
            });
        }
        self.spend(asker, 1.0, now);
        Ok(())
    }

    /// Counts bytes of an answer.
    pub(crate) fn answer(&mut self, asker: &Asker, bytes: usize, now: Timestamp) {
        #[allow(clippy::cast_precision_loss, reason = "bytes in memory stay far below 2⁵²")]
        self.spend(asker, bytes as f64 / UNIT, now);
    }

    /// Milliseconds until there is room for more; 0 when there is.
    pub(crate) fn wait(&mut self, asker: &Asker, now: Timestamp) -> u64 {
        let left = self.bucket(asker, now).left;
        if left >= 0.0 {
            return 0;
        }
        #[allow(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive number of milliseconds, far below 2⁶³"
        )]
        let wait = (-left / PER_SECOND * 1_000.0).ceil() as u64;
        wait.max(1)
    }

    fn spend(&mut self, asker: &Asker, units: f64, now: Timestamp) {
        self.bucket(asker, now).left -= units;
    }

    fn bucket(&mut self, asker: &Asker, now: Timestamp) -> &mut Bucket {
        if self.askers.len() >= REMEMBERED && !self.askers.contains_key(asker) {
            self.askers.retain(|_, bucket| bucket.filled(now).left < 0.0);
            if self.askers.len() >= REMEMBERED {
                self.askers.clear();
            }
        }
        let bucket = self
            .askers
            .entry(asker.clone())
            .or_insert(Bucket { left: BURST, at: now });
        *bucket = bucket.filled(now);
        bucket
    }
}

impl Bucket {
    fn filled(self, now: Timestamp) -> Self {
        #[allow(clippy::cast_precision_loss, reason = "milliseconds stay far below 2⁵²")]
        let elapsed = now.0.saturating_sub(self.at.0).max(0) as f64;
        Self {
            left: (self.left + elapsed / 1_000.0 * PER_SECOND).min(BURST),
            at: now.max(self.at),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stranger(address: &str) -> Asker {
        Asker::Stranger(address.to_owned())
    }

    #[test]
    fn a_flood_waits_and_nobody_else_does() {
        let (mut rates, eve) = (Rates::default(), stranger("eve"));
        let taken = (0..10_000)
            .take_while(|_| rates.ask(&eve, Timestamp(0)).is_ok())
            .count();
        assert!((4_000..4_100).contains(&taken), "{taken}");
        assert!(rates.ask(&stranger("ann"), Timestamp(0)).is_ok());
        assert!(rates.ask(&eve, Timestamp(1_000)).is_ok());
    }

    #[test]
    fn answers_count_by_their_size() {
        let (mut rates, eve) = (Rates::default(), stranger("eve"));
        rates.answer(&eve, 512 << 20, Timestamp(0));
        let wait = rates.wait(&eve, Timestamp(0));
        assert!((60_000..70_000).contains(&wait), "{wait}");
        let Err(Error::Beyond { after, .. }) = rates.ask(&eve, Timestamp(0)) else {
            panic!("it was let on");
        };
        assert_eq!(after, wait.div_ceil(1_000));
        assert_eq!(rates.wait(&eve, Timestamp(i64::try_from(wait).unwrap())), 0);
    }

    #[test]
    fn memory_is_bounded() {
        let mut rates = Rates::default();
        for n in 0..10_000 {
            rates.answer(&stranger(&n.to_string()), 1 << 30, Timestamp(0));
        }
        assert!(rates.askers.len() <= REMEMBERED);
    }
}
