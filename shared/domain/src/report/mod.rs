//! The quarterly report to the technical group: its sections, and its figures, which stay as they were when they were
//! frozen.

mod figures;

pub use figures::{Correction, Counting, Figures, Line, Measured, Table, Top, Trend};

use minicbor::{Decode, Encode};

use crate::{ids::Timestamp, metrics::Quarter};

/// A part of a report that people write, together if they like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Section {
    /// The quarter in a few sentences.
    #[n(0)]
    Summary,
    /// What was achieved.
    #[n(1)]
    Progress,
    /// What didn't go well, and what may not.
    #[n(2)]
    Problems,
    /// What comes next.
    #[n(3)]
    Outlook,
}

impl Section {
    /// All sections, as people read them.
    pub const ALL: [Self; 4] = [Self::Summary, Self::Progress, Self::Problems, Self::Outlook];

    /// The section's key in documents.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Summary => "summary",
            Self::Progress => "progress",
            Self::Problems => "problems",
            Self::Outlook => "outlook",
        }
    }

    /// Its heading.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Summary => "Summary",
            Self::Progress => "Progress",
            Self::Problems => "Problems and risks",
            Self::Outlook => "Next quarter",
        }
    }

    /// What belongs there, for whoever writes it.
    #[must_use]
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Summary => "How support went this quarter, in a few sentences.",
            Self::Progress => "What was resolved, decided, released.",
            Self::Problems => "What stands in the way, what was escalated, what may go wrong.",
            Self::Outlook => "What the group will work on.",
        }
    }
}

/// The end of the day on which a quarter's report is due: five business days (Monday to Friday) after its end.
#[must_use]
pub fn due(quarter: Quarter) -> Timestamp {
    const DAY: i64 = 86_400_000;
    let mut day = quarter.plus(1).begins();
    let mut left = 5;
    while left > 0 {
        // 1970-01-01 was a Thursday.
        let weekday = (day.0.div_euclid(DAY) + 3).rem_euclid(7);
        left -= i32::from(weekday < 5);
        day = day.plus(DAY);
    }
    day.plus(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_due_after_five_business_days() {
        let due = |text: &str| {
            let due = due(text.parse().unwrap());
            // In days of October 2026 and so on, from 1.
            (due.plus(1).0 - text.parse::<Quarter>().unwrap().plus(1).begins().0) / 86_400_000
        };
        // 1 October 2026 is a Thursday: Thu, Fri, Mon, Tue, Wed the 7th.
        assert_eq!(due("2026-Q3"), 7);
        // 1 April 2023 is a Saturday: Mon the 3rd to Fri the 7th.
        assert_eq!(due("2023-Q1"), 7);
        // 1 January 2024 is a Monday.
        assert_eq!(due("2023-Q4"), 5);
    }
}
