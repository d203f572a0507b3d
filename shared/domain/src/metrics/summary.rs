//! Many values in few figures.

use serde::{Deserialize, Serialize};

/// What many values come to. None where there are none: a mean of nothing is unknown, not zero.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
pub struct Summary {
    /// How many values.
    pub n: usize,
    /// All of them together.
    pub total: f64,
    /// The arithmetic mean.
    pub mean: Option<f64>,
    /// The median.
    pub median: Option<f64>,
    /// The 90th percentile.
    pub p90: Option<f64>,
}

impl Summary {
    /// Of these values, in any order.
    #[must_use]
    pub fn of(mut values: Vec<f64>) -> Self {
        // By size and then by nothing else: equal values are interchangeable, so no figure depends on their order, the
        // sum of them neither.
        values.sort_unstable_by(f64::total_cmp);
        let n = values.len();
        let total: f64 = values.iter().sum();
        Self {
            n,
            total,
            mean: (n > 0).then(|| total / n as f64),
            median: quantile(&values, 0.5),
            p90: quantile(&values, 0.9),
        }
    }
}

/// By linear interpolation between the neighbours of place (n − 1)·p, counted from 0.
fn quantile(sorted: &[f64], p: f64) -> Option<f64> {
    let place = sorted.len().checked_sub(1)? as f64 * p;
    let below = *sorted.get(place.floor() as usize)?;
    let above = *sorted.get(place.ceil() as usize)?;
    Some(below + (above - below) * (place - place.floor()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_nothing_nothing_is_known() {
        assert_eq!(Summary::of(Vec::new()), Summary::default());
        assert_eq!(Summary::default().mean, None);
    }

    #[test]
    fn quantiles_lie_between_their_neighbours() {
        let summary = Summary::of(vec![40.0, 10.0, 20.0, 30.0]);
        assert_eq!((summary.median, summary.mean), (Some(25.0), Some(25.0)));
        assert!((summary.p90.unwrap_or_default() - 37.0).abs() < 1e-9);
        assert_eq!(Summary::of(vec![7.0]).p90, Some(7.0));
    }
}
