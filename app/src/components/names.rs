//! A set of names (labels, versions): each can be taken off, and others put on.

use leptos::{ev, html, prelude::*};

use super::{For, Show, icon::Icon};

/// Names as chips, and a field to add one.
#[component]
pub(crate) fn Names(
    /// What they are: “Labels”.
    #[prop(into)]
    label: String,
    /// One of them: “label”.
    #[prop(into)]
    one: String,
    /// The names that are on.
    #[prop(into)]
    value: Signal<Vec<String>>,
    /// Names used elsewhere, offered while typing.
    #[prop(into)]
    known: Signal<Vec<String>>,
    /// Called with a name and whether it is to be on.
    #[prop(into)]
    on_change: Callback<(String, bool)>,
    /// Read only?
    #[prop(into, optional)]
    disabled: Signal<bool>,
) -> impl IntoView {
    let input: NodeRef<html::Input> = NodeRef::new();
    let list = format!("known-{one}");
    let add = move || {
        let Some(input) = input.get_untracked() else {
            return;
        };
        let name = input.value();
        let name = name.trim().to_owned();
        input.set_value("");
        if !name.is_empty() && !value.with_untracked(|names| names.contains(&name)) {
            on_change.run((name, true));
        }
    };
    let keys = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.ctrl_key() => {
            event.prevent_default();
            add();
        }
        "Backspace" => {
            let empty = input
                .get_untracked()
                .is_some_and(|input| input.value().is_empty());
            if let (true, Some(last)) = (empty, value.get_untracked().pop()) {
                on_change.run((last, false));
            }
        }
        _ => {}
    };
    let chip = move |name: String| {
        let remove = name.clone();
        view! {
            <li class="chip">
                <span>{name.clone()}</span>
                <Show when=move || !disabled.get()>
                    <button
                        type="button"
                        aria-label=format!("Remove {name}")
                        on:click={
                            let remove = remove.clone();
                            move |_| on_change.run((remove.clone(), false))
                        }
                    >
                        <Icon name="close" />
                    </button>
                </Show>
            </li>
        }
    };
    let options = move || {
        let on = value.get();
        let known = known.get().into_iter().filter(|name| !on.contains(name));
        known
            .map(|name| view! { <option value=name></option> })
            .collect_view()
    };
    let id = list.clone();
    view! {
        <div class="field names">
            <span class="field-label">{label.clone()}</span>
            <div class="names-box">
                <ul class="chips" aria-label=label>
                    <For each=move || value.get() key=|name| name.clone() children=chip />
                </ul>
                <Show when=move || !disabled.get()>
                    <input
                        node_ref=input
                        type="text"
                        list=list.clone()
                        placeholder=format!("Add {one}…")
                        aria-label=format!("Add {one}")
                        autocomplete="off"
                        maxlength="200"
                        on:keydown=keys
                        on:change=move |_| add()
                    />
                </Show>
                <datalist id=id>{options}</datalist>
            </div>
        </div>
    }
}
