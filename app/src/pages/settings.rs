//! Settings: appearance, who one is, what this device holds, signing out.

use leptos::{prelude::*, task::spawn_local};

use super::{credentials::Credentials, door::Save, workspace::reload};
use crate::{
    components::{Show, dialog::Dialog, notices, people, people::store, theme::Theme},
    store::Counts,
};

/// The page.
#[component]
pub(crate) fn Settings() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let theme = Theme::chosen();
    let asks = RwSignal::new(false);
    let unsent = RwSignal::new(Counts::default());
    let saved = RwSignal::new(false);
    let leave = move || {
        spawn_local(async move {
            match store.log_out().await {
                Ok(()) => reload(),
                Err(error) => notices().wrong(error),
            }
        });
    };
    let sign_out = move |_| {
        spawn_local(async move {
            match store.unsent().await {
                Ok(counts) if counts.any() => {
                    unsent.set(counts);
                    saved.set(false);
                    asks.set(true);
                }
                Ok(_) => leave(),
                Err(error) => notices().wrong(error),
            }
        });
    };
    let devices = move || {
        let me = store.me().get()?;
        Some(view! { <Credentials member=me.id.clone() own=true /> })
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
                    <button type="button" on:click=sign_out>"Sign out"</button>
                </div>
                <p class="hint">"Signing out removes the workspace’s data from this device. Without a network the session itself is ended as soon as there is one, before anybody else comes in here."</p>
            </section>
            {devices}
            <section class="card">
                <h2>"This device"</h2>
                {device}
                <p class="hint">
                    "Install Docket from the browser’s menu: it then opens without a network, and some browsers keep the data of installed apps only."
                </p>
            </section>
            <Show when=move || asks.get()>
                <Dialog title="Save what wasn’t sent?" on_close=move |()| asks.set(false)>
                    <p>{move || format!("This device has {}, which the server doesn’t have. Signing out removes that from here: save it as a file first.", unsent.get().words())}</p>
                    <Save saved />
                    <div class="actions">
                        <button type="button" disabled=move || !saved.get() on:click=move |_| leave()>"Sign out"</button>
                        <button type="button" on:click=move |_| asks.set(false)>"Stay signed in"</button>
                        <button type="button" class="quiet danger" on:click=move |_| leave()>"Sign out and discard"</button>
                    </div>
                </Dialog>
            </Show>
        </div>
    }
}
