//! When the hub says that it takes nothing more for a while: why, and until when. Nothing is lost meanwhile, and nothing
//! is tried.

use docket_domain::Timestamp;

const SECOND: i64 = 1_000;
const DAY: i64 = 86_400 * SECOND;
/// Where the hub doesn't say how long.
const UNTOLD: i64 = 30 * SECOND;
/// The longest that is waited without looking again: a hub that says more has a clock that is wrong.
const LONGEST: i64 = DAY;
/// The sentence with which the hub closes a socket because its platform's quota of the day is used up.
const QUOTA: &str = "The hub's quota of the day";

/// Why the hub takes nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Why {
    /// Its platform's quota of the day is used up.
    Quota,
    /// This member has asked for too much.
    Budget,
}

/// The hub takes nothing until then, by this device's clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hold {
    /// Why.
    pub(crate) why: Why,
    /// Until when.
    pub(crate) until: Timestamp,
}

impl Hold {
    /// What an answer with `Retry-After` (seconds) tells.
    pub(crate) fn told(quota: bool, after: Option<&str>, now: Timestamp) -> Self {
        let seconds = after.and_then(|after| after.trim().parse::<i64>().ok());
        let wait = seconds.map(|seconds| seconds.saturating_mul(SECOND).clamp(SECOND, LONGEST));
        let (why, otherwise) = match quota {
            true => (Why::Quota, midnight(now).0 - now.0),
            false => (Why::Budget, UNTOLD),
        };
        Self {
            why,
            until: now.plus(wait.unwrap_or(otherwise)),
        }
    }

    /// What the sentence tells with which a socket was closed; none if it tells of no quota.
    pub(crate) fn said(sentence: &str, now: Timestamp) -> Option<Self> {
        sentence.starts_with(QUOTA).then(|| Self::told(true, None, now))
    }

    /// How long that still is, in milliseconds.
    pub(crate) fn left(self, now: Timestamp) -> u32 {
        let left = (self.until.0 - now.0).clamp(0, LONGEST);
        u32::try_from(left).unwrap_or_default()
    }
}

/// The next midnight UTC: the quota begins anew.
fn midnight(now: Timestamp) -> Timestamp {
    Timestamp((now.0.div_euclid(DAY) + 1) * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(10 * DAY + 5 * SECOND);

    #[test]
    fn it_waits_as_long_as_it_is_told() {
        let hold = Hold::told(false, Some("12"), NOW);
        assert_eq!((hold.why, hold.left(NOW)), (Why::Budget, 12_000));
        assert_eq!(hold.left(NOW.plus(13_000)), 0);
    }

    #[test]
    fn the_quota_waits_for_midnight_where_nothing_else_is_told() {
        let sentence = "The hub's quota of the day is used up. It takes changes again at midnight UTC.";
        let hold = Hold::said(sentence, NOW).expect("it is the quota");
        assert_eq!((hold.why, hold.until), (Why::Quota, Timestamp(11 * DAY)));
        assert_eq!(Hold::told(true, Some("60"), NOW).left(NOW), 60_000);
        assert_eq!(Hold::said("Too many sockets.", NOW), None);
    }

    #[test]
    fn nonsense_is_neither_hammering_nor_for_ever() {
        for after in [None, Some("soon"), Some("")] {
            assert_eq!(Hold::told(false, after, NOW).left(NOW), 30_000);
        }
        assert_eq!(Hold::told(false, Some("-5"), NOW).left(NOW), 1_000);
        assert_eq!(
            Hold::told(false, Some("99999999999999999"), NOW).left(NOW),
            86_400_000
        );
    }
}
