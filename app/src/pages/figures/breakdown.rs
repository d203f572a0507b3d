//! One measure told apart: a chart whose every bar leads to its issues, and the table it is made of, which are one.

use docket_domain::metrics::{self, Dimension, Key, Measure, Summary, Unit, words};
use leptos::prelude::*;

use super::{
    Counted, Figures,
    asked::{Asked, Behind},
    only,
};
use crate::components::{
    choice::Choice,
    count::number,
    figures::{bar, figure_table},
    key::key_name,
};
use crate::store::Store;

/// The most rows shown; a chart of hundreds tells nothing.
const MOST: usize = 40;

/// A row of the table.
struct Line {
    key: Option<Key>,
    words: String,
    summary: Summary,
    before: Option<Summary>,
}

/// The measure's definition, its chart and its table.
#[component]
pub(super) fn Breakdown() -> impl IntoView {
    let figures: Figures = expect_context();
    let asked = figures.asked;
    let dimensions = Signal::derive(|| {
        Dimension::ALL
            .iter()
            .map(|dimension| (dimension.id.to_owned(), dimension.name.to_owned()))
            .collect::<Vec<_>>()
    });
    // Nothing else changes the table before it is counted: what was pressed keeps the focus.
    let told_apart = Memo::new(move |_| {
        asked.with(|asked| Asked {
            measure: asked.measure,
            by: asked.by,
            ..Asked::default()
        })
    });
    let table = move || {
        let Asked { measure, by, .. } = told_apart.get();
        figures.counted.with(|counted| {
            let (lines, left_out) = lines(figures.store, counted.as_deref()?, measure, by);
            Some(view! { <Table measure by lines left_out /> })
        })
    };
    view! {
        <section class="card breakdown" aria-labelledby="breakdown">
            <header class="breakdown-head">
                <div>
                    <h2 id="breakdown" tabindex="-1">{move || asked.with(|asked| asked.measure.name)}</h2>
                    <p class="hint">{move || asked.with(|asked| asked.measure.definition)}</p>
                </div>
                <Choice
                    label="By"
                    options=dimensions
                    value=Signal::derive(move || asked.with(|asked| asked.by.id.to_owned()))
                    on_change=move |id: String| figures.set(|asked| {
                        asked.by = Dimension::named(&id).unwrap_or(asked.by);
                        asked.behind = None;
                    })
                />
            </header>
            {table}
        </section>
    }
}

fn lines(store: Store, counted: &Counted, measure: &Measure, by: &Dimension) -> (Vec<Line>, usize) {
    let now = counted.now.table(measure, by);
    let before = counted.before.as_ref().map(|before| before.table(measure, by));
    let (total, total_before) = (now.all, before.as_ref().map(|table| table.all));
    let (lines, left_out) = metrics::lines(by, now.by, before.map(|table| table.by), MOST);
    let mut lines: Vec<Line> = lines
        .into_iter()
        .map(|line| Line {
            words: key_name(store, &line.key),
            key: Some(line.key),
            summary: line.now,
            before: line.before,
        })
        .collect();
    lines.push(Line {
        key: None,
        words: "All".to_owned(),
        summary: total,
        before: total_before.filter(|_| !by.is_time()),
    });
    (lines, left_out)
}

#[component]
fn Table(
    measure: &'static Measure,
    by: &'static Dimension,
    lines: Vec<Line>,
    left_out: usize,
) -> impl IntoView {
    let longest = lines
        .iter()
        .filter(|line| line.key.is_some())
        .map(|line| words::length(measure.unit, &line.summary))
        .fold(0.0, f64::max);
    let figures: Figures = expect_context();
    let compared = lines.iter().any(|line| line.before.is_some());
    let spread = measure.unit != Unit::Count;
    let body = lines
        .into_iter()
        .map(|line| row(figures, (measure, by), line, longest, spread, compared))
        .collect();
    let heads = view! {
        <th scope="col">{by.name}</th>
        <th scope="col" class="bar-cell"><span class="visually-hidden">"Chart"</span></th>
        <th scope="col" class="number">"Count"</th>
        {spread.then(|| view! {
            <th scope="col" class="number">"Median"</th>
            <th scope="col" class="number">"Mean"</th>
            <th scope="col" class="number">"90 %"</th>
        })}
        {compared.then(|| view! { <th scope="col" class="number">"Change"</th> })}
    };
    let caption = format!("{} by {}", measure.name, by.name);
    view! {
        {figure_table(caption, heads.into_any(), body)}
        {(left_out > 0).then(|| view! { <p class="hint">{format!("Not shown: {left_out}. Choose a shorter period, or fewer issues.")}</p> })}
    }
}

fn row(
    figures: Figures,
    (measure, by): (&'static Measure, &'static Dimension),
    line: Line,
    longest: f64,
    spread: bool,
    compared: bool,
) -> AnyView {
    let Line {
        key,
        words: name,
        summary,
        before,
    } = line;
    let behind = key.clone().map_or(Behind::All, Behind::Key);
    let open = {
        let behind = behind.clone();
        move || figures.asked.with(|asked| asked.behind.as_ref() == Some(&behind))
    };
    let label = format!("{name}: show the issues behind {}", summary.n);
    let length = words::length(measure.unit, &summary);
    let total = key.is_none();
    let bar = (!total).then(|| bar(length, longest));
    let heading = match key {
        Some(key) if !by.is_time() => {
            let title = format!("Only {name}");
            view! {
                <button type="button" id=only(by, &key) class="quiet key-button" title=title on:click=move |_| figures.toggle(by, &key)>
                    {name}
                </button>
            }
            .into_any()
        }
        _ => name.into_any(),
    };
    view! {
        <tr class:total=total>
            <th scope="row">{heading}</th>
            <td class="bar-cell">{bar}</td>
            <td class="number">
                <button type="button" class="quiet" aria-label=label aria-expanded=move || open().to_string() disabled=summary.n == 0 on:click=move |_| {
                    figures.set(|asked| {
                        let shut = asked.behind.as_ref() == Some(&behind);
                        asked.behind = (!shut).then(|| behind.clone());
                    });
                }>
                    {number(summary.n)}
                </button>
            </td>
            {spread.then(|| cells(measure, &summary))}
            {compared.then(|| {
                let change = before.map(|before| words::change(measure.unit, &summary, &before));
                view! { <td class="number">{change}</td> }
            })}
        </tr>
    }
    .into_any()
}

fn cells(measure: &Measure, summary: &Summary) -> impl IntoView + use<> {
    view! {
        <td class="number">{words::value(measure.unit, summary.median)}</td>
        <td class="number">{words::value(measure.unit, summary.mean)}</td>
        <td class="number">{words::value(measure.unit, summary.p90)}</td>
    }
}
