//! The description.

use leptos::prelude::*;

use super::IssueState;
use crate::components::{
    people::May,
    text::{SharedText, Together, Which},
};

/// The description.
#[component]
pub(super) fn Description(state: IssueState) -> impl IntoView {
    let text = Together {
        store: state.store,
        document: state.document,
        which: Which::Description,
    };
    let value = Memo::new(move |_| state.issue.with(|issue| issue.description.clone()));
    let plain = Memo::new(move |_| state.issue.with(|issue| issue.source.is_some()));
    let may_edit = Memo::new(move |_| {
        May::now(state.store).write() && state.issue.with(|issue| issue.deleted_at.is_none())
    });
    let others = Memo::new(move |_| state.editors("description"));
    view! { <SharedText text value may_edit others plain nothing="No description yet." /> }
}
