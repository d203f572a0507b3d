//! What the group says that a tracker's words mean here.

use std::collections::BTreeMap;

use docket_domain::words::{Priority, Resolution, Severity, Status};

use super::Mapping;

/// The group's own meanings of a tracker's words: they go before what Docket knows of the tracker.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(BTreeMap<(String, String), String>);

impl Words {
    /// Of the workspace's mappings (`jira/status/Parked` → `triaged`) those of the words of one tracker. A word that
    /// isn't one of Docket's means nothing.
    pub fn of<'a>(system: &str, mappings: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let words = mappings.into_iter().filter_map(|(path, word)| {
            let (field, name) = path.strip_prefix(system)?.strip_prefix('/')?.split_once('/')?;
            Some(((field.to_owned(), plain(name)), word.to_owned()))
        });
        Self(words.collect())
    }

    fn meaning<T>(&self, field: &str, name: &str, parse: fn(&str) -> Option<T>) -> Option<T> {
        let word = self.0.get(&(field.to_owned(), plain(name)))?;
        parse(word)
    }
}

/// A tracker's word, however it is written.
pub(crate) fn plain(name: &str) -> String {
    name.trim().to_lowercase()
}

impl Mapping {
    /// What a status means: what the group says, or else what is `known` of the tracker's.
    pub(crate) fn status_of(&self, name: &str, known: fn(&str) -> Option<Status>) -> Option<Status> {
        let own = self.words.meaning("status", name, Status::parse);
        own.or_else(|| known(&plain(name)))
    }

    /// What a priority means.
    pub(crate) fn priority_of(&self, name: &str, known: fn(&str) -> Option<Priority>) -> Option<Priority> {
        let own = self.words.meaning("priority", name, Priority::parse);
        own.or_else(|| known(&plain(name)))
    }

    /// What a resolution means.
    pub(crate) fn resolution_of(
        &self,
        name: &str,
        known: fn(&str) -> Option<Resolution>,
    ) -> Option<Resolution> {
        let own = self.words.meaning("resolution", name, Resolution::parse);
        own.or_else(|| known(&plain(name)))
    }

    /// What a severity (or, in a tracker without severities, a type of issue) means.
    pub(crate) fn severity_of(&self, name: &str, known: fn(&str) -> Option<Severity>) -> Option<Severity> {
        let own = self.words.meaning("severity", name, Severity::parse);
        own.or_else(|| known(&plain(name)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mappings_are_those_of_one_tracker() {
        let words = Words::of(
            "jira",
            [
                ("jira/status/On/Off", "triaged"),
                ("jira/status/Limbo", "nowhere"),
                ("bugzilla/status/NEW", "closed"),
                ("jirafoo/status/NEW", "closed"),
            ],
        );
        let status = |name| words.meaning("status", name, Status::parse);
        assert_eq!(status(" on/OFF"), Some(Status::Triaged));
        assert_eq!((status("Limbo"), status("NEW")), (None, None));
    }
}
