//! How long the oldest change waits that the hub hasn't acknowledged, and from when on that is alarming.

use docket_domain::Timestamp;

const MINUTE: i64 = 60_000;
/// Until then nothing is said: most changes are stored within a second.
const SAID: i64 = 3 * MINUTE;
/// So long with a network, and still not stored: something is wrong.
const ALARM: i64 = 10 * MINUTE;

/// How long it waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Waiting {
    /// How old the change is, in milliseconds.
    pub(crate) age: i64,
    /// It should have been stored long ago.
    pub(crate) alarm: bool,
}

impl Waiting {
    /// `oldest` is when the change was made, `online` since when there is a network (none: there isn't). None while
    /// nothing is to be said.
    pub(crate) fn of(oldest: Option<Timestamp>, online: Option<Timestamp>, now: Timestamp) -> Option<Self> {
        let oldest = oldest?;
        let age = now.0 - oldest.0;
        let tried = online.map_or(0, |online| now.0 - online.0.max(oldest.0));
        (age >= SAID).then_some(Self {
            age,
            alarm: tried >= ALARM,
        })
    }

    /// The age in words: “7 min”, “3 h”, “2 days”.
    pub(crate) fn words(self) -> String {
        let minutes = self.age / MINUTE;
        match (minutes / 60, minutes / 60 / 24) {
            (0, _) => format!("{minutes} min"),
            (hours, 0) => format!("{hours} h"),
            (_, 1) => "1 day".to_owned(),
            (_, days) => format!("{days} days"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000 * MINUTE);

    fn ago(minutes: i64) -> Option<Timestamp> {
        Some(NOW.plus(-minutes * MINUTE))
    }

    #[test]
    fn a_change_that_was_just_made_says_nothing() {
        assert_eq!(Waiting::of(None, ago(60), NOW), None);
        assert_eq!(Waiting::of(ago(2), ago(60), NOW), None);
        let waiting = Waiting::of(ago(7), ago(60), NOW).expect("it is said");
        assert_eq!((waiting.words().as_str(), waiting.alarm), ("7 min", false));
    }

    #[test]
    fn it_alarms_after_ten_minutes_with_a_network() {
        assert!(Waiting::of(ago(11), ago(60), NOW).is_some_and(|it| it.alarm));
        // Three days on a train, and one minute of a network.
        let train = Waiting::of(ago(3 * 24 * 60), ago(1), NOW).expect("it is said");
        assert_eq!((train.words().as_str(), train.alarm), ("3 days", false));
        assert!(Waiting::of(ago(100), None, NOW).is_some_and(|it| !it.alarm));
    }

    #[test]
    fn ages_are_said_as_people_say_them() {
        let words = |minutes| Waiting::of(ago(minutes), None, NOW).map(Waiting::words);
        assert_eq!(words(59).as_deref(), Some("59 min"));
        assert_eq!(words(125).as_deref(), Some("2 h"));
        assert_eq!(words(24 * 60 + 5).as_deref(), Some("1 day"));
    }
}
