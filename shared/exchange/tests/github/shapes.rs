//! Issues in the shapes of the interface, of its search and of `gh`.

use docket_domain::{
    read::Issue,
    words::{Priority, Resolution, Severity, Status},
};
use docket_exchange::{Format, Reason, Report, Words};
use serde_json::{Value, json};

use crate::{
    file, import,
    support::{self, Store, issues, records_of, source},
};

fn one(issue: &Value) -> (Issue, Report) {
    let (report, added) = import(issue.to_string().as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 1, "{report:?}");
    (issues(&added).remove(0), report)
}

fn issue() -> Value {
    let user = |login: &str| json!({"login": login, "id": 1, "html_url": "https://github.com/x"});
    json!({
        "url": "https://api.github.com/repos/o/n/issues/12", "repository_url": "https://api.github.com/repos/o/n",
        "html_url": "https://github.com/o/n/issues/12", "id": 99, "node_id": "X", "number": 12,
        "title": "A title", "user": user("ann"), "labels": [{"name": "enhancement", "color": "fff"}, {"name": "P1"}],
        "state": "open", "state_reason": "reopened", "locked": false, "assignees": [user("bob"), user("cas")],
        "milestone": {"title": "1.0", "due_on": "2021-01-01T00:00:00Z"}, "body": "Text",
        "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-05T00:00:00Z", "closed_at": null,
        "reactions": {"url": "x", "total_count": 0}, "author_association": "NONE",
        "comments": [
            {"id": 1, "user": user("bob"), "body": "said", "created_at": "2020-01-02T00:00:00Z", "updated_at": "2020-01-03T00:00:00Z"},
        ],
        "events": [
            {"id": 3, "event": "reopened", "actor": user("ann"), "created_at": "2020-01-04T00:00:00Z"},
            {"id": 1, "event": "assigned", "actor": user("ann"), "assignee": user("bob"), "created_at": "2020-01-02T00:00:00Z"},
            {"id": 2, "event": "closed", "actor": user("bob"), "state_reason": "completed", "created_at": "2020-01-03T00:00:00Z"},
            {"id": 4, "event": "renamed", "actor": null, "rename": {"from": "Old", "to": "A title"}, "created_at": "2020-01-04T00:00:00Z"},
            {"id": 5, "event": "labeled", "actor": user("ann"), "label": {"name": "P1"}, "created_at": "2020-01-05T00:00:00Z"},
        ],
    })
}

#[test]
fn the_fields_of_an_issue_are_mapped() {
    let words = Words::of("github", [("github/priority/p1", "critical")]);
    let json = issue().to_string();
    let (report, added) = support::import_as(Format::GitHub, words, json.as_bytes(), &mut Store::new());
    assert_eq!(report.remarks, []);
    let issue = issues(&added).remove(0);
    assert_eq!(
        (issue.title.as_str(), issue.description.as_str()),
        ("A title", "Text")
    );
    assert_eq!(
        (issue.status, issue.severity),
        (Status::Reopened, Some(Severity::Enhancement))
    );
    assert_eq!(issue.priority, Some(Priority::Critical));
    assert_eq!(issue.assignee.as_ref().unwrap().as_str(), "github:bob");
    assert_eq!(issue.reporter.as_ref().unwrap().as_str(), "github:ann");
    let comment = &issue.comments[0];
    assert_eq!(
        (comment.body.as_str(), comment.edited_at.unwrap().0),
        ("said", 1_578_009_600_000)
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
            ("assignee", None, Some("github:bob"), None),
            ("status", Some("new"), Some("closed"), Some(Resolution::Fixed)),
            ("status", Some("closed"), Some("reopened"), None),
            ("title", Some("Old"), Some("A title"), None),
            ("priority", None, Some("critical"), None),
        ]
    );
    for (name, value) in [
        ("url", "https://github.com/o/n/issues/12"),
        ("project", "o/n"),
        ("status", "open"),
        ("resolution", "reopened"),
        ("milestone", "1.0"),
        ("milestone_due", "2021-01-01T00:00:00Z"),
        ("assignees", "github:bob\ngithub:cas"),
    ] {
        assert_eq!(source(&issue, name), Some(value), "{name}");
    }
    for left_out in ["api.github.com", "reactions", "node_id", "color"] {
        assert!(!format!("{issue:?}").contains(left_out), "{left_out}");
    }
}

#[test]
fn a_closed_issue_says_why() {
    for (reason, resolution) in [
        (json!("completed"), Some(Resolution::Fixed)),
        (json!("not_planned"), Some(Resolution::WontFix)),
        (json!("duplicate"), Some(Resolution::Duplicate)),
        (json!(null), None),
    ] {
        let (issue, report) = one(&json!({
            "number": 1, "title": "A", "state": "closed", "state_reason": reason, "user": {"login": "a"},
            "created_at": "2020-01-01T00:00:00Z", "closed_at": "2020-01-03T00:00:00Z",
        }));
        assert_eq!(report.remarks, [], "{reason}");
        assert_eq!((issue.status, issue.resolution), (Status::Closed, resolution));
        let event = &issue.events[0];
        assert_eq!(
            (event.to.as_deref(), event.resolution),
            (Some("closed"), resolution)
        );
        assert_eq!(event.at.0, 1_578_009_600_000);
    }
}

#[test]
fn pull_requests_are_passed_over() {
    let mut pulled = issue();
    pulled["pull_request"] = json!({"url": "https://api.github.com/repos/o/n/pulls/12"});
    let by_page = json!({"number": 13, "title": "B", "url": "https://github.com/o/n/pull/13"});
    let file = format!("{pulled}\n{by_page}\n");
    let (report, added) = import(file.as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 0);
    assert!(report.refused.iter().all(|it| it.reason == Reason::PullRequest));
    assert_eq!(report.refused[0].key.as_deref(), Some("o/n#12"));
    assert_eq!((report.mend.bytes.len(), report.mend.left_out), (0, 0));
}

#[test]
fn issues_of_two_repositories_do_not_meet() {
    let key = |address: &str| {
        let issue = json!({"number": 1, "html_url": address, "title": "A"}).to_string();
        let records = records_of(Format::GitHub, issue.as_bytes(), 100);
        Format::GitHub.key(&records[0]).unwrap()
    };
    assert_eq!(key("https://github.com/a/b/issues/1"), "a/b#1");
    assert_eq!(key("https://github.com/c/b/issues/1"), "c/b#1");
    assert_eq!(
        key("https://git.example.org/a/b/issues/1"),
        "git.example.org/a/b#1"
    );
    assert_eq!(
        key("https://git.example.org/api/v3/repos/a/b/issues/1"),
        "git.example.org/a/b#1"
    );
    assert_eq!(key("nowhere"), "#1");
}

/// The same issue from the interface, from its search and from `gh` is one.
#[test]
fn every_interface_gives_the_same_issue() {
    let mut store = Store::new();
    import(issue().to_string().as_bytes(), &mut store);
    let answer = json!({"total_count": 1, "items": [issue()]}).to_string();
    let (report, _) = import(answer.as_bytes(), &mut store);
    assert_eq!((report.already.len(), store.len()), (1, 1));
    let gh = json!([{
        "number": 12, "title": "A title", "url": "https://github.com/o/n/issues/12", "state": "CLOSED",
        "stateReason": "NOT_PLANNED", "author": {"login": "ann", "name": "Ann"}, "body": "Text",
        "createdAt": "2020-01-01T00:00:00Z", "closedAt": "2020-02-01T00:00:00Z", "labels": [{"name": "x"}],
        "comments": [{"id": "IC_1", "url": "https://github.com/o/n/issues/12#issuecomment-77", "author": {"login": "bob"}, "body": "said", "createdAt": "2020-01-02T00:00:00Z"}],
    }])
    .to_string();
    assert_eq!(Format::detect(gh.as_bytes(), "issues.json"), Some(Format::GitHub));
    let (found, report) = one(&serde_json::from_str::<Value>(&gh).unwrap()[0]);
    assert_eq!(report.incoming[0].document, *store.keys().next().unwrap());
    assert_eq!(
        (found.status, found.resolution),
        (Status::Closed, Some(Resolution::WontFix))
    );
    assert_eq!(found.comments[0].id, "77");
    assert_eq!(found.comments[0].by.as_ref().unwrap().as_str(), "github:bob");
    assert_eq!(found.name_of(found.reporter.as_ref().unwrap()), Some("Ann"));
}

#[test]
fn what_is_no_issue_is_refused() {
    let file = b"{\"number\": 4, \"user\": [}\n{\"number\":5}\n{\"title\":\"A\"}\n7\n";
    let (report, added) = import(file, &mut Store::new());
    assert_eq!(added.len(), 0);
    let keys: Vec<_> = report.refused.iter().map(|it| it.key.as_deref()).collect();
    assert_eq!(keys, [Some("4"), Some("#5"), None, None]);
}

#[test]
fn files_are_known_by_what_they_begin_with() {
    assert_eq!(Format::detect(&file()[..4_096], "a.json"), Some(Format::GitHub));
}

/// Names that look like parts of an address are names.
#[test]
fn addresses_are_read_by_their_segments() {
    for (address, key) in [
        (
            "https://github.com/acme/awesome-repos/issues/12",
            "acme/awesome-repos#12",
        ),
        ("https://github.com/repos/n/issues/12", "repos/n#12"),
        (
            "https://api.github.com/repos/acme/my-repos/issues/12",
            "acme/my-repos#12",
        ),
        (
            "https://git.example.org/api/v3/repos/o/n/issues/12",
            "git.example.org/o/n#12",
        ),
        (
            "https://api.acme.ghe.com/repos/o/n/issues/12",
            "acme.ghe.com/o/n#12",
        ),
        ("https://github.com/o/pull/issues/12", "o/pull#12"),
        ("https://github.com/pull/n/issues/12", "pull/n#12"),
    ] {
        let (_, report) = one(&json!({"number": 12, "title": "t", "html_url": address, "state": "open"}));
        assert_eq!(report.incoming[0].key, key, "{address}");
    }
    let pull = json!({"number": 12, "title": "t", "url": "https://github.com/o/n/pull/12", "state": "OPEN"});
    let (report, _) = import(pull.to_string().as_bytes(), &mut Store::new());
    assert_eq!(report.refused[0].reason, Reason::PullRequest);
}

/// `gh` exports what it is asked for.
#[test]
fn what_an_export_leaves_out_stays() {
    let mut store = Store::new();
    import(issue().to_string().as_bytes(), &mut store);
    let before = Issue::read(store.values().next().unwrap());
    let part = json!({"number": 12, "title": "B", "url": "https://github.com/o/n/issues/12",
        "createdAt": "2020-01-01T00:00:00Z", "updatedAt": "2020-01-06T00:00:00Z"});
    let (report, _) = import(part.to_string().as_bytes(), &mut store);
    assert_eq!((report.updated.len(), report.remarks), (1, vec![]));
    let mut after = Issue::read(store.values().next().unwrap());
    assert_eq!(
        (after.title.as_str(), source(&after, "milestone")),
        ("B", Some("1.0"))
    );
    after.title.clone_from(&before.title);
    after.source.clone_from(&before.source);
    assert_eq!(after, before);
}
