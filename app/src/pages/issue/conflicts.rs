//! Fields with two values: what they are, who set them, and the button that settles it.

use docket_domain::{
    Action, EntryId, Field, PersonId,
    read::{self, Candidate, Conflict},
    words::{Priority, Severity, Status},
};
use leptos::prelude::*;

use super::IssueState;
use crate::{
    components::{icon::Icon, people},
    store::Store,
};

/// The conflicts; nothing where there are none.
#[component]
pub(super) fn Conflicts(state: IssueState) -> impl IntoView {
    let conflicts = Memo::new(move |_| {
        state
            .document
            .with_value(|document| document.with(read::conflicts).unwrap_or_default())
    });
    let facts = state.store.facts(state.id);
    let candidate = move |field: Field, candidate: Candidate, shown: bool| {
        let words = words(state.store, field, candidate.value.as_deref());
        let by = move || {
            let member = facts.with(|facts| facts.member(&candidate.actor).cloned());
            member.map_or_else(
                || "not yet stored by the server".to_owned(),
                |member| {
                    format!(
                        "set by {}",
                        people::name(state.store, &PersonId::from(member), None)
                    )
                },
            )
        };
        let value = candidate.value.clone();
        view! {
            <li>
                <button
                    type="button"
                    disabled=move || !state.may_write()
                    on:click=move |_| state.run(Action::Settle { id: EntryId::random(), field, value: value.clone() })
                >
                    <strong>{words}</strong>
                    <span class="hint">{by}{shown.then_some(" · shown now")}</span>
                </button>
            </li>
        }
    };
    let conflict = move |conflict: Conflict| {
        let last = conflict.candidates.len().saturating_sub(1);
        let field = conflict.field;
        let candidates = conflict.candidates.into_iter().enumerate();
        let candidates = candidates
            .map(|(n, it)| candidate(field, it, n == last))
            .collect_view();
        view! {
            <div class="conflict-field">
                <h3>{field.label()}</h3>
                <ul class="candidates" aria-label=format!("Values for {}", field.label())>{candidates}</ul>
            </div>
        }
    };
    move || {
        let conflicts = conflicts.get();
        (!conflicts.is_empty()).then(|| {
            view! {
                <section class="conflicts-box" aria-label="Conflicts">
                    <h2><Icon name="conflict" />"Two people chose differently"</h2>
                    <p class="hint">"They didn’t know of one another. Choose the value that is to hold."</p>
                    {conflicts.into_iter().map(conflict).collect_view()}
                </section>
            }
        })
    }
}

/// A field's stored value in words.
pub(super) fn words(store: Store, field: Field, value: Option<&str>) -> String {
    let Some(value) = value else {
        return "Not set".to_owned();
    };
    let known = match field {
        Field::Severity => Severity::parse(value).map(Severity::label),
        Field::Priority => Priority::parse(value).map(Priority::label),
        Field::Status => Status::parse(value).map(Status::label),
        Field::Assignee => return people::name(store, &PersonId::from_stored(value), None),
        Field::Organisation => {
            return value
                .parse()
                .map_or_else(|_| value.to_owned(), |id| people::organisation(store, &id));
        }
        Field::Title | Field::Component => None,
    };
    known.unwrap_or(value).to_owned()
}
