//! The rows that were written today.
//!
//! Cloudflare's free plan writes 100,000 a day for all of an account, until midnight UTC, and refuses more. A deployment
//! there sets `DOCKET_ROWS_A_DAY` somewhat lower, so that the end of the day's quota is told before it bites, and the
//! last of it is an admin's.

use std::cell::Cell;

use docket_domain::Timestamp;

/// Milliseconds of a day.
const DAY: i64 = 86_400_000;

/// Of the day's rows, the hundredths after which nothing is imported: the rest is kept for edits.
const IMPORTS_PERCENT: u64 = 80;

/// Rows that are written before the count is noted by itself.
const NOTED: u64 = 1_000;

/// The rows written today.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    /// As many as may be written on a day; none when nothing is known of that.
    allowed: Option<u64>,
    day: Cell<i64>,
    rows: Cell<u64>,
    noted: Cell<u64>,
}

impl Spent {
    /// Nothing written yet.
    pub(super) fn new(allowed: Option<u64>) -> Self {
        Self {
            allowed,
            ..Self::default()
        }
    }

    /// As many as may be written on a day.
    pub(super) const fn allowed(&self) -> Option<u64> {
        self.allowed
    }

    /// The day, since 1970, and the rows written on it.
    pub(super) fn today(&self, now: Timestamp) -> (i64, u64) {
        let day = now.0.div_euclid(DAY);
        if self.day.get() != day {
            self.day.set(day);
            self.rows.set(0);
            self.noted.set(0);
        }
        (day, self.rows.get())
    }

    /// Takes in what is written down of a day.
    pub(super) fn remember(&self, day: i64, rows: u64, now: Timestamp) {
        if self.today(now).0 == day {
            self.rows.set(self.rows.get().max(rows));
            self.noted.set(self.rows.get());
        }
    }

    /// Counts rows. Answers whether it is time to note how many there are.
    pub(super) fn count(&self, rows: u64, now: Timestamp) -> bool {
        let (_, before) = self.today(now);
        let after = before.saturating_add(rows);
        self.rows.set(after);
        let due = after >= self.noted.get().saturating_add(NOTED);
        if due {
            self.noted.set(after);
        }
        due
    }

    /// Is the day's share used up? An admin may go on until the platform itself refuses.
    pub(super) fn is_used_up(&self, admin: bool, now: Timestamp) -> bool {
        let (_, rows) = self.today(now);
        !admin && self.allowed.is_some_and(|allowed| rows >= allowed)
    }

    /// Is what is left kept for edits?
    pub(super) fn is_for_edits(&self, now: Timestamp) -> bool {
        let (_, rows) = self.today(now);
        self.allowed
            .is_some_and(|allowed| rows >= allowed.saturating_mul(IMPORTS_PERCENT) / 100)
    }
}

/// Seconds until midnight UTC.
pub(crate) fn until_midnight(now: Timestamp) -> u64 {
    let left = DAY - now.0.rem_euclid(DAY);
    u64::try_from(left).unwrap_or_default().div_ceil(1_000)
}

/// Is this what the platform says when it writes nothing more today?
/// (Durable Objects, Limits: “Exceeded allowed rows written in Durable Objects free tier.”)
pub(super) fn is_used_up(message: &str) -> bool {
    message.contains("Exceeded allowed rows written")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_s_rows_end_and_come_back_at_midnight() {
        let spent = Spent::new(Some(100));
        let evening = Timestamp(5 * DAY - 1_000);
        assert!(!spent.count(79, evening));
        assert!(!spent.is_for_edits(evening) && !spent.is_used_up(false, evening));
        spent.count(1, evening);
        assert!(spent.is_for_edits(evening) && !spent.is_used_up(false, evening));
        spent.count(20, evening);
        assert!(spent.is_used_up(false, evening) && !spent.is_used_up(true, evening));
        assert_eq!(until_midnight(evening), 1);
        let midnight = Timestamp(5 * DAY);
        assert!(!spent.is_used_up(false, midnight) && !spent.is_for_edits(midnight));
        assert_eq!(spent.today(midnight), (5, 0));
        assert_eq!(until_midnight(midnight), 86_400);
    }

    #[test]
    fn what_was_written_down_counts_on_its_day() {
        let spent = Spent::new(None);
        let now = Timestamp(5 * DAY);
        spent.remember(4, 700, now);
        assert_eq!(spent.today(now), (5, 0));
        spent.remember(5, 700, now);
        spent.remember(5, 600, now);
        assert_eq!(spent.today(now), (5, 700));
        // And is noted anew after a thousand.
        assert!(!spent.count(999, now));
        assert!(spent.count(1, now));
        assert!(!spent.count(1, now));
        assert!(!spent.is_used_up(false, now));
    }

    #[test]
    fn the_platform_is_understood() {
        assert!(is_used_up(
            "Error: Exceeded allowed rows written in Durable Objects free tier."
        ));
        assert!(!is_used_up("UNIQUE constraint failed: documents.version"));
    }
}
