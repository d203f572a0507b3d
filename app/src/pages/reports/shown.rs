//! The report's figures: tables, each with its chart, readable on paper.

use docket_domain::{
    metrics::{Unit, words},
    report::{Correction, Figures, Measured, Table, Top, Trend},
};
use leptos::prelude::*;

use super::report::ReportState;
use crate::components::{
    count::{issues, number},
    figures::{bar, figure_table},
    state::Loading,
};

/// All of them.
#[component]
pub(super) fn ShownFigures(state: ReportState) -> impl IntoView {
    let all = move || {
        let Some(figures) = state.figures.get() else {
            return view! { <Loading what="Counting…" /> }.into_any();
        };
        let last = state.last.get();
        let corrected = last.as_deref().map(|last| figures.corrected(last));
        view! {
            <section class="report-figures" aria-labelledby="figures">
                <h2 id="figures">"Figures"</h2>
                <p class="hint">{as_of(&figures, state.frozen.get())}</p>
                {measures(&figures)}
                {trend(&figures.trend)}
                <div class="report-tables">
                    {figures.tables.iter().filter_map(|table| told_apart(&figures, table)).collect_view()}
                </div>
                {top(&figures.top)}
                {corrected.filter(|corrected| !corrected.is_empty()).map(|corrected| told_otherwise(&figures, corrected))}
                {definitions(&figures)}
            </section>
        }
        .into_any()
    };
    view! { {all} }
}

fn as_of(figures: &Figures, frozen: bool) -> String {
    let state = if frozen { "Frozen" } else { "Not frozen" };
    format!(
        "{state}: {} as of {} (UTC). Times are around the clock; what nobody recorded is left out.",
        issues(figures.issues),
        words::day(figures.as_of)
    )
}

fn heads(figures: &Figures) -> (String, String) {
    (
        words::quarter(figures.quarter),
        words::quarter(figures.quarter.plus(-1)),
    )
}

fn measures(figures: &Figures) -> impl IntoView + use<> {
    let (now, before) = heads(figures);
    let line = |measure: &Measured| {
        let Measured {
            name,
            unit,
            now,
            before,
            ..
        } = measure;
        view! {
            <tr>
                <th scope="row">{name.clone()}</th>
                <td class="number strong">{words::headline(*unit, now)}</td>
                <td class="number">{words::headline(*unit, before)}</td>
                <td class="note">{words::note(*unit, now)}</td>
            </tr>
        }
        .into_any()
    };
    let heads = view! {
        <th scope="col">"Measure"</th>
        <th scope="col" class="number">{now}</th>
        <th scope="col" class="number">{before}</th>
        <th scope="col"><span class="visually-hidden">"Note"</span></th>
    };
    let lines = figures.measures.iter().map(line).collect();
    figure_table(
        "All measures, in this quarter and the one before".to_owned(),
        heads.into_any(),
        lines,
    )
}

fn told_apart(figures: &Figures, table: &Table) -> Option<impl IntoView + use<>> {
    let measure = figures.measure(&table.measure)?;
    let unit = measure.unit;
    let (now, before) = heads(figures);
    let longest = table
        .lines
        .iter()
        .map(|line| words::length(unit, &line.now))
        .fold(0.0, f64::max);
    let lines = table.lines.iter().map(|line| {
        view! {
            <tr>
                <th scope="row">{line.name.clone()}</th>
                <td class="bar-cell">{bar(words::length(unit, &line.now), longest)}</td>
                <td class="number strong">{words::headline(unit, &line.now)}</td>
                <td class="number">{words::headline(unit, &line.before)}</td>
                {(unit == Unit::Hours).then(|| view! { <td class="number">{number(line.now.n)}</td> })}
            </tr>
        }
        .into_any()
    });
    let title = format!("{} by {}", measure.name, table.heading.to_lowercase());
    let left_out = table.left_out;
    let heads = view! {
        <th scope="col">{table.heading.clone()}</th>
        <th scope="col" class="bar-cell"><span class="visually-hidden">"Chart"</span></th>
        <th scope="col" class="number">{now}</th>
        <th scope="col" class="number">{before}</th>
        {(unit == Unit::Hours).then(|| view! { <th scope="col" class="number">"Count"</th> })}
    };
    let table = figure_table(title.clone(), heads.into_any(), lines.collect());
    Some(view! {
        <div class="report-table">
            <h3>{title.clone()}</h3>
            {table}
            {(left_out > 0).then(|| view! { <p class="hint">{format!("Left out, because smaller: {left_out}.")}</p> })}
        </div>
    })
}

/// The trend's chart, in its own units: each quarter a group of two columns, and a line for what was open.
mod chart {
    pub(super) const WIDTH: f64 = 640.0;
    pub(super) const HEIGHT: f64 = 150.0;
    pub(super) const COLUMN: f64 = 22.0;
}

fn trend(all: &[Trend]) -> impl IntoView + use<> {
    let most = all
        .iter()
        .flat_map(|one| [one.reported, one.resolved])
        .max()
        .unwrap_or_default()
        .max(1) as f64;
    let most_open = all.iter().map(|one| one.open).max().unwrap_or_default().max(1) as f64;
    let step = chart::WIDTH / all.len().max(1) as f64;
    let columns = all.iter().enumerate().map(|(index, one)| {
        let middle = step * (index as f64 + 0.5);
        let column = |value: usize, at: f64, class: &'static str| {
            let height = value as f64 / most * chart::HEIGHT;
            view! {
                <text class="value" x=format!("{:.1}", at + chart::COLUMN / 2.0) y=format!("{:.1}", chart::HEIGHT - height - 4.0)>
                    {number(value)}
                </text>
                <rect
                    class=class
                    x=format!("{at:.1}")
                    y=format!("{:.1}", chart::HEIGHT - height)
                    width=chart::COLUMN.to_string()
                    height=format!("{height:.1}")
                    rx="2"
                />
            }
        };
        view! {
            {column(one.reported, middle - chart::COLUMN - 1.0, "reported")}
            {column(one.resolved, middle + 1.0, "resolved")}
            <text x=format!("{middle:.1}") y=(chart::HEIGHT + 15.0).to_string()>{words::quarter(one.quarter)}</text>
        }
    });
    let points = all.iter().enumerate().map(|(index, one)| {
        let (x, y) = (
            step * (index as f64 + 0.5),
            chart::HEIGHT * (1.0 - one.open as f64 / most_open),
        );
        format!("{x:.1},{y:.1}")
    });
    let points = points.collect::<Vec<_>>().join(" ");
    let lines = all.iter().map(|one| {
        view! {
            <tr>
                <th scope="row">{words::quarter(one.quarter)}</th>
                <td class="number">{number(one.reported)}</td>
                <td class="number">{number(one.resolved)}</td>
                <td class="number">{number(one.open)}</td>
            </tr>
        }
        .into_any()
    });
    let heads = view! {
        <th scope="col">"Quarter"</th>
        <th scope="col" class="number">"Reported"</th>
        <th scope="col" class="number">"Resolved"</th>
        <th scope="col" class="number">"Open at the end"</th>
    };
    let table = figure_table(
        "Reported against resolved, by quarter".to_owned(),
        heads.into_any(),
        lines.collect(),
    );
    view! {
        <div class="report-table report-trend">
            <h3>"Reported against resolved"</h3>
            <svg
                class="trend"
                viewBox=format!("0 -16 {} {}", chart::WIDTH, chart::HEIGHT + 36.0)
                aria-hidden="true"
            >
                {columns.collect_view()}
                <polyline points=points />
            </svg>
            <p class="legend" aria-hidden="true">
                <span class="reported">"Reported"</span>
                <span class="resolved">"Resolved"</span>
                <span class="open">"Open at the end (its own scale)"</span>
            </p>
            {table}
        </div>
    }
}

fn top(all: &[Top]) -> Option<impl IntoView + use<>> {
    if all.is_empty() {
        return None;
    }
    let lines = all.iter().enumerate().map(|(place, issue)| {
        view! {
            <tr>
                <td class="number">{place + 1}</td>
                <th scope="row" class="key">{issue.name.clone()}</th>
                <td class="title">{issue.title.clone()}</td>
                <td>{issue.status.clone()}</td>
                <td>{issue.assignee.clone()}</td>
            </tr>
        }
        .into_any()
    });
    let heads = view! {
        <th scope="col" class="number"><span class="visually-hidden">"Rank"</span></th>
        <th scope="col">"Issue"</th>
        <th scope="col">"Title"</th>
        <th scope="col">"Status"</th>
        <th scope="col">"Assignee"</th>
    };
    let table = figure_table(
        "First on the agreed list".to_owned(),
        heads.into_any(),
        lines.collect(),
    );
    Some(view! {
        <div class="report-table report-top">
            <h3>"First on the agreed list when these figures were made"</h3>
            {table}
        </div>
    })
}

/// What the last report said of its quarter, where that reads differently now.
fn told_otherwise(figures: &Figures, corrected: Vec<Correction<'_>>) -> impl IntoView + use<> {
    let (_, before) = heads(figures);
    let lines = corrected.into_iter().map(|Correction { measure, said, now }| {
        view! {
            <tr>
                <th scope="row">{measure.name.clone()}</th>
                <td class="number">{said}</td>
                <td class="number">{now}</td>
            </tr>
        }
        .into_any()
    });
    let heads = view! {
        <th scope="col">"Measure"</th>
        <th scope="col" class="number">"It said"</th>
        <th scope="col" class="number">"Now"</th>
    };
    let table = figure_table(
        "What the last report told otherwise".to_owned(),
        heads.into_any(),
        lines.collect(),
    );
    view! {
        <div class="report-table">
            <h3>{format!("What the report of {before} told otherwise")}</h3>
            <p class="hint">"What was recorded after that report was frozen changes the figures of its quarter."</p>
            {table}
        </div>
    }
}

fn definitions(figures: &Figures) -> impl IntoView + use<> {
    let each = figures
        .meanings()
        .into_iter()
        .map(|(names, meaning)| view! { <dt>{names}</dt><dd>{meaning.to_owned()}</dd> });
    view! {
        <div class="report-table definitions">
            <h3>{format!("Definitions, version {}", figures.definitions)}</h3>
            <dl>{each.collect_view()}</dl>
        </div>
    }
}
