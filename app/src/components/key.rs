//! What people call a key of a figure.

use docket_domain::metrics::{AGES, Key, words};
use leptos::prelude::*;

use super::people::{member_name, name, organisation};
use crate::store::Store;

/// A key for people. Tracked.
pub(crate) fn key_name(store: Store, key: &Key) -> String {
    match key {
        Key::Severity(word) => word.label().to_owned(),
        Key::Priority(word) => word.label().to_owned(),
        Key::Name(name) => name.clone(),
        Key::Organisation(id) => organisation(store, id),
        Key::Person(person) => {
            // Looks at all rows: only for somebody who isn't a member.
            let known = || {
                store.with_rows(|rows| {
                    rows.values().find_map(|row| {
                        row.with_untracked(|row| {
                            let issue = row.issue()?;
                            (issue.assignee.as_ref() == Some(person)).then(|| issue.assignee_name.clone())?
                        })
                    })
                })
            };
            member_name(store, person).unwrap_or_else(|| name(store, person, known().as_deref()))
        }
        Key::Month(at) => words::month(*at),
        Key::Quarter(at) => words::quarter(*at),
        Key::Age(age) => AGES.get(*age).map_or("", |(_, name)| *name).to_owned(),
        Key::None => "not set".to_owned(),
    }
}
