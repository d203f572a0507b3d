//! Support performance in figures: what the working group tells its technical group. Everything is computed here, from
//! rows, so it works without a network; what is asked for stands in the address, so that it can be shared.

mod asked;
mod breakdown;
mod issues;

use std::sync::Arc;

use docket_domain::{
    Row, Timestamp,
    metrics::{self, DEFINITIONS, Dimension, Life, Measure, Quarter, Selection, Table, words},
};
use leptos::prelude::*;

use self::{asked::Asked, breakdown::Breakdown, issues::Behind};
use super::router::router;
use crate::{
    components::{
        Show, choice::Choice, focus::focus_if_lost, icon::Icon, key::key_name, people::store, state::State,
    },
    store::Store,
};

/// All lives as of a day.
pub(crate) type Lives = Arc<Vec<Life>>;

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Figures {
    store: Store,
    asked: Memo<Asked>,
    now: Period,
    /// What it is compared with; its selection is none where there is nothing to compare.
    before: Period,
}

/// What counts in a period, and the lives as of its last moment. Apart from what else is asked for, so that choosing
/// another measure reads no row again.
#[derive(Clone, Copy)]
struct Period {
    selection: Memo<Option<Selection>>,
    lives: Memo<Lives>,
}

impl Period {
    fn new(store: Store, selection: impl Fn() -> Option<Selection> + Send + Sync + 'static) -> Self {
        let selection = Memo::new(move |_| selection());
        let until = Memo::new(move |_| selection.with(|selection| selection.as_ref().map(|it| it.until)));
        let lives = Memo::new(move |_| {
            let Some(until) = until.get() else {
                return Lives::default();
            };
            store.changed().track();
            let now = store.now();
            lives(store, until.map_or(now, |until| now.min(until.plus(-1))))
        });
        Self { selection, lives }
    }

    /// A measure's figures in it; none where there is nothing to compare.
    fn table(self, measure: &Measure, by: Option<&Dimension>) -> Option<Table> {
        let selection = self.selection.get()?;
        Some(
            self.lives
                .with(|lives| metrics::table(lives.iter(), measure, by, &selection)),
        )
    }
}

impl Figures {
    fn set(self, change: impl FnOnce(&mut Asked)) {
        let mut asked = self.asked.get_untracked();
        change(&mut asked);
        router().set_query(&asked.query());
    }

    /// Counts only issues with this key, or no longer only them. What was pressed may be gone then.
    fn toggle(self, dimension: &'static Dimension, key: &metrics::Key) {
        self.set(|asked| asked.toggle(dimension, key));
        focus_if_lost(vec![only(dimension, key), "breakdown".to_owned()]);
    }
}

/// The id of the button that counts only issues with this key.
fn only(dimension: &Dimension, key: &metrics::Key) -> String {
    format!("only:{}:{key}", dimension.id)
}

/// The page.
#[component]
pub(crate) fn FiguresPage() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let asked = Memo::new(move |_| Asked::parse(&router().query()));
    let figures = Figures {
        store,
        asked,
        now: Period::new(store, move || Some(asked.with(Asked::selection))),
        before: Period::new(store, move || asked.with(Asked::compared)),
    };
    provide_context(figures);
    let any = Memo::new(move |_| store.issues().with(|issues| !issues.is_empty()));
    view! {
        <div class="page figures">
            <header class="page-head">
                <h1>"Figures"</h1>
                <p class="lead">"How support performs, from what the issues tell. Times are around the clock, in UTC; what nobody recorded is left out."</p>
            </header>
            <Show
                when=move || any.get()
                fallback=|| view! { <State icon="figures" title="Nothing to count yet" text="Once issues are reported or imported, their figures are here." /> }
            >
                <Show when=move || lacks_issues(store)>
                    <Lacking />
                </Show>
                <Controls />
                <ul class="figure-cards">
                    {Measure::ALL.iter().map(|measure| view! { <Card measure /> }).collect_view()}
                </ul>
                <Breakdown />
                <Behind />
                <p class="hint">{format!("Definitions, version {DEFINITIONS}.")}</p>
            </Show>
        </div>
    }
}

/// All lives until that time. Tracks who is who.
pub(crate) fn lives(store: Store, as_of: Timestamp) -> Lives {
    let workspace = store.workspace().get();
    let life = |row: &Row| Life::among(row, as_of, workspace.who());
    let all = store.with_rows(|rows| {
        let lives = rows
            .values()
            .filter_map(|row| row.with_untracked(|row| life(row)));
        lives.collect::<Vec<_>>()
    });
    Arc::new(all)
}

/// The quarters since the first issue was reported, the present one first. Tracked.
pub(crate) fn quarters(store: Store) -> Vec<Quarter> {
    store.changed().track();
    let first = store.with_rows(|rows| {
        let reported = rows
            .values()
            .filter_map(|row| row.with_untracked(|row| row.issue().map(|_| row.created)));
        // 0 is no time.
        reported.filter(|at| at.0 > 0).min()
    });
    let now = Quarter::of(store.now());
    let first = first.map_or(now, |first| Quarter::of(first).min(now));
    let quarters = std::iter::successors(Some(now), |quarter| Some(quarter.plus(-1)));
    quarters.take_while(|quarter| *quarter >= first).collect()
}

/// Is it known that issues are missing on this device? Tracked.
pub(crate) fn lacks_issues(store: Store) -> bool {
    !store.status().with(|status| status.complete)
}

/// Says so, where figures are made of what is here.
#[component]
pub(crate) fn Lacking() -> impl IntoView {
    view! { <p class="wrong" role="status">"Not all issues are on this device yet: these figures lack some of them."</p> }
}

/// The period, what it is compared with, and what else is asked for.
#[component]
fn Controls() -> impl IntoView {
    let figures: Figures = expect_context();
    let asked = figures.asked;
    let periods = Memo::new(move |_| {
        let all = quarters(figures.store).into_iter();
        let all = all.map(|quarter| (quarter.to_string(), words::quarter(quarter)));
        std::iter::once((String::new(), "All time".to_owned()))
            .chain(all)
            .collect::<Vec<_>>()
    });
    let compared = Signal::derive(|| {
        asked::Comparison::ALL
            .iter()
            .map(|comparison| (comparison.as_str().to_owned(), comparison.label().to_owned()))
            .collect::<Vec<_>>()
    });
    let chips = move || {
        let only = asked.with(|asked| asked.only.clone());
        let chip = |(dimension, key): (&'static metrics::Dimension, metrics::Key)| {
            let words = format!("{}: {}", dimension.name, key_name(figures.store, &key));
            let label = format!("Remove {words}");
            view! {
                <li>
                    <button type="button" class="chip" aria-label=label on:click=move |_| {
                        figures.toggle(dimension, &key);
                    }>
                        <span>{words}</span>
                        <Icon name="close" />
                    </button>
                </li>
            }
        };
        (!only.is_empty()).then(
            || view! { <ul class="chips" aria-label="Only">{only.into_iter().map(chip).collect_view()}</ul> },
        )
    };
    view! {
        <div class="figure-controls">
            <Choice
                label="Period"
                options=periods
                value=Signal::derive(move || asked.with(|asked| asked.period.map(|period| period.to_string()).unwrap_or_default()))
                on_change=move |value: String| figures.set(|asked| asked.period = value.parse().ok())
            />
            <Choice
                label="Compared with"
                options=compared
                value=Signal::derive(move || asked.with(|asked| asked.comparison.as_str().to_owned()))
                disabled=Signal::derive(move || asked.with(|asked| asked.period.is_none()))
                on_change=move |value: String| figures.set(|asked| asked.comparison = asked::Comparison::parse(&value))
            />
        </div>
        {chips}
    }
}

/// A measure's figure; pressed, it is told apart below.
#[component]
fn Card(measure: &'static Measure) -> impl IntoView {
    let figures: Figures = expect_context();
    let chosen = move || figures.asked.with(|asked| asked.measure.id == measure.id);
    let summary = Memo::new(move |_| {
        let all = |period: Period| period.table(measure, None).map(|table| table.all);
        (all(figures.now).unwrap_or_default(), all(figures.before))
    });
    let figure = move || words::headline(measure.unit, &summary.get().0);
    let note = move || words::note(measure.unit, &summary.get().0);
    let before = move || {
        let (now, before) = summary.get();
        before.map(
            |before| view! { <span class="figure-before">{words::change(measure.unit, &now, &before)}</span> },
        )
    };
    view! {
        <li>
            <button
                type="button"
                class="figure-card"
                aria-pressed=move || chosen().to_string()
                    on:click=move |_| {
                    figures.set(|asked| asked.choose(measure));
                    show_breakdown();
                }
            >
                <span class="figure-name">{measure.name}</span>
                <span class="figure-value">{figure}</span>
                <span class="figure-note">{note}</span>
                {before}
            </button>
        </li>
    }
}

/// On a phone what a card tells apart is out of sight, below the other cards.
fn show_breakdown() {
    let narrow = window().match_media("(max-width: 800px)").ok().flatten();
    let section = document().get_element_by_id("breakdown");
    if let (Some(true), Some(section)) = (narrow.map(|narrow| narrow.matches()), section) {
        section.scroll_into_view();
    }
}
