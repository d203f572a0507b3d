//! Changes that the hub didn't take: what was meant, why it was refused, and what can be done.

use leptos::{prelude::*, task::spawn_local};

use super::{address::Page, list::copy};
use crate::{
    components::{For, Show, icon::Icon, notices, people::store, state::State, time::When},
    store::SetAside,
};

/// The page.
#[component]
pub(crate) fn RefusedPage() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let changes = store.set_aside();
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Refused changes"</h1>
                <p class="lead">"These changes were made on this device and couldn’t be stored by the server. Nothing of them is lost: try again, copy the text, or discard them."</p>
            </header>
            <Show
                when=move || changes.with(|changes| !changes.is_empty())
                fallback=|| view! { <State icon="check" title="Nothing was refused" text="A change that the server can’t take is kept and shown here." /> }
            >
                <ul class="cards">
                    <For each=move || changes.get().as_ref().clone() key=|change| change.id.clone() let:change>
                        <Change change />
                    </For>
                </ul>
            </Show>
        </div>
    }
}

#[component]
fn Change(change: SetAside) -> impl IntoView {
    let store = store();
    let notices = notices();
    let busy = RwSignal::new(false);
    let id = StoredValue::new(change.id.clone());
    let (what, text) = store.in_words(&change);
    let row = store.row(change.document);
    let place = move || {
        let row = row.as_ref()?.get();
        let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
        let name = row.issue().map(|issue| issue.name(&prefix));
        Some(name.map_or_else(|| row.title.clone(), |name| format!("{name} · {}", row.title)))
    };
    let href = Page::Issue(change.document).of(&store.slug());
    let can_retry = change.command.is_some();
    let copied = text.clone().unwrap_or_else(|| what.clone());
    let retry = move |_| {
        busy.set(true);
        spawn_local(async move {
            let done = store.retry(&id.get_value()).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => notices.done("It is on its way again."),
                Err(error) => notices.wrong(error),
            }
        });
    };
    let discard = move |_| {
        busy.set(true);
        spawn_local(async move {
            let done = store.discard(&id.get_value()).await;
            let _ = busy.try_set(false);
            match done {
                Ok(()) => notices.done("The change is discarded."),
                Err(error) => notices.wrong(error),
            }
        });
    };
    view! {
        <li class="card refused">
            <header>
                <h2>{what}</h2>
                <When at=change.at />
            </header>
            <p class="place"><a href=href>{place}</a></p>
            <p class="wrong"><Icon name="refused" />{change.message.clone()}</p>
            {text.map(|text| view! { <pre class="kept" tabindex="0">{text}</pre> })}
            <div class="actions">
                {can_retry.then(|| view! {
                    <button type="button" class="primary" disabled=move || busy.get() on:click=retry>"Try again"</button>
                })}
                <button type="button" on:click=move |_| copy(copied.clone(), "Copied.")>"Copy"</button>
                <button type="button" class="danger" disabled=move || busy.get() on:click=discard>"Discard"</button>
            </div>
        </li>
    }
}
