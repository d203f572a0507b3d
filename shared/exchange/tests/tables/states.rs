//! One table week after week: which state of an issue follows which.

use docket_domain::{Facts, Row, words::Status};
use docket_exchange::{
    Format, Source, Words,
    csv::{Columns, Dates, Order, Use, heads},
};

use crate::{
    partial::{import, only},
    support::{Store, import_from},
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
