//! The metrics of imported issues against figures computed from the files by other means (GOLD.json).

use docket_domain::{
    Facts, Row, Timestamp,
    metrics::{self, AGES, Dimension, Key, Life, Measure, Selection, Table},
    words::Priority,
};
use serde_json::Value;

use crate::{
    ALOY, Store, changelogs, import,
    support::gold::{close, count, equals, gold, lives, rows, table},
};

/// 2021-11-16T18:17:33.000Z, as GOLD.json has it.
const ALOY_AS_OF: Timestamp = Timestamp(1_637_086_653_000);
/// 2022-05-07T17:28:40.874Z.
const CHANGELOGS_AS_OF: Timestamp = Timestamp(1_651_944_520_874);

fn aloy() -> Vec<Life> {
    lives(&rows(&ALOY.added), ALOY_AS_OF)
}

#[test]
fn times_equal_the_gold() {
    let (lives, gold) = (aloy(), gold("jira_rest_1499"));
    equals(
        &table(&lives, "first-resolution", None).all,
        &gold["time_to_resolution"],
        "resolution",
    );
    equals(
        &table(&lives, "total-resolution", None).all,
        &gold["time_to_resolution"],
        "last resolution",
    );
    let gold = &gold["time_to_first_non_reporter_comment"];
    let response = table(&lives, "first-response", None).all;
    equals(&response, gold, "response");
    assert_eq!(lives.len() - response.n, count(gold, "issues_without"));
}

#[test]
fn quarters_equal_the_gold() {
    let (lives, gold) = (aloy(), gold("jira_rest_1499"));
    for (measure, name) in [
        ("created", "created_per_quarter"),
        ("resolved", "resolved_per_quarter"),
        ("throughput", "resolved_per_quarter"),
    ] {
        let by = table(&lives, measure, Some("quarter")).by;
        let found: serde_json::Map<String, Value> = by
            .into_iter()
            .map(|(key, summary)| match key {
                Key::Quarter(quarter) => (quarter.to_string(), summary.n.into()),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(Value::Object(found), gold[name], "{measure}");
    }
}

#[test]
fn the_backlog_equals_the_gold() {
    let (lives, gold) = (aloy(), gold("jira_rest_1499"));
    let backlog = table(&lives, "backlog", Some("age"));
    assert_eq!(backlog.all.n, count(&gold, "open"));
    let ages = ["0-30", "31-90", "91-365", ">365"];
    for (age, name) in ages.iter().enumerate() {
        let found = backlog.by.iter().find(|(key, _)| *key == Key::Age(age));
        let n = found.map_or(0, |(_, summary)| summary.n);
        assert_eq!(n, count(&gold["backlog_age_days"], name), "{}", AGES[age].1);
    }
    // What came in less what went out is what is left.
    let (created, resolved) = (table(&lives, "created", None), table(&lives, "resolved", None));
    assert_eq!(created.all.n - resolved.all.n, backlog.all.n);
}

#[test]
fn priorities_equal_the_gold() {
    let (lives, gold) = (aloy(), gold("jira_rest_1499"));
    let tables =
        ["created", "backlog", "first-resolution"].map(|measure| table(&lives, measure, Some("priority")));
    let of = |table: &Table, key: &Key| {
        let found = table.by.iter().find(|(other, _)| other == key);
        found.map(|(_, summary)| *summary).unwrap_or_default()
    };
    let gold = &gold["by_priority"];
    for (priority, name) in [
        (Priority::Critical, "Critical"),
        (Priority::Major, "High"),
        (Priority::Minor, "Medium"),
        (Priority::Trivial, "Low"),
    ] {
        let key = Key::Priority(priority);
        let [created, backlog, resolution] = [0, 1, 2].map(|index| of(&tables[index], &key));
        assert_eq!(created.n, count(&gold[name], "issues"), "{name}");
        assert_eq!(backlog.n, count(&gold[name], "open"), "{name}");
        assert_eq!(resolution.n, count(&gold[name], "resolved"), "{name}");
        close(resolution.median, &gold[name]["median_hours_to_resolution"], name);
    }
    // Neither a missing priority nor one named None is one.
    let both = |name: &str| count(&gold["(none)"], name) + count(&gold["None"], name);
    assert_eq!(of(&tables[0], &Key::None).n, both("issues"));
    assert_eq!(of(&tables[2], &Key::None).n, both("resolved"));
}

#[test]
fn histories_equal_the_gold() {
    let gold = gold("jira_changelog_12");
    // Each file for itself: two keys are in two of them.
    let lives: Vec<(String, Life)> = changelogs()
        .into_iter()
        .map(|(name, file)| {
            let (_, added) = import(&file, &mut Store::new());
            let (id, made) = &added[0];
            let row = Row::derive(&made.document, *id, &Facts::default()).unwrap();
            (name, Life::of(&row, CHANGELOGS_AS_OF).unwrap())
        })
        .collect();
    for (name, life) in &lives {
        let gold = &gold["per_item"][name];
        assert_eq!(life.reopened.len(), count(gold, "reopens"), "{name}");
        for (measure, field) in [
            ("first-resolution", "hours_to_first_close"),
            // GOLD.json has the last close of one that is open again, too.
            ("total-resolution", "hours_to_last_close"),
        ] {
            let observed = Measure::named(measure).unwrap().observe(life);
            match &gold[field] {
                Value::Null => assert_eq!(observed, [], "{name} {measure}"),
                hours => close(observed.first().map(|one| one.value), hours, name),
            }
        }
    }
    let lives: Vec<Life> = lives.into_iter().map(|(_, life)| life).collect();
    let first = table(&lives, "first-resolution", None).all;
    assert_eq!(first.n, count(&gold["first_close"], "n"));
    close(first.median, &gold["first_close"]["median_hours"], "first close");
    let rate = table(&lives, "reopen-rate", None).all;
    assert_eq!(rate.total as usize, count(&gold, "reopen_events"));
    // Docket's status for two of the file's is one.
    let hours = &gold["hours_in_status_to_as_of"];
    for (measure, names) in [
        ("time-new", &["Backlog"][..]),
        ("time-triaged", &["Selected for Development"]),
        ("time-in-progress", &["In Progress", "Review"]),
        ("time-closed", &["Done"]),
    ] {
        let found = table(&lives, measure, None).all.total;
        let expected: f64 = names.iter().map(|name| hours[name].as_f64().unwrap()).sum();
        assert!(
            (found - expected).abs() <= 0.01 * names.len() as f64,
            "{measure}: {found}, not {expected}"
        );
    }
}

/// `cargo test --release -p docket-exchange --test jira -- --nocapture figures::speed` prints what all figures of
/// 30,000 issues take.
#[test]
fn speed() {
    let rows = rows(&ALOY.added);
    let times = if cfg!(debug_assertions) { 1 } else { 20 };
    let began = std::time::Instant::now();
    let lives: Vec<Life> = (0..times)
        .flat_map(|_| rows.iter().map(|row| Life::of(row, ALOY_AS_OF).unwrap()))
        .collect();
    let read = began.elapsed();
    let began = std::time::Instant::now();
    let figures: usize = Measure::ALL
        .iter()
        .map(|measure| metrics::table(&lives, measure, None, &Selection::default()).all.n)
        .sum();
    let whole = began.elapsed();
    let began = std::time::Instant::now();
    for measure in Measure::ALL {
        for dimension in Dimension::ALL {
            let _ = metrics::table(&lives, measure, Some(dimension), &Selection::default());
        }
    }
    let apart = began.elapsed();
    println!(
        "{} issues read in {} ms, all {} measures ({figures} values) in {} ms, each by each of {} dimensions in {} ms",
        lives.len(),
        read.as_millis(),
        Measure::ALL.len(),
        whole.as_millis(),
        Dimension::ALL.len(),
        apart.as_millis(),
    );
    assert!(figures > lives.len());
}
