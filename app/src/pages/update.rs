//! A new version of the app waits until the person takes it: it reloads the page.

use leptos::prelude::*;

use crate::components::Show;
use crate::connection::update::Update;

/// Registers the service worker, and tells of a new version.
#[component]
pub(super) fn NewVersion() -> impl IntoView {
    let update = Update::start();
    let available = update.available();
    let later = RwSignal::new(false);
    let update = StoredValue::new(update);
    view! {
        <Show when=move || available.get() && !later.get()>
            <section class="notices new-version" aria-label="New version">
                <div class="notice" role="status">
                    <p>"A new version of Docket is ready. What you type is kept."</p>
                    <button type="button" class="primary" on:click=move |_| update.with_value(Update::take)>"Reload"</button>
                    <button type="button" class="quiet" on:click=move |_| later.set(true)>"Later"</button>
                </div>
            </section>
        </Show>
    }
}
