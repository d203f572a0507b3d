//! An issue's head: the way back, its name, its title, who is here, and what can be done to the whole.

use docket_domain::Action;
use leptos::{ev, html, prelude::*};

use super::IssueState;
use crate::{
    components::{
        Show,
        avatar::Avatar,
        dialog::Dialog,
        icon::Icon,
        menu::{Anchor, Item, Menu},
        people::May,
        text::fit,
    },
    pages::{
        address::{Page, Whose},
        list::copy,
        workspace::presence,
    },
};

/// The head.
#[component]
pub(super) fn Head(state: IssueState) -> impl IntoView {
    let IssueState { store, id, issue, .. } = state;
    let menu = RwSignal::new(None::<Anchor>);
    let asks = RwSignal::new(false);
    let deleted = Memo::new(move |_| issue.with(|issue| issue.deleted_at.is_some()));
    let here = Memo::new(move |_| presence::on_document(store, id));
    let pending = Memo::new(move |_| {
        store.status().track();
        store.is_pending(id)
    });
    let back = Page::List(Whose::Agreed).of(&store.slug());
    let items = move || {
        let mut items = vec![Item::new("Copy link", "link", move || {
            let origin = window().location().origin().unwrap_or_default();
            copy(
                format!("{origin}{}", Page::Issue(id).of(&store.slug())),
                "The link is copied.",
            );
        })];
        if May::now(store).write() {
            if deleted.get() {
                items.push(Item::new("Restore", "history", move || {
                    state.run(Action::Restore)
                }));
            } else {
                items.push(Item::new("Delete…", "trash", move || asks.set(true)));
            }
        }
        items
    };
    view! {
        <header class="issue-head">
            <div class="issue-top">
                <a class="quiet button icon-only" href=back title="To the agreed list" aria-label="To the agreed list">
                    <Icon name="back" />
                </a>
                <span class="key">{move || state.name()}</span>
                <Show when=move || pending.get()>
                    <span class="sync-note" title="Changes that the server hasn’t stored yet">
                        <Icon name="sync" />"Not yet stored"
                    </span>
                </Show>
                <ul class="presence here" aria-label="Also on this issue">
                    {move || here.get().into_iter().map(|(name, field)| {
                        let title = match field {
                            Some(field) => format!("{name} is editing the {field}"),
                            None => format!("{name} has this issue open"),
                        };
                        view! { <li title=title.clone()><Avatar name decorative=true /><span class="visually-hidden">{title.clone()}</span></li> }
                    }).collect_view()}
                </ul>
                <button
                    type="button"
                    class="quiet icon-only"
                    aria-haspopup="menu"
                    aria-label="More actions"
                    on:click=move |event: ev::MouseEvent| {
                        use wasm_bindgen::JsCast;
                        let button = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
                        menu.set(button.as_ref().map(Anchor::of));
                    }
                >
                    <Icon name="more" />
                </button>
            </div>
            <Show when=move || deleted.get()>
                <div class="banner">
                    <p><strong>"This issue was deleted. "</strong>"It is hidden in the lists and can’t be changed until it is restored."</p>
                    <Show when=move || May::now(store).write()>
                        <button type="button" on:click=move |_| state.run(Action::Restore)>"Restore"</button>
                    </Show>
                </div>
            </Show>
            <Title state />
        </header>
        {move || menu.get().map(|anchor| view! {
            <Menu anchor label="Actions for this issue" items=items() on_close=move |()| menu.set(None) />
        })}
        <Show when=move || asks.get()>
            <Dialog title="Delete this issue?" on_close=move |()| asks.set(false)>
                <p>"It disappears from all lists, for everybody. It can be restored from the filter “Deleted”."</p>
                <div class="actions">
                    <button type="button" class="danger" on:click=move |_| {
                        asks.set(false);
                        state.run(Action::Delete);
                    }>"Delete"</button>
                    <button type="button" on:click=move |_| asks.set(false)>"Keep it"</button>
                </div>
            </Dialog>
        </Show>
    }
}

/// The title, edited where it stands.
#[component]
fn Title(state: IssueState) -> impl IntoView {
    let field: NodeRef<html::Textarea> = NodeRef::new();
    let title = Memo::new(move |_| state.issue.with(|issue| issue.title.clone()));
    let readonly = move || !state.may_write();
    // What stood in the field when somebody began to type: neither another's new title nor one with spaces that
    // nobody would type is overwritten by a mere visit.
    let began = StoredValue::new(String::new());
    let show = move || {
        if let Some(field) = field.get() {
            let title = title.get();
            let typing = field.value() != began.get_value() && is_focused(&field);
            if !typing {
                field.set_value(&title);
                began.set_value(field.value());
            }
            fit(&field);
        }
    };
    Effect::new(move |_| show());
    let save = move || {
        let Some(field) = field.get_untracked() else {
            return;
        };
        let typed = field.value();
        let text = typed.split_whitespace().collect::<Vec<_>>().join(" ");
        if typed != began.get_value() && !text.is_empty() && text != title.get_untracked() {
            began.set_value(typed);
            state.run(Action::SetTitle { title: text });
        } else {
            field.set_value(&title.get_untracked());
            began.set_value(field.value());
        }
        fit(&field);
    };
    // The page may be left with the focus in the field, by the browser's own keys: what was typed is stored, too.
    on_cleanup(save);
    let keys = move |event: ev::KeyboardEvent| {
        let Some(field) = field.get_untracked() else {
            return;
        };
        match event.key().as_str() {
            "Enter" if !event.is_composing() => {
                let _ = field.blur();
            }
            "Escape" => {
                field.set_value(&began.get_value());
                let _ = field.blur();
            }
            _ => return,
        }
        event.prevent_default();
    };
    let others = Memo::new(move |_| state.editors("title"));
    view! {
        <h1 class="visually-hidden">{move || title.get()}</h1>
        <textarea
            node_ref=field
            class="title-input issue-title"
            aria-label="Title"
            rows="1"
            maxlength="1000"
            readonly=readonly
            spellcheck="true"
            on:focus=move |_| state.store.here(Some(state.id), Some("title".to_owned()))
            on:input=move |_| if let Some(field) = field.get_untracked() { fit(&field) }
            on:blur=move |_| {
                // Taken away with the focus in it, it is blurred after its end, when somebody may be elsewhere already.
                if field.try_get_untracked().is_some() {
                    save();
                    state.store.here(Some(state.id), None);
                }
            }
            on:keydown=keys
        ></textarea>
        {move || (!others.with(String::is_empty)).then(|| view! {
            <span class="typing"><Icon name="edit" />{others.get()}</span>
        })}
    }
}

fn is_focused(field: &web_sys::HtmlTextAreaElement) -> bool {
    let element: &web_sys::Element = field.as_ref();
    document().active_element().as_ref() == Some(element)
}
