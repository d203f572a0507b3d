//! Settings: appearance, who one is, what this device holds, signing out.

use leptos::{prelude::*, task::spawn_local};

use super::workspace::reload;
use crate::{
    components::{Show, dialog::Dialog, notices, people, people::store, theme::Theme},
    store::StoreError,
};

/// The page.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let theme = Theme::chosen();
    let asks = RwSignal::new(false);
    let sign_out = move |discard: bool| {
        spawn_local(async move {
            match store.log_out(discard).await {
                Ok(()) => reload(),
                Err(StoreError::Unsent(_)) if !discard => asks.set(true),
                Err(error) => notices().wrong(error),
            }
        });
    };
    let me = move || {
        store.me().get().map(|me| {
            let of = me
                .organisation
                .as_ref()
                .map(|id| format!(" of {}", people::organisation(store, id)));
            view! {
                <dl class="facts">
                    <div><dt>"Name"</dt><dd>{me.name.clone()}</dd></div>
                    <div><dt>"Role"</dt><dd>{people::role(me.role)}{of}</dd></div>
                    <div><dt>"Workspace"</dt><dd>{store.slug().to_string()}</dd></div>
                </dl>
            }
        })
    };
    let device = move || {
        let status = store.status().get();
        let issues = store.issues().with(|issues| issues.len());
        view! {
            <dl class="facts">
                <div><dt>"Issues on this device"</dt><dd>{issues}</dd></div>
                <div><dt>"Changes not yet stored by the server"</dt><dd>{status.pending}</dd></div>
                <div><dt>"Open issues still to be fetched for offline use"</dt><dd>{status.to_fetch.map_or_else(|| "Not counted yet".to_owned(), |n| n.to_string())}</dd></div>
            </dl>
        }
    };
    view! {
        <div class="page">
            <header class="page-head"><h1>"Settings"</h1></header>
            <section class="card">
                <h2>"Appearance"</h2>
                <div class="segments" role="radiogroup" aria-label="Appearance">
                    {Theme::ALL.map(|choice| view! {
                        <label>
                            <input
                                type="radio"
                                name="theme"
                                prop:checked=move || theme.get() == choice
                                on:change=move |_| theme.set(choice)
                            />
                            <span>{choice.label()}</span>
                        </label>
                    }).into_iter().collect_view()}
                </div>
            </section>
            <section class="card">
                <h2>"You"</h2>
                {me}
                <div class="actions">
                    <button type="button" on:click=move |_| sign_out(false)>"Sign out"</button>
                </div>
                <p class="hint">"Signing out removes the workspace’s data from this device."</p>
            </section>
            <section class="card">
                <h2>"This device"</h2>
                {device}
                <p class="hint">
                    "Install Docket from the browser’s menu: it then opens without a network, and some browsers keep the data of installed apps only."
                </p>
            </section>
            <Show when=move || asks.get()>
                <Dialog title="Sign out and lose changes?" on_close=move |()| asks.set(false)>
                    <p>{move || match store.status().get().pending {
                        1 => "One change hasn’t reached the server yet. Signing out now throws it away.".to_owned(),
                        n => format!("{n} changes haven’t reached the server yet. Signing out now throws them away."),
                    }}</p>
                    <div class="actions">
                        <button type="button" class="primary" on:click=move |_| asks.set(false)>"Stay signed in"</button>
                        <button type="button" class="danger" on:click=move |_| sign_out(true)>"Sign out and discard"</button>
                    </div>
                </Dialog>
            </Show>
        </div>
    }
}
