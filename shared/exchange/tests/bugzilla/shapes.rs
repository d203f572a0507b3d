//! Fields, files and people in the shapes that Bugzillas give them.

use docket_domain::{
    Role,
    words::{Priority, Resolution, Severity, Status},
};
use docket_exchange::{Format, Reason, Remark, Report};
use serde_json::{Value, json};

use crate::{
    BUGS, file, import,
    support::{Store, WORKSPACE, issues, records_of, send, source},
};

fn one(bug: &Value) -> (docket_domain::read::Issue, Report) {
    let (report, added) = import(bug.to_string().as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 1, "{report:?}");
    (issues(&added).remove(0), report)
}

#[test]
fn the_fields_of_a_bug_are_mapped() {
    let detail = |n: u32| json!({"name": format!("u{n}@example.org"), "email": format!("u{n}@example.org"), "real_name": format!("U {n}")});
    let bug = json!({
        "id": 7, "summary": "A title", "status": "RESOLVED", "resolution": "WORKSFORME", "priority": "P2",
        "severity": "critical", "type": "defect", "creation_time": "2020-01-01T00:00:00Z",
        "last_change_time": "2020-01-04T00:00:00Z", "cf_last_resolved": "2020-01-03T00:00:00Z",
        "creator": "u1@example.org", "creator_detail": detail(1), "assigned_to": "u2@example.org",
        "assigned_to_detail": detail(2), "cc": ["u3@example.org"], "cc_detail": [detail(3)],
        "product": "Core", "component": "Layout", "keywords": ["perf", "crash"], "version": "57 Branch",
        "blocks": [9, 8], "depends_on": [], "dupe_of": null, "see_also": ["https://bugs.example.org/1"],
        "flags": [{"name": "needinfo", "status": "?", "setter": "u1@example.org", "requestee": "u2@example.org", "type_id": 1}],
        "url": "https://www.example.org/page", "whiteboard": "[wb]", "cf_status_firefox": "---", "is_open": false,
        "groups": [], "comment_count": 3,
        "comments": [
            {"id": 70, "count": 0, "text": "Text", "creator": "u1@example.org", "creation_time": "2020-01-01T00:00:00Z"},
            {"id": 71, "count": 1, "text": "Answer", "creator": "u2@example.org", "time": "2020-01-02T00:00:00Z", "is_private": false},
        ],
        "history": [
            {"when": "2020-01-02T00:00:00Z", "who": "u2@example.org", "changes": [
                {"field_name": "status", "removed": "NEW", "added": "ASSIGNED"},
                {"field_name": "assigned_to", "removed": "nobody@example.org", "added": "u2@example.org"},
                {"field_name": "severity", "removed": "normal", "added": "critical"},
                {"field_name": "priority", "removed": "--", "added": "P2"}]},
            {"when": "2020-01-03T00:00:00Z", "who": "u2@example.org", "changes": [
                {"field_name": "status", "removed": "ASSIGNED", "added": "RESOLVED"},
                {"field_name": "resolution", "removed": "", "added": "WORKSFORME"},
                {"field_name": "cc", "removed": "", "added": "u3@example.org"}]},
        ],
    });
    let (issue, report) = one(&bug);
    let remarks: Vec<_> = report.remarks.iter().map(|it| &it.remark).collect();
    assert_eq!(remarks, [&Remark::CommentsMissing { present: 2, total: 3 }]);
    assert_eq!(report.incoming[0].document, WORKSPACE.derive("bugzilla:7"));
    assert_eq!(
        (issue.title.as_str(), issue.description.as_str()),
        ("A title", "Text")
    );
    assert_eq!(
        (issue.status, issue.resolution),
        (Status::Resolved, Some(Resolution::CannotReproduce))
    );
    assert_eq!(
        (issue.priority, issue.severity),
        (Some(Priority::Critical), Some(Severity::S1))
    );
    assert_eq!(
        (issue.component.as_deref(), issue.affects.join(" ")),
        (Some("Layout"), "57 Branch".to_owned())
    );
    assert_eq!(issue.labels, ["crash", "perf"]);
    let assignee = issue.assignee.clone().unwrap();
    assert_eq!(
        (assignee.as_str(), issue.name_of(&assignee)),
        ("bugzilla:u2", Some("U 2"))
    );
    let comment = &issue.comments[0];
    assert_eq!(
        (comment.id.as_str(), comment.body.as_str(), comment.at.0),
        ("71", "Answer", 1_577_923_200_000)
    );
    let links: Vec<_> = issue
        .links
        .iter()
        .map(|link| (link.relation.as_str(), link.target.as_str()))
        .collect();
    assert_eq!(
        links,
        [
            ("blocks", "8"),
            ("blocks", "9"),
            ("see also", "https://bugs.example.org/1")
        ]
    );
    let events: Vec<_> = issue
        .events
        .iter()
        .map(|event| {
            (
                event.field.as_str(),
                event.from.as_deref(),
                event.to.as_deref(),
                event.resolution,
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            ("assignee", None, Some("bugzilla:u2"), None),
            ("priority", None, Some("critical"), None),
            ("severity", Some("s3"), Some("s1"), None),
            ("status", Some("new"), Some("in-progress"), None),
            (
                "status",
                Some("in-progress"),
                Some("resolved"),
                Some(Resolution::CannotReproduce)
            ),
        ]
    );
    for (name, value) in [
        ("status", "RESOLVED"),
        ("resolution", "WORKSFORME"),
        ("priority", "P2"),
        ("severity", "critical"),
        ("cc", "u3"),
        ("product", "Core"),
        ("whiteboard", "[wb]"),
        ("bug_file_loc", "https://www.example.org/page"),
        (
            "flags",
            r#"[{"name":"needinfo","requestee":"u2","setter":"u1","status":"?"}]"#,
        ),
        ("created", "2020-01-01T00:00:00Z"),
        ("updated", "2020-01-04T00:00:00Z"),
    ] {
        assert_eq!(source(&issue, name), Some(value), "{name}");
    }
    let all = format!("{issue:?}");
    assert!(
        !all.contains('@') && !all.contains("cf_status") && !all.contains("is_open"),
        "{all}"
    );
}

#[test]
fn what_is_private_stays_out() {
    let bug = json!({"id": 1, "summary": "A", "groups": ["core-security"]});
    let (report, added) = import(bug.to_string().as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 0);
    assert_eq!(
        report.refused[0].reason,
        Reason::Restricted("core-security".to_owned())
    );
    let bug = json!({
        "id": 1, "summary": "A",
        "comments": [{"id": 1, "count": 0, "text": "SECRET", "is_private": true}, {"id": 2, "count": 1, "text": "open"}],
        "attachments": [{"id": 3, "file_name": "SECRET", "is_private": 1}, {"id": 4, "file_name": "b", "data": "QUJD"}],
    });
    let (issue, report) = one(&bug);
    let all = format!("{issue:?}");
    assert!(!all.contains("SECRET") && !all.contains("QUJD"));
    assert_eq!((issue.comments.len(), issue.attachments.len()), (1, 1));
    for remark in [Remark::CommentsRestricted(1), Remark::AttachmentsRestricted(1)] {
        assert!(report.remarks.iter().any(|it| it.remark == remark), "{remark}");
    }
}

#[test]
fn without_a_history_the_bug_says_when_it_was_resolved() {
    let bug = json!({"id": 1, "summary": "A", "status": "VERIFIED", "resolution": "FIXED", "cf_last_resolved": "2020-01-03T00:00:00Z"});
    let (issue, _) = one(&bug);
    let event = &issue.events[0];
    assert_eq!(
        (event.to.as_deref(), event.resolution),
        (Some("closed"), Some(Resolution::Fixed))
    );
    let (issue, report) = one(&json!({"id": 1, "summary": "A", "status": "CLOSED", "severity": "odd"}));
    assert_eq!(issue.events, []);
    let remarks: Vec<_> = report.remarks.iter().map(|it| &it.remark).collect();
    assert!(remarks.contains(&&Remark::DoneWithoutDate));
    assert!(remarks.contains(&&Remark::UnknownSeverity("odd".to_owned())));
}

/// Bug 7 of another Bugzilla is another bug, in every later import too.
#[test]
fn bugs_of_two_bugzillas_with_one_number_are_both_there() {
    let bug = |made: &str, title: &str| json!({"id": 7, "summary": title, "creation_time": made}).to_string();
    let (one, other) = (
        bug("2001-01-01T00:00:00Z", "one"),
        bug("2020-01-01T00:00:00Z", "other"),
    );
    let mut store = Store::new();
    import(one.as_bytes(), &mut store);
    let (report, _) = import(other.as_bytes(), &mut store);
    assert_eq!((report.collisions.len(), store.len()), (1, 2));
    for (json, id) in [(one, "bugzilla:7"), (other, "bugzilla:7#2020-01-01T00:00:00Z")] {
        let (report, added) = import(json.as_bytes(), &mut store);
        assert_eq!((added.len(), report.already.len()), (0, 1));
        assert_eq!(report.already[0].document, WORKSPACE.derive(id));
    }
}

#[test]
fn answers_of_the_interface_are_read() {
    let bugs = r#"{"bugs":[{"id":1,"summary":"A"},{"id":2,"summary":"B","keywords":["x"]}],"faults":[]}"#;
    let records = records_of(Format::Bugzilla, bugs.as_bytes(), 5);
    let keys: Vec<_> = records
        .iter()
        .map(|record| Format::Bugzilla.key(record))
        .collect();
    assert_eq!(keys, [Some("1".to_owned()), Some("2".to_owned())]);
    let (report, added) = import(b"{\"id\": 12, \"cc\": [}\n{\"id\": 3}\n", &mut Store::new());
    let keys: Vec<_> = report.refused.iter().map(|it| it.key.as_deref()).collect();
    assert_eq!((added.len(), keys), (0, vec![Some("12"), Some("3")]));
}

#[test]
fn files_are_known_by_what_they_begin_with() {
    for beginning in [
        &file()[..4_096],
        br#"{"bugs":[{"id":1}]}"#,
        br#"[{"id":1,"creation_time":"#,
    ] {
        assert_eq!(Format::detect(beginning, "a.json"), Some(Format::Bugzilla));
    }
}

#[test]
fn every_bug_passes_inspection_and_guard_and_comes_in_once() {
    let (report, added) = &*BUGS;
    for ((id, made), listed) in added.iter().zip(&report.incoming) {
        assert_eq!(send(*id, made, Role::Member), [] as [&str; 0], "{}", listed.key);
    }
    let mut store = Store::new();
    import(&file(), &mut store);
    let (again, added) = import(&file(), &mut store);
    assert_eq!((added.len(), again.already.len()), (0, report.incoming.len()));
}

/// The bug has the text of its first comment as well.
#[test]
fn a_private_description_stays_out() {
    let bug = json!({
        "id": 7, "summary": "t", "status": "NEW", "description": "secret", "creation_time": "2020-01-01T00:00:00Z",
        "comments": [
            {"id": 70, "count": 0, "text": "secret", "is_private": true},
            {"id": 71, "count": 1, "text": "public"},
        ],
    });
    let (issue, report) = one(&bug);
    assert_eq!((issue.description.as_str(), issue.comments.len()), ("", 1));
    assert!(
        report
            .remarks
            .iter()
            .any(|it| it.remark == Remark::CommentsRestricted(1))
    );
    assert!(!format!("{issue:?}").contains("secret"));
}

/// An export has the fields that it was asked for.
#[test]
fn what_an_export_leaves_out_stays() {
    let whole = json!({
        "id": 7, "summary": "t", "status": "ASSIGNED", "description": "Text", "creation_time": "2020-01-01T00:00:00Z",
        "last_change_time": "2020-01-02T00:00:00Z", "assigned_to": "u1", "creator": "u2", "keywords": ["k"], "blocks": [8],
        "depends_on": [9], "severity": "major", "version": "2.0", "whiteboard": "[wb]",
    });
    let mut store = Store::new();
    import(whole.to_string().as_bytes(), &mut store);
    let part = json!({"id": 7, "summary": "u", "blocks": [], "whiteboard": "", "creation_time": "2020-01-01T00:00:00Z"});
    let (report, _) = import(part.to_string().as_bytes(), &mut store);
    assert_eq!((report.updated.len(), report.remarks), (1, vec![]));
    let issue = docket_domain::read::Issue::read(store.values().next().unwrap());
    assert_eq!((issue.title.as_str(), issue.status), ("u", Status::InProgress));
    assert_eq!(
        (
            issue.description.as_str(),
            issue.labels.len(),
            issue.affects.len()
        ),
        ("Text", 1, 1)
    );
    assert_eq!(
        (issue.assignee.is_some(), issue.severity),
        (true, Some(Severity::S2))
    );
    let targets: Vec<_> = issue.links.iter().map(|it| it.target.as_str()).collect();
    assert_eq!((targets, source(&issue, "whiteboard")), (vec!["9"], None));
}

#[test]
fn statuses_of_the_history_that_are_not_known_are_said() {
    let change = |from: &str, to: &str| json!({"field_name": "status", "removed": from, "added": to});
    let bug = json!({
        "id": 7, "summary": "t", "status": "NEW", "creation_time": "2020-01-01T00:00:00Z", "creator": "u",
        "history": [{"when": "2020-01-02T00:00:00Z", "who": "u", "changes": [change("LIMBO", "NEW"), change("NEW", "LIMBO")]}],
    });
    let (_, report) = one(&bug);
    let said = report
        .remarks
        .iter()
        .filter(|it| matches!(&it.remark, Remark::UnknownStatus { name, .. } if name == "LIMBO"));
    assert_eq!(said.count(), 1);
}
