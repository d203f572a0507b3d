//! The filter's panel: every field with the values that issues have, and how many.

use std::collections::BTreeMap;

use docket_domain::words::{Priority, Severity, Status};
use leptos::prelude::*;

use super::{
    ListState, bar,
    filter::{self, ATTENTION, CONFLICT, DELETED, Facet, NONE, OPEN, PENDING},
    order,
};
use crate::{components::For, components::people, store::Store};

/// The most values offered in one field; the others are found by searching.
const OFFERED: usize = 60;

/// The panel.
#[component]
pub(super) fn Panel(state: ListState) -> impl IntoView {
    let store = state.store;
    let counts = Memo::new(move |_| {
        store.changed().track();
        counts(store)
    });
    let facet = move |facet: Facet| {
        let options = move || counts.with(|counts| options(store, facet, counts));
        let option = move |(value, words, count): (String, String, usize)| {
            let asked = value.clone();
            let on = Memo::new(move |_| state.filter.with(|filter| filter.values(facet).contains(&asked)));
            view! {
                <label class="check">
                    <input
                        type="checkbox"
                        prop:checked=move || on.get()
                        on:change=move |event| {
                            let on = event_target_checked(&event);
                            bar::change(state, |filter| filter.set(facet, &value, on));
                        }
                    />
                    <span class="words">{words}</span>
                    <span class="count">{(facet != Facet::Flag).then_some(count)}</span>
                </label>
            }
        };
        view! {
            <fieldset>
                <legend>{facet.label()}</legend>
                <div class="checks">
                    <For each=options key=|option| option.clone() children=option />
                </div>
            </fieldset>
        }
    };
    view! {
        <div id="filter" class="filter-panel">{Facet::ALL.map(facet).into_iter().collect_view()}</div>
    }
}

type Counts = BTreeMap<(Facet, String), (usize, Option<String>)>;

/// How many issues have each value; for people of other trackers also their names.
fn counts(store: Store) -> Counts {
    let mut counts = Counts::new();
    let workspace = store.workspace().get();
    store.with_rows(|rows| {
        for row in rows.values() {
            row.with_untracked(|row| {
                let Some(issue) = row.issue().filter(|_| !row.deleted) else {
                    return;
                };
                for facet in Facet::ALL {
                    filter::each_value(facet, issue, workspace.who(), |value| {
                        let entry = counts.entry((facet, value.to_owned())).or_default();
                        entry.0 += 1;
                        if facet == Facet::Assignee && entry.1.is_none() {
                            entry.1.clone_from(&issue.assignee_name);
                        }
                    });
                }
            });
        }
    });
    counts
}

fn options(store: Store, facet: Facet, counts: &Counts) -> Vec<(String, String, usize)> {
    let count = |value: &str| {
        counts
            .get(&(facet, value.to_owned()))
            .map_or(0, |(count, _)| *count)
    };
    let fixed = |values: Vec<&str>| {
        let values = values
            .into_iter()
            .map(|value| (value.to_owned(), words(store, facet, value), count(value)));
        values.collect::<Vec<_>>()
    };
    match facet {
        Facet::Status => {
            let statuses = Status::ALL.iter().map(|status| status.as_str());
            fixed(std::iter::once(OPEN).chain(statuses).collect())
        }
        Facet::Severity => {
            let severities = Severity::ALL.iter().map(|severity| severity.as_str());
            fixed(severities.chain([NONE]).collect())
        }
        Facet::Priority => {
            let priorities = Priority::ALL.iter().map(|priority| priority.as_str());
            fixed(priorities.chain([NONE]).collect())
        }
        Facet::Flag => fixed(vec![ATTENTION, CONFLICT, PENDING, DELETED]),
        Facet::Component | Facet::Assignee | Facet::Organisation | Facet::Label => {
            let mut values: Vec<(String, String, usize)> = counts
                .iter()
                .filter(|((of, _), _)| *of == facet)
                .map(|((_, value), (count, name))| {
                    let known = name.clone().filter(|_| value.contains(':'));
                    (
                        value.clone(),
                        known.unwrap_or_else(|| words(store, facet, value)),
                        *count,
                    )
                })
                .collect();
            // The most used first.
            values.sort_by(|a, b| b.2.cmp(&a.2).then_with(|| a.1.cmp(&b.1)));
            values.truncate(OFFERED);
            values
        }
    }
}

/// A value in words.
pub(super) fn words(store: Store, facet: Facet, value: &str) -> String {
    if value == NONE {
        return "Not set".to_owned();
    }
    let known = match facet {
        Facet::Status => filter::status_words(value),
        Facet::Severity => Severity::parse(value).map(Severity::label),
        Facet::Priority => Priority::parse(value).map(Priority::label),
        Facet::Flag => match value {
            ATTENTION => Some("Needs attention"),
            CONFLICT => Some("In conflict"),
            PENDING => Some("Not yet stored"),
            DELETED => Some("Deleted"),
            _ => None,
        },
        Facet::Assignee => return order::person(store, value),
        Facet::Organisation => {
            return value
                .parse()
                .map_or_else(|_| value.to_owned(), |id| people::organisation(store, &id));
        }
        Facet::Component | Facet::Label => None,
    };
    known.unwrap_or(value).to_owned()
}
