//! Without a workspace: choose one that was opened on this device, or go to one by its name.

use docket_domain::WorkspaceSlug;
use leptos::{html, prelude::*};

use super::router::router;
use crate::components::{Show, icon::Icon, state::State, theme};

/// Where the names of opened workspaces are kept.
const KEY: &str = "docket:workspaces";

/// Remembers that a workspace was opened on this device.
pub(super) fn remember(slug: &WorkspaceSlug) {
    let mut known = known();
    known.retain(|other| other != slug);
    known.insert(0, slug.clone());
    let text: Vec<&str> = known.iter().map(WorkspaceSlug::as_str).collect();
    if let Some(storage) = theme::storage() {
        // Where nothing may be kept, the address is all there is.
        let _ = storage.set_item(KEY, &text.join(" "));
    }
}

fn known() -> Vec<WorkspaceSlug> {
    let kept = theme::storage().and_then(|storage| storage.get_item(KEY).ok().flatten());
    kept.unwrap_or_default()
        .split_whitespace()
        .filter_map(|slug| slug.parse().ok())
        .collect()
}

/// Choose a workspace.
#[component]
pub(super) fn Home() -> impl IntoView {
    let known = known();
    let none = known.is_empty();
    let input: NodeRef<html::Input> = NodeRef::new();
    let wrong = RwSignal::new(None::<String>);
    let open = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        match text.trim().to_lowercase().parse::<WorkspaceSlug>() {
            Ok(slug) => router().go(&format!("/w/{slug}/")),
            Err(error) => wrong.set(Some(error.to_string())),
        }
    };
    Effect::new(|_| document().set_title("Docket"));
    view! {
        <main class="door" id="main">
            <div class="door-box">
                <h1><span class="logo" aria-hidden="true"></span>"Docket"</h1>
                <p class="lead">"The issues a support working group reviews, in the order it has agreed on. Together, with or without a network."</p>
                <Show when=move || !none>
                    <h2>"Workspaces on this device"</h2>
                </Show>
                <ul class="door-list">
                    {known.into_iter().map(|slug| view! {
                        <li><a href=format!("/w/{slug}/")><span>{slug.to_string()}</span><Icon name="next" /></a></li>
                    }).collect_view()}
                </ul>
                <form class="form" on:submit=open>
                    <label class="field">
                        <span class="field-label">"Open a workspace by its name"</span>
                        <input node_ref=input type="text" placeholder="demo" autocomplete="off" autocapitalize="none" spellcheck="false" required />
                    </label>
                    {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
                    <button type="submit" class="primary">"Open"</button>
                </form>
                <p class="hint">"You were invited? Open the link you were sent: it leads here by itself."</p>
            </div>
        </main>
    }
}

/// An address that is none.
#[component]
pub(super) fn Nowhere() -> impl IntoView {
    view! {
        <main id="main">
            <State icon="search" title="There is no such page" text="The address may be cut off or mistyped.">
                <a class="button primary" href="/">"To the beginning"</a>
            </State>
        </main>
    }
}
