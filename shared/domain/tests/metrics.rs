//! Metrics of random histories against a second, naive implementation, hour by hour; and that no figure depends on the
//! order in which events arrive.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use std::collections::BTreeMap;

use docket_domain::{
    DocumentId, PersonId, Row, Timestamp, Who,
    metrics::{self, Dimension, Key, Life, Measure, Selection, Summary, Tally},
    row::{Body, IssueRow, Moment, What},
    words::{Priority, Status},
};
use proptest::prelude::*;

const HOUR: i64 = 3_600_000;
const REPORTED: i64 = 1_000;
/// The day of the figures, in hours after the first.
const AS_OF: i64 = REPORTED + 240;

fn person(n: u8) -> PersonId {
    PersonId::from_stored(format!("m-{n}"))
}

fn issue(n: u8, status: Status, priority: Option<Priority>, timeline: Vec<Moment>) -> Row {
    Row {
        document: DocumentId::from_bytes([n; 16]),
        title: String::new(),
        created: Timestamp(REPORTED * HOUR),
        updated: Timestamp(REPORTED * HOUR),
        deleted: false,
        restricted: false,
        next: None,
        body: Body::Issue(Box::new(IssueRow {
            number: None,
            key: None,
            status,
            resolution: None,
            severity: None,
            priority,
            component: None,
            assignee: None,
            assignee_name: None,
            organisation: None,
            reporter: Some(person(0)),
            reporter_name: None,
            labels: vec!["a".to_owned(), "b".to_owned()],
            affects: Vec::new(),
            comments: 0,
            links: 0,
            attachments: 0,
            attention: None,
            conflicts: Vec::new(),
            timeline,
        })),
    }
}

fn status() -> impl Strategy<Value = Status> {
    prop::sample::select(Status::ALL)
}

/// What happens at one time: mostly changes of status, which need not fit together.
fn what() -> impl Strategy<Value = What> {
    let assignee = || prop::option::of(prop::sample::select(vec!["m-1".to_owned(), "m-2".to_owned()]));
    prop_oneof![
        4 => (prop::option::of(status()), status()).prop_map(|(from, to)| What::Status { from, to, resolution: None }),
        1 => Just(What::Commented),
        1 => (assignee(), assignee()).prop_map(|(from, to)| What::Field { field: "assignee".to_owned(), from, to }),
        1 => Just(What::Attention),
    ]
}

fn moment(hours: std::ops::Range<i64>) -> impl Strategy<Value = Moment> {
    (hours, prop::option::of(0..3u8), what()).prop_map(|(hour, by, what)| Moment {
        at: Timestamp((REPORTED + hour) * HOUR),
        corrected: false,
        by: by.map(person),
        what,
    })
}

/// A history with one event at a time, some of them after the day of the figures.
fn history() -> impl Strategy<Value = Vec<Moment>> {
    prop::collection::vec(moment(0..300), 0..14).prop_map(|moments| {
        let apart: BTreeMap<i64, Moment> = moments.into_iter().map(|moment| (moment.at.0, moment)).collect();
        apart.into_values().collect()
    })
}

/// The status changed so many hours after the report.
fn changed(hours: i64, from: Status, to: Status) -> Moment {
    Moment {
        at: Timestamp((REPORTED + hours) * HOUR),
        corrected: false,
        by: None,
        what: What::Status {
            from: Some(from),
            to,
            resolution: None,
        },
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let priority = prop::option::of(prop::sample::select(Priority::ALL));
    let one = (status(), priority, history());
    prop::collection::vec(one, 0..12).prop_map(|issues| {
        let numbered = issues.into_iter().enumerate();
        numbered
            .map(|(n, (status, priority, timeline))| issue(n as u8, status, priority, timeline))
            .collect()
    })
}

// ---- the naive implementation: looks through the whole timeline for each question ----

fn timeline(row: &Row) -> &[Moment] {
    &row.issue().unwrap().timeline
}

/// The hours and directions of the changes of status that hold.
fn changes(row: &Row) -> Vec<(i64, Option<Status>, Status)> {
    type Changes = [(i64, Option<Status>, Status)];
    fn held(all: &Changes, end: Option<Status>) -> Vec<(i64, Option<Status>, Status)> {
        let Some((last, before)) = all.split_last() else {
            return Vec::new();
        };
        let lost = (0..before.len())
            .rev()
            .find(|place| Some(all[*place].2) == end)
            .filter(|place| Some(last.2) != end && all[place + 1].1 != end);
        match lost {
            Some(place) => held(&all[..=place], end),
            None => [held(before, last.1), vec![*last]].concat(),
        }
    }
    let all: Vec<_> = timeline(row)
        .iter()
        .filter_map(|moment| match moment.what {
            What::Status { from, to, .. } => Some((moment.at.0 / HOUR, from, to)),
            _ => None,
        })
        .collect();
    held(&all, Some(row.issue().unwrap().status))
}

/// The status in the hour that begins then.
fn status_at(row: &Row, hour: i64) -> Option<Status> {
    let changes = changes(row);
    let before = changes.iter().rfind(|(at, ..)| *at <= hour).map(|(_, _, to)| *to);
    let status = row.issue().unwrap().status;
    let never = || {
        changes
            .is_empty()
            .then_some(status)
            .filter(|status| *status == Status::New)
    };
    before.or_else(|| changes.first().map_or_else(never, |(_, from, _)| *from))
}

/// The hours at which a change took the issue over the line between to do and done, and in which direction.
fn crossings(row: &Row) -> Vec<(i64, bool)> {
    let mut found = Vec::new();
    let mut done: Option<bool> = None;
    for hour in REPORTED..=AS_OF {
        let changed = changes(row).iter().any(|(at, ..)| *at == hour);
        if hour == REPORTED {
            // As it was before anything happened.
            let first = changes(row).first().map(|(_, from, _)| *from);
            let known = first.unwrap_or_else(|| status_at(row, hour));
            done = known.map(|status| !status.is_open());
        }
        if changed {
            let now = !status_at(row, hour).unwrap().is_open();
            if done != Some(now) && (now || done == Some(true)) {
                found.push((hour, now));
            }
            done = Some(now);
        }
    }
    found
}

fn naive(measure: &str, row: &Row) -> Vec<f64> {
    let crossed = crossings(row);
    let resolved: Vec<i64> = crossed
        .iter()
        .filter(|(_, done)| *done)
        .map(|(hour, _)| *hour)
        .collect();
    let ended = crossed.last().is_some_and(|(_, done)| *done);
    let since = |hour: Option<i64>| hour.map(|hour| (hour - REPORTED) as f64).into_iter().collect();
    let ones = |n: usize| vec![1.0; n];
    match measure {
        "created" => ones(1),
        "resolved" => ones(resolved.len()),
        "throughput" => ones(usize::from(ended)),
        "backlog" => (!ended).then_some(10.0).into_iter().collect(),
        "first-response" => since(
            timeline(row)
                .iter()
                .filter(|moment| matches!(moment.what, What::Commented | What::Status { .. }))
                .filter(|moment| moment.by.is_some() && moment.by != Some(person(0)))
                .map(|moment| moment.at.0 / HOUR)
                .find(|hour| *hour <= AS_OF),
        ),
        "first-resolution" => since(resolved.first().copied()),
        "total-resolution" => since(resolved.last().copied().filter(|_| ended)),
        "reopen-rate" => crossed
            .iter()
            .enumerate()
            .filter(|(_, (_, done))| *done)
            .map(|(place, _)| {
                if crossed.get(place + 1).is_some() {
                    1.0
                } else {
                    0.0
                }
            })
            .collect(),
        "reassignments" => timeline(row)
            .iter()
            .filter(|moment| moment.at.0 <= AS_OF * HOUR)
            .filter(|moment| match &moment.what {
                What::Field {
                    from: Some(from),
                    to: Some(to),
                    ..
                } => from != to,
                _ => false,
            })
            .map(|_| 1.0)
            .collect(),
        time => {
            let status = Status::ALL.iter().find(|status| {
                let id = match status {
                    Status::WaitingReporter | Status::WaitingVendor => status.as_str().to_owned(),
                    other => format!("time-{}", other.as_str()),
                };
                id == time
            });
            let status = *status.unwrap();
            let mut stretches = Vec::new();
            let mut running: Option<f64> = None;
            for hour in REPORTED..AS_OF {
                if status_at(row, hour) == Some(status) {
                    running = Some(running.unwrap_or_default() + 1.0);
                } else {
                    stretches.extend(running.take());
                }
            }
            stretches.extend(running);
            stretches
        }
    }
}

/// The value that a share `p` of the others lies below, read off the line through all of them.
fn naive_quantile(values: &[f64], p: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let steps = sorted.len().checked_sub(1)?;
    if steps == 0 {
        return Some(sorted[0]);
    }
    let pairs = sorted.windows(2).enumerate();
    pairs
        .map(|(place, pair)| {
            (
                place as f64 / steps as f64,
                (place + 1) as f64 / steps as f64,
                pair,
            )
        })
        .find(|(_, until, _)| p <= *until)
        .map(|(from, until, pair)| pair[0] + (pair[1] - pair[0]) * (p - from) / (until - from))
}

fn lives(rows: &[Row]) -> Vec<Life> {
    let at = Timestamp(AS_OF * HOUR);
    rows.iter().map(|row| Life::of(row, at).unwrap()).collect()
}

/// All measures at once.
fn tally(lives: &[Life], selection: &Selection) -> Vec<Summary> {
    let mut tally = Tally::new(Measure::ALL, selection);
    lives.iter().for_each(|life| tally.add(life));
    tally.summaries()
}

fn same(found: &Summary, values: &[f64]) -> Result<(), TestCaseError> {
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() < 1e-6,
        (a, b) => a == b,
    };
    let sum: f64 = values.iter().sum();
    prop_assert_eq!(found.n, values.len());
    prop_assert!(near(Some(found.total), Some(sum)), "{:?} {:?}", found, values);
    prop_assert!(near(
        found.mean,
        (!values.is_empty()).then(|| sum / values.len() as f64)
    ));
    prop_assert!(
        near(found.median, naive_quantile(values, 0.5)),
        "{:?} {:?}",
        found,
        values
    );
    prop_assert!(
        near(found.p90, naive_quantile(values, 0.9)),
        "{:?} {:?}",
        found,
        values
    );
    Ok(())
}

proptest! {
    #[test]
    fn figures_equal_a_naive_implementation_s(rows in rows()) {
        let lives = lives(&rows);
        let by_priority = Dimension::named("priority").unwrap();
        let at_once = tally(&lives, &Selection::default());
        for (measure, at_once) in Measure::ALL.iter().zip(at_once) {
            let table = metrics::table(&lives, measure, Some(by_priority), &Selection::default());
            let mut all = Vec::new();
            let mut by = BTreeMap::<Key, Vec<f64>>::new();
            for row in &rows {
                let values = naive(measure.id, row);
                all.extend(values.iter().copied());
                let key = row.issue().unwrap().priority.map_or(Key::None, Key::Priority);
                if !values.is_empty() {
                    by.entry(key).or_default().extend(values);
                }
            }
            same(&table.all, &all).map_err(|error| TestCaseError::fail(format!("{}: {error}", measure.id)))?;
            prop_assert_eq!(table.all, at_once, "{}", measure.id);
            prop_assert_eq!(table.by.len(), by.len(), "{}", measure.id);
            for (key, summary) in &table.by {
                same(summary, &by[key])?;
            }
        }
    }

    /// Several events at one time, too.
    #[test]
    fn the_order_of_arrival_changes_nothing(
        (timeline, shuffled) in prop::collection::vec(moment(0..12), 0..12)
            .prop_flat_map(|moments| (Just(moments.clone()), Just(moments).prop_shuffle())),
        present in status(),
    ) {
        let at = Timestamp(AS_OF * HOUR);
        let life = |timeline| Life::of(&issue(1, present, None, timeline), at).unwrap();
        prop_assert_eq!(life(timeline), life(shuffled));
    }

    /// What is known on a day isn't changed by what happens after it.
    #[test]
    fn a_past_day_s_figures_stay(history in history(), present in status(), later in prop::collection::vec(status(), 0..6)) {
        let at = Timestamp(AS_OF * HOUR);
        let life = |timeline, status| Life::of(&issue(1, status, None, timeline), at).unwrap();
        let known: Vec<Moment> = history.into_iter().filter(|moment| moment.at <= at).collect();
        prop_assume!(known.iter().any(|moment| matches!(moment.what, What::Status { .. })));
        let mut more = known.clone();
        let mut reached = present;
        for (place, to) in (1..).zip(later) {
            more.push(changed(AS_OF - REPORTED + place, reached, to));
            reached = to;
        }
        prop_assert_eq!(life(known, present), life(more, reached));
    }

    /// The parts of a selection are together the whole.
    #[test]
    fn periods_add_up(rows in rows(), cut in 0..300i64) {
        let lives = lives(&rows);
        let cut = Some(Timestamp((REPORTED + cut) * HOUR));
        let of = |from, until| tally(&lives, &Selection { from, until, ..Selection::default() });
        let parts = of(None, cut).into_iter().zip(of(cut, None));
        for ((before, after), whole) in parts.zip(of(None, None)) {
            prop_assert_eq!(before.n + after.n, whole.n);
        }
    }
}

#[test]
fn keys_read_back() {
    let row = issue(1, Status::New, Some(Priority::Major), Vec::new());
    let life = &lives(&[row])[0];
    let observation = Measure::named("created").unwrap().observe(life)[0];
    for dimension in Dimension::ALL {
        for key in dimension.keys(life, &observation) {
            assert_eq!(dimension.key(&key.to_string()), Some(key), "{}", dimension.id);
        }
    }
    assert_eq!(Dimension::named("age").unwrap().key("4"), None);
}

#[test]
fn what_is_behind_a_figure_is_found() {
    let timeline = |hours: i64| vec![changed(hours, Status::New, Status::Resolved)];
    let rows = [
        issue(1, Status::Resolved, Some(Priority::Major), timeline(5)),
        issue(2, Status::Resolved, None, timeline(50)),
        issue(3, Status::New, None, Vec::new()),
    ];
    let lives = lives(&rows);
    let measure = Measure::named("first-resolution").unwrap();
    let priority = Dimension::named("priority").unwrap();
    let found = metrics::issues(
        &lives,
        measure,
        Some((priority, &Key::None)),
        &Selection::default(),
    );
    assert_eq!(found.into_iter().collect::<Vec<_>>(), [(rows[1].document, 1)]);
    let only = [(priority.id, [Key::Priority(Priority::Major)].into())].into();
    let selection = Selection {
        only,
        ..Selection::default()
    };
    assert_eq!(
        metrics::table(&lives, measure, None, &selection).all.median,
        Some(5.0)
    );
    // Asking for a second label narrows it down further.
    let label = |labels: &[&str]| {
        let keys = labels.iter().map(|name| Key::Name((*name).to_owned()));
        let only = [("label", keys.collect())].into();
        let selection = Selection {
            only,
            ..Selection::default()
        };
        metrics::table(&lives, measure, None, &selection).all.n
    };
    assert_eq!((label(&["a"]), label(&["a", "b"]), label(&["a", "c"])), (2, 2, 0));
    // Two labels: in the figure of each, once in the whole.
    let labels = metrics::table(&lives, measure, Dimension::named("label"), &Selection::default());
    assert_eq!((labels.all.n, labels.by.len(), labels.by[0].1.n), (2, 2, 2));
}

/// Two changed it at the same time, each from what it was before: the figures tell what the issue says.
#[test]
fn of_two_changes_at_the_same_time_one_holds() {
    let ann = changed(8, Status::New, Status::Resolved);
    let bob = [
        changed(7, Status::New, Status::InProgress),
        changed(9, Status::InProgress, Status::WaitingVendor),
    ];
    let both = || bob.iter().cloned().chain([ann.clone()]).collect();
    let [resolved, waiting] =
        [Status::Resolved, Status::WaitingVendor].map(|status| issue(1, status, None, both()));
    let lives = lives(&[resolved, waiting]);
    let hours = |life: &Life| {
        life.stays
            .iter()
            .map(|stay| (stay.status, stay.from.0 / HOUR - REPORTED))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        lives.iter().map(Life::is_resolved).collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(hours(&lives[0]).last(), Some(&(Status::Resolved, 8)));
    assert!(lives[0].reopened.is_empty());
    assert_eq!(hours(&lives[1]).last(), Some(&(Status::WaitingVendor, 9)));
    // Somebody went on from the one that holds.
    let mut on: Vec<Moment> = both();
    on.push(changed(10, Status::Resolved, Status::Reopened));
    let life = Life::of(&issue(1, Status::Reopened, None, on), Timestamp(AS_OF * HOUR)).unwrap();
    assert_eq!(life.reopened, [Timestamp((REPORTED + 10) * HOUR)]);
}

/// It came from a device whose clock is ahead of this one's.
#[test]
fn what_is_here_has_happened() {
    let row = |n: u8, ahead: i64| {
        let at = Timestamp(REPORTED * HOUR + ahead);
        let mut row = issue(n, Status::New, None, Vec::new());
        (row.created, row.updated) = (at, at);
        row
    };
    let now = Timestamp(REPORTED * HOUR);
    let present = |rows: &[Row]| metrics::present(now, rows);
    assert_eq!(present(&[]), now);
    assert_eq!(present(&[row(1, -5)]), now);
    // No clock is years ahead: that a tracker said so is no reason to make all issues older.
    assert_eq!(present(&[row(1, 7), row(2, 20 * 365 * 24 * HOUR)]), now.plus(7));
    assert!(Life::of(&row(1, 7), present(&[row(1, 7)])).is_some());
}

/// A member who had a name of their own in the old tracker is one person, once somebody said so.
#[test]
fn two_names_of_one_person_are_one_person() {
    let old = || Some(PersonId::external("jira", "ann"));
    let moment = |hour: i64, by: Option<PersonId>, what: What| Moment {
        at: Timestamp((REPORTED + hour) * HOUR),
        corrected: false,
        by,
        what,
    };
    let assigned = |from: &str, to: &str| What::Field {
        field: "assignee".to_owned(),
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
    };
    let mut row = issue(
        1,
        Status::New,
        None,
        vec![
            moment(1, old(), What::Commented),
            moment(2, Some(person(2)), What::Commented),
            moment(3, old(), assigned("jira:ann", "m-0")),
            moment(4, old(), assigned("m-0", "m-2")),
        ],
    );
    let Body::Issue(body) = &mut row.body else {
        panic!("an issue")
    };
    body.assignee = old();
    let as_of = Timestamp(AS_OF * HOUR);
    let people = [("jira:ann".to_owned(), "m-0".parse().unwrap())].into();
    let (apart, one) = (
        Life::of(&row, as_of).unwrap(),
        Life::among(&row, as_of, Who(&people)).unwrap(),
    );
    assert_eq!(apart.responded, Some(Timestamp((REPORTED + 1) * HOUR)));
    assert_eq!(one.responded, Some(Timestamp((REPORTED + 2) * HOUR)));
    assert_eq!((apart.reassigned.len(), one.reassigned.len()), (2, 1));
    assert_eq!((apart.assignee, one.assignee), (old(), Some(person(0))));
}
