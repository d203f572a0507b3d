//! Fields in other shapes than most exports have.

use docket_domain::{
    Timestamp,
    words::{Priority, Resolution, Severity, Status},
};
use docket_exchange::{Reason, Remark};
use serde_json::{Value, json};

use crate::{Store, import, issue, one, source};

#[test]
fn the_fields_of_an_issue_are_mapped() {
    let person = |n: u32| json!({"name": format!("u{n}"), "key": format!("k{n}"), "displayName": format!("U {n}"), "emailAddress": "x@example.org"});
    let record = json!({
        "id": "77", "key": "LU-7", "self": "https://jira.example.org/ctx/rest/api/2/issue/77",
        "fields": {
            "summary": "A title", "description": "Text", "status": {"name": "Resolved"},
            "priority": {"name": "Critical"}, "resolution": {"name": "Won't Fix"}, "issuetype": {"name": "New Feature"},
            "created": "2020-01-01T10:00:00.000+0100", "updated": "2020-01-02T00:00:00.000+0000",
            "resolutiondate": "2020-01-03T00:00:00.000+0000",
            "assignee": person(1), "reporter": person(2), "creator": person(3),
            "components": [{"name": "ptlrpc"}, {"name": "llite"}], "labels": ["b", "a"],
            "versions": [{"name": "2.15", "releaseDate": "2022-06-01", "released": true}],
            "fixVersions": [{"name": "2.16"}],
            "parent": {"key": "LU-1"}, "subtasks": [{"key": "LU-9"}, {"key": "LU-8"}],
            "environment": "Rocky 8", "customfield_1": {"value": "x", "self": "https://x"}, "customfield_2": null,
            "lastViewed": "2020-01-01", "votes": {"votes": 3, "hasVoted": true},
            "closedSprints": [{"id": 1, "name": "S1"}],
        },
    });
    let (issue, report) = one(&record.to_string());
    assert_eq!(report.remarks, []);
    assert_eq!(
        (issue.title.as_str(), issue.description.as_str()),
        ("A title", "Text")
    );
    assert_eq!(
        (issue.status, issue.priority),
        (Status::Resolved, Some(Priority::Critical))
    );
    assert_eq!(
        (issue.resolution, issue.severity),
        (Some(Resolution::WontFix), Some(Severity::Enhancement))
    );
    assert_eq!(issue.created_at, Timestamp(1_577_869_200_000));
    assert_eq!(issue.component.as_deref(), Some("llite"));
    assert_eq!(
        (issue.labels.join(" "), issue.affects.join(" ")),
        ("a b".to_owned(), "2.15".to_owned())
    );
    let reporter = issue.reporter.clone().unwrap();
    assert_eq!(
        (reporter.as_str(), issue.name_of(&reporter)),
        ("jira:u2", Some("U 2"))
    );
    assert_eq!(issue.assignee.as_ref().unwrap().as_str(), "jira:u1");
    let event = &issue.events[0];
    assert_eq!(
        (event.to.as_deref(), event.at),
        (Some("resolved"), Timestamp(1_578_009_600_000))
    );
    assert_eq!((event.resolution, &event.by), (Some(Resolution::WontFix), &None));
    for (name, value) in [
        ("id", "77"),
        ("url", "https://jira.example.org/ctx/browse/LU-7"),
        ("created", "2020-01-01T10:00:00.000+0100"),
        ("status", "Resolved"),
        ("priority", "Critical"),
        ("type", "New Feature"),
        ("components", "llite\nptlrpc"),
        ("fix_versions", "2.16"),
        ("parent", "LU-1"),
        ("subtasks", "LU-8\nLU-9"),
        ("environment", "Rocky 8"),
        ("customfield_1", r#"{"value":"x"}"#),
        ("votes", r#"{"votes":3}"#),
        (
            "releases",
            r#"{"2.15":{"releaseDate":"2022-06-01","released":true},"2.16":{}}"#,
        ),
        ("closedSprints", r#"[{"id":1,"name":"S1"}]"#),
        ("user_keys", r#"{"k1":"u1","k2":"u2","k3":"u3"}"#),
    ] {
        assert_eq!(source(&issue, name), Some(value), "{name}");
    }
    let all = format!("{issue:?}");
    assert!(!all.contains("example.org\"") && !all.contains("lastViewed") && !all.contains("hasVoted"));
}

#[test]
fn clouds_people_and_rich_texts_come_in() {
    let text = |text: &str| json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [{"type": "text", "text": text}]}]});
    let ann = json!({"accountId": "5b10:a", "displayName": "Ann"});
    let fields = json!({
        "summary": "A", "description": text("rich"), "reporter": ann, "status": {"name": "Open"},
        "created": "2020-01-01T00:00:00.000+0000",
        "comment": {"total": 1, "comments": [
            {"id": "1", "author": ann, "body": text("said"), "created": "2020-01-01T00:00:00.000+0000"}
        ]},
    });
    let (issue, report) = one(&issue("A-1", &fields));
    assert_eq!(report.remarks, []);
    assert_eq!(issue.description, "rich");
    assert_eq!(issue.comments[0].body, "said");
    assert_eq!(issue.comments[0].by.as_ref().unwrap().as_str(), "jira:5b10:a");
    let kept: Value = serde_json::from_str(source(&issue, "description_rich").unwrap()).unwrap();
    assert_eq!(kept, text("rich"));
    assert!(source(&issue, "comments").unwrap().contains("said"));
}

#[test]
fn restricted_issues_and_comments_stay_out() {
    let secret = issue("A-1", &json!({"summary": "A", "security": {"name": "Staff"}}));
    let (report, added) = import(secret.as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 0);
    assert_eq!(report.refused[0].reason, Reason::Restricted("Staff".to_owned()));
    let comments = json!([
        {"id": "1", "body": "open"},
        {"id": "2", "body": "SECRET", "visibility": {"type": "role", "value": "Staff"}},
        {"id": "3", "body": "SECRET", "jsdPublic": false},
    ]);
    let (issue, report) = one(&issue(
        "A-2",
        &json!({"summary": "A", "comment": {"comments": comments}}),
    ));
    assert_eq!(issue.comments.len(), 1);
    assert!(
        report
            .remarks
            .iter()
            .any(|it| it.remark == Remark::CommentsRestricted(2))
    );
    assert!(!format!("{issue:?}").contains("SECRET"));
}

#[test]
fn unknown_words_are_kept_and_reported() {
    let fields = json!({
        "summary": "A", "status": {"name": "In Limbo", "statusCategory": {"key": "indeterminate"}},
        "priority": {"name": "P0"}, "resolution": {"name": "Hold"},
    });
    let (issue, report) = one(&issue("A-1", &fields));
    assert_eq!(
        (issue.status, issue.priority, issue.resolution),
        (Status::InProgress, None, None)
    );
    assert_eq!(source(&issue, "status"), Some("In Limbo"));
    let remarks: Vec<String> = report.remarks.iter().map(|it| it.remark.to_string()).collect();
    for word in ["In Limbo", "P0", "Hold"] {
        assert!(remarks.iter().any(|remark| remark.contains(word)), "{word}");
    }
}

#[test]
fn unexpected_shapes_are_kept() {
    let fields = json!({
        "summary": ["A"], "description": {"x": 1}, "created": 5, "status": [1], "labels": [{"y": 1}, "ok", "", "two\nlines"],
        "reporter": [7], "issuelinks": [{"id": "1"}, "z"], "comment": [{"id": "Ü", "body": 3}, 4],
        "components": "net", "attachment": {"filename": "a.txt", "size": "big", "created": "soon"},
    });
    let (issue, report) = one(&issue("A-1", &fields));
    assert_eq!(
        (issue.title.as_str(), issue.labels.join(" ")),
        ("A-1", "ok".to_owned())
    );
    assert_eq!(issue.component.as_deref(), Some("net"));
    assert_eq!(issue.attachments[0].name, "a.txt");
    for (name, value) in [
        ("summary", "[\"A\"]"),
        ("description", "{\"x\":1}"),
        ("created", "5"),
        ("status", "[1]"),
        ("labels_names", "[\"\",\"two\\nlines\"]"),
        ("labels_other", "[{\"y\":1}]"),
        ("reporter", "[7]"),
        ("issuelinks_other", "[{\"id\":\"1\"}]"),
    ] {
        assert_eq!(source(&issue, name), Some(value), "{name}");
    }
    assert!(report.remarks.len() >= 8, "{:?}", report.remarks);
}

#[test]
fn broken_encoding_is_repaired_and_reported() {
    let mut json = issue("A-1", &json!({"summary": "a!b \u{fffd} \\ud800 HALF"})).into_bytes();
    let at = json.iter().position(|byte| *byte == b'!').unwrap();
    json[at] = 0xff;
    let text = String::from_utf8_lossy(&json).into_owned();
    assert!(text.contains("HALF"));
    let at = json.windows(4).position(|window| window == b"HALF").unwrap();
    json.splice(at..at + 4, b"\\udc00 \\ud83d\\ude00".iter().copied());
    let (report, added) = import(&json, &mut Store::new());
    assert_eq!(added.len(), 1, "{report:?}");
    assert_eq!(
        report.incoming[0].title,
        "a\u{fffd}b \u{fffd} \\ud800 \u{fffd} 😀"
    );
    assert!(
        report.remarks.iter().any(|it| it.remark == Remark::Repaired(2)),
        "{:?}",
        report.remarks
    );
}

#[test]
fn what_does_not_fit_is_refused_whole_or_kept_whole() {
    let long = "word ".repeat(30_000);
    let (long_one, report) = one(&issue("A-1", &json!({"summary": "A", "description": long})));
    assert_eq!(source(&long_one, "description"), Some(long.as_str()));
    assert!(long_one.description.len() < 110_000 && long_one.description.ends_with("[…]\n"));
    assert!(
        report
            .remarks
            .iter()
            .any(|it| matches!(it.remark, Remark::DescriptionKeptWhole(150_000)))
    );

    let title = "é".repeat(900);
    let (titled, report) = one(&issue("A-1", &json!({"summary": title})));
    assert_eq!(source(&titled, "summary"), Some(title.as_str()));
    assert!(
        report
            .remarks
            .iter()
            .any(|it| it.remark == Remark::TitleShortened(1_800))
    );

    for fields in [
        json!({"summary": "A", "comment": [{"id": "1", "body": "x".repeat(400_001)}]}),
        json!({"summary": "A", "environment": "x".repeat(400_001)}),
        json!({"summary": "A", "description": "x".repeat(400_001)}),
        json!({"summary": "A", "comment": (0..100_000).map(|n| json!({"id": n.to_string(), "body": "x"})).collect::<Vec<_>>()}),
    ] {
        let (report, added) = import(issue("A-1", &fields).as_bytes(), &mut Store::new());
        assert_eq!(added.len(), 0);
        assert!(
            matches!(report.refused[0].reason, Reason::Limit(_)),
            "{:?}",
            report.refused
        );
        assert_eq!(report.refused[0].key.as_deref(), Some("A-1"));
    }
}

/// A server's history names assignees by their keys.
#[test]
fn assignees_of_the_history_are_known_by_their_logins() {
    let user = |login: &str, key: &str| json!({"name": login, "key": key, "displayName": login});
    let history = |id: &str, by: &serde_json::Value, from: &str, to: &str| {
        let item = json!({"field": "assignee", "from": from, "fromString": "F", "to": to, "toString": "T"});
        json!({"id": id, "created": "2020-01-02T00:00:00.000+0000", "author": by, "items": [item]})
    };
    let (ann, bob) = (user("ann", "JIRAUSER1"), user("bob", "JIRAUSER2"));
    let histories = [
        history("1", &ann, "", "JIRAUSER2"),
        history("2", &bob, "JIRAUSER2", "JIRAUSER3"),
    ];
    let record =
        json!({"id": "1", "key": "LU-1", "fields": {"summary": "A"}, "changelog": {"histories": histories}});
    let (issue, _) = one(&record.to_string());
    let assigned: Vec<_> = issue
        .events
        .iter()
        .map(|it| (it.from.as_deref(), it.to.as_deref()))
        .collect();
    assert_eq!(
        assigned,
        [
            (None, Some("jira:bob")),
            (Some("jira:bob"), Some("jira:JIRAUSER3"))
        ]
    );
}

/// Words of the history that nobody knows are said too, each once.
#[test]
fn statuses_of_the_history_that_are_not_known_are_said() {
    let item = |from: &str, to: &str| json!({"field": "status", "fromString": from, "toString": to});
    let history = json!({"id": "1", "created": "2020-01-02T00:00:00.000+0000",
        "items": [item("Open", "Limbo"), item("Limbo", "Parked"), item("Parked", "Limbo")]});
    let record = json!({"id": "1", "key": "LU-1", "fields": {"summary": "A", "status": {"name": "Parked"}},
        "changelog": {"histories": [history]}});
    let (_, report) = one(&record.to_string());
    let names: Vec<_> = report
        .remarks
        .iter()
        .filter_map(|it| match &it.remark {
            Remark::UnknownStatus { name, .. } => Some(name.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(names, ["Parked", "Limbo"]);
}
