//! The report as files.

use docket_exchange::export::Quarterly;
use leptos::prelude::*;

use super::report::ReportState;
use crate::components::{download::download, notices};

/// As Markdown, and its tables as CSV.
#[component]
pub(super) fn Files(state: ReportState) -> impl IntoView {
    let save = move |kind: &'static str, write: fn(&Quarterly<'_>) -> String| {
        let workspace = state
            .store
            .workspace()
            .with_untracked(|workspace| workspace.name.clone());
        let last = state.last.get_untracked();
        // Nothing to save before it is counted: the buttons are disabled.
        let Some(figures) = state.figures.get_untracked() else {
            return;
        };
        let text = state.report.with_untracked(|report| {
            write(&Quarterly {
                workspace: &workspace,
                report,
                figures: &figures,
                frozen: state.frozen.get_untracked(),
                last: last.as_deref(),
            })
        });
        let name = format!("support-report-{}.{kind}", state.quarter);
        if download(&name, &text).is_err() {
            notices().wrong("The browser doesn’t let Docket save the file.");
        }
    };
    let none = move || state.figures.with(Option::is_none);
    view! {
        <button type="button" disabled=none on:click=move |_| save("md", |report| report.markdown())>"Markdown"</button>
        <button type="button" disabled=none on:click=move |_| save("csv", |report| report.csv())>"Tables as CSV"</button>
    }
}
