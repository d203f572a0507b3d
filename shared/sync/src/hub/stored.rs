//! What one member has stored of late: bounded for a day, so that nobody fills the workspace by themselves. It is kept in
//! memory; the workspace's own quota holds whatever is forgotten.

use std::collections::HashMap;

use docket_domain::{Member, MemberId, Role, Timestamp};

use super::Usage;

/// What a member stores in a day at most: the import of a large tracker.
const MOST: Usage = Usage {
    documents: 50_000,
    bytes: 512_000_000,
};
/// What somebody of a vendor does: many issues, with long logs in them.
const MOST_OF_VENDORS: Usage = Usage {
    documents: 1_000,
    bytes: 64_000_000,
};
/// A day in milliseconds, in which all of it is forgotten little by little.
const DAY: u64 = 86_400_000;

/// Members remembered.
const REMEMBERED: usize = 5_000;

/// What each member has stored.
#[derive(Debug, Default)]
pub(super) struct Stored {
    members: HashMap<MemberId, Spent>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Spent {
    usage: Usage,
    at: Timestamp,
}

impl Stored {
    /// Counts what a member wants to be stored, if there is room for it; else it isn't counted, since it isn't stored.
    pub(super) fn take(&mut self, member: &Member, more: Usage, now: Timestamp) -> bool {
        let most = match member.role {
            Role::Vendor => MOST_OF_VENDORS,
            _ => MOST,
        };
        if self.members.len() >= REMEMBERED && !self.members.contains_key(&member.id) {
            self.members
                .retain(|_, spent| now.0 < spent.at.0.saturating_add(DAY as i64));
        }
        let spent = self.members.entry(member.id.clone()).or_default();
        let elapsed = u64::try_from(now.0.saturating_sub(spent.at.0))
            .unwrap_or(0)
            .min(DAY);
        // The most bytes times a day's milliseconds stay below 2⁶⁴.
        let left = |spent: u64, most: u64| spent.saturating_sub(most.saturating_mul(elapsed) / DAY);
        let usage = Usage {
            documents: left(spent.usage.documents, most.documents),
            bytes: left(spent.usage.bytes, most.bytes),
        };
        let sum = Usage {
            documents: usage.documents + more.documents,
            bytes: usage.bytes + more.bytes,
        };
        let fits = (more.documents == 0 || sum.documents <= most.documents) && sum.bytes <= most.bytes;
        if fits {
            *spent = Spent {
                usage: sum,
                at: now.max(spent.at),
            };
        }
        fits
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(role: Role) -> Member {
        Member {
            id: "eve".parse().unwrap(),
            name: "Eve".into(),
            role,
            organisation: None,
            duties: Vec::new(),
        }
    }

    const ISSUE: Usage = Usage {
        documents: 1,
        bytes: 3_000,
    };

    #[test]
    fn a_vendor_stores_so_much_a_day_and_goes_on_the_next() {
        let (mut stored, eve) = (Stored::default(), member(Role::Vendor));
        let taken = (0..10_000)
            .take_while(|_| stored.take(&eve, ISSUE, Timestamp(1)))
            .count();
        assert_eq!(taken, 1_000);
        // What is there can be edited.
        let edit = Usage {
            documents: 0,
            bytes: 300,
        };
        assert!(stored.take(&eve, edit, Timestamp(1)));
        // Ninety seconds are one document's.
        assert!(!stored.take(&eve, ISSUE, Timestamp(80_000)));
        assert!(stored.take(&eve, ISSUE, Timestamp(100_000_000)));
        assert!(stored.take(&member(Role::Member), ISSUE, Timestamp(1)));
    }

    #[test]
    fn bytes_count_by_themselves() {
        let (mut stored, eve) = (Stored::default(), member(Role::Vendor));
        let large = Usage {
            documents: 0,
            bytes: 10_000_000,
        };
        let taken = (0..10_000)
            .take_while(|_| stored.take(&eve, large, Timestamp(1)))
            .count();
        assert_eq!(taken, 6);
    }
}
