//! What the fields of an issue offer to choose from.

use std::collections::BTreeMap;

use docket_domain::{Role, row::IssueRow};
use leptos::prelude::*;

use crate::store::Store;

type Options = Signal<Vec<(String, String)>>;

/// The most names offered while typing.
const NAMES: usize = 300;

/// The workspace's components.
pub(crate) fn components(store: Store) -> Options {
    let used = used(store, |issue| issue.component.iter().cloned().collect());
    Signal::derive(move || {
        let workspace = store.workspace().get();
        let mut names: Vec<String> = workspace.components.clone();
        used.with(|used| names.extend(used.iter().cloned()));
        names.sort_unstable();
        names.dedup();
        with_none("No component", names.into_iter().map(|name| (name.clone(), name)))
    })
}

/// The workspace's organisations.
pub(crate) fn organisations(store: Store) -> Options {
    Signal::derive(move || {
        let workspace = store.workspace().get();
        let all = workspace
            .organisations
            .iter()
            .map(|it| (it.id.to_string(), it.name.clone()));
        with_none("No organisation", all)
    })
}

/// Everybody who can work on an issue.
pub(crate) fn assignees(store: Store) -> Options {
    Signal::derive(move || {
        let members = store.members().get();
        let able = members.iter().filter(|member| member.role != Role::Viewer);
        let mut all: Vec<_> = able
            .map(|member| (member.id.to_string(), member.name.clone()))
            .collect();
        all.sort_by(|a, b| a.1.cmp(&b.1));
        with_none("Nobody", all)
    })
}

/// Labels that other issues have, the most used first.
pub(crate) fn labels(store: Store) -> Signal<Vec<String>> {
    used(store, |issue| issue.labels.clone()).into()
}

/// Versions that other issues name, the most used first.
pub(crate) fn versions(store: Store) -> Signal<Vec<String>> {
    used(store, |issue| issue.affects.clone()).into()
}

fn used(store: Store, of: impl Fn(&IssueRow) -> Vec<String> + Send + Sync + 'static) -> Memo<Vec<String>> {
    Memo::new(move |_| {
        // Counted once for the set of issues there is: while one types, names don't come and go.
        store.issues().track();
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        store.with_rows(|rows| {
            for row in rows.values() {
                row.with_untracked(|row| {
                    for name in row.issue().map(&of).into_iter().flatten() {
                        *counts.entry(name).or_default() += 1;
                    }
                });
            }
        });
        let mut names: Vec<(String, usize)> = counts.into_iter().collect();
        names.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        names.into_iter().take(NAMES).map(|(name, _)| name).collect()
    })
}

fn with_none(none: &str, options: impl IntoIterator<Item = (String, String)>) -> Vec<(String, String)> {
    std::iter::once((String::new(), none.to_owned()))
        .chain(options)
        .collect()
}
