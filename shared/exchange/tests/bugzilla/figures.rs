//! Counts and metrics of the imported bugs against those computed from the file by other means (GOLD.json).
//!
//! The gold tells five statuses apart that are four here (UNCONFIRMED and NEW are both new). So the figures are
//! compared twice: as people see them, with the gold of both added up; and with the group's own mapping of words that
//! keeps all five apart, each with its own gold.

use std::collections::BTreeMap;

use docket_domain::{
    Row, Timestamp,
    metrics::{Life, Measure},
    read::Issue,
    row::{Body, What},
    words::Status,
};
use docket_exchange::{Format, Words};
use serde_json::{Value, json};

use crate::{
    BUGS, file, raw,
    support::{
        self, Store,
        gold::{close, count, equals, gold, lives, rows, table},
        issues, source,
    },
};

/// 2022-10-10T22:21:37Z, as GOLD.json has it.
const AS_OF: Timestamp = Timestamp(1_665_440_497_000);

#[test]
fn counts_equal_the_file() {
    let gold = gold("bugzilla_history_58");
    let (report, added) = &*BUGS;
    assert_eq!(report.refused, []);
    assert_eq!(report.incoming.len(), count(&gold, "bugs"));
    let issues = issues(added);
    let sum = |of: fn(&Issue) -> usize| issues.iter().map(of).sum::<usize>();
    // The first comment of each is its description.
    let comments = sum(|issue| issue.comments.len()) + issues.len();
    assert_eq!(comments, count(&gold["counts"], "comments"));
    let nameless = issues.iter().flat_map(|issue| &issue.comments);
    let nameless = nameless.filter(|comment| comment.by.is_none()).count();
    let undescribed = raw()
        .iter()
        .filter(|bug| bug["comments"][0]["author"].is_null())
        .count();
    assert_eq!(
        nameless + undescribed,
        count(&gold["counts"], "comments_without_author")
    );
    let linked = |relation: &str| {
        let links = issues.iter().flat_map(|issue| &issue.links);
        links.filter(|link| link.relation == relation).count()
    };
    for (relation, expected) in [
        ("blocks", 43),
        ("depends on", 223),
        ("is duplicated by", 16),
        ("duplicates", 3),
        ("see also", 19),
    ] {
        assert_eq!(linked(relation), expected, "{relation}");
    }
    assert_eq!(sum(|issue| issue.attachments.len()), 116);
    let mut statuses = BTreeMap::<&str, u64>::new();
    for issue in &issues {
        *statuses.entry(source(issue, "status").unwrap()).or_default() += 1;
    }
    assert_eq!(json!(statuses), gold["by_status"]);
}

/// Nothing of a bug is lost: each text is in the document, and the whole history beside.
#[test]
fn texts_come_in_as_they_are() {
    let issues = issues(&BUGS.1);
    let (mut entries, mut changes) = (0, 0);
    for (bug, issue) in raw().iter().zip(&issues) {
        let key = &issue.source.as_ref().unwrap().key;
        assert_eq!(bug["id"].to_string(), *key);
        assert_eq!(bug["summary"], issue.title.as_str());
        let comments = bug["comments"].as_array().unwrap();
        assert_eq!(comments[0]["text"], issue.description.as_str(), "{key}");
        for comment in &comments[1..] {
            let found = issue
                .comments
                .iter()
                .find(|it| comment["id"] == json!(it.id.parse::<u64>().unwrap()));
            assert_eq!(comment["text"], found.unwrap().body.as_str(), "{key}");
        }
        for label in bug["keywords"].as_array().unwrap() {
            assert!(issue.labels.iter().any(|found| label == found.as_str()), "{key}");
        }
        if bug["flags"].as_array().is_some_and(|flags| !flags.is_empty()) {
            assert!(source(issue, "flags").is_some(), "{key}");
        }
        let Some(history) = source(issue, "history") else {
            continue;
        };
        let history: Vec<Value> = serde_json::from_str(history).unwrap();
        entries += history.len();
        changes += history
            .iter()
            .map(|it| it["changes"].as_array().unwrap().len())
            .sum::<usize>();
    }
    let gold = gold("bugzilla_history_58");
    assert_eq!(entries, count(&gold["counts"], "history_entries"));
    assert_eq!(changes, count(&gold["counts"], "field_changes"));
}

#[test]
fn the_history_becomes_events() {
    let gold = gold("bugzilla_history_58");
    let (mut changes, mut transitions) = (0, BTreeMap::<String, u64>::new());
    for issue in issues(&BUGS.1) {
        let key = issue.source.as_ref().unwrap().key.clone();
        let statuses: Vec<_> = issue
            .events
            .iter()
            .filter(|event| event.field == "status")
            .collect();
        assert_eq!(
            statuses.len(),
            count(&gold["per_item"][&key], "status_changes"),
            "{key}"
        );
        changes += statuses.len();
        if let Some(last) = statuses.last() {
            assert_eq!(last.to.as_deref(), Some(issue.status.as_str()), "{key}");
            assert!(last.by.is_some());
        }
        // A resolution comes with the change of status that it came with there.
        if issue.resolution.is_some() {
            assert!(
                statuses.iter().any(|event| event.resolution == issue.resolution),
                "{key}"
            );
        }
        for item in source(&issue, "history")
            .map(|history| serde_json::from_str::<Vec<Value>>(history).unwrap())
            .into_iter()
            .flatten()
            .flat_map(|entry| entry["changes"].as_array().unwrap().clone())
        {
            if item["field_name"] == "status" {
                let words = (item["removed"].as_str().unwrap(), item["added"].as_str().unwrap());
                *transitions
                    .entry(format!("{} -> {}", words.0, words.1))
                    .or_default() += 1;
            }
        }
    }
    assert_eq!(changes, count(&gold, "status_changes"));
    assert_eq!(json!(transitions), gold["transitions"]);
}

fn hours(lives: &[Life], measure: &str) -> f64 {
    table(lives, measure, None).all.total
}

/// Each found sum against the gold of these statuses together.
fn statuses_equal(lives: &[Life], gold: &Value, expected: &[(&str, &[&str])]) {
    for (measure, names) in expected {
        let found = hours(lives, measure);
        let sum: f64 = names.iter().map(|name| gold[name].as_f64().unwrap()).sum();
        println!("{measure}: {found:.2} h, {names:?} in the gold: {sum:.2} h");
        assert!(
            (found - sum).abs() <= 0.01 * names.len() as f64,
            "{measure}: {found}, not {sum}"
        );
    }
}

#[test]
fn times_equal_the_gold() {
    let gold = gold("bugzilla_history_58");
    let lives = lives(&rows(&BUGS.1), AS_OF);
    let first = table(&lives, "first-resolution", None).all;
    println!("first close: n {}, median {:?} h", first.n, first.median);
    assert_eq!(first.n, count(&gold["first_close"], "n"));
    close(first.median, &gold["first_close"]["median_hours"], "first close");
    for (life, (_, made)) in lives.iter().zip(&BUGS.1) {
        let key = Issue::read(&made.document).source.unwrap().key;
        let gold = &gold["per_item"][&key];
        assert_eq!(life.reopened.len(), count(gold, "reopens"), "{key}");
        for (measure, field) in [
            ("first-resolution", "hours_to_first_close"),
            ("total-resolution", "hours_to_last_close"),
        ] {
            let observed = Measure::named(measure).unwrap().observe(life);
            match &gold[field] {
                Value::Null => assert_eq!(observed, [], "{key} {measure}"),
                hours => close(observed.first().map(|one| one.value), hours, &key),
            }
        }
    }
    let reopened: usize = lives.iter().map(|life| life.reopened.len()).sum();
    assert_eq!(reopened, count(&gold, "reopen_events"));
    statuses_equal(
        &lives,
        &gold["hours_in_status_to_as_of"],
        &[
            ("time-new", &["UNCONFIRMED", "NEW"]),
            ("time-in-progress", &["ASSIGNED"]),
            ("time-resolved", &["RESOLVED"]),
            ("time-closed", &["VERIFIED"]),
        ],
    );
}

/// With a mapping that merges no two statuses, each of Bugzilla's own has its own gold.
#[test]
fn each_status_by_its_own_name_equals_the_gold() {
    let words = Words::of("bugzilla", [("bugzilla/status/NEW", "triaged")]);
    let (_, added) = support::import_as(Format::Bugzilla, words, &file(), &mut Store::new());
    let mut rows = rows(&added);
    let gold = gold("bugzilla_history_58");
    let measures: [(&str, &[&str]); 5] = [
        ("time-new", &["UNCONFIRMED"]),
        ("time-triaged", &["NEW"]),
        ("time-in-progress", &["ASSIGNED"]),
        ("time-resolved", &["RESOLVED"]),
        ("time-closed", &["VERIFIED"]),
    ];
    // What has no history has had its status from the start. Docket claims that of new issues only, the gold of all.
    for row in &mut rows {
        let created = row.created;
        let Body::Issue(issue) = &mut row.body else {
            continue;
        };
        let changed = issue
            .timeline
            .iter()
            .any(|it| matches!(it.what, What::Status { .. }));
        if !changed && issue.status == Status::Triaged {
            let mut first = issue.timeline[0].clone();
            first.at = created;
            first.what = What::Status {
                from: Some(Status::Triaged),
                to: Status::Triaged,
                resolution: None,
            };
            issue.timeline.push(first);
        }
    }
    statuses_equal(&lives(&rows, AS_OF), &gold["hours_in_status_to_as_of"], &measures);
    // Stretches that ended are those of each bug up to its last change.
    let ended: Vec<Life> = rows
        .iter()
        .map(|row| {
            let Body::Issue(issue) = &row.body else {
                panic!("no issue")
            };
            let changes = issue
                .timeline
                .iter()
                .filter(|it| matches!(it.what, What::Status { .. }));
            let last = changes.map(|it| it.at).max().unwrap_or(row.created);
            Life::of(row, last).unwrap()
        })
        .collect();
    statuses_equal(&ended, &gold["hours_in_status_closed_intervals"], &measures[..4]);
}

/// The gold counts comments only; Docket's first response may be a change of status too, so those are left out here.
#[test]
fn first_responses_equal_the_gold() {
    let all = rows(&BUGS.1);
    let commented: Vec<Row> = all
        .iter()
        .cloned()
        .map(|mut row| {
            if let Body::Issue(issue) = &mut row.body {
                issue
                    .timeline
                    .retain(|moment| !matches!(moment.what, What::Status { .. }));
            }
            row
        })
        .collect();
    let by_comment = table(&lives(&commented, AS_OF), "first-response", None).all;
    let by_any = table(&lives(&all, AS_OF), "first-response", None).all;
    println!("first response by comment: {by_comment:?}\nby comment or status: {by_any:?}");
    let gold = gold("bugzilla_history_58");
    equals(
        &by_comment,
        &gold["time_to_first_non_creator_comment"],
        "first response",
    );
    assert!(by_any.n >= by_comment.n && by_any.median <= by_comment.median);
}
