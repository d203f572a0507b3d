//! The quarterly report: its texts, its frozen figures, and what the row tells of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

use automerge::{ActorId, Automerge};
use docket_domain::{
    Action, Command, CommandError, Context, DocumentId, EntryId, Facts, PersonId, Row, Timestamp,
    command::Splice,
    metrics::{Key, Life, Quarter, Stay},
    read::{Report, Workspace},
    report::{Counting, Figures, Section, Top},
    row::Body,
    words::{Severity, Status},
    working::Working,
};

const WORKSPACE: DocumentId = DocumentId::from_bytes([7; 16]);
const Q3: Quarter = Quarter {
    year: 2026,
    quarter: 3,
};
const HOUR: i64 = 3_600_000;

fn context(seconds: i64) -> Context {
    Context {
        member: "m-ann".parse().unwrap(),
        now: Timestamp(seconds * 1_000),
    }
}

fn run(document: &mut Automerge, seconds: i64, action: Action) -> Result<(), CommandError> {
    Command::new(Workspace::report(WORKSPACE, Q3), action)
        .apply(document, &context(seconds))
        .map(|_| ())
}

fn report(actor: u8) -> Automerge {
    let create = Action::CreateReport { quarter: Q3 };
    let command = Command::new(Workspace::report(WORKSPACE, Q3), create.clone());
    let mut document = command.begin(ActorId::from([actor; 16])).unwrap();
    run(&mut document, 1, create).unwrap();
    document
}

fn edit(document: &mut Automerge, section: Section, after: &str) {
    let before = Report::read(document).unwrap().text(section).to_owned();
    let edits = Splice::between(&before, after).into_iter().collect();
    run(document, 5, Action::EditSection { section, edits }).unwrap();
}

#[test]
fn two_who_begin_a_report_apart_write_one() {
    let (mut a, mut b) = (report(1), report(2));
    edit(&mut a, Section::Summary, "A calm quarter.");
    edit(&mut b, Section::Outlook, "The next release.");
    a.merge(&mut b).unwrap();
    let report = Report::read(&a).unwrap();
    assert_eq!(report.quarter, Q3);
    assert_eq!(report.text(Section::Summary), "A calm quarter.");
    assert_eq!(report.text(Section::Outlook), "The next release.");
    assert_eq!(report.text(Section::Problems), "");
    let again = run(&mut a, 9, Action::CreateReport { quarter: Q3 });
    assert!(matches!(again, Err(CommandError::Exists)));
}

#[test]
fn two_who_type_in_one_section_at_once_lose_nothing() {
    let mut a = report(1);
    edit(&mut a, Section::Summary, "one two");
    let mut b = a.fork().with_actor(ActorId::from([2; 16]));
    let mut working = Working::of(&a, Section::Summary.as_str()).unwrap();
    working.typed("one two", "zero one two").unwrap();
    edit(&mut b, Section::Summary, "one two three");
    let edits = working.edits(&a);
    let section = Section::Summary;
    run(&mut a, 6, Action::EditSection { section, edits }).unwrap();
    a.merge(&mut b).unwrap();
    assert_eq!(
        Report::read(&a).unwrap().text(Section::Summary),
        "zero one two three"
    );
}

#[test]
fn the_figures_that_were_frozen_last_hold() {
    let mut document = report(1);
    let row = |document: &Automerge| Row::derive(document, WORKSPACE, &Facts::default()).unwrap();
    assert_eq!(row(&document).title, "2026-Q3");
    // The first clock is ahead of the second: what was written knowing of the other is the last.
    for (seconds, data) in [(2_000, "{\"a\":1}"), (20, "{\"b\":1}")] {
        let freeze = Action::FreezeFigures {
            id: EntryId::random(),
            data: data.to_owned(),
        };
        run(&mut document, seconds, freeze).unwrap();
    }
    let frozen = Report::read(&document).unwrap().frozen.unwrap();
    assert_eq!(
        (frozen.data.as_str(), frozen.at),
        ("{\"b\":1}", Timestamp(20_000))
    );
    let expected = Body::Report {
        quarter: Q3,
        frozen: Some(Timestamp(20_000)),
    };
    assert_eq!(row(&document).body, expected);
    assert_eq!(
        Row::from_bytes(&row(&document).to_bytes()).unwrap().body,
        expected
    );
    let huge = Action::FreezeFigures {
        id: EntryId::random(),
        data: "x".repeat(200_001),
    };
    assert!(matches!(
        run(&mut document, 30, huge),
        Err(CommandError::TooLong { .. })
    ));
}

/// Reported so many hours after the quarter began, resolved after so many more.
fn life(n: u8, reported: i64, resolved: &[i64], reopened: &[i64], as_of: Timestamp) -> Life {
    let at = |hours: i64| Q3.begins().plus((reported + hours) * HOUR);
    let known = |hours: &[i64]| -> Vec<Timestamp> {
        let all = hours.iter().map(|hours| at(*hours));
        all.filter(|at| *at <= as_of).collect()
    };
    let (resolved, reopened) = (known(resolved), known(reopened));
    let stay = |status: Status| {
        move |from: &Timestamp| Stay {
            status,
            from: *from,
            until: None,
        }
    };
    let mut stays = vec![stay(Status::New)(&at(0))];
    stays.extend(resolved.iter().map(stay(Status::Closed)));
    stays.extend(reopened.iter().map(stay(Status::Reopened)));
    stays.sort_by_key(|stay| stay.from);
    Life {
        document: DocumentId::from_bytes([n; 16]),
        as_of,
        reported: at(0),
        responded: None,
        stays,
        resolved,
        reopened,
        reassigned: Vec::new(),
        severity: Some(if n.is_multiple_of(2) {
            Severity::S1
        } else {
            Severity::S3
        }),
        priority: None,
        component: (n > 1).then(|| "mdt".to_owned()),
        organisation: None,
        assignee: Some(PersonId::from_stored("m-ann")),
        labels: Vec::new(),
    }
}

fn lives(quarter: Quarter) -> (Timestamp, Vec<Life>) {
    let as_of = Figures::as_of(quarter, Timestamp(i64::MAX));
    let all = [
        // In the quarter before, and open until this one.
        life(1, -100, &[150], &[], as_of),
        life(2, 10, &[30, 90], &[60], as_of),
        life(3, 20, &[], &[], as_of),
        // In the next quarter: these figures know nothing of it.
        life(4, 24 * 200, &[1], &[], as_of),
    ];
    let known = all.into_iter().filter(|life| life.reported <= as_of);
    (as_of, known.collect())
}

fn counted(
    quarter: Quarter,
    as_of: Timestamp,
    lives: (&[Life], &[Life]),
    name: impl Fn(&Key) -> String,
    top: Vec<Top>,
) -> Figures {
    let mut counting = Counting::new(quarter, as_of, lives, name, top);
    while counting.step() {}
    counting.figures()
}

#[test]
fn a_quarters_figures_know_nothing_of_later() {
    let (as_of, now) = lives(Q3);
    let (_, before) = lives(Q3.plus(-1));
    let top = vec![Top {
        name: "SWG-1".to_owned(),
        title: "MDT hangs".to_owned(),
        status: "New".to_owned(),
        assignee: String::new(),
    }];
    let name = |key: &Key| format!("<{key}>");
    let figures = counted(Q3, as_of, (&now, &before), name, top);
    let measure = |id: &str| figures.measure(id).unwrap().clone();
    assert_eq!((figures.issues, figures.as_of), (3, Q3.plus(1).begins().plus(-1)));
    assert_eq!((measure("created").now.n, measure("created").before.n), (2, 1));
    assert_eq!((measure("resolved").now.n, measure("resolved").before.n), (3, 0));
    assert_eq!(measure("throughput").now.n, 2);
    assert_eq!((measure("backlog").now.n, measure("backlog").before.n), (1, 1));
    assert_eq!(measure("first-resolution").now.median, Some(90.0));
    assert!(measure("backlog").definition.contains("whole days"));

    let last = figures.trend.last().unwrap();
    assert_eq!((last.reported, last.resolved, last.open), (2, 3, 1));
    assert_eq!(last.open, measure("backlog").now.n);
    let before = figures.trend[figures.trend.len() - 2];
    assert_eq!(
        (before.quarter, before.reported, before.resolved, before.open),
        (Q3.plus(-1), 1, 0, 1)
    );

    let table = |measure: &str, by: &str| {
        let mut tables = figures.tables.iter();
        tables.find(|table| table.measure == measure && table.by == by)
    };
    let severities: Vec<_> = table("created", "severity").unwrap().lines.iter().collect();
    assert_eq!(severities.len(), 2);
    assert_eq!(
        (severities[0].key.as_str(), severities[0].name.as_str()),
        ("s1", "<s1>")
    );
    // What nobody measured has no table.
    assert!(table("first-response", "severity").is_none());
    // Nor has what nothing is known of.
    assert!(table("created", "organisation").is_none());
    let meanings = figures.meanings();
    assert!(
        meanings
            .iter()
            .any(|(names, _)| names == "Waiting on the reporter, Waiting on the vendor")
    );
    assert!(meanings.len() < figures.measures.len());

    assert_eq!(Figures::parse(&figures.to_json()).unwrap(), figures);
    assert!(Figures::parse("{}").is_none());
}

/// Done when it came, so that nobody knows since when; reopened here, and resolved again.
#[test]
fn what_was_resolved_twice_by_one_record_is_not_open() {
    let as_of = Figures::as_of(Q3, Timestamp(i64::MAX));
    let life = life(1, 10, &[90], &[60], as_of);
    assert!(life.is_resolved());
    let figures = counted(Q3, as_of, (&[life], &[]), |key| key.to_string(), Vec::new());
    assert_eq!(figures.measure("backlog").unwrap().now.n, 0);
    assert_eq!(figures.trend.last().unwrap().open, 0);
}

#[test]
fn what_the_last_report_told_otherwise_is_named() {
    let (as_of, now) = lives(Q3);
    let (until, before) = lives(Q3.plus(-1));
    let name = |key: &Key| key.to_string();
    let figures = counted(Q3, as_of, (&now, &before), name, Vec::new());
    let mut last = counted(Q3.plus(-1), until, (&before, &[]), name, Vec::new());
    assert!(figures.corrected(&last).is_empty());
    last.measures[0].now.n = 9;
    let corrected = figures.corrected(&last);
    let [correction] = corrected.as_slice() else {
        panic!("{corrected:?}")
    };
    assert_eq!(
        (
            correction.measure.id.as_str(),
            correction.said.as_str(),
            correction.now.as_str()
        ),
        ("created", "9", "1")
    );
    // A report of another quarter tells nothing of this one.
    last.quarter = Q3;
    assert!(figures.corrected(&last).is_empty());
}
