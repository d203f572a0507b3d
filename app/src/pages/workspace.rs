//! A workspace's frame: opens this device's copy, signs in where an address brings a token, and shows the page.

pub(crate) mod frame;
pub(crate) mod keys;
mod palette;
pub(crate) mod presence;
mod sidebar;
mod status;

use docket_domain::WorkspaceSlug;
use leptos::{prelude::*, task::spawn_local};

use self::frame::Frame;
use super::{later::Later, router::Router};
use crate::{
    components::{
        notices,
        state::{Loading, State},
    },
    connection::session,
    store::{Store, StoreError},
};

/// A workspace, once its data is there.
#[component]
pub(crate) fn Workspace(slug: WorkspaceSlug) -> impl IntoView {
    let opened: RwSignal<Option<Result<Store, StoreError>>> = RwSignal::new(None);
    let fragment = Router::take_fragment();
    let token = fragment.strip_prefix("token=").map(str::to_owned);
    super::home::remember(&slug);
    let notices = notices();
    let slug_for_open = slug.clone();
    spawn_local(async move {
        // Signed in before the store is opened: it then connects as that member at once.
        if let Some(token) = token
            && let Err(error) = session::with_token(&slug_for_open, &token).await
        {
            notices.wrong(error);
        }
        opened.set(Some(Store::open(slug_for_open).await));
        Later::fetch_ahead().await;
    });
    move || match opened.get() {
        None => view! { <Loading what="Opening the workspace…" /> }.into_any(),
        Some(Ok(store)) => {
            provide_context(store);
            view! { <Frame /> }.into_any()
        }
        Some(Err(error)) => view! {
            <State icon="refused" title="This workspace can’t be opened here" text=error.to_string()>
                <button type="button" class="primary" on:click=move |_| reload()>"Reload the page"</button>
            </State>
        }
        .into_any(),
    }
}

/// Loads the page anew.
pub(crate) fn reload() {
    // A browser that refuses keeps showing what it shows.
    let _ = window().location().reload();
}
