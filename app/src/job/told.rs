//! An import's report in words, for the page and for the file that can be kept.

use docket_exchange::{Listed, Report};

use super::message::{Read, Reading, Told};
use crate::components::count::{issues, number};

/// The most lines of a part that the page shows; the file has all.
const SHOWN: usize = 200;

/// A part of the report: what it lists, what that means, whether something is left out, and its lines.
struct Part<'a> {
    title: &'static str,
    means: &'static str,
    left_out: bool,
    count: usize,
    lines: Box<dyn Iterator<Item = Line> + 'a>,
}

/// Key and words.
type Line = (String, String);

impl<'a> Part<'a> {
    /// Of these entries; the words are made when they are asked for.
    fn of<T>(
        (title, means): (&'static str, &'static str),
        left_out: bool,
        entries: &'a [T],
        line: impl Fn(&T) -> Line + 'a,
    ) -> Self {
        Self {
            title,
            means,
            left_out,
            count: entries.len(),
            lines: Box::new(entries.iter().map(line)),
        }
    }
}

/// The report's parts that have anything, the most important first.
fn parts(report: &Report) -> Vec<Part<'_>> {
    let listed = |issue: &Listed| {
        let words = format!("{} (line {})", issue.title, issue.line);
        (issue.key.clone(), words)
    };
    let parts = [
        Part::of(
            (
                "Don’t come in",
                "These records are left out, each for the reason beside it.",
            ),
            true,
            &report.refused,
            |it| {
                let key = it.key.clone().unwrap_or_else(|| format!("line {}", it.line));
                (key, it.reason.to_string())
            },
        ),
        Part::of(
            (
                "Older than here",
                "A later state of them is here, or stands before them in the file. They don’t come in.",
            ),
            true,
            &report.older,
            listed,
        ),
        Part::of(
            (
                "Share a key",
                "Different issues with one key. Both come in; the later one under an address of its own.",
            ),
            false,
            &report.collisions,
            move |it| listed(&it.issue),
        ),
        Part::of(
            (
                "To know",
                "These issues come in, but not all of them is as it was there.",
            ),
            false,
            &report.remarks,
            |it| (it.key.clone(), it.remark.to_string()),
        ),
        Part::of(
            (
                "Repeated in the file",
                "The file has them more than once, with the same content.",
            ),
            false,
            &report.repeated,
            listed,
        ),
        Part::of(
            ("Here already", "Nothing is to be done for them."),
            false,
            &report.already,
            listed,
        ),
        Part::of(
            (
                "Change",
                "They are here and were changed there since. Where somebody changed the same here, both are shown.",
            ),
            false,
            &report.updated,
            listed,
        ),
        Part::of(
            ("Come in", "These issues are new here."),
            false,
            &report.incoming,
            listed,
        ),
    ];
    parts.into_iter().filter(|part| part.count > 0).collect()
}

/// What the page shows of it.
pub(super) fn read(report: &Report, reading: Reading) -> Read {
    let told = |part: Part<'_>| Told {
        title: part.title.to_owned(),
        means: part.means.to_owned(),
        left_out: part.left_out,
        count: part.count as u64,
        lines: part.lines.take(SHOWN).collect(),
    };
    Read {
        incoming: (report.incoming.len() + report.updated.len()) as u64,
        sum: sum(report),
        parts: parts(report).into_iter().map(told).collect(),
        reading,
    }
}

/// What comes in, and what it holds, in one sentence.
fn sum(report: &Report) -> String {
    let counts = &report.counts;
    let changed = match report.updated.len() {
        0 => String::new(),
        n => format!("Changes to {} already here. ", issues(n)),
    };
    if report.incoming.is_empty() {
        return match (changed.is_empty(), found(report)) {
            (false, _) => changed.trim_end().to_owned(),
            (true, true) => "Nothing new would come in.".to_owned(),
            (true, false) if report.refused.is_empty() => "There is nothing in this file.".to_owned(),
            (true, false) => {
                "No issues were found in this file. Docket reads the JSON of Jira, GitHub and Bugzilla, its \
                              own files, and tables as CSV."
                    .to_owned()
            }
        };
    }
    let new = if changed.is_empty() { "" } else { "New: " };
    format!(
        "{changed}{new}{}. Comments: {}, links: {}, records of attached files: {}, entries of history: {}, people: {}.",
        issues(report.incoming.len()),
        number(counts.comments),
        number(counts.links),
        number(counts.attachments),
        number(counts.events),
        number(counts.people.len())
    )
}

/// Does the file hold issues that are here, or of which something is known at least: their key?
fn found(report: &Report) -> bool {
    !(report.already.is_empty() && report.older.is_empty() && report.repeated.is_empty())
        || report.refused.iter().any(|refused| refused.key.is_some())
}

/// The whole report as a text.
pub(super) fn text(name: &str, report: &Report) -> String {
    let mut text = format!("Import of {name}\n{}\n", sum(report));
    for part in parts(report) {
        text.push_str(&format!("\n{} ({})\n{}\n", part.title, part.count, part.means));
        for (key, words) in part.lines {
            text.push_str(&format!("  {key}: {words}\n"));
        }
    }
    text
}
