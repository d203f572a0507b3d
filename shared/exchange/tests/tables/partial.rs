//! Tables with fewer columns, and older ones after newer ones: what a table doesn't have isn't gone there.

use docket_domain::{DocumentId, Facts, read::Issue, words::Status};
use docket_exchange::{
    Format, Remark, Report, Source, Words,
    csv::{Columns, Reader, heads},
    export::{Csv, JsonLines, Leaving},
};

use crate::{
    again::{Step, home, made_here},
    support::{Store, import_from, source},
};

/// Imports a table, read as the import's page guesses it.
pub fn import(file: &str, format: Format, store: &mut Store) -> Report {
    let columns = match format {
        Format::Csv => {
            let mut rows = heads(file.as_bytes(), 50);
            let header = rows.remove(0);
            Columns::guess(&header, &rows)
        }
        _ => Columns::default(),
    };
    import_from(
        &mut Source::table(format, columns),
        Words::default(),
        file.as_bytes(),
        store,
    )
    .0
}

pub fn only(store: &Store) -> Issue {
    assert_eq!(store.len(), 1);
    Issue::read(store.values().next().unwrap())
}

/// A partial table changes what it has, once; the whole one after it says nothing new.
fn takes_turns(format: Format, whole: &str, part: &str, news: &str) -> Issue {
    let mut store = Store::new();
    assert_eq!(import(whole, format, &mut store).incoming.len(), 1);
    for file in [part, part, whole, part] {
        assert_eq!(import(file, format, &mut store).already.len(), 1);
    }
    assert_eq!(import(news, format, &mut store).updated.len(), 1);
    for file in [news, news] {
        assert_eq!(import(file, format, &mut store).already.len(), 1);
    }
    only(&store)
}

#[test]
fn jira_s_table_with_fewer_columns_empties_nothing() {
    let whole = "Issue key,Issue id,Summary,Status,Priority,Assignee,Labels,Description,Outward issue link (Blocks),Custom field (X)\n\
        LU-1,1,A,In Progress,Major,u1,l,Text,LU-9,x\n";
    let part = "Issue key,Issue id,Summary,Status\nLU-1,1,A,In Progress\n";
    let news = "Issue key,Issue id,Summary,Status,Labels,Custom field (X)\nLU-1,1,B,In Progress,,\n";
    let issue = takes_turns(Format::JiraCsv, whole, part, news);
    assert_eq!((issue.title.as_str(), issue.status), ("B", Status::InProgress));
    assert_eq!(issue.description, "Text");
    assert!(issue.priority.is_some() && issue.assignee.is_some());
    assert_eq!(issue.links.len(), 1);
    // These columns are there, and empty.
    assert_eq!(
        (issue.labels.len(), source(&issue, "Custom field (X)")),
        (0, None)
    );
}

#[test]
fn a_table_with_fewer_columns_empties_nothing() {
    let whole = "Key,Title,Status,Priority,Owner,Tags,Description,Opened,Colour,Shape\n1,a,in progress,major,Bob,l,Text,2024-01-01,red,round\n";
    let part = "Key,Title,Colour\n1,a,red\n";
    let news = "Key,Title,Owner,Colour\n1,b,,\n";
    let issue = takes_turns(Format::Csv, whole, part, news);
    assert_eq!((issue.title.as_str(), issue.status), ("b", Status::InProgress));
    assert_eq!(
        (issue.description.as_str(), &issue.labels[..]),
        ("Text", &["l".to_owned()][..])
    );
    assert_eq!(issue.created_at.0, 1_704_067_200_000);
    assert!(issue.priority.is_some());
    assert_eq!(
        (source(&issue, "Shape"), source(&issue, "Status")),
        (Some("round"), Some("in progress"))
    );
    assert_eq!((&issue.assignee, source(&issue, "Colour")), (&None, None));
}

/// The columns of a table with these names.
fn with_columns(table: &[u8], keep: impl Fn(&str) -> bool) -> String {
    let mut reader = Reader::new();
    reader.feed(table);
    let mut rows: Vec<Vec<String>> = std::iter::from_fn(|| reader.next_row())
        .map(|row| row.cells.unwrap())
        .collect();
    rows.extend(std::iter::from_fn(|| reader.finish()).map(|row| row.cells.unwrap()));
    let kept: Vec<usize> = (0..rows[0].len())
        .filter(|index| keep(&rows[0][*index]))
        .collect();
    let mut out = String::new();
    for row in &rows {
        let cells: Vec<String> = kept
            .iter()
            .map(|index| format!("\"{}\"", row[*index].replace('"', "\"\"")))
            .collect();
        out.push_str(&cells.join(","));
        out.push('\n');
    }
    out
}

#[test]
fn docket_s_table_with_fewer_columns_empties_nothing() {
    let jira = r#"{"id":"1","key":"LU-1","fields":{"summary":"A","description":"Text","labels":["l"],"environment":"Rocky 8",
        "updated":"2020-02-01T00:00:00.000+0000","status":{"name":"In Progress"},"priority":{"name":"Major"}}}"#;
    let mut there = Store::new();
    import(jira, Format::Jira, &mut there);
    let (id, document) = there.first_key_value().unwrap();
    let leaving = Leaving {
        id: *id,
        document,
        facts: &Facts::default(),
    };
    let csv = Csv::new(home());
    let mut table = Vec::new();
    csv.header(&mut table);
    csv.issue(leaving, &mut table);
    let whole = with_columns(&table, |_| true);
    let part = with_columns(&table, |name| {
        !matches!(name, "Labels" | "Description" | "Source" | "Priority")
    });
    // Without its source it is another issue: what Docket has of its own.
    let named = with_columns(&table, |name| {
        !matches!(name, "Labels" | "Description" | "Priority")
    });
    let news = named.replace("\"A\"", "\"B\"");
    assert!(news != named && part != named);
    let issue = takes_turns(Format::DocketCsv, &whole, &named, &news);
    assert_eq!((issue.title.as_str(), issue.status), ("B", Status::InProgress));
    assert_eq!((issue.description.as_str(), issue.labels.len()), ("Text", 1));
    assert!(issue.priority.is_some());
    assert_eq!(source(&issue, "environment"), Some("Rocky 8"));
}

/// In JSON Lines what is empty is left out, so what is left out is empty.
#[test]
fn docket_s_lines_tell_everything() {
    let line =
        |more: &str| format!("{{\"docket\":1,\"key\":\"A-1\",\"title\":\"t\",\"status\":\"new\"{more}}}\n");
    let mut store = Store::new();
    import(
        &line(",\"labels\":[\"l\"],\"odd\":\"x\",\"priority\":\"major\""),
        Format::Docket,
        &mut store,
    );
    let issue = only(&store);
    assert_eq!((issue.labels.len(), source(&issue, "odd")), (1, Some("x")));
    import(&line(""), Format::Docket, &mut store);
    let issue = only(&store);
    assert_eq!(
        (issue.labels.len(), source(&issue, "odd"), issue.priority),
        (0, None, None)
    );
}

#[test]
fn an_older_table_changes_nothing() {
    let newer = "Key,Title,Updated\n1,now,2024-03-01\n";
    let older = "Key,Title,Updated\n1,before,2024-02-01\n";
    let mut store = Store::new();
    import(newer, Format::Csv, &mut store);
    let report = import(older, Format::Csv, &mut store);
    assert_eq!((report.updated.len(), report.older.len()), (0, 1));
    assert_eq!(only(&store).title, "now");
    let report = import(
        &newer.replace("now,2024-03", "later,2024-04"),
        Format::Csv,
        &mut store,
    );
    assert_eq!(report.updated.len(), 1);
    assert_eq!(source(&only(&store), "Updated"), Some("2024-04-01"));
}

/// Issues of another tracker that went through another Docket: by its time too a later state is told from an earlier one.
#[test]
fn an_older_export_of_another_docket_changes_nothing() {
    let line = |title: &str, updated: &str| {
        format!(
            "{{\"docket\":1,\"key\":\"LU-1\",\"title\":\"{title}\",\"updated_at\":\"{updated}T00:00:00.000Z\",\
             \"source\":{{\"system\":\"jira\",\"key\":\"LU-1\",\"id\":\"1\",\"updated\":\"2020-02-01T00:00:00.000+0000\"}}}}\n"
        )
    };
    let mut store = Store::new();
    import(&line("now", "2024-03-01"), Format::Docket, &mut store);
    let report = import(&line("before", "2024-02-01"), Format::Docket, &mut store);
    assert_eq!((report.updated.len(), report.older.len()), (0, 1));
    let report = import(&line("later", "2024-04-01"), Format::Docket, &mut store);
    assert_eq!((report.updated.len(), only(&store).title.as_str()), (1, "later"));
    // That it left once more, unchanged, is no news.
    let report = import(&line("later", "2024-04-02"), Format::Docket, &mut store);
    assert_eq!((report.updated.len(), report.already.len()), (0, 1));
    // Its own tracker's time goes before that.
    let jira = |title: &str, month: u8| {
        format!(
            "{{\"id\":\"1\",\"key\":\"LU-1\",\"fields\":{{\"summary\":\"{title}\",\"updated\":\"2020-0{month}-01T00:00:00.000+0000\"}}}}"
        )
    };
    assert_eq!(import(&jira("old", 1), Format::Jira, &mut store).older.len(), 1);
    assert_eq!(import(&jira("new", 3), Format::Jira, &mut store).updated.len(), 1);
    assert_eq!(
        import(&line("again", "2024-05-01"), Format::Docket, &mut store)
            .older
            .len(),
        1
    );
}

/// What was said and taken back there isn't news.
#[test]
fn a_comment_that_is_deleted_there_does_not_come_in() {
    let id = DocumentId::from_bytes([3; 16]);
    let first = [Step::Comment("stays".to_owned())];
    let later = [
        &first[..],
        &[
            Step::Comment("slip".to_owned()),
            Step::Title("Renamed".to_owned()),
        ],
    ]
    .concat();
    let deleted = |steps: &[Step]| {
        let (mut document, facts) = made_here(steps, Some(42));
        let slip = Issue::read(&document)
            .comments
            .iter()
            .find(|it| it.body == "slip")
            .map(|it| it.id.clone());
        if let Some(slip) = slip {
            let command = docket_domain::Command::new(
                id,
                docket_domain::Action::DeleteComment {
                    id: slip.parse().unwrap(),
                },
            );
            let context = docket_domain::Context {
                member: "m-ann".parse().unwrap(),
                now: docket_domain::Timestamp(9_000),
            };
            command.apply(&mut document, &context).unwrap();
        }
        let mut line = Vec::new();
        JsonLines::new(home()).issue(
            Leaving {
                id,
                document: &document,
                facts: &facts,
            },
            &mut line,
        );
        String::from_utf8(line).unwrap()
    };
    let mut store = Store::new();
    import(&deleted(&first), Format::Docket, &mut store);
    let report = import(&deleted(&later), Format::Docket, &mut store);
    assert_eq!(report.updated.len(), 1);
    let bodies: Vec<_> = only(&store).comments.into_iter().map(|it| it.body).collect();
    assert_eq!(bodies, ["stays"]);
}

/// Columns that are called as what Docket keeps stand beside it.
#[test]
fn columns_do_not_overwrite_each_other() {
    let long = "n".repeat(300);
    let file = format!(
        "Key,Title,Link,url,Changed,updated,digest,{long}1,{long}2\n1,a,https://a.example/1,other,2024-01-02,soon,d,x,y\n"
    );
    let mut store = Store::new();
    import(&file, Format::Csv, &mut store);
    let issue = only(&store);
    for (name, value) in [
        ("url", "https://a.example/1"),
        ("url_other", "other"),
        ("updated", "2024-01-02T00:00:00.000Z"),
        ("updated_other", "soon"),
        ("digest_other", "d"),
    ] {
        assert_eq!(source(&issue, name), Some(value), "{name}");
    }
    let nameless = source(&issue, "nameless_fields").unwrap();
    assert!(nameless.contains(":\"x\"") && nameless.contains(":\"y\""));
    assert_eq!(import(&file, Format::Csv, &mut store).already.len(), 1);
}

/// A word that nobody knows is said, so that the group can say what it means.
#[test]
fn a_severity_that_is_not_known_is_said() {
    let mut store = Store::new();
    let report = import("Key,Title,Severity\n1,a,Dire\n2,b,\n", Format::Csv, &mut store);
    let remarks: Vec<_> = report.remarks.iter().map(|it| &it.remark).collect();
    let dire = Remark::UnknownSeverity("Dire".to_owned());
    assert_eq!(
        remarks
            .iter()
            .filter(|it| matches!(it, Remark::UnknownSeverity(_)))
            .collect::<Vec<_>>(),
        [&&dire]
    );
}

#[test]
fn whoever_made_an_issue_leaves_as_its_creator() {
    let json = r#"{"id":"1","key":"LU-1","fields":{"summary":"A","reporter":{"name":"customer"},"creator":{"name":"desk"}}}"#;
    let mut store = Store::new();
    import(json, Format::Jira, &mut store);
    let (id, document) = store.first_key_value().unwrap();
    let leaving = Leaving {
        id: *id,
        document,
        facts: &Facts::default(),
    };
    let table = crate::leaving::jira_csv(&[leaving]);
    let file = with_columns(&table, |name| matches!(name, "Reporter" | "Creator"));
    assert_eq!(file.lines().nth(1), Some("\"customer\",\"desk\""));
}
