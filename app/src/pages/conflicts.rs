//! All issues with conflicts.

use docket_domain::{DocumentId, row::IssueRow};
use leptos::prelude::*;

use super::entry::IssueEntry;
use crate::components::{For, Show, people::store, state::State};

/// The page.
#[component]
pub(crate) fn Conflicts() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let issues = Memo::new(move |_| {
        store.changed().track();
        let mut found: Vec<(std::cmp::Reverse<i64>, DocumentId)> = store.with_rows(|rows| {
            let conflicted = rows.iter().filter_map(|(id, row)| {
                row.with_untracked(|row| {
                    let issue = row
                        .issue()
                        .filter(|issue| !issue.conflicts.is_empty() && !row.deleted);
                    issue.map(|_| (std::cmp::Reverse(row.updated.0), *id))
                })
            });
            conflicted.collect()
        });
        found.sort_unstable();
        found.into_iter().map(|(_, id)| id).collect::<Vec<_>>()
    });
    let fields = |issue: &IssueRow| {
        let fields: Vec<_> = issue.conflicts.iter().map(|field| field.label()).collect();
        fields.join(", ")
    };
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Conflicts"</h1>
                <p class="lead">"Two people set a field to different values without knowing of one another. Both values are kept until somebody chooses."</p>
            </header>
            <Show
                when=move || issues.with(|issues| !issues.is_empty())
                fallback=|| view! { <State icon="check" title="Nothing to settle" text="When a field has two values, its issue is listed here." /> }
            >
                <ul class="entries">
                    <For each=move || issues.get() key=|id| *id let:id>
                        <li><IssueEntry id sign=fields /></li>
                    </For>
                </ul>
            </Show>
        </div>
    }
}
