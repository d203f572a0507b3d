//! How fast a socket may speak.

use docket_domain::Timestamp;

/// A socket may open thousands of documents at once, and then edit as fast as a program does.
const BURST: f64 = 20_000.0;
/// Units per second after that.
const PER_SECOND: f64 = 500.0;
/// Bytes that count as one unit, beside the frame itself.
const BYTES_PER_UNIT: f64 = 4_096.0;

/// What a socket may still send: it fills with time and empties with frames.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rate {
    left: f64,
    at: Option<Timestamp>,
}

impl Rate {
    pub(super) const fn new() -> Self {
        Self {
            left: BURST,
            at: None,
        }
    }

    /// Counts a frame of that many bytes. Answers whether it is within bounds.
    pub(super) fn take(&mut self, bytes: usize, now: Timestamp) -> bool {
        let before = self.at.unwrap_or(now);
        #[allow(
            clippy::cast_precision_loss,
            reason = "milliseconds and bytes stay far below 2⁵²"
        )]
        let (elapsed, bytes) = (now.0.saturating_sub(before.0).max(0) as f64, bytes as f64);
        self.at = Some(now);
        self.left = (self.left + elapsed / 1_000.0 * PER_SECOND).min(BURST);
        self.left -= 1.0 + bytes / BYTES_PER_UNIT;
        self.left >= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_is_stopped_and_time_heals() {
        let mut rate = Rate::new();
        let taken = (0..100_000).take_while(|_| rate.take(100, Timestamp(0))).count();
        assert!((15_000..25_000).contains(&taken), "{taken}");
        assert!(!rate.take(100, Timestamp(1)));
        assert!(rate.take(100, Timestamp(60_000)));
    }

    #[test]
    fn a_clock_that_goes_back_gives_nothing() {
        let mut rate = Rate::new();
        while rate.take(100, Timestamp(1_000_000)) {}
        assert!(!rate.take(100, Timestamp(0)));
        assert!(!rate.take(100, Timestamp(1)));
    }
}
