//! Icons, out of the one sprite in index.html.

use leptos::prelude::*;

/// An icon by its name in the sprite. Decoration only: whoever shows it says in words what it stands for.
#[component]
pub(crate) fn Icon(#[prop(into)] name: Signal<&'static str>) -> impl IntoView {
    view! {
        <svg class="icon" aria-hidden="true" focusable="false">
            <use href=move || format!("#icon-{}", name.get())></use>
        </svg>
    }
}
