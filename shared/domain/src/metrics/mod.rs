//! Support performance metrics: pure functions over rows and their timelines, the same in app and hub.
//!
//! An issue's [`Life`] is read from its row once; a [`Measure`] makes [`Observation`]s of it (so many hours, at that
//! time); a [`Dimension`] says which [`Key`] each belongs to; [`table`] puts them together. To add a measure or a
//! dimension, write one value of that type and put it into its `ALL`.
//!
//! What the figures mean is versioned ([`DEFINITIONS`]): each measure has its definition beside it, in words for people,
//! and whoever keeps figures keeps the version with them. Clock: 24 hours, 7 days, UTC.
//!
//! **Unknown is unknown**: a time that nobody recorded makes no observation, and never a zero.

mod calendar;
mod dimension;
mod life;
mod lines;
mod measure;
mod summary;
pub mod words;

pub use calendar::{Month, NoPeriod, Quarter};
pub use dimension::{AGES, Dimension, Key};
pub use life::{Life, Stay, present};
pub use lines::{Line, lines};
pub use measure::{Measure, Observation, Unit};
pub use summary::Summary;

use std::collections::{BTreeMap, BTreeSet};

use crate::ids::{DocumentId, Timestamp};

/// The version of all definitions together: whoever changes what a figure means counts it up.
pub const DEFINITIONS: u32 = 1;

/// Which observations count.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// From this time on; none for from the beginning.
    pub from: Option<Timestamp>,
    /// Until before this time; none for until the day of the figures.
    pub until: Option<Timestamp>,
    /// Only those with one of these keys, in every dimension named; with all of them where an issue has several (labels).
    pub only: BTreeMap<&'static str, BTreeSet<Key>>,
}

/// A measure's figures: of everything selected, and by key.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Of all observations. An observation with several keys (labels) counts once here.
    pub all: Summary,
    /// By key, in their order.
    pub by: Vec<(Key, Summary)>,
}

/// The figures of several measures at once, none told apart: each life is looked at once, as it comes.
#[derive(Debug)]
pub struct Tally<'a> {
    kept: Kept<'a>,
    values: Vec<(&'static Measure, Vec<f64>)>,
}

impl<'a> Tally<'a> {
    /// Of what `selection` has.
    #[must_use]
    pub fn new(measures: &'static [Measure], selection: &'a Selection) -> Self {
        Self {
            kept: Kept::new(selection),
            values: measures.iter().map(|measure| (measure, Vec::new())).collect(),
        }
    }

    /// Counts a further life.
    pub fn add(&mut self, life: &Life) {
        for (measure, values) in &mut self.values {
            self.kept
                .each(life, measure, |observation| values.push(observation.value));
        }
    }

    /// The figures, in the order of the measures.
    #[must_use]
    pub fn summaries(self) -> Vec<Summary> {
        let values = self.values.into_iter();
        values.map(|(_, values)| Summary::of(values)).collect()
    }
}

/// The figures of `measure`, by `dimension` if there is one, of what `selection` has.
#[must_use]
pub fn table<'a>(
    lives: impl IntoIterator<Item = &'a Life>,
    measure: &Measure,
    dimension: Option<&Dimension>,
    selection: &Selection,
) -> Table {
    let mut all = Vec::new();
    let mut by: BTreeMap<Key, Vec<f64>> = BTreeMap::new();
    let kept = Kept::new(selection);
    for life in lives {
        kept.each(life, measure, |observation| {
            all.push(observation.value);
            for key in dimension
                .iter()
                .flat_map(|dimension| dimension.keys(life, observation))
            {
                by.entry(key).or_default().push(observation.value);
            }
        });
    }
    Table {
        all: Summary::of(all),
        by: by
            .into_iter()
            .map(|(key, values)| (key, Summary::of(values)))
            .collect(),
    }
}

/// The issues behind a figure: those with an observation that `selection` has and that has `key` in `dimension`; each with
/// how many of them it has.
#[must_use]
pub fn issues<'a>(
    lives: impl IntoIterator<Item = &'a Life>,
    measure: &Measure,
    behind: Option<(&Dimension, &Key)>,
    selection: &Selection,
) -> BTreeMap<DocumentId, usize> {
    let mut found = BTreeMap::new();
    let kept = Kept::new(selection);
    for life in lives {
        kept.each(life, measure, |observation| {
            if behind.is_none_or(|(dimension, key)| dimension.keys(life, observation).contains(key)) {
                *found.entry(life.document).or_default() += 1;
            }
        });
    }
    found
}

/// The observations that a selection has.
#[derive(Debug)]
struct Kept<'a> {
    selection: &'a Selection,
    only: Vec<(&'static Dimension, &'a BTreeSet<Key>)>,
}

impl<'a> Kept<'a> {
    fn new(selection: &'a Selection) -> Self {
        let only = Dimension::ALL
            .iter()
            .filter_map(|dimension| Some((dimension, selection.only.get(dimension.id)?)));
        Self {
            selection,
            only: only.collect(),
        }
    }

    fn each(&self, life: &Life, measure: &Measure, mut take: impl FnMut(&Observation)) {
        measure.each(life, |observation| {
            let in_time = self.selection.from.is_none_or(|from| observation.at >= from)
                && self.selection.until.is_none_or(|until| observation.at < until);
            let kept = || {
                self.only.iter().all(|(dimension, keys)| {
                    let of_this = dimension.keys(life, &observation);
                    if dimension.has_several() {
                        keys.iter().all(|key| of_this.contains(key))
                    } else {
                        of_this.iter().any(|key| keys.contains(key))
                    }
                })
            };
            if in_time && kept() {
                take(&observation);
            }
        });
    }
}
