//! The quarterly report as a text to send, and its tables as data.

use std::fmt::Write;

use docket_domain::{
    metrics::{Summary, Unit, words},
    read::Report,
    report::{Correction, Figures, Section},
};

use crate::csv;

/// What of a report is written.
#[derive(Debug, Clone, Copy)]
pub struct Quarterly<'a> {
    /// The workspace's name.
    pub workspace: &'a str,
    /// Its texts.
    pub report: &'a Report,
    /// Its figures: the frozen ones, or what they would be.
    pub figures: &'a Figures,
    /// Are they frozen?
    pub frozen: bool,
    /// What the report before said, if there is one with figures.
    pub last: Option<&'a Figures>,
}

impl Quarterly<'_> {
    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut out = String::new();
        // Writing to a String doesn't fail.
        let _ = self.write(&mut out);
        out
    }

    /// What its figures say of themselves.
    #[must_use]
    pub fn standing(&self) -> String {
        let Figures {
            definitions, issues, ..
        } = self.figures;
        let issues = words::issues(*issues);
        let day = words::day(self.figures.as_of);
        let state = if self.frozen {
            "Figures"
        } else {
            "Preliminary figures"
        };
        format!("{state} of {issues} as of {day} (UTC), by version {definitions} of the definitions.")
    }

    fn write(&self, out: &mut String) -> std::fmt::Result {
        let figures = self.figures;
        let (now, before) = (
            words::quarter(figures.quarter),
            words::quarter(figures.quarter.plus(-1)),
        );
        writeln!(
            out,
            "# Support report {now}\n\n{}. {}",
            self.workspace,
            self.standing()
        )?;
        for section in Section::ALL {
            let text = self.report.text(section).trim();
            let text = if text.is_empty() { "*Nothing yet.*" } else { text };
            writeln!(out, "\n## {}\n\n{text}", section.label())?;
        }
        writeln!(
            out,
            "\n## Figures\n\n| Measure | {now} | {before} | Count | 90 % within |\n|---|--:|--:|--:|--:|"
        )?;
        for measure in &figures.measures {
            let within = match measure.unit {
                Unit::Hours => words::value(measure.unit, measure.now.p90),
                _ => String::new(),
            };
            writeln!(
                out,
                "| {} | {} | {} | {} | {within} |",
                measure.name,
                words::headline(measure.unit, &measure.now),
                words::headline(measure.unit, &measure.before),
                words::number(measure.now.n),
            )?;
        }
        writeln!(
            out,
            "\n### Reported against resolved\n\n| Quarter | Reported | Resolved | Open at its end |\n|---|--:|--:|--:|"
        )?;
        for trend in &figures.trend {
            writeln!(
                out,
                "| {} | {} | {} | {} |",
                words::quarter(trend.quarter),
                words::number(trend.reported),
                words::number(trend.resolved),
                words::number(trend.open)
            )?;
        }
        for table in &figures.tables {
            let Some(measure) = figures.measure(&table.measure) else {
                continue;
            };
            writeln!(
                out,
                "\n### {} by {}\n\n| {} | {now} | {before} | Count |\n|---|--:|--:|--:|",
                measure.name,
                table.heading.to_lowercase(),
                table.heading
            )?;
            for line in &table.lines {
                writeln!(
                    out,
                    "| {} | {} | {} | {} |",
                    cell(&line.name),
                    words::headline(measure.unit, &line.now),
                    words::headline(measure.unit, &line.before),
                    words::number(line.now.n)
                )?;
            }
            if table.left_out > 0 {
                writeln!(out, "\nLeft out, because smaller: {}.", table.left_out)?;
            }
        }
        if !figures.top.is_empty() {
            writeln!(
                out,
                "\n## First on the agreed list when these figures were made\n\n| | Issue | Title | Status | Assignee |\n|--:|---|---|---|---|"
            )?;
            for (place, issue) in figures.top.iter().enumerate() {
                writeln!(
                    out,
                    "| {} | {} | {} | {} | {} |",
                    place + 1,
                    cell(&issue.name),
                    cell(&issue.title),
                    issue.status,
                    cell(&issue.assignee)
                )?;
            }
        }
        let corrected = self.last.map(|last| figures.corrected(last)).unwrap_or_default();
        if !corrected.is_empty() {
            writeln!(
                out,
                "\n## What the report of {before} told otherwise\n\n| Measure | It said | Now |\n|---|--:|--:|"
            )?;
            for Correction { measure, said, now } in corrected {
                writeln!(out, "| {} | {said} | {now} |", measure.name)?;
            }
        }
        writeln!(
            out,
            "\n## Definitions\n\nVersion {}. Times are around the clock, in UTC; what nobody recorded is left out.\n",
            figures.definitions
        )?;
        for (names, meaning) in figures.meanings() {
            writeln!(out, "- **{names}.** {meaning}")?;
        }
        Ok(())
    }

    /// All its tables as one of CSV: a line for each figure and period, numbers as they are (hours, days, shares), and
    /// in each what figures they are.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut out = Vec::new();
        let mut row = |cells: [&str; COLUMNS.len()]| csv::write(&mut out, cells);
        row(COLUMNS);
        let figures = self.figures;
        let quarter = figures.quarter.to_string();
        let before = figures.quarter.plus(-1).to_string();
        let state = if self.frozen { "frozen" } else { "preliminary" };
        let (day, version) = (words::day(figures.as_of), figures.definitions.to_string());
        let mut line = |table: [&str; 4], period: &str, unit: &str, numbers: [&str; 5], issue: [&str; 2]| {
            let [measure, by, key, name] = table;
            let [n, total, mean, median, p90] = numbers;
            let [status, assignee] = issue;
            row([
                measure, by, key, name, period, unit, n, total, mean, median, p90, status, assignee, state,
                &day, &version,
            ]);
        };
        let mut figure = |table: [&str; 4], period: &str, unit: Unit, summary: Summary| {
            let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
            let value = |value: Option<f64>| number(value.filter(|_| unit != Unit::Count));
            let numbers = [
                summary.n.to_string(),
                value((summary.n > 0).then_some(summary.total)),
                value(summary.mean),
                value(summary.median),
                value(summary.p90),
            ];
            line(
                table,
                period,
                unit_name(unit),
                numbers.each_ref().map(String::as_str),
                NONE,
            );
        };
        for measure in &figures.measures {
            let table = [&measure.id, "", "", &measure.name];
            figure(table, &quarter, measure.unit, measure.now);
            figure(table, &before, measure.unit, measure.before);
        }
        for table in &figures.tables {
            let unit = figures
                .measure(&table.measure)
                .map_or(Unit::Count, |measure| measure.unit);
            for it in &table.lines {
                let told = [&table.measure, &table.by, &it.key, it.name.as_str()];
                figure(told, &quarter, unit, it.now);
                figure(told, &before, unit, it.before);
            }
        }
        // What the last report said of its quarter, where that reads differently now.
        for Correction { measure, .. } in self.last.map(|last| figures.corrected(last)).unwrap_or_default() {
            let said = self.last.and_then(|last| last.measure(&measure.id));
            if let Some(said) = said {
                let table = [&measure.id, "last-report", "", &measure.name];
                figure(table, &before, measure.unit, said.now);
            }
        }
        for trend in &figures.trend {
            let period = trend.quarter.to_string();
            for (name, n) in [
                ("reported", trend.reported),
                ("resolved", trend.resolved),
                ("open at the end", trend.open),
            ] {
                let table = ["trend", "quarter", name, name];
                line(table, &period, "count", [&n.to_string(), "", "", "", ""], NONE);
            }
        }
        for (place, issue) in figures.top.iter().enumerate() {
            let name = one_line(&format!("{} {}", issue.name, issue.title));
            let table = ["agreed-list", "rank", &(place + 1).to_string(), &name];
            line(table, &quarter, "", [""; 5], [&issue.status, &issue.assignee]);
        }
        // Only texts were written.
        String::from_utf8_lossy(&out).into_owned()
    }
}

const COLUMNS: [&str; 16] = [
    "measure",
    "by",
    "key",
    "name",
    "period",
    "unit",
    "n",
    "total",
    "mean",
    "median",
    "p90",
    "status",
    "assignee",
    "figures",
    "as_of",
    "definitions",
];

/// The status and the assignee of what is no issue.
const NONE: [&str; 2] = [""; 2];

const fn unit_name(unit: Unit) -> &'static str {
    match unit {
        Unit::Hours => "hours",
        Unit::Days => "days",
        Unit::Count => "count",
        Unit::Share => "share",
    }
}

fn one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// A text in a table's cell: as it was written, whatever it would mean in Markdown or HTML.
fn cell(text: &str) -> String {
    let mut out = String::new();
    for letter in one_line(text).chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '&' => out.push_str("&amp;"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '~' => out.extend(['\\', letter]),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use docket_domain::{
        Timestamp,
        metrics::Quarter,
        report::{Line, Measured, Table, Top, Trend},
    };

    use super::*;

    fn figures(quarter: Quarter, n: usize) -> Figures {
        let summary = |n: usize| Summary::of(vec![2.0; n]);
        Figures {
            definitions: 1,
            quarter,
            as_of: Timestamp(quarter.plus(1).begins().0 - 1),
            issues: 1_499,
            measures: vec![Measured {
                id: "first-response".to_owned(),
                name: "Time to first response".to_owned(),
                unit: Unit::Hours,
                definition: "From the report on.".to_owned(),
                now: summary(n),
                before: summary(3),
            }],
            tables: vec![Table {
                measure: "first-response".to_owned(),
                by: "component".to_owned(),
                heading: "Component".to_owned(),
                lines: vec![Line {
                    key: "=1|2".to_owned(),
                    name: "=1|2".to_owned(),
                    now: summary(1),
                    before: summary(0),
                }],
                left_out: 4,
            }],
            trend: vec![Trend {
                quarter,
                reported: 1_200,
                resolved: 3,
                open: 4,
            }],
            top: vec![Top {
                name: "LU-1".to_owned(),
                title: "vector<int>\n*p".to_owned(),
                status: "New".to_owned(),
                assignee: String::new(),
            }],
        }
    }

    const Q3: Quarter = Quarter {
        year: 2026,
        quarter: 3,
    };

    #[test]
    fn a_report_reads_as_markdown() {
        let report = Report {
            quarter: Q3,
            texts: ["Calm.".to_owned(), String::new(), String::new(), String::new()],
            frozen: None,
        };
        let (now, last) = (figures(Q3, 5), figures(Q3.plus(-1), 2));
        let quarterly = Quarterly {
            workspace: "Support",
            report: &report,
            figures: &now,
            frozen: true,
            last: Some(&last),
        };
        let text = quarterly.markdown();
        for part in [
            "# Support report Q3 2026\n",
            "Figures of 1,499 issues as of 2026-09-30 (UTC), by version 1",
            "## Summary\n\nCalm.\n",
            "## Progress\n\n*Nothing yet.*\n",
            "| Time to first response | 2.0\u{a0}h | 2.0\u{a0}h | 5 | 2.0\u{a0}h |",
            "### Time to first response by component",
            "| =1\\|2 | 2.0\u{a0}h | – | 1 |",
            "Left out, because smaller: 4.",
            "| Q3 2026 | 1,200 | 3 | 4 |",
            "| 1 | LU-1 | vector&lt;int> \\*p | New |  |",
            "| Time to first response | 2.0\u{a0}h of 2 | 2.0\u{a0}h of 3 |",
            "- **Time to first response.** From the report on.",
        ] {
            assert!(text.contains(part), "{part}\n---\n{text}");
        }
        let csv = quarterly.csv();
        for line in [
            "first-response,,,Time to first response,2026-Q3,hours,5,10,2,2,2,,,frozen,2026-09-30,1\r\n",
            "first-response,component,'=1|2,'=1|2,2026-Q2,hours,0,,,,,,,frozen,2026-09-30,1\r\n",
            "first-response,last-report,,Time to first response,2026-Q2,hours,2,4,2,2,2,,,frozen,2026-09-30,1\r\n",
            "agreed-list,rank,1,LU-1 vector<int> *p,2026-Q3,,,,,,,New,,frozen,2026-09-30,1\r\n",
            "trend,quarter,reported,reported,2026-Q3,count,1200,,,,,,,frozen,2026-09-30,1\r\n",
        ] {
            assert!(csv.contains(line), "{line}\n---\n{csv}");
        }
        let commas = csv.lines().map(|line| line.matches(',').count());
        assert!(commas.clone().all(|commas| commas == COLUMNS.len() - 1), "{csv}");
    }
}
