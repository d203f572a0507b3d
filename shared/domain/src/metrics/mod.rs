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
mod measure;
mod summary;
pub mod words;

pub use calendar::{Month, NoPeriod, Quarter};
pub use dimension::{AGES, Dimension, Key};
pub use life::{Life, Stay};
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
    /// Only those with one of these keys, in every dimension named.
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
    each(lives, measure, selection, |life, observation| {
        all.push(observation.value);
        for key in dimension
            .iter()
            .flat_map(|dimension| dimension.keys(life, observation))
        {
            by.entry(key).or_default().push(observation.value);
        }
    });
    Table {
        all: Summary::of(all),
        by: by
            .into_iter()
            .map(|(key, values)| (key, Summary::of(values)))
            .collect(),
    }
}

/// The issues behind a figure: those with an observation that `selection` has and that has `key` in `dimension`.
#[must_use]
pub fn issues<'a>(
    lives: impl IntoIterator<Item = &'a Life>,
    measure: &Measure,
    behind: Option<(&Dimension, &Key)>,
    selection: &Selection,
) -> BTreeSet<DocumentId> {
    let mut found = BTreeSet::new();
    each(lives, measure, selection, |life, observation| {
        if behind.is_none_or(|(dimension, key)| dimension.keys(life, observation).contains(key)) {
            found.insert(life.document);
        }
    });
    found
}

fn each<'a>(
    lives: impl IntoIterator<Item = &'a Life>,
    measure: &Measure,
    selection: &Selection,
    mut take: impl FnMut(&Life, &Observation),
) {
    let only: Vec<(&Dimension, &BTreeSet<Key>)> = Dimension::ALL
        .iter()
        .filter_map(|dimension| Some((dimension, selection.only.get(dimension.id)?)))
        .collect();
    for life in lives {
        measure.each(life, |observation| {
            let in_time = selection.from.is_none_or(|from| observation.at >= from)
                && selection.until.is_none_or(|until| observation.at < until);
            let kept = || {
                only.iter().all(|(dimension, keys)| {
                    dimension
                        .keys(life, &observation)
                        .iter()
                        .any(|key| keys.contains(key))
                })
            };
            if in_time && kept() {
                take(life, &observation);
            }
        });
    }
}
