//! Renewing the epoch after a restore.

use leptos::{prelude::*, task::spawn_local};

use super::api;
use crate::components::{Show, dialog::Dialog, notices, people::store};

/// What it is, and the button.
#[component]
pub(super) fn Epoch() -> impl IntoView {
    let store = store();
    let asks = RwSignal::new(false);
    let renew = move |_| {
        asks.set(false);
        spawn_local(async move {
            match api::renew_epoch(&store.slug()).await {
                Ok(()) => notices().done("The epoch is renewed: every device compares what it has."),
                Err(error) => notices().wrong(error),
            }
        });
    };
    view! {
        <section class="card" aria-label="After a restore">
            <h2>"After a restore"</h2>
            <p>"Was the hub’s storage set back to an earlier time? The devices don’t know: they take for stored what the hub has lost. Renew the epoch, and each compares all it has with the hub, and sends again what is missing there."</p>
            <div class="actions">
                <button type="button" on:click=move |_| asks.set(true)>"Renew the epoch…"</button>
            </div>
            <Show when=move || asks.get()>
                <Dialog title="Renew the epoch?" on_close=move |()| asks.set(false)>
                    <p>"Every device fetches the lists anew and compares its documents, at once if it is connected. Nothing is lost; for a minute the hub is busy."</p>
                    <div class="actions">
                        <button type="button" class="primary" on:click=renew>"Renew it"</button>
                        <button type="button" on:click=move |_| asks.set(false)>"Cancel"</button>
                    </div>
                </Dialog>
            </Show>
        </section>
    }
}
