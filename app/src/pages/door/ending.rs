//! Somebody signed out without a network: their session is ended before anybody comes in.

use std::time::Duration;

use leptos::{ev, prelude::*, task::spawn_local};

use crate::{
    components::{icon::Icon, state::Loading},
    pages::workspace::Gate,
    store::person,
};

/// How often it is tried.
const AGAIN: Duration = Duration::from_secs(10);

/// Tries until the session is ended.
#[component]
pub(super) fn Ending(#[prop(into)] on_done: UnsyncCallback<()>) -> impl IntoView {
    let gate: Gate = expect_context();
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let finish = move || {
        if busy.try_get_untracked() != Some(false) {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            let finished = person::finish(gate.slug()).await;
            let _ = busy.try_set(false);
            match finished {
                Ok(()) => on_done.run(()),
                Err(error) => {
                    let _ = wrong.try_set(Some(error.to_string()));
                }
            }
        });
    };
    finish();
    let online = window_event_listener(ev::online, move |_| finish());
    let again = set_interval_with_handle(finish, AGAIN).ok();
    on_cleanup(move || {
        online.remove();
        if let Some(again) = again {
            again.clear();
        }
    });
    move || {
        match wrong.get() {
        None => view! { <Loading what="Signing out…" /> }.into_any(),
        Some(wrong) => view! {
            <h1><Icon name="offline" />"Signing out isn’t finished"</h1>
            <p class="lead">"You signed out without a network. This device has no copy of the workspace any more; the server still has to end that session, and nobody comes in here before it has."</p>
            <p class="hint">{wrong}</p>
            <div class="actions">
                <button type="button" class="primary" disabled=move || busy.get() on:click=move |_| finish()>"Try again"</button>
                <a class="button" href="/">"Another workspace"</a>
            </div>
        }
        .into_any(),
    }
    }
}
