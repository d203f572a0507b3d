//! The lines of a table, as people read them: two periods side by side, in an order, and not too many.

use std::{cmp::Reverse, collections::BTreeMap};

use super::{Dimension, Key, Summary};

/// A key's figures, and those in the period that is compared with.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// What tells them apart.
    pub key: Key,
    /// Its figures.
    pub now: Summary,
    /// Its figures then; none where nothing is compared.
    pub before: Option<Summary>,
}

/// The lines of what `by` tells apart, at most so many; and how many were left out. A key of the other period alone has
/// a line, too, and so has a month in which nothing happened.
#[must_use]
pub fn lines(
    by: &Dimension,
    now: Vec<(Key, Summary)>,
    before: Option<Vec<(Key, Summary)>>,
    most: usize,
) -> (Vec<Line>, usize) {
    // Each period has months of its own: nothing to put beside them.
    let before = before.filter(|_| !by.is_time());
    let compared = before.as_ref().map(|_| Summary::default());
    let line = |(key, now)| {
        let line = Line {
            key,
            now,
            before: compared,
        };
        (line.key.clone(), line)
    };
    let mut all: BTreeMap<Key, Line> = now.into_iter().map(line).collect();
    if by.is_time() {
        let (first, last) = (all.keys().next().cloned(), all.keys().next_back().cloned());
        let gaps = std::iter::successors(first, Key::next).take_while(|key| Some(key) <= last.as_ref());
        for key in gaps.collect::<Vec<_>>() {
            all.entry(key.clone())
                .or_insert_with(|| line((key, Summary::default())).1);
        }
    }
    for (key, summary) in before.into_iter().flatten() {
        let new = || line((key.clone(), Summary::default())).1;
        all.entry(key.clone()).or_insert_with(new).before = Some(summary);
    }
    let mut lines: Vec<Line> = all.into_values().collect();
    // Severities and months have an order; of names the most comes first, and what has none last.
    let named = |key: &Key| matches!(key, Key::Name(_) | Key::Organisation(_) | Key::Person(_));
    if lines.iter().any(|line| named(&line.key)) {
        lines.sort_by_key(|line| {
            let before = line.before.map(|before| before.n);
            (line.key == Key::None, Reverse((line.now.n, before)))
        });
    }
    let left_out = lines.len().saturating_sub(most);
    if by.is_time() {
        lines.drain(..left_out);
    } else {
        lines.truncate(most);
    }
    (lines, left_out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Month;

    fn of(n: usize) -> Summary {
        Summary::of(vec![1.0; n])
    }

    fn name(name: &str, n: usize) -> (Key, Summary) {
        (Key::Name(name.to_owned()), of(n))
    }

    fn shown(
        dimension: &str,
        now: Vec<(Key, Summary)>,
        before: Option<Vec<(Key, Summary)>>,
        most: usize,
    ) -> (Vec<String>, usize) {
        let by = Dimension::named(dimension).expect("a dimension");
        let (lines, left_out) = lines(by, now, before, most);
        let words = lines.iter().map(|line| {
            let before = line
                .before
                .map(|before| format!(" {}", before.n))
                .unwrap_or_default();
            format!("{} {}{before}", line.key, line.now.n)
        });
        (words.collect(), left_out)
    }

    #[test]
    fn what_fell_to_nothing_keeps_its_line() {
        let now = vec![name("mdt", 1), name("ost", 2), (Key::None, of(9))];
        let before = vec![name("lnet", 40), name("mdt", 3)];
        let (lines, left_out) = shown("component", now.clone(), Some(before.clone()), 9);
        assert_eq!(lines, ["ost 2 0", "mdt 1 3", "lnet 0 40", "- 9 0"]);
        assert_eq!(left_out, 0);
        assert_eq!(
            shown("component", now.clone(), None, 2),
            (vec!["ost 2".to_owned(), "mdt 1".to_owned()], 1)
        );
        assert_eq!(
            shown("component", Vec::new(), Some(before), 1),
            (vec!["lnet 0 40".to_owned()], 1)
        );
    }

    #[test]
    fn a_month_without_anything_has_its_place() {
        let month = |year, month| Month { year, month };
        let now = vec![
            (Key::Month(month(2025, 11)), of(1)),
            (Key::Month(month(2026, 2)), of(2)),
        ];
        let (lines, left_out) = shown("month", now, Some(Vec::new()), 3);
        assert_eq!(lines, ["2025-12 0", "2026-01 0", "2026-02 2"]);
        assert_eq!(left_out, 1);
        assert_eq!(shown("quarter", Vec::new(), None, 3), (Vec::new(), 0));
    }
}
