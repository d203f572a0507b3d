//! Figures in words: short, with their unit, and honest about nothing. The same on a page, in a report and in a file.

use super::{Month, Quarter, Summary, Unit};
use crate::ids::Timestamp;

/// What stands where nothing is known.
const UNKNOWN: &str = "–";

/// A year in days.
const YEAR: f64 = 365.25;

/// The measure's figure.
#[must_use]
pub fn headline(unit: Unit, summary: &Summary) -> String {
    match unit {
        Unit::Count | Unit::Days => number(summary.n),
        Unit::Hours => hours(summary.median),
        Unit::Share => share(summary.mean),
    }
}

/// The measure's figure, with how many values it is of, where that isn't the figure.
#[must_use]
pub fn with_count(unit: Unit, summary: &Summary) -> String {
    let headline = headline(unit, summary);
    match unit {
        Unit::Hours | Unit::Share => format!("{headline} of {}", number(summary.n)),
        Unit::Count | Unit::Days => headline,
    }
}

/// Two figures of one measure that are not the same, in as many words as it takes to see it. None where no reader would.
#[must_use]
pub fn apart(unit: Unit, one: &Summary, other: &Summary) -> Option<(String, String)> {
    let short = |summary: &Summary| with_count(unit, summary);
    let long = |summary: &Summary| {
        let (mean, most) = (value(unit, summary.mean), value(unit, summary.p90));
        format!(
            "{}; mean {mean}, 90\u{a0}% within {most}",
            with_count(unit, summary)
        )
    };
    let short = (short(one), short(other));
    if short.0 != short.1 {
        return Some(short);
    }
    let long = (long(one), long(other));
    (long.0 != long.1).then_some(long)
}

/// What else is to be known of the figure.
#[must_use]
pub fn note(unit: Unit, summary: &Summary) -> String {
    match unit {
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
#[must_use]
pub fn length(unit: Unit, summary: &Summary) -> f64 {
    match unit {
        Unit::Count | Unit::Days => summary.n as f64,
        Unit::Hours => summary.median.unwrap_or_default(),
        Unit::Share => summary.mean.unwrap_or_default(),
    }
}

/// How it changed since the period before.
#[must_use]
pub fn change(unit: Unit, now: &Summary, before: &Summary) -> String {
    let was = headline(unit, before);
    let (new, old) = (length(unit, now), length(unit, before));
    if was == UNKNOWN || old == 0.0 || headline(unit, now) == UNKNOWN {
        return format!("before: {was}");
    }
    let percent = (new - old) / old * 100.0;
    if percent.abs() < 0.5 {
        return format!("before: {was} (as now)");
    }
    // A true minus is as wide as a plus.
    let sign = if percent < 0.0 { "−" } else { "+" };
    format!("before: {was} ({sign}{:.0}\u{a0}%)", percent.abs())
}

/// A value of the measure.
#[must_use]
pub fn value(unit: Unit, value: Option<f64>) -> String {
    match unit {
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
#[must_use]
pub fn quarter(quarter: Quarter) -> String {
    format!("Q{} {}", quarter.quarter, quarter.year)
}

/// A month for people.
#[must_use]
pub fn month(month: Month) -> String {
    const NAMES: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let name = usize::from(month.month)
        .checked_sub(1)
        .and_then(|index| NAMES.get(index));
    match name {
        Some(name) => format!("{name} {}", month.year),
        None => month.to_string(),
    }
}

/// A day, in UTC: 2026-03-31.
#[must_use]
pub fn day(at: Timestamp) -> String {
    let month = Month::of(at);
    let days = (at.0 - month.begins().0) / 86_400_000;
    format!("{month}-{:02}", days + 1)
}

/// A number of issues: `1 issue`, `1,499 issues`.
#[must_use]
pub fn issues(n: usize) -> String {
    let word = if n == 1 { "issue" } else { "issues" };
    format!("{} {word}", number(n))
}

/// A number with its thousands apart: 12,345.
#[must_use]
pub fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_not_zero() {
        let nothing = Summary::default();
        assert_eq!(headline(Unit::Hours, &nothing), UNKNOWN);
        assert_eq!(note(Unit::Hours, &nothing), "nothing on record");
        assert_eq!(headline(Unit::Count, &nothing), "0");
    }

    #[test]
    fn a_figure_has_the_unit_that_people_would_choose() {
        let hours = |hours: f64| value(Unit::Hours, Some(hours));
        assert_eq!(hours(0.5), "30\u{a0}min");
        assert_eq!(hours(47.0), "47.0\u{a0}h");
        assert_eq!(hours(48.0), "2.0\u{a0}d");
        assert_eq!(hours(24.0 * 400.0), "400\u{a0}d");
        assert_eq!(hours(24.0 * 365.25 * 3.0), "3.0\u{a0}y");
        assert_eq!(value(Unit::Share, Some(0.125)), "12.5\u{a0}%");
        assert_eq!(number(1_234_567), "1,234,567");
    }

    #[test]
    fn what_is_told_apart_reads_differently() {
        let summary = |values: &[f64]| Summary::of(values.to_vec());
        let apart = |one: &[f64], other: &[f64]| apart(Unit::Hours, &summary(one), &summary(other));
        let words = |one: &str, other: &str| Some((one.to_owned(), other.to_owned()));
        assert_eq!(apart(&[1.0], &[2.0]), words("1.0\u{a0}h of 1", "2.0\u{a0}h of 1"));
        assert_eq!(
            apart(&[1.0, 2.0, 3.0], &[1.0, 2.0, 9.0]),
            words(
                "2.0\u{a0}h of 3; mean 2.0\u{a0}h, 90\u{a0}% within 2.8\u{a0}h",
                "2.0\u{a0}h of 3; mean 4.0\u{a0}h, 90\u{a0}% within 7.6\u{a0}h"
            )
        );
        assert_eq!(apart(&[1.0], &[1.000_1]), None);
    }

    #[test]
    fn a_change_names_what_was() {
        let summary = |values: &[f64]| Summary::of(values.to_vec());
        let change = |now: &[f64], before: &[f64]| change(Unit::Hours, &summary(now), &summary(before));
        assert_eq!(change(&[3.0], &[4.0]), "before: 4.0\u{a0}h (−25\u{a0}%)");
        assert_eq!(change(&[3.0], &[]), "before: –");
    }
}
