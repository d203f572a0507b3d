//! A document's page: first it is opened, which takes the network where this device doesn't have it.

use docket_domain::DocumentId;
use leptos::{prelude::*, task::spawn_local};

use super::address::Page;
use crate::{
    components::{
        people::store,
        state::{Loading, State},
    },
    store::{OpenDocument, StoreError},
};

/// The page of a document, once that is open.
pub(super) fn opening(
    id: DocumentId,
    // In one word: an issue, a report.
    what: &'static str,
    // Where there are others.
    (others, name): (Page, &'static str),
    page: impl Fn(StoredValue<OpenDocument, LocalStorage>) -> AnyView + Send + 'static,
) -> AnyView {
    let store = store();
    store.here(Some(id), None);
    let opened: RwSignal<Option<Result<OpenDocument, StoreError>>, LocalStorage> = RwSignal::new_local(None);
    let open = move || {
        opened.set(None);
        spawn_local(async move {
            let result = store.open_document(id).await;
            // The page may have been left.
            let _ = opened.try_set(Some(result));
        });
    };
    open();
    let shown = move || match opened.get() {
        None => view! { <Loading what=format!("Opening the {what}…") /> }.into_any(),
        Some(Ok(document)) => page(StoredValue::new_local(document)),
        Some(Err(error)) => {
            let others = others.clone().of(&store.slug());
            let (icon, title) = match error {
                StoreError::NotHere(_) => ("offline", format!("This {what} isn’t on this device")),
                StoreError::NotFound(_) => ("search", format!("There is no such {what}")),
                _ => ("refused", format!("The {what} can’t be opened")),
            };
            view! {
                <State icon title text=error.to_string()>
                    <button type="button" class="primary" on:click=move |_| open()>"Try again"</button>
                    <a class="button" href=others>{name}</a>
                </State>
            }
            .into_any()
        }
    };
    view! { {shown} }.into_any()
}
