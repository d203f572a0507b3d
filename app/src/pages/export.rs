//! Everything can leave: the issues, a list, the whole workspace. The hub writes the files, since it has every issue
//! whole; this device has the closed ones in rows only.

use leptos::prelude::*;

use crate::{
    components::{
        Show,
        icon::Icon,
        people::{May, store},
    },
    store::Connection,
};

/// The page.
#[component]
pub(crate) fn Export() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let status = store.status();
    let live = Memo::new(move |_| status.with(|status| status.connection == Connection::Live));
    let base = format!("/api/v1/workspaces/{}", store.slug());
    let issues = {
        let base = base.clone();
        move |format: &str| format!("{base}/export?format={format}")
    };
    let lists = {
        let base = base.clone();
        move || {
            let workspace = store.workspace().get();
            let agreed = workspace.agreed.map(|list| ("Agreed list".to_owned(), list));
            let own = workspace
                .organisations
                .iter()
                .filter_map(|it| Some((it.name.clone(), it.list?)));
            let links = agreed.into_iter().chain(own).map(|(name, list)| {
                let href = format!("{base}/lists/{list}/export");
                view! { <File live href label=name /> }
            });
            links.collect_view()
        }
    };
    let bundle = format!("{base}/bundle");
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Export"</h1>
                <p class="lead">"The group’s records belong to the group: take them along at any time. You get what you may read."</p>
                <Show when=move || !live.get()>
                    <p class="wrong" role="status">"The files come from the server: connect first. What isn’t stored there yet isn’t in them."</p>
                </Show>
            </header>
            <section class="card">
                <h2>"All issues"</h2>
                <div class="actions">
                    <File live href=issues("jsonl") label="JSON Lines" />
                    <File live href=issues("csv") label="CSV" />
                    <File live href=issues("jira-csv") label="CSV for Jira" />
                </div>
                <p class="hint">"JSON Lines has everything, one issue a line, and comes in again as it was. CSV has a row for each issue, for a spreadsheet; it comes in again, too. The third is CSV as Jira’s own importer takes it."</p>
            </section>
            <section class="card">
                <h2>"A list"</h2>
                <div class="actions">{lists}</div>
                <p class="hint">"The ranked issues in their order, as CSV."</p>
            </section>
            <Show when=move || May::now(store).administer()>
                <section class="card">
                    <h2>"The whole workspace"</h2>
                    <div class="actions"><File live href=bundle.clone() label="Bundle" /></div>
                    <p class="hint">"One file with every document and its whole history, who changed what and when, numbers and members, and no password or token: a workspace elsewhere can be made of it."</p>
                </section>
            </Show>
        </div>
    }
}

/// A link to a file of the hub's.
#[component]
fn File(live: Memo<bool>, href: String, #[prop(into)] label: String) -> impl IntoView {
    view! {
        <a
            class="button"
            download=""
            href=move || live.get().then(|| href.clone())
            aria-disabled=move || (!live.get()).to_string()
        >
            <Icon name="export" />
            {label}
        </a>
    }
}
