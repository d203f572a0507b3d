//! What the audit log is told of a change to the workspace's document: who is whom, and what other trackers' words mean.

use std::collections::BTreeMap;

use docket_domain::{MemberId, Timestamp, read::Workspace};

use super::store::{NOTE_LIMIT, Note};

/// Of longer texts, so many characters are noted.
const BEGINNING: usize = 120;

/// The notes about what changed between the two.
pub(super) fn notes(before: &Workspace, after: &Workspace, by: &MemberId, at: Timestamp) -> Vec<Note> {
    let people = changed(&before.people, &after.people, MemberId::as_str);
    let mappings = changed(&before.mappings, &after.mappings, String::as_str);
    let note = |(what, mut changed): (&'static str, Vec<_>)| {
        let more = changed.len().saturating_sub(NOTE_LIMIT);
        changed.truncate(NOTE_LIMIT);
        Note {
            at,
            by: by.clone(),
            what,
            changed,
            more,
        }
    };
    let all = [("people", people), ("mappings", mappings)];
    all.into_iter()
        .filter(|(_, changed)| !changed.is_empty())
        .map(note)
        .collect()
}

/// The keys whose value changed: what it was, and what it is.
fn changed<V: Eq>(
    before: &BTreeMap<String, V>,
    after: &BTreeMap<String, V>,
    text: impl Fn(&V) -> &str,
) -> Vec<(String, Option<String>, Option<String>)> {
    let text = |value: Option<&V>| value.map(|value| beginning(text(value)));
    let here = after
        .iter()
        .filter(|(key, value)| before.get(*key) != Some(value))
        .map(|(key, value)| (beginning(key), text(before.get(key)), text(Some(value))));
    let gone = before
        .iter()
        .filter(|(key, _)| !after.contains_key(*key))
        .map(|(key, value)| (beginning(key), text(Some(value)), None));
    here.chain(gone).collect()
}

/// As much of a text as tells which it is.
fn beginning(text: &str) -> String {
    match text.char_indices().nth(BEGINNING) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn empty() -> Workspace {
        Workspace::read(&automerge::Automerge::new())
    }

    fn workspace(people: &[(&str, &str)]) -> Workspace {
        let people = people
            .iter()
            .map(|(key, member)| ((*key).to_owned(), member.parse().unwrap()));
        Workspace {
            people: people.collect(),
            ..empty()
        }
    }

    #[test]
    fn it_is_noted_what_was_there_and_what_is() {
        let before = workspace(&[("jira:a", "ann"), ("jira:b", "bob"), ("jira:c", "cyd")]);
        let after = workspace(&[("jira:a", "ann"), ("jira:b", "ann"), ("jira:d", "bob")]);
        let notes = notes(&before, &after, &"ven".parse().unwrap(), Timestamp(7));
        let [note] = &notes[..] else { panic!("{notes:?}") };
        assert_eq!(
            (note.what, note.by.as_str(), note.at, note.more),
            ("people", "ven", Timestamp(7), 0)
        );
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(
            note.changed,
            [
                ("jira:b".to_owned(), some("bob"), some("ann")),
                ("jira:d".to_owned(), None, some("bob")),
                ("jira:c".to_owned(), some("cyd"), None),
            ]
        );
    }

    #[test]
    fn a_note_is_bounded() {
        let after = Workspace {
            mappings: (0..250)
                .map(|n| (format!("jira/status/{n}"), "new".to_owned()))
                .collect(),
            ..empty()
        };
        let notes = notes(&empty(), &after, &"ven".parse().unwrap(), Timestamp(7));
        assert_eq!((notes[0].changed.len(), notes[0].more), (NOTE_LIMIT, 230));
        assert!(beginning(&"é".repeat(5_000)).len() < 300);
    }
}
