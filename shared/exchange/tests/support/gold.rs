//! Figures that were computed from the files by other means.

use std::fs;

use docket_domain::{
    Facts, Row, Timestamp,
    metrics::{self, Dimension, Life, Measure, Selection, Summary, Table},
};
use serde_json::Value;

use super::{Added, fixture};

pub fn gold(part: &str) -> Value {
    let text = fs::read_to_string(fixture("jira/GOLD.json")).unwrap();
    let all: Value = serde_json::from_str(&text).unwrap();
    all[part].clone()
}

pub fn count(gold: &Value, name: &str) -> usize {
    gold[name].as_u64().unwrap() as usize
}

/// The rows of imported issues.
pub fn rows(added: &Added) -> Vec<Row> {
    let rows = added
        .iter()
        .map(|(id, made)| Row::derive(&made.document, *id, &Facts::default()).unwrap());
    rows.collect()
}

pub fn lives(rows: &[Row], as_of: Timestamp) -> Vec<Life> {
    rows.iter().map(|row| Life::of(row, as_of).unwrap()).collect()
}

pub fn table(lives: &[Life], measure: &str, dimension: Option<&str>) -> Table {
    let dimension = dimension.map(|id| Dimension::named(id).unwrap());
    let measure = Measure::named(measure).unwrap();
    metrics::table(lives, measure, dimension, &Selection::default())
}

pub fn close(found: Option<f64>, gold: &Value, what: &str) {
    let (found, gold) = (found.unwrap(), gold.as_f64().unwrap());
    assert!((found - gold).abs() <= 0.01, "{what}: {found}, not {gold}");
}

pub fn equals(found: &Summary, gold: &Value, what: &str) {
    assert_eq!(found.n, count(gold, "n"), "{what}");
    close(found.median, &gold["median_hours"], what);
    close(found.mean, &gold["mean_hours"], what);
    close(found.p90, &gold["p90_hours"], what);
}
