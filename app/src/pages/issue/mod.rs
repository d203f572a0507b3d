//! An issue's page: everything about one record, editable where one may.

mod attention;
mod comments;
mod conflicts;
mod description;
mod fields;
mod head;
mod history;
mod links;
pub(crate) mod offers;
mod status;

use std::sync::Arc;

use docket_domain::{Action, Command, DocumentId, read::Issue};
use leptos::{prelude::*, task::spawn_local};

use self::{
    attention::Attention, comments::Activity, conflicts::Conflicts, description::Description, fields::Fields,
    head::Head, links::Links,
};
use super::{address::Page, opening::opening, workspace::presence};
use crate::{
    components::{
        notices,
        people::{May, store},
    },
    store::{OpenDocument, Store},
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct IssueState {
    store: Store,
    id: DocumentId,
    document: StoredValue<OpenDocument, LocalStorage>,
    issue: Memo<Arc<Issue>>,
}

impl IssueState {
    /// Does it; says so when it can't be done.
    fn run(self, action: Action) {
        let command = Command::new(self.id, action);
        spawn_local(async move {
            if let Err(error) = self.store.run(command).await {
                notices().wrong(error);
            }
        });
    }

    /// May this person write here now? Tracked.
    fn may_write(self) -> bool {
        May::now(self.store).write() && self.issue.with(|issue| issue.deleted_at.is_none())
    }

    /// Who else edits a field, in words; empty if nobody does. Tracked.
    fn editors(self, field: &str) -> String {
        presence::editors(self.store, self.id, field)
    }

    /// What people call the issue. Tracked.
    fn name(self) -> String {
        let prefix = self.store.workspace().with(|workspace| workspace.prefix.clone());
        let row = self.store.row(self.id).map(|row| row.get());
        row.and_then(|row| Some(row.issue()?.name(&prefix)))
            .unwrap_or_else(|| format!("{prefix}-…"))
    }
}

/// The page.
#[component]
pub(crate) fn IssuePage(id: DocumentId) -> impl IntoView {
    opening(id, "issue", (Page::Issues, "All issues"), move |document| {
        view! { <Opened id document /> }.into_any()
    })
}

#[component]
fn Opened(id: DocumentId, document: StoredValue<OpenDocument, LocalStorage>) -> impl IntoView {
    let store = store();
    let issue = Memo::new(move |before: Option<&Arc<Issue>>| {
        let read = document.with_value(|document| document.with(|document| Arc::new(Issue::read(document))));
        // Purged meanwhile: the page goes on showing what it was until it is left.
        read.or_else(|| before.cloned())
            .unwrap_or_else(|| Arc::new(Issue::read(&automerge::Automerge::new())))
    });
    let state = IssueState {
        store,
        id,
        document,
        issue,
    };
    view! {
        <article class="issue-page">
            <Head state />
            <div class="issue-columns">
                <div class="issue-main">
                    <Conflicts state />
                    <Attention state />
                    <Description state />
                    <Links state />
                    <Activity state />
                </div>
                <Fields state />
            </div>
        </article>
    }
}
