//! What wasn't sent, as a file: before it leaves the device.

use docket_domain::WorkspaceSlug;
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{download::download, icon::Icon, notices},
    pages::workspace::Gate,
    store::{StoreError, save_unsent},
};

/// A button that saves it; `saved` says that it was.
#[component]
pub(crate) fn Save(saved: RwSignal<bool>) -> impl IntoView {
    let gate: Gate = expect_context();
    let busy = RwSignal::new(false);
    let save = move |_| {
        busy.set(true);
        spawn_local(async move {
            let result = write(gate.slug()).await;
            let _ = busy.try_set(false);
            match result {
                Ok(()) => {
                    let _ = saved.try_set(true);
                }
                Err(error) => notices().wrong(error),
            }
        });
    };
    view! {
        <div class="actions">
            <button type="button" class:primary=move || !saved.get() disabled=move || busy.get() on:click=save>
                <Icon name="export" />
                {move || if saved.get() { "Save it again" } else { "Save it as a file" }}
            </button>
            {move || saved.get().then(|| view! {
                <span class="hint" role="status">"It is among this browser’s downloads. Look that it is there."</span>
            })}
        </div>
    }
}

async fn write(slug: WorkspaceSlug) -> Result<(), StoreError> {
    let Some(file) = save_unsent(slug).await? else {
        return Ok(());
    };
    download(&file.name, &file.text)
        .map_err(|_| StoreError::Refused("The browser doesn’t let Docket save a file.".to_owned()))
}
