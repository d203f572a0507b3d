//! Figures in words: short, with their unit, and honest about nothing.

use docket_domain::metrics::{AGES, Key, Measure, Quarter, Summary, Unit};

use leptos::prelude::*;

use crate::{
    components::{
        count::number,
        people::{name, organisation},
    },
    store::Store,
};

/// What stands where nothing is known.
const UNKNOWN: &str = "–";

/// A year in days.
const YEAR: f64 = 365.25;

/// The measure's figure.
pub(super) fn headline(measure: &Measure, summary: &Summary) -> String {
    match measure.unit {
        Unit::Count | Unit::Days => number(summary.n),
        Unit::Hours => hours(summary.median),
        Unit::Share => share(summary.mean),
    }
}

/// What else is to be known of the figure.
pub(super) fn note(measure: &Measure, summary: &Summary) -> String {
    match measure.unit {
        Unit::Count => String::new(),
        _ if summary.n == 0 => "nothing on record".to_owned(),
        Unit::Days => format!("open; median age {}", days(summary.median)),
        Unit::Hours => format!(
            "median of {}; 90\u{a0}% within {}",
            number(summary.n),
            hours(summary.p90)
        ),
        Unit::Share if summary.n == 1 => "of one resolution".to_owned(),
        Unit::Share => format!("of {} resolutions", number(summary.n)),
    }
}

/// The value that a bar shows.
pub(super) fn length(measure: &Measure, summary: &Summary) -> f64 {
    match measure.unit {
        Unit::Count | Unit::Days => summary.n as f64,
        Unit::Hours => summary.median.unwrap_or_default(),
        Unit::Share => summary.mean.unwrap_or_default(),
    }
}

/// How it changed since the period before.
pub(super) fn change(measure: &Measure, now: &Summary, before: &Summary) -> String {
    let was = headline(measure, before);
    let (new, old) = (length(measure, now), length(measure, before));
    if was == UNKNOWN || old == 0.0 || headline(measure, now) == UNKNOWN {
        return format!("before: {was}");
    }
    let percent = (new - old) / old * 100.0;
    // A true minus is as wide as a plus.
    let sign = if percent < 0.0 { "−" } else { "+" };
    format!("before: {was} ({sign}{:.0}\u{a0}%)", percent.abs())
}

/// A value of the measure.
pub(super) fn value(measure: &Measure, value: Option<f64>) -> String {
    match measure.unit {
        Unit::Hours => hours(value),
        Unit::Days => days(value),
        Unit::Share => share(value),
        Unit::Count => UNKNOWN.to_owned(),
    }
}

fn hours(hours: Option<f64>) -> String {
    match hours {
        None => UNKNOWN.to_owned(),
        Some(hours) if hours.abs() < 1.0 => format!("{:.0}\u{a0}min", hours * 60.0),
        Some(hours) if hours.abs() < 48.0 => format!("{hours:.1}\u{a0}h"),
        Some(hours) => days(Some(hours / 24.0)),
    }
}

fn days(days: Option<f64>) -> String {
    match days {
        None => UNKNOWN.to_owned(),
        Some(days) if days.abs() < 100.0 => format!("{days:.1}\u{a0}d"),
        Some(days) if days.abs() < 2.0 * YEAR => format!("{days:.0}\u{a0}d"),
        Some(days) => format!("{:.1}\u{a0}y", days / YEAR),
    }
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(
        || UNKNOWN.to_owned(),
        |share| format!("{:.1}\u{a0}%", share * 100.0),
    )
}

/// A quarter for people.
pub(super) fn quarter(quarter: Quarter) -> String {
    format!("Q{} {}", quarter.quarter, quarter.year)
}

/// A key for people. Tracked.
pub(super) fn key(store: Store, key: &Key) -> String {
    match key {
        Key::Severity(word) => word.label().to_owned(),
        Key::Priority(word) => word.label().to_owned(),
        Key::Name(name) => name.clone(),
        Key::Organisation(id) => organisation(store, id),
        Key::Person(person) => {
            let known = store.with_rows(|rows| {
                rows.values().find_map(|row| {
                    row.with_untracked(|row| {
                        let issue = row.issue()?;
                        (issue.assignee.as_ref() == Some(person)).then(|| issue.assignee_name.clone())?
                    })
                })
            });
            name(store, person, known.as_deref())
        }
        Key::Month(month) => month.to_string(),
        Key::Quarter(at) => quarter(*at),
        Key::Age(age) => AGES.get(*age).map_or("", |(_, name)| *name).to_owned(),
        Key::None => "not set".to_owned(),
    }
}
