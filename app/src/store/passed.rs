//! What was passed over because this version can't read it: named in the status bar, and it closes nothing.

use std::collections::{BTreeMap, BTreeSet};

use docket_domain::DocumentId;

/// What was passed over.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Passed {
    /// Documents whose rows can't be read.
    rows: BTreeSet<DocumentId>,
    /// Members with a role that isn't known.
    members: usize,
    /// Commands of this device.
    commands: usize,
    /// What the sync tells, in its words, and how often.
    told: BTreeMap<String, usize>,
}

/// How many different sentences are kept.
const TOLD: usize = 50;

impl Passed {
    /// A row that can't be read.
    pub(super) fn row(&mut self, document: DocumentId) {
        self.rows.insert(document);
    }

    /// The row can be read by now, or is gone.
    pub(super) fn no_row(&mut self, document: DocumentId) {
        self.rows.remove(&document);
    }

    pub(super) fn set_members(&mut self, count: usize) {
        self.members = count;
    }

    pub(super) fn set_commands(&mut self, count: usize) {
        self.commands = count;
    }

    /// The sync passed something over.
    pub(super) fn tell(&mut self, sentence: String) {
        if self.told.len() < TOLD || self.told.contains_key(&sentence) {
            *self.told.entry(sentence).or_default() += 1;
        }
    }

    /// The hub begins anew, and says again what still holds.
    pub(super) fn begin_again(&mut self) {
        self.told.clear();
    }

    /// How many things.
    pub(crate) fn count(&self) -> usize {
        self.rows.len() + self.members + self.commands + self.told.len()
    }

    /// What they are, in words.
    pub(crate) fn words(&self) -> String {
        let many = |count: usize, one: &str, more: &str| match count {
            0 => None,
            1 => Some(format!("1 {one}")),
            count => Some(format!("{count} {more}")),
        };
        let mut all: Vec<String> = [
            many(self.rows.len(), "record", "records"),
            many(self.members, "member’s role", "members’ roles"),
            many(
                self.commands,
                "change made on this device",
                "changes made on this device",
            ),
        ]
        .into_iter()
        .flatten()
        .map(|what| format!("{what} made by a newer version"))
        .collect();
        all.extend(self.told.keys().cloned());
        all.join("\n")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_thing_counts_once() {
        let mut passed = Passed::default();
        let document = DocumentId::from_bytes([7; 16]);
        passed.row(document);
        passed.row(document);
        passed.tell("A frame of a kind.".to_owned());
        passed.tell("A frame of a kind.".to_owned());
        assert_eq!(passed.count(), 2);
        assert_eq!(
            passed.words(),
            "1 record made by a newer version\nA frame of a kind."
        );
        passed.no_row(document);
        passed.begin_again();
        assert_eq!((passed.count(), passed.words()), (0, String::new()));
    }

    #[test]
    fn a_flood_of_sentences_is_bounded() {
        let mut passed = Passed::default();
        (0..1_000).for_each(|n| passed.tell(n.to_string()));
        assert_eq!(passed.count(), TOLD);
    }
}
