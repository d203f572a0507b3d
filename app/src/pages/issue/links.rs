//! Links to other issues, and the records of attached files.

use docket_domain::{Action, DocumentId, EntryId, read};
use leptos::{html, prelude::*};

use super::IssueState;
use crate::{
    components::{For, Show, icon::Icon, marks::StatusMark, people, time::When},
    pages::address::Page,
    store::Store,
};

/// The relations offered; others can be typed.
const RELATIONS: [&str; 6] = [
    "relates to",
    "blocks",
    "is blocked by",
    "duplicates",
    "is duplicated by",
    "is caused by",
];

/// Links and attachments; nothing where there are none and none can be added.
#[component]
pub(super) fn Links(state: IssueState) -> impl IntoView {
    let links = Memo::new(move |_| state.issue.with(|issue| issue.links.clone()));
    let adding = RwSignal::new(false);
    let none = move || links.with(Vec::is_empty);
    view! {
        <Show when=move || !none() || state.may_write()>
            <section class="links" aria-label="Links">
                <header class="section-head">
                    <h2>"Links"</h2>
                    <Show when=move || state.may_write() && !adding.get()>
                        <button type="button" class="quiet" on:click=move |_| adding.set(true)>
                            <Icon name="plus" />"Add"
                        </button>
                    </Show>
                </header>
                <ul class="entries">
                    <For each=move || links.get() key=|link| link.id.clone() let:link>
                        <li><OneLink state link /></li>
                    </For>
                </ul>
                <Show when=move || adding.get() && state.may_write()>
                    <Add state on_close=move |()| adding.set(false) />
                </Show>
            </section>
        </Show>
        <Attachments state />
    }
}

#[component]
fn OneLink(state: IssueState, link: read::Link) -> impl IntoView {
    let store = state.store;
    let target = link.target.clone();
    let found = Memo::new(move |_| {
        store.issues().track();
        find(store, &target)
    });
    let shown = {
        let target = link.target.clone();
        move || match found.get().and_then(|id| Some((id, store.row(id)?.get()))) {
            Some((id, row)) => {
                let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
                let href = Page::Issue(id).of(&store.slug());
                row.issue().map(|issue| {
                    view! {
                        <a class="entry" href=href>
                            <StatusMark status=issue.status />
                            <span class="key">{issue.name(&prefix)}</span>
                            <span class="title" class:done=!issue.status.is_open()>{row.title.clone()}</span>
                        </a>
                    }
                })
                .into_any()
            }
            None => view! {
                <span class="entry absent" title="This issue isn’t in this workspace">
                    <span class="key">{target.clone()}</span>
                    <span class="title">"not in this workspace"</span>
                </span>
            }
            .into_any(),
        }
    };
    let id = StoredValue::new(link.id.clone());
    let label = format!("Remove the link “{} {}”", link.relation, link.target);
    view! {
        <span class="relation">{link.relation.clone()}</span>
        {shown}
        <Show when=move || state.may_write()>
            <button
                type="button"
                class="quiet icon-only"
                aria-label=label.clone()
                on:click=move |_| if let Ok(id) = id.get_value().parse() { state.run(Action::RemoveLink { id }) }
            >
                <Icon name="close" />
            </button>
        </Show>
    }
}

/// The issue that a link's target means: a document's URL, or a key.
fn find(store: Store, target: &str) -> Option<DocumentId> {
    if let Ok(id) = DocumentId::from_url(target) {
        return Some(id);
    }
    let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
    store.with_rows(|rows| {
        let fits = |row: &docket_domain::Row| {
            row.issue()
                .is_some_and(|it| it.name(&prefix).eq_ignore_ascii_case(target))
        };
        rows.iter()
            .find(|(_, row)| row.with_untracked(|row| fits(row)))
            .map(|(id, _)| *id)
    })
}

/// A link's target as people call it.
pub(super) fn named(store: Store, target: &str) -> String {
    let row = find(store, target)
        .and_then(|id| store.row(id))
        .map(|row| row.get());
    let named = row.as_ref().and_then(|row| {
        let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
        Some(format!("{}: {}", row.issue()?.name(&prefix), row.title))
    });
    match named {
        Some(named) => named,
        None if DocumentId::from_url(target).is_ok() => "an issue that isn’t on this device".to_owned(),
        None => target.to_owned(),
    }
}

#[component]
fn Add(state: IssueState, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let relation: NodeRef<html::Select> = NodeRef::new();
    let target: NodeRef<html::Input> = NodeRef::new();
    let wrong = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if let Some(target) = target.get() {
            let _ = target.focus();
        }
    });
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let (Some(relation), Some(target)) = (relation.get_untracked(), target.get_untracked()) else {
            return;
        };
        let key = target.value().trim().to_owned();
        match find(state.store, &key) {
            Some(id) if id == state.id => wrong.set(Some("An issue can’t be linked to itself.".to_owned())),
            Some(id) => {
                on_close.run(());
                let (relation, target) = (relation.value(), id.url());
                state.run(Action::AddLink {
                    id: EntryId::random(),
                    relation,
                    target,
                });
            }
            None => wrong.set(Some(format!("No issue on this device is called “{key}”."))),
        }
    };
    view! {
        <form class="form inline" on:submit=add>
            <label class="field">
                <span class="field-label">"This issue"</span>
                <select node_ref=relation>
                    {RELATIONS.map(|relation| view! { <option value=relation>{relation}</option> }).into_iter().collect_view()}
                </select>
            </label>
            <label class="field">
                <span class="field-label">"Key or number"</span>
                <input node_ref=target type="text" placeholder="LU-4239" autocomplete="off" required on:input=move |_| wrong.set(None) />
            </label>
            {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
            <div class="actions">
                <button type="submit" class="primary">"Link"</button>
                <button type="button" on:click=move |_| on_close.run(())>"Cancel"</button>
            </div>
        </form>
    }
}

#[component]
fn Attachments(state: IssueState) -> impl IntoView {
    let files = Memo::new(move |_| state.issue.with(|issue| issue.attachments.clone()));
    let line = move |file: read::Attachment| {
        let by = file.by.as_ref().map(|by| {
            state
                .issue
                .with_untracked(|issue| people::name(state.store, by, issue.name_of(by)))
        });
        view! {
            <li>
                <span class="entry">
                    <Icon name="clip" />
                    <span class="title">{file.name.clone()}</span>
                    <span class="hint">{file.size.map(size)}</span>
                    <span class="hint">{by}</span>
                    <When at=file.at />
                </span>
            </li>
        }
    };
    view! {
        <Show when=move || !files.with(Vec::is_empty)>
            <section class="links" aria-label="Attachments">
                <header class="section-head">
                    <h2>"Attachments"</h2>
                    <span class="hint">"Records of the files; the files are where the issue came from."</span>
                </header>
                <ul class="entries">
                    <For each=move || files.get() key=|file| file.id.clone() children=line />
                </ul>
            </section>
        </Show>
    }
}

/// Bytes as people read them.
fn size(bytes: u64) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", bytes / 1_000),
        _ => format!("{:.1} MB", bytes as f64 / 1_000_000.0),
    }
}
