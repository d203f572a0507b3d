//! Dialogs: the browser's own, which keep focus inside, close with Escape, and give focus back.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::icon::Icon;

/// A modal dialog that is open as long as it exists.
#[component]
pub(crate) fn Dialog(
    /// What it is about.
    #[prop(into)]
    title: String,
    /// Called when the person closes it, by whatever way.
    #[prop(into)]
    on_close: Callback<()>,
    /// A further class: its width.
    #[prop(optional)]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let dialog: NodeRef<html::Dialog> = NodeRef::new();
    let shown = StoredValue::new_local(None::<web_sys::HtmlDialogElement>);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            // Shown once it is in the page; fails only if it is shown already.
            request_animation_frame(move || {
                let _ = dialog.show_modal();
                begin(&dialog);
                // Gone before it was shown: then there is nothing to close.
                let _ = shown.try_set_value(Some(dialog));
            });
        }
    });
    // However it ends, the browser gives focus back to what had it, which it does for a dialog that is closed.
    on_cleanup(move || {
        if let Some(dialog) = shown.try_update_value(Option::take).flatten() {
            dialog.close();
        }
    });
    let backdrop = move |event: ev::MouseEvent| {
        let outside = dialog.get_untracked().is_some_and(|dialog| {
            event.target().is_some_and(|target| {
                let dialog: &web_sys::EventTarget = dialog.as_ref();
                *dialog == target
            })
        });
        if outside {
            on_close.run(());
        }
    };
    view! {
        <dialog
            node_ref=dialog
            class=format!("dialog {class}")
            aria-label=title.clone()
            on:close=move |_| on_close.run(())
            on:mousedown=backdrop
        >
            <div class="dialog-body">
                <header class="dialog-head">
                    <h2>{title.clone()}</h2>
                    <button
                        type="button"
                        class="quiet icon-only"
                        aria-label="Close"
                        on:click=move |_| on_close.run(())
                    >
                        <Icon name="close" />
                    </button>
                </header>
                {children()}
            </div>
        </dialog>
    }
}

/// What a person can act on, in a dialog's own content.
const FIELDS: &str = ":is(.dialog-body > :not(.dialog-head) *, .dialog-body > *):is(input, select, textarea, button, a[href]):not(:disabled)";

/// Puts the focus where the dialog wants it, else on its first field: the browser would take the button that closes it.
fn begin(dialog: &web_sys::HtmlDialogElement) {
    let wanted = dialog.query_selector("[autofocus]").ok().flatten();
    let first = wanted.or_else(|| dialog.query_selector(FIELDS).ok().flatten());
    let first = first.and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(first) = first {
        // In a dialog without any the button that closes it is right.
        let _ = first.focus();
    }
}
