//! What was said, and below the same heading the history: who changed what, when.

use docket_domain::{Action, EntryId, read::Comment};
use leptos::{ev, html, prelude::*};

use super::{IssueState, history::History};
use crate::components::{
    For, Show,
    avatar::Avatar,
    dialog::Dialog,
    markdown::{Markdown, Plain},
    people,
    text::fit,
    time::{When, exact},
};

/// Comments and history.
#[component]
pub(super) fn Activity(state: IssueState) -> impl IntoView {
    let history = RwSignal::new(false);
    let comments = Memo::new(move |_| {
        state.issue.with(|issue| {
            issue
                .comments
                .iter()
                .filter(|it| it.deleted_at.is_none())
                .cloned()
                .collect::<Vec<_>>()
        })
    });
    let tab = move |name: &'static str, of: bool| {
        view! {
            <button
                type="button"
                role="tab"
                aria-selected=move || (history.get() == of).to_string()
                on:click=move |_| history.set(of)
            >
                {name}
                {(!of).then(|| view! { <span class="count">{move || comments.with(Vec::len)}</span> })}
            </button>
        }
    };
    view! {
        <section class="activity" aria-label="Activity">
            <header class="section-head">
                <div class="tabs" role="tablist" aria-label="Activity">
                    {tab("Comments", false)}
                    {tab("History", true)}
                </div>
            </header>
            <Show when=move || history.get()>
                <History state />
            </Show>
            <Show when=move || !history.get()>
                <ol class="comments">
                    // A comment that was edited is another one: shown anew.
                    <For each=move || comments.get() key=|it| (it.id.clone(), it.body.clone()) let:comment>
                        <OneComment state comment />
                    </For>
                </ol>
                <Show when=move || state.may_write()>
                    <Write state />
                </Show>
            </Show>
        </section>
    }
}

#[component]
fn OneComment(state: IssueState, comment: Comment) -> impl IntoView {
    let store = state.store;
    let editing = RwSignal::new(false);
    let asks = RwSignal::new(false);
    let external = comment
        .by
        .as_ref()
        .is_none_or(docket_domain::PersonId::is_external);
    // A comment's author and time don't change while it is shown.
    let (name, at) = untrack(|| {
        let name = match &comment.by {
            Some(by) => state
                .issue
                .with(|issue| people::name(store, by, issue.name_of(by))),
            None => "Unknown".to_owned(),
        };
        let facts = store.facts(state.id);
        (
            name,
            facts.with(|facts| facts.judge_object(&comment.object, comment.at)),
        )
    });
    let by = comment.by.clone();
    let mine = Memo::new(move |_| {
        let me = store.me().with(|me| me.as_ref().map(|me| me.id.clone()));
        state.may_write() && me.is_some_and(|me| by.as_ref().is_some_and(|by| *by == me))
    });
    let body = StoredValue::new(comment.body.clone());
    let id = StoredValue::new(comment.id.clone());
    let edited = comment.edited_at.map(|at| {
        view! {
            <span class="hint" title=exact(at)>"edited"</span>
        }
    });
    view! {
        <li class="comment" id=format!("comment-{}", comment.id)>
            <Avatar name=name.clone() decorative=true />
            <div class="comment-body">
                <header>
                    <strong>{name.clone()}</strong>
                    <When at=at.at />
                    {at.corrected.then(|| view! {
                        <span class="hint" title=format!("Their device said {}; the time of arrival counts.", exact(comment.at))>"time corrected"</span>
                    })}
                    {edited}
                    <Show when=move || mine.get() && !editing.get()>
                        <span class="comment-actions">
                            <button type="button" class="quiet" on:click=move |_| editing.set(true)>"Edit"</button>
                            <button type="button" class="quiet" on:click=move |_| asks.set(true)>"Delete"</button>
                        </span>
                    </Show>
                </header>
                <Show
                    when=move || editing.get()
                    fallback=move || {
                        let text = body.get_value();
                        if external {
                            view! { <Plain text /> }.into_any()
                        } else {
                            view! { <Markdown text /> }.into_any()
                        }
                    }
                >
                    <Edit state id=id.get_value() body=body.get_value() on_close=move |()| editing.set(false) />
                </Show>
            </div>
            <Show when=move || asks.get()>
                <Dialog title="Delete this comment?" on_close=move |()| asks.set(false)>
                    <p>"Its text stays in the history."</p>
                    <div class="actions">
                        <button type="button" class="danger" on:click=move |_| {
                            asks.set(false);
                            if let Ok(id) = id.get_value().parse() {
                                state.run(Action::DeleteComment { id });
                            }
                        }>"Delete"</button>
                        <button type="button" on:click=move |_| asks.set(false)>"Keep it"</button>
                    </div>
                </Dialog>
            </Show>
        </li>
    }
}

/// A new comment. What is typed survives reloading.
#[component]
fn Write(state: IssueState) -> impl IntoView {
    let draft = StoredValue::new_local(state.store.draft(format!("comment:{}", state.id)));
    let start = draft.with_value(|draft| draft.get()).unwrap_or_default();
    let filled = RwSignal::new(!start.trim().is_empty());
    let field: NodeRef<html::Textarea> = NodeRef::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            fit(&field);
        }
    });
    let send = move || {
        let Some(field) = field.get_untracked() else {
            return;
        };
        let body = field.value();
        if body.trim().is_empty() {
            return;
        }
        let command = docket_domain::Command::new(
            state.id,
            Action::AddComment {
                id: EntryId::random(),
                body,
            },
        );
        leptos::task::spawn_local(async move {
            match state.store.run(command).await {
                Ok(()) => {
                    // Only what is safe leaves the field.
                    field.set_value("");
                    fit(&field);
                    let _ = draft.try_with_value(|draft| draft.clear());
                    let _ = filled.try_set(false);
                    crate::components::notices().say("The comment is added.");
                }
                Err(error) => crate::components::notices().wrong(error),
            }
        });
    };
    view! {
        <form
            class="write"
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <label>
                <span class="visually-hidden">"New comment"</span>
                <textarea
                    node_ref=field
                    rows="2"
                    placeholder="Write a comment…"
                    prop:value=start
                    on:input=move |event| {
                        let text = event_target_value(&event);
                        filled.set(!text.trim().is_empty());
                        draft.with_value(|draft| draft.set(&text));
                        if let Some(field) = field.get_untracked() {
                            fit(&field);
                        }
                    }
                    on:keydown=move |event| send_key(&event, &send)
                ></textarea>
            </label>
            <div class="actions">
                <button type="submit" class="primary" disabled=move || !filled.get()>
                    "Comment" <kbd aria-hidden="true">"Ctrl Enter"</kbd>
                </button>
                <span class="hint">"Markdown works."</span>
            </div>
        </form>
    }
}

#[component]
fn Edit(state: IssueState, id: String, body: String, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let field: NodeRef<html::Textarea> = NodeRef::new();
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            fit(&field);
            let _ = field.focus();
        }
    });
    let id = StoredValue::new(id);
    let save = move || {
        let Some(field) = field.get_untracked() else {
            return;
        };
        let body = field.value();
        if let Ok(id) = id.get_value().parse() {
            state.run(Action::EditComment { id, body });
        }
        on_close.run(());
    };
    view! {
        <form
            class="write"
            on:submit=move |event| {
                event.prevent_default();
                save();
            }
        >
            <textarea
                node_ref=field
                rows="3"
                aria-label="Comment"
                prop:value=body
                on:keydown=move |event| {
                    if event.key() == "Escape" {
                        event.prevent_default();
                        on_close.run(());
                    } else {
                        send_key(&event, &save);
                    }
                }
            ></textarea>
            <div class="actions">
                <button type="submit" class="primary">"Save"</button>
                <button type="button" on:click=move |_| on_close.run(())>"Cancel"</button>
            </div>
        </form>
    }
}

fn send_key(event: &ev::KeyboardEvent, send: &impl Fn()) {
    if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
        event.prevent_default();
        send();
    }
}
