//! An import's report in words, for the page and for the file that can be kept.

use docket_exchange::{Listed, Report};

use crate::components::count::{issues, number};

/// One part of the report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// What it lists.
    pub(super) title: &'static str,
    /// What that means.
    pub(super) means: &'static str,
    /// Is something left out?
    pub(super) left_out: bool,
    /// Key and reason of each.
    pub(super) lines: Vec<(String, String)>,
}

/// The report's parts that have anything, the most important first.
pub(super) fn parts(report: &Report) -> Vec<Part> {
    let listed = |issues: &[Listed]| -> Vec<(String, String)> {
        issues
            .iter()
            .map(|issue| {
                (
                    issue.key.clone(),
                    format!("{} (line {})", issue.title, issue.line),
                )
            })
            .collect()
    };
    let parts = [
        Part {
            title: "Don’t come in",
            means: "These records are left out, each for the reason beside it.",
            left_out: true,
            lines: report
                .refused
                .iter()
                .map(|it| {
                    (
                        it.key.clone().unwrap_or_else(|| format!("line {}", it.line)),
                        it.reason.to_string(),
                    )
                })
                .collect(),
        },
        Part {
            title: "Older than here",
            means: "A later state of them is here already. They stay as they are.",
            left_out: true,
            lines: listed(&report.older),
        },
        Part {
            title: "Share a key",
            means: "Different issues with one key. Both come in; the later one under an address of its own.",
            left_out: false,
            lines: report
                .collisions
                .iter()
                .map(|it| {
                    (
                        it.issue.key.clone(),
                        format!("{} (line {})", it.issue.title, it.issue.line),
                    )
                })
                .collect(),
        },
        Part {
            title: "To know",
            means: "These issues come in, but not all of them is as it was there.",
            left_out: false,
            lines: report
                .remarks
                .iter()
                .map(|it| (it.key.clone(), it.remark.to_string()))
                .collect(),
        },
        Part {
            title: "Repeated in the file",
            means: "The file has them more than once, with the same content.",
            left_out: false,
            lines: listed(&report.repeated),
        },
        Part {
            title: "Here already",
            means: "Nothing is to be done for them.",
            left_out: false,
            lines: listed(&report.already),
        },
        Part {
            title: "Change",
            means: "They are here and were changed there since. Where somebody changed the same here, both are shown.",
            left_out: false,
            lines: listed(&report.updated),
        },
        Part {
            title: "Come in",
            means: "These issues are new here.",
            left_out: false,
            lines: listed(&report.incoming),
        },
    ];
    parts.into_iter().filter(|part| !part.lines.is_empty()).collect()
}

/// What the incoming issues hold, in one sentence.
pub(super) fn sum(report: &Report) -> String {
    let counts = &report.counts;
    format!(
        "{}. Comments: {}, links: {}, records of attached files: {}, entries of history: {}, people: {}.",
        issues(report.incoming.len()),
        number(counts.comments),
        number(counts.links),
        number(counts.attachments),
        number(counts.events),
        number(counts.people.len())
    )
}

/// The whole report as a text.
pub(super) fn text(name: &str, report: &Report) -> String {
    let mut text = format!("Import of {name}\n{}\n", sum(report));
    for part in parts(report) {
        text.push_str(&format!(
            "\n{} ({})\n{}\n",
            part.title,
            part.lines.len(),
            part.means
        ));
        for (key, words) in part.lines {
            text.push_str(&format!("  {key}: {words}\n"));
        }
    }
    text
}
