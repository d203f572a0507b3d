//! The working group's words: severity, priority, status, resolution.
//!
//! Documents hold them as text. A word that this version doesn't know stays in the document untouched and reads as
//! absent (a status: as new).

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

macro_rules! words {
    ($(#[$doc:meta])* $type:ident { $($(#[$vdoc:meta])* $variant:ident = $n:literal, $word:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(
            Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
        )]
        #[cbor(index_only)]
        pub enum $type { $($(#[$vdoc])* #[n($n)] #[serde(rename = $word)] $variant,)+ }

        impl $type {
            /// All of them, in the order in which people read them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The word as documents hold it.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)+ }
            }

            /// The word as people read it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(Self::$variant => $label,)+ }
            }

            /// The meaning of a document's word.
            #[must_use]
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($word => Some(Self::$variant),)+ _ => None }
            }
        }
    };
}

words!(
    /// How bad it is for the reporter; set by the reporter's side.
    Severity {
        /// Outage, no workaround.
        S1 = 0, "s1", "S1 · outage";
        /// Severe, sporadic.
        S2 = 1, "s2", "S2 · severe";
        /// Partial, with a workaround.
        S3 = 2, "s3", "S3 · partial";
        /// Minor.
        S4 = 3, "s4", "S4 · minor";
        /// A wish.
        Enhancement = 4, "enhancement", "Enhancement";
        /// A patch to be reviewed.
        Contribution = 5, "contribution", "Contribution";
    }
);

words!(
    /// How soon the group wants it; set in triage.
    Priority {
        /// Stops the next release.
        Blocker = 0, "blocker", "Blocker";
        /// Before all else.
        Critical = 1, "critical", "Critical";
        /// Soon.
        Major = 2, "major", "Major";
        /// When there is time.
        Minor = 3, "minor", "Minor";
        /// Some day.
        Trivial = 4, "trivial", "Trivial";
    }
);

words!(
    /// Where an issue stands.
    Status {
        /// Reported, not looked at.
        New = 0, "new", "New";
        /// Understood, and given a priority.
        Triaged = 1, "triaged", "Triaged";
        /// Somebody works on it.
        InProgress = 2, "in-progress", "In progress";
        /// The reporter has to answer; SLA clocks pause.
        WaitingReporter = 3, "waiting-reporter", "Waiting on reporter";
        /// The vendor has to answer.
        WaitingVendor = 4, "waiting-vendor", "Waiting on vendor";
        /// Open again.
        Reopened = 5, "reopened", "Reopened";
        /// Done, to be confirmed.
        Resolved = 6, "resolved", "Resolved";
        /// Done and confirmed.
        Closed = 7, "closed", "Closed";
    }
);

words!(
    /// How an issue was resolved.
    Resolution {
        /// A fix is in the tree.
        Fixed = 0, "fixed", "Fixed";
        /// It stays as it is.
        WontFix = 1, "wont-fix", "Won’t fix";
        /// Another issue says the same.
        Duplicate = 2, "duplicate", "Duplicate";
        /// Nobody could make it happen again.
        CannotReproduce = 3, "cannot-reproduce", "Cannot reproduce";
        /// It works as meant.
        NotABug = 4, "not-a-bug", "Not a bug";
    }
);

impl Status {
    /// Is the issue still to be done?
    #[must_use]
    pub const fn is_open(self) -> bool {
        !matches!(self, Self::Resolved | Self::Closed)
    }

    /// The statuses that can follow this one.
    #[must_use]
    pub const fn next(self) -> &'static [Self] {
        use Status::{Closed, InProgress, Reopened, Resolved, Triaged, WaitingReporter, WaitingVendor};
        match self {
            Self::New => &[Triaged, InProgress, WaitingReporter, WaitingVendor, Resolved],
            Self::Triaged => &[InProgress, WaitingReporter, WaitingVendor, Resolved],
            Self::Reopened => &[InProgress, WaitingReporter, WaitingVendor, Triaged, Resolved],
            Self::InProgress => &[WaitingReporter, WaitingVendor, Triaged, Resolved],
            Self::WaitingReporter => &[Triaged, InProgress, WaitingVendor, Resolved],
            Self::WaitingVendor => &[Triaged, InProgress, WaitingReporter, Resolved],
            Self::Resolved => &[Closed, Reopened],
            Self::Closed => &[Reopened],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_word_reads_back() {
        for status in Status::ALL {
            assert_eq!(Status::parse(status.as_str()), Some(*status));
        }
        assert_eq!(Status::parse("some-day"), None);
    }

    #[test]
    fn every_status_can_be_reached_and_left() {
        for status in Status::ALL {
            assert!(!status.next().is_empty());
            let reached = Status::ALL.iter().any(|from| from.next().contains(status));
            assert!(reached || *status == Status::New, "{status:?}");
        }
    }
}
