//! The audit log: who changed members, rights and access, when and from where. For admins; the hub's own record.

mod api;

use docket_domain::PersonId;
use leptos::{prelude::*, task::spawn_local};

use self::api::Entry;
use crate::{
    components::{
        Show,
        icon::Icon,
        people::{self, May, store},
        state::{Loading, State},
        time::{exact, iso},
    },
    store::{Store, StoreError},
};

/// The page.
#[component]
pub(crate) fn AuditPage() -> impl IntoView {
    let store = store();
    store.here(None, None);
    view! {
        <Show
            when=move || May::now(store).administer()
            fallback=|| view! { <State icon="history" title="This page is for admins" text="An admin of the workspace reads who changed members, rights and access." /> }
        >
            <Page />
        </Show>
    }
}

#[component]
fn Page() -> impl IntoView {
    let store = store();
    let entries = RwSignal::new(Vec::<Entry>::new());
    // Where the next ones begin; none when there are no more.
    let next = RwSignal::new(Some(String::new()));
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<StoreError>);
    let wanted = RwSignal::new(String::new());
    let more = move || {
        let Some(after) = next.get_untracked() else { return };
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let page = api::read(&store.slug(), &after).await;
            let _ = busy.try_set(false);
            let _ = match page {
                Ok(page) => {
                    let _ = entries.try_update(|all| all.extend(page.entries));
                    next.try_set(page.next).map(|_| None)
                }
                Err(error) => wrong.try_set(Some(error)),
            };
        });
    };
    more();
    let shown = Memo::new(move |_| {
        let wanted = wanted.get().trim().to_lowercase();
        let all = entries.get();
        let lines = all.into_iter().map(|entry| Line::of(store, entry));
        lines.filter(|line| line.says(&wanted)).collect::<Vec<_>>()
    });
    let file = format!("/api/v1/workspaces/{}/audit?format=jsonl", store.slug());
    let empty = move || !busy.get() && wrong.with(Option::is_none) && shown.with(Vec::is_empty);
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Audit log"</h1>
                <p class="lead">"Who changed members, roles, tokens, audiences and what was deleted for good, when, and from where. It can’t be edited."</p>
            </header>
            <div class="audit-bar">
                <label class="field">
                    <span class="field-label">"Find in what is shown"</span>
                    <input type="search" bind:value=wanted placeholder="A name, an action, an address" />
                </label>
                <a class="button" download="" href=file><Icon name="export" />"All as JSON Lines"</a>
            </div>
            <section class="card" aria-label="Entries">
                <ol class="audit">
                    {move || shown.get().into_iter().map(|line| view! {
                        <li>
                            <time class="when" datetime=line.datetime.clone()>{line.at.clone()}</time>
                            <p><strong>{line.by.clone()}</strong>" "{line.what.clone()}</p>
                            {(!line.detail.is_empty()).then(|| view! { <p class="hint">{line.detail.clone()}</p> })}
                        </li>
                    }).collect_view()}
                </ol>
                <Show when=empty>
                    {move || if entries.with(Vec::is_empty) {
                        view! { <State icon="history" title="Nothing yet" text="What admins change from now on is noted here." /> }.into_any()
                    } else {
                        view! { <State icon="search" title="Nothing matches" text="Fetch more, or look for something else." /> }.into_any()
                    }}
                </Show>
                {move || wrong.get().map(|error| view! {
                    <State icon="offline" title="The log can’t be fetched" text=error.to_string()>
                        <button type="button" class="primary" on:click=move |_| more()>"Try again"</button>
                    </State>
                })}
                <Show when=move || busy.get()><Loading what="Fetching the log…" /></Show>
                <Show when=move || !busy.get() && wrong.with(Option::is_none) && next.with(Option::is_some)>
                    <div class="actions"><button type="button" on:click=move |_| more()>"Show more"</button></div>
                </Show>
            </section>
        </div>
    }
}

/// An entry in words.
#[derive(Debug, Clone, PartialEq)]
struct Line {
    datetime: String,
    at: String,
    by: String,
    what: String,
    detail: String,
}

impl Line {
    fn of(store: Store, entry: Entry) -> Self {
        let name = |id: &str| match id.parse() {
            Ok(member) => {
                people::member_name(store, &PersonId::from(&member)).unwrap_or_else(|| id.to_owned())
            }
            Err(_) => id.to_owned(),
        };
        let by = entry
            .by
            .as_deref()
            .map_or_else(|| "Whoever runs the hub".to_owned(), name);
        let subject = entry.subject.as_deref().map(|subject| {
            let document = subject.parse().ok().and_then(|id| store.row(id));
            document.map_or_else(|| name(subject), |row| row.with(|row| row.title.clone()))
        });
        let done = api::done(&entry.what);
        let what = match subject {
            Some(subject) => format!("{done} · {subject}"),
            None => done,
        };
        let from = entry.from.map(|from| format!("from {from}"));
        let parts: Vec<String> = [api::words(&entry.detail), from.unwrap_or_default()]
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect();
        Self {
            datetime: iso(entry.at),
            at: exact(entry.at),
            by,
            what,
            detail: parts.join(" · "),
        }
    }

    fn says(&self, wanted: &str) -> bool {
        wanted.is_empty()
            || [&self.at, &self.by, &self.what, &self.detail]
                .iter()
                .any(|text| text.to_lowercase().contains(wanted))
    }
}
