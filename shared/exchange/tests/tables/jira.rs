//! Jira's own CSV.

use std::sync::LazyLock;

use docket_domain::{
    Timestamp,
    read::Issue,
    words::{Priority, Resolution, Status},
};
use docket_exchange::{
    Format, Reason, Remark,
    csv::{Columns, Dates},
};

use crate::{
    Made, import,
    support::{
        gold::{count, equals, gold, lives, rows, table},
        source as kept, unpacked,
    },
};

/// The newest time of the file, to the minute.
pub const AS_OF: Timestamp = Timestamp(1_637_086_620_000);

/// The same issues from Jira's REST interface.
pub fn rest() -> &'static Made {
    static REST: LazyLock<Made> = LazyLock::new(|| {
        let file = unpacked("jira/jira_rest_1499.jsonl.gz");
        import(&file, Format::Jira, &Columns::default())
    });
    &REST
}

static ALOY: LazyLock<Made> = LazyLock::new(|| {
    let file = unpacked("jira/jira_export_1499.csv.gz");
    assert_eq!(
        Format::detect(&file[..65_536], "export.csv"),
        Some(Format::JiraCsv)
    );
    import(&file, Format::JiraCsv, &Columns::default())
});

#[test]
fn counts_equal_the_gold() {
    let (gold, report) = (gold("jira_export_1499"), &ALOY.report);
    assert_eq!(report.refused, []);
    assert_eq!(report.incoming.len(), count(&gold, "rows"));
    for (name, found) in [
        ("attachments", report.counts.attachments),
        ("comments", report.counts.comments),
        ("labels", report.counts.labels),
        ("links", report.counts.links),
    ] {
        assert_eq!(found, count(&gold["counts"], name), "{name}");
    }
    println!(
        "Jira CSV: {} issues, {:?}, {} people",
        report.incoming.len(),
        gold["counts"],
        report.counts.people.len()
    );
}

/// Does what came in of Jira's CSV have the figures computed from the CSV by other means?
pub fn figures_equal_the_gold(made: &Made) {
    let gold = gold("jira_export_1499");
    let lives = lives(&rows(&made.added), AS_OF);
    assert_eq!(table(&lives, "resolved", None).all.n, count(&gold, "resolved"));
    assert_eq!(table(&lives, "backlog", None).all.n, count(&gold, "open"));
    for (measure, name) in [
        ("first-resolution", "time_to_resolution"),
        ("first-response", "time_to_first_non_reporter_comment"),
    ] {
        let found = table(&lives, measure, None).all;
        equals(&found, &gold[name], measure);
        println!(
            "{measure}: n {}, median {:.2}, mean {:.2}, p90 {:.2} hours",
            found.n,
            found.median.unwrap(),
            found.mean.unwrap(),
            found.p90.unwrap()
        );
    }
}

#[test]
fn metrics_equal_the_gold() {
    figures_equal_the_gold(&ALOY);
}

/// The two exports of one tracker make the same issues, but for what the CSV leaves out.
#[test]
fn issues_equal_those_of_the_rest_interface() {
    let rest = import(
        &unpacked("jira/jira_rest_1499.jsonl.gz"),
        Format::Jira,
        &Columns::default(),
    );
    assert_eq!(rest.added.len(), ALOY.added.len());
    let mut differing = 0;
    for ((id, json), (other, csv)) in rest.added.iter().zip(&ALOY.added) {
        assert_eq!(id, other);
        let (json, csv) = (Issue::read(&json.document), Issue::read(&csv.document));
        let key = &json.source.as_ref().unwrap().key;
        assert_eq!(json.title, csv.title, "{key}");
        assert_eq!(json.description.trim(), csv.description.trim(), "{key}");
        assert_eq!(
            (json.status, json.resolution, json.priority, json.severity),
            (csv.status, csv.resolution, csv.priority, csv.severity),
            "{key}"
        );
        assert_eq!(
            (&json.assignee, &json.reporter),
            (&csv.assignee, &csv.reporter),
            "{key}"
        );
        assert_eq!(
            (&json.labels, &json.affects),
            (&csv.labels, &csv.affects),
            "{key}"
        );
        assert_eq!(json.component, csv.component, "{key}");
        assert_eq!(minute(json.created_at), csv.created_at, "{key}");
        let comments = |issue: &Issue| {
            let mut all: Vec<_> = issue
                .comments
                .iter()
                .map(|comment| (minute(comment.at), comment.by.clone(), comment.body.clone()))
                .collect();
            all.sort();
            all
        };
        differing += usize::from(comments(&json) != comments(&csv));
        assert_eq!(json.events.len(), csv.events.len(), "{key}");
    }
    // Texts of nothing but white space are no texts in a table.
    println!("{differing} issues differ in a comment");
    assert!(differing <= 2);
}

fn minute(at: Timestamp) -> Timestamp {
    Timestamp(at.0 - at.0.rem_euclid(60_000))
}

fn one(file: &str, columns: &Columns) -> (Issue, Made) {
    let made = import(file.as_bytes(), Format::JiraCsv, columns);
    assert_eq!(made.added.len(), 1, "{:?}", made.report);
    (made.issues().remove(0), made)
}

#[test]
fn a_row_of_the_cloud_is_read() {
    let file = "Issue key;Status;Summary;Assignee;Assignee Id;Resolution;Resolved;Created;Comment;Comment;\
        Attachment;Outward issue link (Blocks);Inward issue link (Blocks);Inward issue link (Odd);\
        Custom field (Status);Custom field (Team);Custom field (Team);Sprint;Parent key\r\n\
        AB-1;Done;'=SUM(1);Ann Smith;557058:ab;Done;2024-02-01 10:30;2024-01-31 23:00;\
        2024-02-01 09:00;no semicolon here;\"2024-02-01 09:00;557058:ab;a; b\";\
        \"2024-02-01 09:00;557058:ab;log;1.txt;https://x.example/rest/api/3/attachment/content/77\";\
        AB-2;AB-3;AB-4;Green;A;B;S1;AB-9\r\n";
    // An unquoted cell of the comment column broke into two: that row is refused and given back.
    let made = import(file.as_bytes(), Format::JiraCsv, &Columns::default());
    assert_eq!(made.report.refused.len(), 1);
    assert_eq!(made.report.refused[0].key.as_deref(), Some("AB-1"));
    let mended = file.replace("2024-02-01 09:00;no semicolon here", "\"no time; all text\"");
    let (issue, made) = one(&mended, &Columns::default());
    assert_eq!(issue.title, "=SUM(1)");
    assert_eq!(
        (issue.status, issue.resolution),
        (Status::Closed, Some(Resolution::Fixed))
    );
    assert_eq!(issue.assignee.as_ref().unwrap().as_str(), "jira:557058:ab");
    assert_eq!(issue.name_of(issue.assignee.as_ref().unwrap()), Some("Ann Smith"));
    let bodies: Vec<_> = issue
        .comments
        .iter()
        .map(|comment| comment.body.as_str())
        .collect();
    assert_eq!(bodies, ["no time; all text", "a; b"]);
    assert_eq!(issue.attachments[0].name, "log;1.txt");
    assert_eq!(issue.attachments[0].id, "77");
    let links: Vec<_> = issue
        .links
        .iter()
        .map(|it| (it.relation.as_str(), it.target.as_str()))
        .collect();
    assert_eq!(
        links,
        [
            ("Odd (inward)", "AB-4"),
            ("blocks", "AB-2"),
            ("is blocked by", "AB-3")
        ]
    );
    assert_eq!(kept(&issue, "Custom field (Status)"), Some("[\"Green\"]"));
    assert_eq!(kept(&issue, "Custom field (Team)"), Some("[\"A\",\"B\"]"));
    assert_eq!(kept(&issue, "parent"), Some("AB-9"));
    assert_eq!(issue.events[0].at, Timestamp(1_706_783_400_000));
    let zones: Vec<_> = made
        .report
        .remarks
        .iter()
        .filter(|it| matches!(it.remark, Remark::ZoneAssumed(_)))
        .collect();
    assert_eq!(zones.len(), 1);
}

#[test]
fn times_are_in_the_zone_that_was_said() {
    let columns = Columns {
        dates: Dates {
            zone: "-0430".parse().unwrap(),
            ..Dates::default()
        },
        ..Columns::default()
    };
    let file = "Summary,Issue key,Created\na,A-1,16/May/12 7:56 AM\n";
    let (issue, made) = one(file, &columns);
    assert_eq!(issue.created_at, Timestamp(1_337_171_160_000));
    let zone = &made.report.remarks[0];
    assert_eq!((zone.line, zone.key.as_str()), (2, "A-1"));
    assert_eq!(
        zone.remark.to_string(),
        "the times of this file have no zone: they are read as -0430"
    );
    let (_, zoned) = one("Summary,Issue key,Created\na,A-1,2012-05-16T07:56Z\n", &columns);
    assert!(
        !zoned
            .report
            .remarks
            .iter()
            .any(|it| matches!(it.remark, Remark::ZoneAssumed(_)))
    );
}

#[test]
fn exports_put_one_after_the_other_are_read() {
    let file = "Export of 2024,,\nSummary,Issue key,Priority\na,A-1,High\nSummary,Issue key,Priority\nb,A-2,Low\n\
        Issue key,Status,Summary\nA-3,Open,c,more\nA-4,Open,d\n";
    let made = import(file.as_bytes(), Format::JiraCsv, &Columns::default());
    let keys: Vec<_> = made.report.incoming.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["A-1", "A-2", "A-4"]);
    assert_eq!(made.issues()[1].priority, Some(Priority::Trivial));
    let lines: Vec<_> = made.report.refused.iter().map(|it| it.line).collect();
    assert_eq!(lines, [1, 7]);
    assert!(matches!(made.report.refused[1].reason, Reason::Unreadable(_)));
    // What is given back can be mended and read again.
    let again = [made.heading, made.report.mend.bytes].concat();
    let mended = String::from_utf8(again).unwrap().replace(",more", "");
    let made = import(mended.as_bytes(), Format::JiraCsv, &Columns::default());
    let keys: Vec<_> = made.report.incoming.iter().map(|it| it.key.as_str()).collect();
    assert_eq!(keys, ["A-3"]);
}

#[test]
fn what_only_some_may_read_stays_out() {
    let file = "Summary,Issue key,Security Level\na,A-1,Staff\n";
    let made = import(file.as_bytes(), Format::JiraCsv, &Columns::default());
    assert_eq!(
        made.report.refused[0].reason,
        Reason::Restricted("Staff".to_owned())
    );
}
