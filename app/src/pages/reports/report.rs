//! One quarter's report.

use std::sync::Arc;

use docket_domain::{
    Action, Command, DocumentId, EntryId,
    metrics::{Quarter, words},
    read::{Report, Workspace},
    report::{self, Figures, Section, Top},
};
use leptos::{prelude::*, task::spawn_local};

use super::{Standing, computed, files::Files, nothing, shown::ShownFigures, standing};
use crate::{
    components::{
        Show,
        dialog::Dialog,
        icon::Icon,
        notices,
        people::{May, name, store},
        state::{Loading, State},
        text::{SharedText, Together, Which},
        time::{day, exact},
    },
    pages::{
        address::Page,
        figures::{
            Lacking,
            counting::{Turns, counted},
            lacks_issues,
        },
        opening::opening,
        workspace::presence,
    },
    store::{Connection, OpenDocument, Store},
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
pub(super) struct ReportState {
    pub(super) store: Store,
    pub(super) quarter: Quarter,
    id: DocumentId,
    document: StoredValue<OpenDocument, LocalStorage>,
    pub(super) report: Memo<Arc<Report>>,
    /// The figures that are shown: the frozen ones, or what they would be; none until they are counted.
    pub(super) figures: Memo<Option<Arc<Figures>>>,
    /// What the group works on first; none while the agreed list isn't loaded.
    top: Memo<Option<Vec<Top>>>,
    pub(super) frozen: Memo<bool>,
    /// What the report before said.
    pub(super) last: RwSignal<Option<Arc<Figures>>>,
}

/// The page.
#[component]
pub(crate) fn ReportPage(quarter: Quarter) -> impl IntoView {
    let store = store();
    let begun = Memo::new(move |_| standing(store, quarter) != Standing::NotBegun);
    let workspace = Memo::new(move |_| {
        store.changed().track();
        store.workspace_document()
    });
    // A report that is full goes on in another document: the page follows.
    let current = Memo::new(move |_| {
        store.changed().track();
        workspace
            .get()
            .map(|workspace| store.current(Workspace::report(workspace, quarter)))
    });
    move || match workspace.get() {
        None => view! { <Loading what="Opening the report…" /> }.into_any(),
        Some(workspace) if begun.get() => {
            let id = current
                .get()
                .unwrap_or_else(|| Workspace::report(workspace, quarter));
            opening(id, "report", (Page::Reports, "All reports"), move |document| {
                view! { <Opened quarter id document /> }.into_any()
            })
        }
        Some(workspace) if May::now(store).triage() => view! { <Begin quarter workspace /> }.into_any(),
        Some(_) => nothing(quarter).into_any(),
    }
}

/// Nobody has begun it, as far as this device knows. Whoever begins it begins the same document, so nothing is lost if
/// somebody else has, too.
#[component]
fn Begin(quarter: Quarter, workspace: DocumentId) -> impl IntoView {
    let store = store();
    store.here(None, None);
    let begin = move |_| {
        spawn_local(async move {
            let id = Workspace::report(workspace, quarter);
            let create = Command::new(id, Action::CreateReport { quarter });
            let link = Command::new(workspace, Action::LinkReport { quarter });
            let done = match store.run(create).await {
                Ok(()) => store.run(link).await,
                error => error,
            };
            if let Err(error) = done {
                notices().wrong(error);
            }
        });
    };
    view! {
        <State
            icon="report"
            title=format!("The report of {} isn’t begun", words::quarter(quarter))
            text=format!(
                "It is due {}. Its texts are written together; its figures come from the issues.",
                day(report::due(quarter)),
            )
        >
            <button type="button" class="primary" on:click=begin>"Begin the report"</button>
            <a class="button" href=Page::Reports.of(&store.slug())>"All reports"</a>
        </State>
    }
}

#[component]
fn Opened(
    quarter: Quarter,
    id: DocumentId,
    document: StoredValue<OpenDocument, LocalStorage>,
) -> impl IntoView {
    let store = store();
    let report = Memo::new(move |before: Option<&Arc<Report>>| {
        let read = document.with_value(|document| document.with(Report::read));
        // Purged meanwhile: the page goes on showing what it was until the row is gone, too.
        read.flatten()
            .map(Arc::new)
            .or_else(|| before.cloned())
            .unwrap_or_else(|| {
                Arc::new(Report {
                    quarter,
                    texts: Default::default(),
                    frozen: None,
                })
            })
    });
    let kept = Memo::new(move |_| {
        let data = report.with(|report| report.frozen.as_ref().map(|frozen| frozen.data.clone()));
        data.and_then(|data| Figures::parse(&data)).map(Arc::new)
    });
    let top = Memo::new(move |_| computed::top(store, quarter));
    let computed = counted(
        store,
        move || kept.with(Option::is_none).then(|| top.get().unwrap_or_default()),
        async move |top, turns: &mut Turns| computed::figures(store, quarter, top, turns).await,
    );
    let figures = Memo::new(move |_| kept.get().or_else(|| computed.get()));
    let state = ReportState {
        store,
        quarter,
        id,
        document,
        report,
        figures,
        top,
        frozen: Memo::new(move |_| kept.with(Option::is_some)),
        last: RwSignal::new(None),
    };
    read_last(state);
    let sections = Section::ALL.map(|section| view! { <Text state section /> });
    view! {
        <article class="page report-page">
            <Head state />
            {sections.into_iter().collect_view()}
            <ShownFigures state />
        </article>
    }
}

/// What the report of the quarter before said, if there is one.
fn read_last(state: ReportState) {
    let ReportState {
        store, quarter, last, ..
    } = state;
    let before = quarter.plus(-1);
    let stands = Memo::new(move |_| standing(store, before));
    let connection = Memo::new(move |_| store.status().with(|status| status.connection));
    Effect::new(move |_| {
        connection.track();
        let Standing::Frozen(_) = stands.get() else {
            return;
        };
        let Some(workspace) = store.workspace_document() else {
            return;
        };
        spawn_local(async move {
            // Without it nothing is compared; it is tried again with the network.
            let Ok(document) = store.open_document(Workspace::report(workspace, before)).await else {
                return;
            };
            let told = document.with_untracked(Report::read).flatten();
            let told = told.and_then(|report| Figures::parse(&report.frozen?.data));
            if last
                .try_get_untracked()
                .is_some_and(|known| known.as_deref() != told.as_ref())
            {
                let _ = last.try_set(told.map(Arc::new));
            }
        });
    });
}

#[component]
fn Head(state: ReportState) -> impl IntoView {
    let ReportState {
        store,
        quarter,
        report,
        top,
        frozen,
        ..
    } = state;
    let asks = RwSignal::new(false);
    let may = Memo::new(move |_| May::now(store).triage());
    let lacking = Memo::new(move |_| lacks_issues(store));
    // Frozen figures have the agreed list in them.
    let unready = Memo::new(move |_| lacking.get() || top.with(Option::is_none));
    let workspace = move || store.workspace().with(|workspace| workspace.name.clone());
    let stand = move || {
        report.with(|report| match &report.frozen {
            Some(kept) => {
                let by = kept.by.as_ref().map(|by| name(store, by, None));
                let by = by.map(|by| format!(" by {by}")).unwrap_or_default();
                format!("Figures frozen {}{by}.", exact(kept.at))
            }
            None => format!(
                "Figures as they are now; frozen figures stay as they are. Due {}.",
                day(report::due(quarter))
            ),
        })
    };
    let freeze = move |()| {
        asks.set(false);
        let Some(top) = top.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let figures = computed::figures(store, quarter, top, &mut Turns::whole()).await;
            let Some(data) = figures.map(|figures| figures.to_json()) else {
                return;
            };
            let id = EntryId::random();
            let command = Command::new(state.id, Action::FreezeFigures { id, data });
            match store.run(command).await {
                Ok(()) => notices().done("The figures are frozen."),
                Err(error) => notices().wrong(error),
            }
        });
    };
    let empty = move || {
        let is_empty = |report: &Arc<Report>, section: &Section| report.text(*section).trim().is_empty();
        report.with(|report| {
            Section::ALL
                .iter()
                .filter(|section| is_empty(report, section))
                .count()
        })
    };
    let early = move || store.now() < quarter.plus(1).begins();
    let print = move |_| {
        // A browser without printing shows nothing, as its menus say.
        let _ = window().print();
    };
    view! {
        <header class="page-head report-head">
            <a class="back" href=Page::Reports.of(&store.slug())><Icon name="back" />"Reports"</a>
            <p class="report-workspace">{workspace}</p>
            <h1>{format!("Support report {}", words::quarter(quarter))}</h1>
            <p class="lead">{stand}</p>
            <div class="actions">
                <Show when=move || may.get()>
                    <button type="button" class:primary=move || !frozen.get() disabled=move || unready.get() on:click=move |_| asks.set(true)>
                        {move || if frozen.get() { "Freeze the figures again" } else { "Freeze the figures" }}
                    </button>
                </Show>
                <button type="button" disabled=move || state.figures.with(Option::is_none) on:click=print>"Print or save as PDF"</button>
                <Files state />
            </div>
            <Show when=move || lacking.get() && !frozen.get()>
                <Lacking />
            </Show>
            <Show when=move || top.with(Option::is_none) && store.status().with(|status| matches!(status.connection, Connection::Offline | Connection::SignedOut))>
                <p class="hint" role="status">"The figures can be frozen once the agreed list is on this device: it is part of the report."</p>
            </Show>
            <Show when=move || asks.get()>
                <Dialog title="Freeze the figures?" on_close=move |()| asks.set(false)>
                    <p>
                        {move || if frozen.get() {
                            "The report then shows the figures as they are now, and no longer those that were frozen before."
                        } else if early() {
                            "The quarter isn’t over: what happens until its end won’t be in the figures."
                        } else {
                            "They then stay as they are now, whatever is recorded later."
                        }}
                    </p>
                    {move || match empty() {
                        0 => None,
                        1 => Some("One section is empty; texts can be written afterwards, too.".to_owned()),
                        n => Some(format!("{n} sections are empty; texts can be written afterwards, too.")),
                    }.map(|words| view! { <p>{words}</p> })}
                    <div class="actions">
                        <button type="button" class="primary" on:click=move |_| freeze(())>"Freeze"</button>
                        <button type="button" on:click=move |_| asks.set(false)>"Cancel"</button>
                    </div>
                </Dialog>
            </Show>
        </header>
    }
}

#[component]
fn Text(state: ReportState, section: Section) -> impl IntoView {
    let ReportState {
        store, id, report, ..
    } = state;
    let text = Together {
        store,
        document: state.document,
        which: Which::Section(section),
    };
    let value = Memo::new(move |_| report.with(|report| report.text(section).to_owned()));
    let may_edit = Memo::new(move |_| May::now(store).triage());
    let others = Memo::new(move |_| presence::editors(store, id, section.as_str()));
    view! { <SharedText text value may_edit others nothing=section.hint() /> }
}
