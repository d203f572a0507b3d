//! One table week after week: which state of an issue follows which.

use docket_domain::{Facts, Row, words::Status};
use docket_exchange::{
    Format, Source, Words,
    csv::{Columns, Dates, Order, Use, heads},
};

use serde_json::json;

use crate::{
    partial::{import, only},
    support::{Store, import_from, source},
};

/// Without a time nobody can say that it is an earlier state: what was closed is open again.
#[test]
fn a_return_to_an_earlier_state_comes_in() {
    let table = |status: &str| format!("Key,Title,Status\n1,a,{status}\n");
    let (open, closed) = (table("Open"), table("Closed"));
    let mut store = Store::new();
    assert_eq!(import(&open, Format::Csv, &mut store).incoming.len(), 1);
    for (file, status) in [
        (&closed, Status::Closed),
        (&open, Status::New),
        (&closed, Status::Closed),
        (&open, Status::New),
    ] {
        assert_eq!(import(file, Format::Csv, &mut store).updated.len(), 1);
        assert_eq!(only(&store).status, status);
        assert_eq!(import(file, Format::Csv, &mut store).already.len(), 1);
    }
    let (id, document) = store.first_key_value().unwrap();
    // Layout, and a change for each week.
    assert_eq!(document.get_changes(&[]).len(), 1 + 5);
    assert!(Row::derive(document, *id, &Facts::default()).is_some());
    // With a time it is told.
    let timed = |status: &str, day: u8| format!("Key,Title,Status,Updated\n2,b,{status},2024-03-0{day}\n");
    let mut store = Store::new();
    for (status, day) in [("Open", 1), ("Closed", 2)] {
        import(&timed(status, day), Format::Csv, &mut store);
    }
    assert_eq!(import(&timed("Open", 1), Format::Csv, &mut store).older.len(), 1);
    assert_eq!(only(&store).status, Status::Closed);
}

/// A row without a key is the same issue however its columns are read.
#[test]
fn another_mapping_makes_no_second_issues_of_rows_without_a_key() {
    let file = "What,When,How,Note\nit hangs,03/04/2024 10:00,High,\nit burns,05/06/2024,Low,x\n";
    let mut store = Store::new();
    let mut take = |file: &str, holds: [Use; 4], order: Order, zone: &str| {
        let mut columns = Columns::guess(&heads(file.as_bytes(), 1)[0], &[]);
        columns.dates = Dates {
            order,
            zone: zone.parse().unwrap(),
        };
        for (column, holds) in columns.columns.iter_mut().zip(holds) {
            column.holds = holds;
        }
        let mut source = Source::table(Format::Csv, columns);
        let report = import_from(&mut source, Words::default(), file.as_bytes(), &mut store).0;
        assert_eq!(report.refused, []);
        (
            report.incoming.len(),
            report.updated.len(),
            report.already.len(),
            store.len(),
        )
    };
    let first = [Use::Title, Use::Keep, Use::Keep, Use::LeaveOut];
    assert_eq!(take(file, first, Order::DayFirst, "Z"), (2, 0, 0, 2));
    assert_eq!(take(file, first, Order::DayFirst, "Z"), (0, 0, 2, 2));
    let corrected = [Use::Title, Use::Created, Use::Priority, Use::Comment];
    assert_eq!(take(file, corrected, Order::DayFirst, "Z"), (0, 2, 0, 2));
    assert_eq!(take(file, corrected, Order::MonthFirst, "Z"), (0, 2, 0, 2));
    assert_eq!(take(file, corrected, Order::MonthFirst, "+0200"), (0, 2, 0, 2));
    // Nor does another order of the columns, or one more that is empty.
    let turned = "How,More,What,When,Note\nHigh,,it hangs,03/04/2024 10:00,\n";
    let holds = [Use::Priority, Use::Keep, Use::Title, Use::Created];
    assert_eq!(take(turned, holds, Order::MonthFirst, "+0200").3, 2);
    // Another row is another issue.
    let other = file.replace("hangs", "hung");
    assert_eq!(take(&other, corrected, Order::MonthFirst, "+0200").3, 3);
}

const WEST: &str = "-0500";
const EAST: &str = "+0530";

/// A table whose times were meant elsewhere, imported again with the zone that is right.
#[test]
fn a_corrected_zone_corrects_and_doubles_nothing() {
    let jira = "Issue key,Issue id,Summary,Status,Created,Updated,Resolved,Comment,Comment\n\
        LU-1,1,A,Closed,2024-01-10 10:00,2024-01-12 10:00,2024-01-12 10:00,2024-01-11 10:00;u1;done,2024-01-11 10:30;u1;done\n";
    let plain = "Key,Title,Status,Opened,updated,Closed,Comment\n\
        1,A,Closed,2024-01-10 10:00,2024-01-12 10:00,2024-01-12 10:00,done\n";
    for (format, file) in [(Format::JiraCsv, jira), (Format::Csv, plain)] {
        for zones in [["Z", EAST], ["Z", WEST], [EAST, WEST], [WEST, EAST]] {
            let take = |zone: &str, store: &mut Store| {
                let mut columns = Columns::guess(&heads(file.as_bytes(), 1)[0], &[]);
                columns.dates.zone = zone.parse().unwrap();
                let mut source = Source::table(format, columns);
                import_from(&mut source, Words::default(), file.as_bytes(), store).0
            };
            let mut store = Store::new();
            assert_eq!(take(zones[0], &mut store).incoming.len(), 1);
            let report = take(zones[1], &mut store);
            assert_eq!(report.updated.len(), 1, "{format:?} {zones:?} {:?}", report.older);
            assert_eq!(take(zones[1], &mut store).already.len(), 1);
            let mut fresh = Store::new();
            take(zones[1], &mut fresh);
            let times = |store: &Store| {
                let issue = only(store);
                let mut comments: Vec<_> = issue.comments.iter().map(|it| it.at).collect();
                comments.sort();
                let events: Vec<_> = issue.events.iter().map(|it| it.at).collect();
                let updated = source(&issue, "updated").map(str::to_owned);
                (issue.created_at, comments, events, updated)
            };
            assert_eq!(times(&store), times(&fresh), "{format:?} {zones:?}");
        }
    }
}

/// An earlier table is an earlier one still, in any zone.
#[test]
fn another_zone_makes_no_later_state() {
    let table = |hour: u8, title: &str| format!("Key,Title,Updated\n1,{title},2024-01-12 {hour}:00\n");
    let mut store = Store::new();
    import(&table(12, "now"), Format::Csv, &mut store);
    let older = table(11, "before");
    let mut columns = Columns::guess(&heads(older.as_bytes(), 1)[0], &[]);
    columns.dates.zone = EAST.parse().unwrap();
    let mut source = Source::table(Format::Csv, columns);
    let report = import_from(&mut source, Words::default(), older.as_bytes(), &mut store).0;
    assert_eq!((report.older.len(), only(&store).title.as_str()), (1, "now"));
}

/// Where the clocks were changed meanwhile no one zone fits a whole table; the numbers of a later export's comments do.
#[test]
fn comments_of_another_hour_come_in_once() {
    let table = "Issue key,Issue id,Summary,Updated,Comment,Comment,Comment\n\
        LU-1,1,A,2024-07-12 10:00,2024-01-11 10:00;u1;+1,2024-07-11 10:00;u1;+1,2024-07-11 10:00;u2;+1\n";
    let comment = |id: &str, by: &str, at: &str| json!({"id": id, "author": {"name": by}, "body": "+1", "created": format!("2024-{at}.000+0000")});
    let file = json!({"id": "1", "key": "LU-1", "fields": {
        "summary": "A", "updated": "2024-07-13T00:00:00.000+0000",
        "comment": [
            comment("1", "u1", "01-11T10:00:20"), comment("2", "u1", "07-11T09:00:20"), comment("3", "u2", "07-11T09:00:20"),
            // Soon after, and said again.
            comment("4", "u1", "07-11T09:30:20"), comment("5", "u3", "07-11T09:00:20"), comment("6", "u1", "07-11T09:07:20"),
        ],
    }});
    let file = file.to_string();
    let mut store = Store::new();
    import(table, Format::JiraCsv, &mut store);
    import(&file, Format::Jira, &mut store);
    let mut found: Vec<_> = only(&store)
        .comments
        .iter()
        .map(|it| {
            format!(
                "{} {}",
                it.at.0 / 60_000 % 1_440,
                it.by.as_ref().unwrap().as_str()
            )
        })
        .collect();
    found.sort();
    let wanted = [
        "540 jira:u1",
        "540 jira:u2",
        "540 jira:u3",
        "547 jira:u1",
        "570 jira:u1",
        "600 jira:u1",
    ];
    assert_eq!(found, wanted);
    assert_eq!(import(&file, Format::Jira, &mut store).already.len(), 1);
    // The other way round: the numbered ones stay as they are.
    let mut store = Store::new();
    import(&file, Format::Jira, &mut store);
    let later = table.replace("2024-07-12", "2024-07-14");
    import(&later, Format::JiraCsv, &mut store);
    assert_eq!(only(&store).comments.len(), 6);
}

/// A comment in a table has no time of its own: when its issue was opened is read otherwise, and it is the same comment.
#[test]
fn comments_without_a_time_come_in_once() {
    let file = "Key,Title,Opened,Comment,Comment\n1,A,03/04/2024,seen,seen\n";
    let mut store = Store::new();
    let mut take = |opened: Use, order: Order| {
        let mut columns = Columns::guess(&heads(file.as_bytes(), 1)[0], &[]);
        columns.dates.order = order;
        columns.columns[2].holds = opened;
        let mut source = Source::table(Format::Csv, columns);
        import_from(&mut source, Words::default(), file.as_bytes(), &mut store);
        only(&store).comments.len()
    };
    assert_eq!(take(Use::Keep, Order::DayFirst), 2);
    assert_eq!(take(Use::Created, Order::DayFirst), 2);
    assert_eq!(take(Use::Created, Order::MonthFirst), 2);
}
