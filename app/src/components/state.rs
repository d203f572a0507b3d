//! What a page shows when it has nothing else to show: empty, loading, offline, an error. Always in words.

use leptos::prelude::*;

use super::icon::Icon;

/// A page's state in words, with what can be done about it below.
#[component]
pub(crate) fn State(
    /// The icon above it.
    #[prop(default = "issues")]
    icon: &'static str,
    /// In a few words.
    #[prop(into)]
    title: String,
    /// What it means and what to do.
    #[prop(into, optional)]
    text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="state">
            <Icon name=icon />
            <h2>{title}</h2>
            {(!text.is_empty()).then(|| view! { <p>{text.clone()}</p> })}
            {children.map(|children| view! { <div class="actions">{children()}</div> })}
        </div>
    }
}

/// Something is on its way.
#[component]
pub(crate) fn Loading(
    /// What.
    #[prop(into)]
    what: String,
) -> impl IntoView {
    view! {
        <div class="state loading" role="status">
            <span class="spinner" aria-hidden="true"></span>
            <p>{what}</p>
        </div>
    }
}
