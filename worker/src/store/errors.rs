//! The last errors of the hub's own, for its admins: in memory, and now and then in the database, so that they are there
//! after the object slept.

use std::collections::VecDeque;

use docket_domain::Timestamp;
use serde::{Deserialize, Serialize};

use super::database::{Database, StoreError, text};

/// The most that are kept.
const MOST: usize = 50;

/// The longest detail, in bytes.
const LONGEST: usize = 500;

/// Milliseconds between two writes: whoever can cause errors must not use up the day's rows with them.
const APART: i64 = 60_000;

/// An error, and how often it came in a row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Noted {
    /// When it came last.
    pub(crate) at: Timestamp,
    /// What the hub was at.
    pub(crate) during: String,
    /// What went wrong.
    pub(crate) detail: String,
    /// How often.
    pub(crate) times: u64,
}

/// The last errors, the latest first.
#[derive(Debug, Default)]
pub(crate) struct Errors {
    last: VecDeque<Noted>,
    written: Option<Timestamp>,
}

impl Errors {
    /// Takes in an error. Answers whether it is time to write them down.
    pub(crate) fn note(&mut self, during: &str, detail: &str, now: Timestamp) -> bool {
        let detail = detail
            .get(..detail.floor_char_boundary(LONGEST))
            .unwrap_or_default();
        let known = self
            .last
            .iter()
            .position(|noted| noted.during == during && noted.detail == detail);
        let times = match known.and_then(|at| self.last.remove(at)) {
            Some(noted) => noted.times.saturating_add(1),
            None => 1,
        };
        self.last.push_front(Noted {
            at: now,
            during: during.to_owned(),
            detail: detail.to_owned(),
            times,
        });
        self.last.truncate(MOST);
        let due = self.written.is_none_or(|at| at.plus(APART) <= now);
        if due {
            self.written = Some(now);
        }
        due
    }

    /// Those since the object woke, and behind them what it had written down before.
    pub(crate) fn with(&self, stored: Vec<Noted>) -> Vec<Noted> {
        let mut all: Vec<Noted> = self.last.iter().cloned().collect();
        for noted in stored {
            let same = |other: &Noted| other.during == noted.during && other.detail == noted.detail;
            if !all.iter().any(same) {
                all.push(noted);
            }
        }
        all.truncate(MOST);
        all
    }
}

/// What was written down.
pub(crate) fn read(database: &Database) -> Result<Vec<Noted>, StoreError> {
    match database.row("SELECT list FROM errors", Vec::new())? {
        // An older or newer form is none.
        Some(mut row) => Ok(serde_json::from_str(&row.text()?).unwrap_or_default()),
        None => Ok(Vec::new()),
    }
}

/// Writes them down; one row.
pub(crate) fn write(database: &Database, errors: &[Noted]) -> Result<(), StoreError> {
    let list = serde_json::to_string(errors).map_err(|error| StoreError::Unexpected(error.to_string()))?;
    database.run(
        "INSERT INTO errors (one, list) VALUES (1, ?) ON CONFLICT (one) DO UPDATE SET list = excluded.list",
        vec![text(list)],
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_are_kept_once_each_and_written_now_and_then() {
        let mut errors = Errors::default();
        assert!(errors.note("reading", "damaged", Timestamp(1)));
        for n in 0..100 {
            assert!(!errors.note("reading", &format!("damaged {n}"), Timestamp(2)));
        }
        assert!(!errors.note("reading", "damaged 99", Timestamp(APART)));
        assert!(errors.note("reading", "damaged 98", Timestamp(APART + 1)));
        let all = errors.with(Vec::new());
        assert_eq!(all.len(), MOST);
        assert_eq!((all[0].detail.as_str(), all[0].times), ("damaged 98", 2));
        assert_eq!((all[1].detail.as_str(), all[1].times), ("damaged 99", 2));
    }

    #[test]
    fn what_was_written_down_comes_behind() {
        let mut errors = Errors::default();
        errors.note("reading", "damaged", Timestamp(5));
        let before = |detail: &str| Noted {
            at: Timestamp(1),
            during: "reading".into(),
            detail: detail.into(),
            times: 1,
        };
        let all = errors.with(vec![before("damaged"), before("full")]);
        assert_eq!(all.iter().map(|noted| noted.at.0).collect::<Vec<_>>(), [5, 1]);
    }
}
