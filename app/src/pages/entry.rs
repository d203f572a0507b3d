//! An issue as a line of a short list: conflicts, the issues behind a figure.

use docket_domain::{DocumentId, row::IssueRow};
use leptos::prelude::*;

use super::address::Page;
use crate::components::{marks::StatusMark, people::store, time::When};

/// The line: it follows the issue's row, and leads to its page.
#[component]
pub(crate) fn IssueEntry(
    /// The issue.
    id: DocumentId,
    /// What is said of it beside the title.
    #[prop(optional)]
    sign: Option<fn(&IssueRow) -> String>,
) -> impl IntoView {
    let store = store();
    let row = store.row(id);
    let href = Page::Issue(id).of(&store.slug());
    move || {
        let row = row.as_ref()?.get();
        let issue = row.issue()?;
        let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
        let sign = sign.map(|sign| view! { <span class="sign conflict">{sign(issue)}</span> });
        Some(view! {
            <a class="entry" href=href.clone()>
                <StatusMark status=issue.status />
                <span class="key">{issue.name(&prefix)}</span>
                <span class="title">{row.title.clone()}</span>
                {sign}
                <When at=row.updated />
            </a>
        })
    }
}
