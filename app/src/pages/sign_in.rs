//! Signing in with a token, and what is shown when a session has ended.

use leptos::{html, prelude::*, task::spawn_local};

use super::router::Router;
use crate::{
    components::{Show, notices, people::store},
    connection::session,
    store::Connection,
};

/// The way into a workspace of which this device has nothing.
#[component]
pub(crate) fn SignIn() -> impl IntoView {
    let store = store();
    // A link with a token behind its `#`, which no server sees, signs in by itself.
    let offered = Router::take_fragment().strip_prefix("token=").map(str::to_owned);
    view! {
        <main class="door" id="main" tabindex="-1">
            <div class="door-box">
                <h1><span class="logo" aria-hidden="true"></span>{format!("Sign in to “{}”", store.slug())}</h1>
                <p class="lead">
                    "Open your invitation link, or sign in with a token. An admin of the workspace makes both."
                </p>
                <TokenForm offered />
                <p class="hint"><a href="/">"Another workspace"</a></p>
            </div>
        </main>
    }
}

/// A session that ended while changes wait: they stay, and one can sign in again.
#[component]
pub(crate) fn SessionEnded() -> impl IntoView {
    let store = store();
    let ended = Memo::new(move |_| store.status().get().connection == Connection::SignedOut);
    let open = RwSignal::new(false);
    view! {
        <Show when=move || ended.get()>
            <section class="banner" aria-label="Signed out">
                <p>
                    <strong>"You are signed out. "</strong>
                    {move || match store.status().get().pending {
                        0 => "What you see is this device’s copy; changes stay here until you sign in.".to_owned(),
                        1 => "1 change is kept on this device and is sent when you sign in.".to_owned(),
                        n => format!("{n} changes are kept on this device and are sent when you sign in."),
                    }}
                </p>
                <Show when=move || open.get() fallback=move || view! {
                    <button type="button" class="primary" on:click=move |_| open.set(true)>"Sign in"</button>
                }>
                    <TokenForm />
                </Show>
            </section>
        </Show>
    }
}

#[component]
fn TokenForm(
    /// A token to sign in with at once.
    #[prop(optional_no_strip)]
    offered: Option<String>,
) -> impl IntoView {
    let store = store();
    let input: NodeRef<html::Input> = NodeRef::new();
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let begin = move |token: String| {
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let done = session::with_token(&store.slug(), &token).await;
            match done {
                Ok(_) => {
                    notices().say("You are signed in.");
                    store.signed_in();
                }
                Err(error) => {
                    let _ = wrong.try_set(Some(error.to_string()));
                }
            }
            let _ = busy.try_set(false);
        });
    };
    let sign_in = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let token = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        begin(token);
    };
    if let Some(token) = offered {
        begin(token);
    }
    view! {
        <form class="form inline" on:submit=sign_in>
            <label class="field">
                <span class="field-label">"Token"</span>
                <input node_ref=input type="password" autocomplete="current-password" required />
            </label>
            <button type="submit" class="primary" disabled=move || busy.get()>
                {move || if busy.get() { "Signing in…" } else { "Sign in" }}
            </button>
            {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
        </form>
    }
}
