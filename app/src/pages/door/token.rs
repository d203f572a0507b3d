//! A token, typed or pasted.

use leptos::{html, prelude::*};

/// The field and its button.
#[component]
pub(super) fn TokenForm(#[prop(into)] on_token: Callback<String>) -> impl IntoView {
    let input: NodeRef<html::Input> = NodeRef::new();
    let begin = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let token = input.get_untracked().map(|input| input.value());
        if let Some(token) = token.filter(|token| !token.trim().is_empty()) {
            on_token.run(token);
        }
    };
    view! {
        <form class="form inline" on:submit=begin>
            <label class="field">
                <span class="field-label">"Token"</span>
                <input node_ref=input type="password" autocomplete="current-password" required />
            </label>
            <button type="submit" class="primary">"Sign in"</button>
        </form>
    }
}
