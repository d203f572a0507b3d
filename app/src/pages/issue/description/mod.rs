//! The description: shown as Markdown, edited as a text that several people can type in at once.

mod editor;

use leptos::{html, prelude::*};

use self::editor::Editor;
use super::IssueState;
use crate::components::{
    Show,
    icon::Icon,
    markdown::{Markdown, Plain},
    people::May,
};

/// The description.
#[component]
pub(super) fn Description(state: IssueState) -> impl IntoView {
    let editing = RwSignal::new(false);
    let text = Memo::new(move |_| state.issue.with(|issue| issue.description.clone()));
    let foreign = Memo::new(move |_| state.issue.with(|issue| issue.source.is_some()));
    let may_edit = Memo::new(move |_| {
        May::now(state.store).write() && state.issue.with(|issue| issue.deleted_at.is_none())
    });
    let others = Memo::new(move |_| state.editors("description"));
    let edit: NodeRef<html::Button> = NodeRef::new();
    // The field went away with the focus in it: on from where it was opened.
    Effect::new(move |before: Option<bool>| {
        let now = editing.get();
        if before == Some(true) && !now {
            request_animation_frame(move || {
                if let Some(edit) = edit.get_untracked() {
                    let _ = edit.focus();
                }
            });
        }
        now
    });
    let shown = move || {
        let text = text.get();
        if text.trim().is_empty() {
            view! { <p class="nothing">"No description yet."</p> }.into_any()
        } else if foreign.get() {
            view! { <Plain text /> }.into_any()
        } else {
            view! { <Markdown text /> }.into_any()
        }
    };
    view! {
        <section class="description" aria-label="Description">
            <header class="section-head">
                <h2>"Description"</h2>
                {move || (!others.with(String::is_empty)).then(|| view! {
                    <span class="typing"><Icon name="edit" />{others.get()}</span>
                })}
                <Show when=move || may_edit.get() && !editing.get()>
                    <button node_ref=edit type="button" class="quiet" on:click=move |_| editing.set(true)>
                        <Icon name="edit" />
                        "Edit"
                    </button>
                </Show>
                <Show when=move || editing.get()>
                    <button type="button" class="quiet" on:click=move |_| editing.set(false)>
                        <Icon name="check" />
                        "Done"
                    </button>
                </Show>
            </header>
            <Show when=move || editing.get() fallback=move || view! {
                <div on:dblclick=move |_| if may_edit.get_untracked() { editing.set(true); }>{shown}</div>
            }>
                <Editor state on_done=move |()| editing.set(false) />
            </Show>
        </section>
    }
}
