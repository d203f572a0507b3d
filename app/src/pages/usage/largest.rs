//! The largest documents, and those that can't be read: with a way to delete one for good, unopened.

use leptos::{html, prelude::*, task::spawn_local};

use super::api::{self, Stored};
use crate::{
    components::{
        Show,
        count::number,
        dialog::Dialog,
        notices,
        people::store,
        state::{Loading, State},
    },
    store::StoreError,
};

/// What must be typed.
const WORD: &str = "delete";

/// The list.
#[component]
pub(super) fn Largest() -> impl IntoView {
    let store = store();
    let loaded = RwSignal::new(None::<Result<Vec<Stored>, StoreError>>);
    let asked = RwSignal::new(None::<Stored>);
    let load = move || {
        spawn_local(async move {
            let documents = api::largest(&store.slug()).await;
            // The page may have been left.
            let _ = loaded.try_set(Some(documents));
        });
    };
    load();
    let prefix = move || store.workspace().with(|workspace| workspace.prefix.clone());
    let line = move |stored: Stored| {
        let count = |n: u64| number(usize::try_from(n).unwrap_or(usize::MAX));
        let many = |n: u64, what: &str| format!("{} {what}{}", count(n), if n == 1 { "" } else { "s" });
        let words = format!(
            "{}, {}, {}, row of {}",
            api::size(stored.bytes),
            many(stored.changes, "change"),
            many(stored.heads, "head"),
            api::size(stored.row_bytes)
        );
        let name = stored.name(&prefix());
        // The workspace itself can't go.
        let deletable = stored.kind.as_deref() != Some("workspace") && stored.id().is_some();
        let label = format!("Purge {name}");
        view! {
            <li class="stored">
                <div>
                    <p><strong>{name}</strong></p>
                    <p class="hint">{words}</p>
                    {stored.problem.clone().map(|problem| view! { <p class="wrong">{problem}</p> })}
                </div>
                {deletable.then(|| view! {
                    <button type="button" class="quiet danger" aria-label=label on:click=move |_| asked.set(Some(stored.clone()))>"Purge…"</button>
                })}
            </li>
        }
    };
    view! {
        <section class="card" aria-label="The largest documents">
            <h2>"The largest documents, and those with a problem"</h2>
            <p class="hint">"A document that is too large or can’t be read holds others up. Purging drops it for good, without opening it, on every device. To hide an issue, delete it on its page instead: that can be undone."</p>
            {move || match loaded.get() {
                None => view! { <Loading what="Fetching the documents…" /> }.into_any(),
                Some(Err(error)) => view! {
                    <State icon="offline" title="The documents can’t be fetched" text=error.to_string()>
                        <button type="button" class="primary" on:click=move |_| {
                            loaded.set(None);
                            load();
                        }>"Try again"</button>
                    </State>
                }
                .into_any(),
                Some(Ok(documents)) if documents.is_empty() => {
                    view! { <p class="nothing">"There are no documents yet."</p> }.into_any()
                }
                Some(Ok(documents)) => view! {
                    <ul class="stored-list">{documents.into_iter().map(line).collect_view()}</ul>
                }
                .into_any(),
            }}
            {move || asked.get().map(|stored| view! {
                <Purge stored on_close=move |()| asked.set(None) on_done=move |()| {
                    asked.set(None);
                    load();
                } />
            })}
        </section>
    }
}

/// Asks, with a word that has to be typed.
#[component]
fn Purge(
    stored: Stored,
    #[prop(into)] on_close: Callback<()>,
    #[prop(into)] on_done: UnsyncCallback<()>,
) -> impl IntoView {
    let store = store();
    let input: NodeRef<html::Input> = NodeRef::new();
    let typed = RwSignal::new(String::new());
    let busy = RwSignal::new(false);
    let prefix = store
        .workspace()
        .with_untracked(|workspace| workspace.prefix.clone());
    let name = stored.name(&prefix);
    let id = stored.id();
    let sure = move || typed.with(|typed| typed.trim().eq_ignore_ascii_case(WORD));
    let purge = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let Some(id) = id.filter(|_| sure()) else { return };
        busy.set(true);
        spawn_local(async move {
            let done = api::purge(&store.slug(), id).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => {
                    notices().done("It is deleted for good.");
                    on_done.run(());
                }
                Err(error) => notices().wrong(error),
            }
        });
    };
    view! {
        <Dialog title="Delete this for good?" on_close>
            <p>{format!("“{name}” and its whole history are dropped, here and on everybody’s devices. It can’t be brought back.")}</p>
            <form class="form" on:submit=purge>
                <label class="field">
                    <span class="field-label">{format!("Type “{WORD}” to confirm")}</span>
                    <input node_ref=input type="text" autocomplete="off" autocapitalize="none" spellcheck="false" bind:value=typed />
                </label>
                <div class="actions">
                    <button type="submit" class="danger" disabled=move || busy.get() || !sure()>"Purge"</button>
                    <button type="button" on:click=move |_| on_close.run(())>"Keep it"</button>
                </div>
            </form>
            <Show when=move || busy.get()><p class="hint" role="status">"Deleting…"</p></Show>
        </Dialog>
    }
}
