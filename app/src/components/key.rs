//! What people call a key of a figure.

use docket_domain::metrics::{AGES, Key, words};
use leptos::prelude::*;

use super::people::{name, organisation};
use crate::store::Store;

/// A key for people. Tracked.
pub(crate) fn key_name(store: Store, key: &Key) -> String {
    match key {
        Key::Severity(word) => word.label().to_owned(),
        Key::Priority(word) => word.label().to_owned(),
        Key::Name(name) => name.clone(),
        Key::Organisation(id) => organisation(store, id),
        Key::Person(person) => {
            let known = store.with_rows(|rows| {
                rows.values().find_map(|row| {
                    row.with_untracked(|row| {
                        let issue = row.issue()?;
                        (issue.assignee.as_ref() == Some(person)).then(|| issue.assignee_name.clone())?
                    })
                })
            });
            name(store, person, known.as_deref())
        }
        Key::Month(at) => words::month(*at),
        Key::Quarter(at) => words::quarter(*at),
        Key::Age(age) => AGES.get(*age).map_or("", |(_, name)| *name).to_owned(),
        Key::None => "not set".to_owned(),
    }
}
