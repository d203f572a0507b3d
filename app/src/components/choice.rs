//! One value out of several: the browser's own select, which phones and screen readers know best.

use leptos::prelude::*;

/// A select with a label.
#[component]
pub(crate) fn Choice(
    /// What is chosen.
    #[prop(into)]
    label: String,
    /// The values and their words, in order; an empty value stands for none.
    #[prop(into)]
    options: Signal<Vec<(String, String)>>,
    /// The value now.
    #[prop(into)]
    value: Signal<String>,
    /// Called with another value.
    #[prop(into)]
    on_change: Callback<String>,
    /// Read only?
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// Called when it gets or loses focus.
    #[prop(optional, into)]
    on_focus: Option<Callback<bool>>,
) -> impl IntoView {
    let select = NodeRef::<leptos::html::Select>::new();
    // The value is set after the options are there, and again when they change.
    Effect::new(move |_| {
        options.track();
        let value = value.get();
        if let Some(select) = select.get() {
            select.set_value(&value);
        }
    });
    let list = move || {
        let current = value.get();
        let mut options = options.get();
        // A value that isn't offered (any more) is shown all the same.
        if !options.iter().any(|(value, _)| *value == current) {
            options.push((current.clone(), current.clone()));
        }
        let options = options.into_iter().map(|(value, words)| {
            let selected = value == current;
            view! { <option value=value selected=selected>{words}</option> }
        });
        options.collect_view()
    };
    let focus = move |on: bool| {
        if let Some(callback) = on_focus {
            callback.run(on);
        }
    };
    view! {
        <label class="field">
            <span class="field-label">{label}</span>
            <select
                node_ref=select
                disabled=move || disabled.get()
                on:change=move |event| {
                    let chosen = event_target_value(&event);
                    if chosen != value.get_untracked() {
                        on_change.run(chosen);
                    }
                }
                on:focus=move |_| focus(true)
                // Taken away with the focus in it, it is blurred after its end: then nobody listens any more.
                on:blur=move |_| if select.try_get_untracked().is_some() { focus(false) }
            >
                {list}
            </select>
        </label>
    }
}

/// The words of one of the domain's enums as options, after “none” in the given words.
macro_rules! word_options {
    ($type:ty, $none:expr) => {{
        let none: &str = $none;
        let mut options = vec![(String::new(), none.to_owned())];
        options.extend(
            <$type>::ALL
                .iter()
                .map(|word| (word.as_str().to_owned(), word.label().to_owned())),
        );
        options
    }};
}
pub(crate) use word_options;
