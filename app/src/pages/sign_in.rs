//! What is shown above the pages when nobody is signed in any more, or somebody else is.

use leptos::prelude::*;

use super::workspace::Gate;
use crate::{
    components::{Show, people::store},
    store::Connection,
};

/// A session that ended while changes wait: they stay, and one can sign in again.
#[component]
pub(crate) fn SessionEnded() -> impl IntoView {
    let store = store();
    let gate: Gate = expect_context();
    let ended = Memo::new(move |_| store.status().get().connection == Connection::SignedOut);
    let others = Memo::new(move |_| store.status().get().others);
    view! {
        <Show when=move || ended.get()>
            <section class="banner" aria-label="Signed out">
                <p>
                    <strong>{move || match others.get() {
                        true => "Somebody else is signed in in this browser. ",
                        false => "You are signed out. ",
                    }}</strong>
                    {move || match store.status().get().pending {
                        0 => "What you see is this device’s copy; changes stay here until you sign in.".to_owned(),
                        1 => "1 change is kept on this device and is sent when you sign in.".to_owned(),
                        n => format!("{n} changes are kept on this device and are sent when you sign in."),
                    }}
                </p>
                <button type="button" class="primary" on:click=move |_| gate.knock()>"Sign in"</button>
            </section>
        </Show>
    }
}
