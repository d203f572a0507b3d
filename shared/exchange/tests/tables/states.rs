//! One table week after week: which state of an issue follows which.

use docket_domain::{Facts, Row, words::Status};
use docket_exchange::Format;

use crate::{
    partial::{import, only},
    support::Store,
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
