//! Tables of anybody.

use docket_domain::{
    Timestamp,
    words::{Priority, Resolution, Severity, Status},
};
use docket_exchange::{
    Format, Reason, Remark, Source, Words,
    csv::{Columns, Order, Use, heads},
};

use crate::{
    import,
    support::{Store, import_from, source},
};

/// The columns as the import's page guesses them.
fn guessed(file: &str) -> Columns {
    let mut rows = heads(file.as_bytes(), 50);
    let header = rows.remove(0);
    Columns::guess(&header, &rows)
}

fn uses(file: &str) -> Vec<Use> {
    guessed(file).columns.iter().map(|column| column.holds).collect()
}

const HELPDESK: &str = "Ticket ID;Subject;State;Prio;Sev;Owner;Requester;Site;Tags;Opened;Closed;Notes;Colour;Colour\r\n\
    17;\"OSS hangs\r\non mount\";In Progress;High;S1;Bob;Ann Smith;ORNL;lnet, router;31.12.2023 10:00;;first;red;\r\n\
    18;'=cmd|x;done;;;;;Nowhere Inc.;;1.2.2024 8:30;03.02.2024;;red;blue\r\n";

#[test]
fn a_columns_name_is_known_with_what_people_put_behind_it() {
    let held = uses("Ticket #,Subject,Owner:,Status *\n1,a,b,c\n");
    assert_eq!(held, [Use::Key, Use::Title, Use::Assignee, Use::Status]);
}

#[test]
fn a_table_is_guessed_and_comes_in() {
    let columns = guessed(HELPDESK);
    let holds: Vec<Use> = columns.columns.iter().map(|column| column.holds).collect();
    assert_eq!(
        holds,
        [
            Use::Key,
            Use::Title,
            Use::Status,
            Use::Priority,
            Use::Severity,
            Use::Assignee,
            Use::Reporter,
            Use::Organisation,
            Use::Labels,
            Use::Created,
            Use::Resolved,
            Use::Comment,
            Use::Keep,
            Use::Keep,
        ]
    );
    assert_eq!(columns.dates.order, Order::DayFirst);
    assert_eq!(
        Format::detect(HELPDESK.as_bytes(), "tickets.txt"),
        Some(Format::Csv)
    );
    let made = import(HELPDESK.as_bytes(), Format::Csv, &columns);
    assert_eq!(made.report.refused, []);
    let issues = made.issues();
    let [first, second] = issues.as_slice() else {
        panic!()
    };
    assert_eq!(first.title, "OSS hangs  on mount");
    assert_eq!(
        first
            .source
            .as_ref()
            .map(|it| (it.system.as_str(), it.key.as_str())),
        Some(("csv", "17"))
    );
    assert_eq!(
        (first.status, first.priority, first.severity),
        (Status::InProgress, Some(Priority::Major), Some(Severity::S1))
    );
    assert_eq!(first.assignee.as_ref().unwrap().as_str(), "csv:Bob");
    assert_eq!(first.organisation.as_ref().unwrap().as_str(), "ornl");
    assert_eq!(first.labels, ["lnet", "router"]);
    assert_eq!(first.created_at, Timestamp(1_704_016_800_000));
    assert_eq!(first.comments[0].body, "first");
    assert_eq!(source(first, "State"), Some("In Progress"));
    assert_eq!(source(first, "Opened"), Some("31.12.2023 10:00"));
    assert_eq!(second.title, "=cmd|x");
    assert_eq!((second.status, second.resolution), (Status::Closed, None));
    assert_eq!(second.events[0].at, Timestamp(1_706_918_400_000));
    assert_eq!(
        (&second.organisation, source(second, "Site")),
        (&None, Some("Nowhere Inc."))
    );
    assert_eq!(source(second, "Colour"), Some("[\"red\",\"blue\"]"));
    // The hub takes them.
    for (document, imported) in &made.added {
        let refused = crate::support::send(*document, imported, docket_domain::Role::Member);
        assert_eq!(refused, [] as [&str; 0]);
    }
}

#[test]
fn what_names_leave_open_values_tell() {
    let file = "Wichtig,Was ist los,Stand,Wo,Farbe\nhigh,the server is down again,open,https://a.example/1,red\n\
        low,nothing works at all,closed,https://a.example/2,red\n";
    assert_eq!(
        uses(file),
        [Use::Priority, Use::Title, Use::Status, Use::Url, Use::Keep]
    );
    // Of two columns that could be it, the first is.
    assert_eq!(uses("Title,Summary\na,b\n"), [Use::Title, Use::Keep]);
    assert_eq!(uses("Label,Tags\na,b\n"), [Use::Labels, Use::Labels]);
}

#[test]
fn american_dates_are_told_by_one_of_them() {
    let columns = guessed("Title,Created\na,1/2/2024\nb,12/31/2023\n");
    assert_eq!(columns.dates.order, Order::MonthFirst);
}

/// A mapping is kept as JSON, and holds for a later version of the table, whose columns stand elsewhere.
#[test]
fn columns_are_kept_and_known_by_name() {
    let mut columns = guessed("ID,What,Junk,X,X\n1,it is broken,z,p,q\n");
    columns.origin = Some("helpdesk".parse().unwrap());
    columns.columns[2].holds = Use::LeaveOut;
    columns.columns[4].holds = Use::Component;
    let text = serde_json::to_string(&columns).unwrap();
    let columns: Columns = serde_json::from_str(&text).unwrap();
    let file = "New,X,Junk,What,X,ID\nn,p,z,it is broken,q,1\n";
    let made = import(file.as_bytes(), Format::Csv, &columns);
    let issue = &made.issues()[0];
    let about = issue.source.as_ref().unwrap();
    assert_eq!((about.system.as_str(), about.key.as_str()), ("csv-helpdesk", "1"));
    assert_eq!(issue.component.as_deref(), Some("q"));
    assert_eq!(
        (source(issue, "New"), source(issue, "X"), source(issue, "Junk")),
        (Some("n"), Some("p"), None)
    );
    assert!("Help Desk".parse::<docket_exchange::csv::Origin>().is_err());
    assert!(serde_json::from_str::<Columns>("{\"origin\":\"\"}").is_err());
    assert_eq!(serde_json::from_str::<Columns>("{}").unwrap(), Columns::default());
}

#[test]
fn two_tables_do_not_meet_and_one_meets_itself() {
    let file = "Key,Title\n1,a\n";
    let mut store = Store::new();
    let mut added = |origin: &str| {
        let mut columns = guessed(file);
        columns.origin = Some(origin.parse().unwrap());
        let mut source = Source::table(Format::Csv, columns);
        import_from(&mut source, Words::default(), file.as_bytes(), &mut store)
            .1
            .len()
    };
    assert_eq!([added("one"), added("two"), added("one")], [1, 1, 0]);
}

#[test]
fn rows_without_a_key_have_a_stable_one() {
    let file = "Title,Created\na,2024-01-01\nb,2024-01-01\na,2024-01-01\n";
    let made = import(file.as_bytes(), Format::Csv, &guessed(file));
    assert_eq!((made.added.len(), made.report.repeated.len()), (2, 1));
    let moved = "Title,Created\nb,2024-01-01\na,2024-01-01\n";
    let again = import(moved.as_bytes(), Format::Csv, &guessed(moved));
    assert_eq!(
        (again.added[0].0, again.added[1].0),
        (made.added[1].0, made.added[0].0)
    );
    assert!(made.report.incoming[0].key.starts_with("row-"));
}

#[test]
fn rows_that_cannot_be_read_are_given_back() {
    let file = "Key,Title\n1,\"open\n2,two\n3,three,more\n,\n4,four\n5\n";
    let made = import(file.as_bytes(), Format::Csv, &guessed(file));
    let keys: Vec<_> = made.report.incoming.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["2", "4"]);
    let lines: Vec<_> = made.report.refused.iter().map(|it| it.line).collect();
    assert_eq!(lines, [2, 4, 5, 7]);
    assert!(matches!(made.report.refused[0].reason, Reason::Unreadable(_)));
    assert!(matches!(made.report.refused[2].reason, Reason::NotAnIssue { .. }));
    let back = String::from_utf8([made.heading, made.report.mend.bytes].concat()).unwrap();
    assert_eq!(back, "\u{feff}Key,Title\n1,\"open\n3,three,more\n,\n5\n");
}

#[test]
fn what_is_not_known_is_kept_and_said() {
    let file = "Key,Title,Status,Priority,Created,Resolved,Resolution,Component\n\
        1,,Limbo,Soonish,someday,2024-01-01,Eaten,\"a\nb\"\n";
    let made = import(file.as_bytes(), Format::Csv, &guessed(file));
    let issue = &made.issues()[0];
    assert_eq!(
        (issue.title.as_str(), issue.status, issue.priority),
        ("1", Status::New, None)
    );
    for (name, value) in [
        ("Status", "Limbo"),
        ("Priority", "Soonish"),
        ("Created", "someday"),
        ("component", "a\nb"),
    ] {
        assert_eq!(source(issue, name), Some(value));
    }
    let remarks: Vec<_> = made.report.remarks.iter().map(|it| &it.remark).collect();
    for remark in [
        Remark::NoTitle,
        Remark::NoCreationDate,
        Remark::OpenWithDate,
        Remark::UnknownPriority("Soonish".to_owned()),
        Remark::UnknownResolution("Eaten".to_owned()),
        Remark::NameKept("component".to_owned()),
    ] {
        assert!(remarks.contains(&&remark), "{remark:?}");
    }
    // What the group says that a word means goes before that.
    let words = Words::of(
        "csv",
        [
            ("csv/status/limbo", "triaged"),
            ("csv/resolution/eaten", "duplicate"),
        ],
    );
    let mut table = Source::table(Format::Csv, guessed(file));
    let (_, added) = import_from(&mut table, words, file.as_bytes(), &mut Store::new());
    let issue = &crate::support::issues(&added)[0];
    assert_eq!(
        (issue.status, issue.resolution),
        (Status::Triaged, Some(Resolution::Duplicate))
    );
}

/// A separator that no header shows is said again before what is given back.
#[test]
fn a_separator_that_was_said_is_said_again() {
    let file = "sep=|\nKey|Title\n1|a|b\n";
    let made = import(file.as_bytes(), Format::Csv, &Columns::default());
    let back = [made.heading, made.report.mend.bytes].concat();
    assert_eq!(String::from_utf8(back).unwrap(), format!("\u{feff}{file}"));
}
