//! The quarterly reports to the technical group: which there are, and each one's page.

mod computed;
mod files;
mod report;
mod shown;

pub(crate) use report::ReportPage;

use docket_domain::{
    Timestamp,
    metrics::{Quarter, words},
    read::Workspace,
    report::due,
    row::Body,
};
use leptos::prelude::*;

use super::{
    address::Page,
    figures::{counting, lacks_issues, quarters},
};
use crate::{
    components::{
        For, Show,
        people::store,
        state::State,
        time::{date, day},
    },
    store::Store,
};

/// How a quarter's report stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    /// Nobody has begun it.
    NotBegun,
    /// It is being written.
    Begun,
    /// Its figures are frozen since then.
    Frozen(Timestamp),
}

/// The report's row tells. Tracked.
fn standing(store: Store, quarter: Quarter) -> Standing {
    store.changed().track();
    let row = store
        .workspace_document()
        .and_then(|workspace| store.row(Workspace::report(workspace, quarter)));
    row.map_or(Standing::NotBegun, |row| {
        row.with(|row| match row.body {
            Body::Report {
                frozen: Some(frozen), ..
            } => Standing::Frozen(frozen),
            _ => Standing::Begun,
        })
    })
}

/// The quarters, the present one first.
#[component]
pub(crate) fn ReportsPage() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let quarters = Memo::new(move |_| {
        store.changed().track();
        quarters(counting::first_reported(&counting::rows(store)), store.now())
    });
    // The last one that is due. Of earlier ones nobody waits for a report any more.
    let late = move |quarter: Quarter| {
        let now = store.now();
        due(quarter) < now && quarter.plus(2).begins() > now
    };
    let entry = move |quarter: Quarter| {
        let href = Page::Report(quarter).of(&store.slug());
        let state = move || match standing(store, quarter) {
            Standing::Frozen(at) => format!("Figures frozen {}", date(at)),
            Standing::Begun | Standing::NotBegun if late(quarter) => "Overdue".to_owned(),
            Standing::Begun => "Being written".to_owned(),
            Standing::NotBegun if quarter == Quarter::of(store.now()) => {
                format!("Until {}", day(quarter.plus(1).begins().plus(-1)))
            }
            Standing::NotBegun => "Not begun".to_owned(),
        };
        view! {
            <li>
                <a href=href>
                    <span class="report-quarter">{words::quarter(quarter)}</span>
                    <span class="hint">{state}</span>
                    <span class="hint report-due">{format!("due {}", day(due(quarter)))}</span>
                </a>
            </li>
        }
    };
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Reports"</h1>
                <p class="lead">"What the group tells its technical group each quarter: texts that you write together, and figures that stay as they were when they were frozen."</p>
            </header>
            <Show when=move || lacks_issues(store)>
                <p class="wrong" role="status">"Not all of the workspace is on this device yet: reports may be missing here."</p>
            </Show>
            <ul class="report-list">
                <For each=move || quarters.get() key=|quarter| *quarter children=entry />
            </ul>
        </div>
    }
}

/// No report yet, and nobody here who may begin it.
fn nothing(quarter: Quarter) -> impl IntoView {
    view! {
        <State
            icon="report"
            title=format!("Nobody has begun the report of {}", words::quarter(quarter))
            text="A member or an admin of the workspace can begin it."
        />
    }
}
