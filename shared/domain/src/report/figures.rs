//! A report's figures: computed once, kept with the version and the words of the definitions they were computed by.

use serde::{Deserialize, Serialize};

use crate::{
    ids::Timestamp,
    metrics::{self, DEFINITIONS, Dimension, Key, Life, Measure, Quarter, Selection, Summary, Unit, words},
};

/// The tables of a report: a measure, and what it is told apart by.
const TABLES: [(&str, &str); 9] = [
    ("created", "severity"),
    ("created", "component"),
    ("created", "organisation"),
    ("first-response", "severity"),
    ("first-resolution", "severity"),
    ("first-resolution", "priority"),
    ("backlog", "age"),
    ("backlog", "priority"),
    ("backlog", "component"),
];

/// The most lines of a table: a report's reader wants the large ones.
const LINES: usize = 12;

/// The quarters of the trend, the report's own the last.
const QUARTERS: i64 = 8;

/// The figures of one quarter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// The version of the definitions.
    pub definitions: u32,
    /// Of which quarter.
    pub quarter: Quarter,
    /// Nothing after this is in them: the quarter's end, or when they were computed, if that was before.
    pub as_of: Timestamp,
    /// How many issues they know.
    pub issues: usize,
    /// Every measure, with its definition.
    pub measures: Vec<Measured>,
    /// Some of them told apart.
    pub tables: Vec<Table>,
    /// Reported against resolved.
    pub trend: Vec<Trend>,
    /// What the group works on first.
    pub top: Vec<Top>,
}

/// A measure's figures in the quarter and in the one before.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// Its name for programs.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What its values are.
    pub unit: Unit,
    /// What exactly was measured.
    pub definition: String,
    /// In the quarter.
    pub now: Summary,
    /// In the quarter before.
    pub before: Summary,
}

/// One measure told apart.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// The measure's name for programs.
    pub measure: String,
    /// By what, for programs.
    pub by: String,
    /// By what, for people.
    pub heading: String,
    /// Its lines, in the order in which people read them.
    pub lines: Vec<Line>,
    /// How many smaller ones were left out.
    pub left_out: usize,
}

/// A line of a table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Line {
    /// The key as text.
    pub key: String,
    /// The key as people called it then.
    pub name: String,
    /// In the quarter.
    pub now: Summary,
    /// In the quarter before.
    pub before: Summary,
}

/// A quarter of the trend.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trend {
    /// The quarter.
    pub quarter: Quarter,
    /// Issues reported in it.
    pub reported: usize,
    /// Resolutions in it.
    pub resolved: usize,
    /// Issues open at its end.
    pub open: usize,
}

/// An issue high on the agreed list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top {
    /// What people call it.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its status, in words.
    pub status: String,
    /// Who worked on it; empty for nobody.
    pub assignee: String,
}

impl Figures {
    /// When the lives for a quarter's figures end: with the quarter, or now.
    #[must_use]
    pub fn as_of(quarter: Quarter, now: Timestamp) -> Timestamp {
        quarter.plus(1).begins().plus(-1).min(now)
    }

    /// As documents keep it: JSON, so that any client can read it.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Nothing in it can't be written: no map has a key that isn't text.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Reads what [`to_json`](Self::to_json) wrote; none for anything else.
    #[must_use]
    pub fn parse(json: &str) -> Option<Self> {
        serde_json::from_str(json).ok()
    }

    /// The measure with this name for programs.
    #[must_use]
    pub fn measure(&self, id: &str) -> Option<&Measured> {
        self.measures.iter().find(|measure| measure.id == id)
    }

    /// What was measured, in words: each definition with the names of the measures that it is of.
    #[must_use]
    pub fn meanings(&self) -> Vec<(String, &str)> {
        let alike = self.measures.chunk_by(|a, b| a.definition == b.definition);
        let told = alike.filter_map(|measures| {
            let names: Vec<&str> = measures.iter().map(|measure| measure.name.as_str()).collect();
            Some((names.join(", "), measures.first()?.definition.as_str()))
        });
        told.collect()
    }

    /// The measures of the quarter before which `last`, its report, told otherwise: what was recorded later, or is
    /// defined otherwise by now.
    #[must_use]
    pub fn corrected(&self, last: &Self) -> Vec<Correction<'_>> {
        if last.quarter != self.quarter.plus(-1) {
            return Vec::new();
        }
        let corrections = self.measures.iter().filter_map(|measure| {
            let told = last.measure(&measure.id)?;
            let (said, now) = words::apart(measure.unit, &told.now, &measure.before)?;
            Some(Correction { measure, said, now })
        });
        corrections.collect()
    }
}

/// A figure that reads differently now.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction<'a> {
    /// The measure.
    pub measure: &'a Measured,
    /// What the report said of its quarter, in words.
    pub said: String,
    /// What is to be said of that quarter now.
    pub now: String,
}

/// The counting of a quarter's figures, in steps: over tens of thousands of issues all of it at once would hold up a page.
#[derive(Debug)]
pub struct Counting<'a, N> {
    lives: &'a [Life],
    before: &'a [Life],
    name: N,
    left: std::vec::IntoIter<Part>,
    figures: Figures,
}

/// What one step counts.
#[derive(Debug)]
enum Part {
    Measure(&'static Measure),
    Table(&'static Measure, &'static Dimension),
    Trend(Quarter),
}

impl Part {
    fn all(quarter: Quarter) -> Vec<Self> {
        let measures = Measure::ALL.iter().map(Self::Measure);
        let tables = TABLES
            .iter()
            .filter_map(|(measure, by)| Some(Self::Table(Measure::named(measure)?, Dimension::named(by)?)));
        let trend = (1 - QUARTERS..=0).map(|offset| Self::Trend(quarter.plus(offset)));
        measures.chain(tables).chain(trend).collect()
    }
}

impl<'a, N: Fn(&Key) -> String> Counting<'a, N> {
    /// Of a quarter. `lives` end at [`Figures::as_of`] of it, `before` at that of the quarter before; `name` says what
    /// people call a key; `top` is the beginning of the agreed list.
    #[must_use]
    pub fn new(
        quarter: Quarter,
        as_of: Timestamp,
        (lives, before): (&'a [Life], &'a [Life]),
        name: N,
        top: Vec<Top>,
    ) -> Self {
        Self {
            lives,
            before,
            name,
            left: Part::all(quarter).into_iter(),
            figures: Figures {
                definitions: DEFINITIONS,
                quarter,
                as_of,
                issues: lives.len(),
                measures: Vec::new(),
                tables: Vec::new(),
                trend: Vec::new(),
                top,
            },
        }
    }

    /// One step further: a measure, a table or a quarter of the trend. False: nothing is left.
    pub fn step(&mut self) -> bool {
        let quarter = self.figures.quarter;
        let now = |measure, by| metrics::table(self.lives, measure, by, &selection(quarter));
        let before = |measure, by| metrics::table(self.before, measure, by, &selection(quarter.plus(-1)));
        match self.left.next() {
            Some(Part::Measure(measure)) => self.figures.measures.push(Measured {
                id: measure.id.to_owned(),
                name: measure.name.to_owned(),
                unit: measure.unit,
                definition: measure.definition.to_owned(),
                now: rounded(now(measure, None).all),
                before: rounded(before(measure, None).all),
            }),
            Some(Part::Table(measure, by)) => {
                let (now, before) = (now(measure, Some(by)).by, before(measure, Some(by)).by);
                let (lines, left_out) = metrics::lines(by, now, Some(before), LINES);
                // Where nothing is known of what tells apart, there is nothing to tell.
                if lines.iter().any(|line| line.key != Key::None) {
                    let table = self.table(measure, by, lines, left_out);
                    self.figures.tables.push(table);
                }
            }
            Some(Part::Trend(quarter)) => self.figures.trend.push(trend(quarter, self.lives)),
            None => return false,
        }
        true
    }

    fn table(&self, measure: &Measure, by: &Dimension, lines: Vec<metrics::Line>, left_out: usize) -> Table {
        let lines = lines.into_iter().map(|line| Line {
            key: line.key.to_string(),
            name: (self.name)(&line.key),
            now: rounded(line.now),
            before: rounded(line.before.unwrap_or_default()),
        });
        Table {
            measure: measure.id.to_owned(),
            by: by.id.to_owned(),
            heading: by.name.to_owned(),
            lines: lines.collect(),
            left_out,
        }
    }

    /// The figures, of the steps that were taken.
    #[must_use]
    pub fn figures(self) -> Figures {
        self.figures
    }
}

fn selection(quarter: Quarter) -> Selection {
    Selection {
        from: Some(quarter.begins()),
        until: Some(quarter.plus(1).begins()),
        ..Selection::default()
    }
}

fn trend(quarter: Quarter, lives: &[Life]) -> Trend {
    let (from, until) = (quarter.begins(), quarter.plus(1).begins());
    let within = |at: &&Timestamp| **at >= from && **at < until;
    let mut trend = Trend {
        quarter,
        reported: 0,
        resolved: 0,
        open: 0,
    };
    for life in lives {
        trend.reported += usize::from(within(&&life.reported));
        trend.resolved += life.resolved.iter().filter(within).count();
        trend.open += usize::from(life.reported < until && !life.was_resolved(until));
    }
    trend
}

/// To a precision that no reader misses, so that a report stays small.
fn rounded(summary: Summary) -> Summary {
    let round = |value: f64| (value * 10_000.0).round() / 10_000.0;
    Summary {
        n: summary.n,
        total: round(summary.total),
        mean: summary.mean.map(round),
        median: summary.median.map(round),
        p90: summary.p90.map(round),
    }
}
