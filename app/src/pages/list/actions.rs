//! The actions of one issue in a list: everything a key or a drag does, for a single pointer.

use docket_domain::{DocumentId, command::Place};
use leptos::prelude::*;

use super::{ListState, ranking};
use crate::components::{
    menu::{Item, Menu},
    notices,
};

/// The open menu, if one is.
#[component]
pub(super) fn Actions(state: ListState) -> impl IntoView {
    move || {
        state.menu.get().map(|(issue, anchor)| {
            view! {
                <Menu
                    anchor
                    label=format!("Actions for {}", state.name(issue))
                    items=items(state, issue)
                    on_close=move |()| state.menu.set(None)
                />
            }
        })
    }
}

fn items(state: ListState, issue: DocumentId) -> Vec<Item> {
    let ranked = state.list.get_untracked().is_some_and(|list| {
        state
            .store
            .ranking(list)
            .with_untracked(|ranking| ranking.position(issue).is_some())
    });
    let mut items = vec![Item::new("Open", "next", move || state.open(issue)).key("Enter")];
    if state.may_rank.get_untracked() {
        let to = move |place: Place| move || ranking::rank(state, issue, place);
        if ranked {
            items.push(Item::new("To the top", "top", to(Place::First)).key("Alt Home"));
            items.push(Item::new("Up", "up", move || ranking::step(state, issue, false)).key("Alt ↑"));
            items.push(Item::new("Down", "down", move || ranking::step(state, issue, true)).key("Alt ↓"));
            items.push(Item::new("To the bottom", "bottom", to(Place::Last)).key("Alt End"));
            items.push(Item::new("To rank…", "list", move || {
                state.to_rank.set(Some(issue))
            }));
            items.push(Item::new("Remove from the list", "close", move || {
                ranking::unrank(state, issue)
            }));
        } else {
            items.push(Item::new("Add to the list, at the top", "top", to(Place::First)).key("Alt Home"));
            items.push(Item::new("Add to the list, at the bottom", "plus", to(Place::Last)).key("Alt ↑"));
            items.push(Item::new("Add to the list at rank…", "list", move || {
                state.to_rank.set(Some(issue))
            }));
        }
    }
    items.push(Item::new("Copy link", "link", move || copy_link(state, issue)));
    items
}

fn copy_link(state: ListState, issue: DocumentId) {
    let path = crate::pages::address::Page::Issue(issue).of(&state.store.slug());
    let origin = window().location().origin().unwrap_or_default();
    copy(format!("{origin}{path}"), "The link is copied.");
}

/// Puts a text on the clipboard, and says so.
pub(crate) fn copy(text: String, done: &'static str) {
    let notices = notices();
    leptos::task::spawn_local(async move {
        let written = window().navigator().clipboard().write_text(&text);
        match wasm_bindgen_futures::JsFuture::from(written).await {
            Ok(_) => notices.done(done),
            Err(_) => notices.wrong(
                "The browser doesn’t let Docket use the clipboard. Select the text and copy it by hand.",
            ),
        }
    });
}
