//! Support performance in figures: what the working group tells its technical group. Everything is computed here, from
//! rows, so it works without a network; what is asked for stands in the address, so that it can be shared.

mod asked;
mod breakdown;
pub(crate) mod counting;
mod issues;

use std::sync::Arc;

use docket_domain::{
    Row, Timestamp,
    metrics::{
        self, DEFINITIONS, Dimension, Life, Measure, Quarter, Selection, Summary, Table, Tally, words,
    },
};
use leptos::prelude::*;

use self::{
    asked::Asked,
    breakdown::Breakdown,
    counting::{Turns, counted},
    issues::Behind,
};
use super::router::router;
use crate::{
    components::{
        Show,
        choice::Choice,
        focus::focus_if_lost,
        icon::Icon,
        key::key_name,
        people::store,
        state::{Loading, State},
    },
    store::Store,
};

/// What the parts of the page share.
#[derive(Clone, Copy)]
struct Figures {
    store: Store,
    asked: Memo<Asked>,
    /// None until it is counted.
    counted: Signal<Option<Arc<Counted>>>,
    /// The ids of what gets the focus once that is shown, should what had it be gone by then.
    next: StoredValue<Vec<String>>,
}

/// The figures of what is asked for, and of what it is compared with.
struct Counted {
    /// When the first issue was reported.
    first: Option<Timestamp>,
    now: Period,
    before: Option<Period>,
}

/// The figures of a period.
struct Period {
    /// What counts in it.
    selection: Selection,
    /// The lives as of its last moment.
    lives: Vec<Life>,
    /// Each measure's figures, in the order of [`Measure::ALL`].
    all: Vec<Summary>,
}

impl Period {
    async fn count(store: Store, rows: &[Arc<Row>], selection: Selection, turns: &mut Turns) -> Option<Self> {
        let now = counting::present(store, rows);
        let as_of = selection.until.map_or(now, |until| now.min(until.plus(-1)));
        let mut tally = Tally::new(Measure::ALL, &selection);
        let lives = counting::lives(store, rows, as_of, turns, |life| tally.add(life)).await?;
        let all = tally.summaries();
        Some(Self {
            selection,
            lives,
            all,
        })
    }

    /// A measure's figures in it, told apart.
    fn table(&self, measure: &Measure, by: &Dimension) -> Table {
        metrics::table(&self.lives, measure, Some(by), &self.selection)
    }
}

impl Figures {
    fn new(store: Store) -> Self {
        let asked = Memo::new(move |_| Asked::parse(&router().query()));
        let periods = Memo::new(move |_| asked.with(|asked| (asked.selection(), asked.compared())));
        let counted = counted(
            store,
            move || Some(periods.get()),
            async move |(now, before), turns: &mut Turns| {
                let rows = counting::rows(store);
                let before = match before {
                    Some(before) => Some(Period::count(store, &rows, before, turns).await?),
                    None => None,
                };
                let now = Period::count(store, &rows, now, turns).await?;
                let first = counting::first_reported(&rows);
                Some(Counted { first, now, before })
            },
        );
        let next = StoredValue::new(Vec::new());
        Effect::new(move |_| {
            // A recount may have ended of what was asked for before.
            let asked = periods.get_untracked().0;
            let shown = counted.with(|counted| {
                counted
                    .as_ref()
                    .is_some_and(|counted| counted.now.selection == asked)
            });
            if shown {
                let next = next.try_update_value(std::mem::take).unwrap_or_default();
                focus_if_lost(next);
            }
        });
        Self {
            store,
            asked,
            counted,
            next,
        }
    }

    fn set(self, change: impl FnOnce(&mut Asked)) {
        let mut asked = self.asked.get_untracked();
        change(&mut asked);
        router().set_query(&asked.query());
    }

    /// Counts only issues with this key, or no longer only them. What was pressed may be gone then.
    fn toggle(self, dimension: &'static Dimension, key: &metrics::Key) {
        self.next
            .set_value(vec![only(dimension, key), "breakdown".to_owned()]);
        self.set(|asked| asked.toggle(dimension, key));
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
    let figures = Figures::new(store);
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
                fallback=move || view! { <Nothing store /> }
            >
                <Show when=move || lacks_issues(store)>
                    <Lacking />
                </Show>
                <Controls />
                <Show
                    when=move || figures.counted.with(Option::is_some)
                    fallback=|| view! { <Loading what="Counting…" /> }
                >
                    <ul class="figure-cards">
                        {Measure::ALL.iter().enumerate().map(|(place, measure)| view! { <Card place measure /> }).collect_view()}
                    </ul>
                    <Breakdown />
                    <Behind />
                    <p class="hint">{format!("Definitions, version {DEFINITIONS}.")}</p>
                </Show>
            </Show>
        </div>
    }
}

/// No issue is here, or none yet.
#[component]
fn Nothing(store: Store) -> impl IntoView {
    let coming = Memo::new(move |_| lacks_issues(store));
    move || {
        if coming.get() {
            view! { <State icon="figures" title="No issues on this device yet" text="Their figures are here as soon as the issues have come from the server." /> }
        } else {
            view! { <State icon="figures" title="Nothing to count yet" text="Once issues are reported or imported, their figures are here." /> }
        }
    }
}

/// The quarters since the first issue was reported, the present one first.
pub(crate) fn quarters(first: Option<Timestamp>, now: Timestamp) -> Vec<Quarter> {
    let now = Quarter::of(now);
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
        let first = figures
            .counted
            .with(|counted| counted.as_ref().and_then(|counted| counted.first));
        let all = quarters(first, figures.store.now()).into_iter();
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
                on_change=move |value: String| figures.set(|asked| {
                    asked.period = value.parse().ok();
                    // Another period may not have it.
                    asked.behind = None;
                })
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

/// A measure's figure; pressed, it is told apart below. Its `place` is that in [`Measure::ALL`].
#[component]
fn Card(place: usize, measure: &'static Measure) -> impl IntoView {
    let figures: Figures = expect_context();
    let chosen = move || figures.asked.with(|asked| asked.measure.id == measure.id);
    let summary = Memo::new(move |_| {
        figures.counted.with(|counted| {
            let all = |period: &Period| period.all.get(place).copied().unwrap_or_default();
            let before = counted.as_ref().and_then(|counted| counted.before.as_ref());
            (
                counted
                    .as_ref()
                    .map(|counted| all(&counted.now))
                    .unwrap_or_default(),
                before.map(all),
            )
        })
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
