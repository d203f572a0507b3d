//! Changing ranks: the commands, what is said afterwards, and the dialog that asks for a number.

use docket_domain::{Action, Command, DocumentId, command::Place};
use leptos::{html, prelude::*, task::spawn_local};

use super::ListState;
use crate::components::{dialog::Dialog, notices};

/// Puts an issue at a place of the list, and says where it is now.
pub(super) fn rank(state: ListState, issue: DocumentId, place: Place) {
    change(
        state,
        issue,
        Action::Rank {
            issues: vec![issue],
            place,
        },
    );
}

/// Takes an issue out of the list.
pub(super) fn unrank(state: ListState, issue: DocumentId) {
    change(state, issue, Action::Unrank { issue });
}

/// Moves a ranked issue over the one shown above (or below) it.
pub(super) fn step(state: ListState, issue: DocumentId, down: bool) {
    let place = state.order.with_untracked(|order| {
        let line = order.line_of(issue)?;
        if line >= order.ranked {
            // Without a rank there is only one way: into the list, at its end.
            return (!down).then_some(Place::Last);
        }
        let neighbour = if down { line + 1 } else { line.checked_sub(1)? };
        let other = order
            .lines
            .get(neighbour)
            .filter(|_| neighbour < order.ranked)?
            .issue()?;
        Some(if down {
            Place::After(other)
        } else {
            Place::Before(other)
        })
    });
    match place {
        Some(place) => rank(state, issue, place),
        None => notices().say(if down {
            "It is the last already."
        } else {
            "It is the first already."
        }),
    }
}

fn change(state: ListState, issue: DocumentId, action: Action) {
    let Some(list) = state.list.get_untracked() else {
        return;
    };
    // A held key asks again before the last answer is there: the next press counts.
    if !state.may_rank.get_untracked() || state.busy.get_untracked() {
        return;
    }
    let notices = notices();
    let gone = matches!(action, Action::Unrank { .. });
    state.busy.set(true);
    spawn_local(async move {
        let done = state.store.run(Command::new(list, action)).await;
        // The page may have been left meanwhile.
        if state.busy.try_set(false).is_some() {
            return;
        }
        match done {
            Ok(()) => {
                state.active.set(Some(issue));
                state.moved.update(|moved| *moved += 1);
                let told = told(state, list, issue);
                // Where it has gone can't be seen at its place.
                if gone {
                    notices.done(told)
                } else {
                    notices.say(told)
                }
            }
            Err(error) => notices.wrong(error),
        }
    });
}

fn told(state: ListState, list: DocumentId, issue: DocumentId) -> String {
    let name = state.name(issue);
    state
        .store
        .ranking(list)
        .with_untracked(|ranking| match ranking.position(issue) {
            Some(position) => format!("{name} is at rank {} of {}.", position + 1, ranking.issues.len()),
            None => format!("{name} is no longer in the list."),
        })
}

/// Asks for a rank.
#[component]
pub(super) fn ToRank(state: ListState) -> impl IntoView {
    move || state.to_rank.get().map(|issue| view! { <AskRank state issue /> })
}

#[component]
fn AskRank(state: ListState, issue: DocumentId) -> impl IntoView {
    let input: NodeRef<html::Input> = NodeRef::new();
    let of = state.order.with_untracked(|order| order.of_ranked).max(1);
    let rank_now = state.list.get_untracked().and_then(|list| {
        state
            .store
            .ranking(list)
            .with_untracked(|ranking| ranking.position(issue))
            .map(|position| position + 1)
    });
    let close = move || state.to_rank.set(None);
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let wanted = input
            .get_untracked()
            .and_then(|input| input.value().trim().parse::<usize>().ok());
        if let Some(wanted) = wanted.filter(|wanted| *wanted > 0) {
            close();
            rank(state, issue, Place::At(wanted - 1));
        }
    };
    view! {
        <Dialog title=format!("Rank of {}", state.name(issue)) on_close=move |()| close()>
            <form class="form" on:submit=submit>
                <label class="field">
                    <span class="field-label">{format!("Rank, from 1 to {of}")}</span>
                    <input
                        node_ref=input
                        type="number"
                        inputmode="numeric"
                        min="1"
                        step="1"
                        required
                        autofocus
                        value=rank_now.map(|rank| rank.to_string())
                    />
                </label>
                <div class="actions">
                    <button type="submit" class="primary">"Move it there"</button>
                    <button type="button" on:click=move |_| close()>"Cancel"</button>
                </div>
            </form>
        </Dialog>
    }
}
