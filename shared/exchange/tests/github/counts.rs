//! The real issues against what the file itself holds.

use docket_domain::{Role, words::Status};
use docket_exchange::Remark;
use serde_json::Value;

use crate::{
    ISSUES, file, import, raw,
    support::{Store, WORKSPACE, issues, send, source},
};

#[test]
fn counts_are_those_of_the_file() {
    let (report, added) = &*ISSUES;
    assert_eq!(report.refused, []);
    let issues = issues(added);
    assert_eq!(issues.len(), 100);
    assert_eq!(issues.iter().filter(|issue| issue.status.is_open()).count(), 40);
    assert_eq!(issues.iter().map(|issue| issue.labels.len()).sum::<usize>(), 323);
    assert_eq!(report.counts.labels, 323);
    // The file has no texts of comments, and each issue says how many there are.
    let missing = report.remarks.iter().map(|it| match it.remark {
        Remark::CommentsMissing { present: 0, total } => total,
        ref other => panic!("{}: {other}", it.key),
    });
    assert_eq!(missing.sum::<u64>(), 72);
    let (mut kept, mut closed, mut renamed) = (0, 0, 0);
    for issue in &issues {
        let events: Vec<Value> = serde_json::from_str(source(issue, "events").unwrap()).unwrap();
        kept += events.len();
        let closing: Vec<_> = issue
            .events
            .iter()
            .filter(|event| event.field == "status")
            .collect();
        assert!(closing.iter().all(|event| event.to.as_deref() == Some("closed")));
        assert_eq!(closing.is_empty(), issue.status == Status::New);
        closed += closing.len();
        renamed += issue.events.iter().filter(|event| event.field == "title").count();
        // Nothing of the interface is kept.
        assert!(
            events
                .iter()
                .all(|event| event.get("url").is_none() && event["actor"].is_string())
        );
    }
    assert_eq!((kept, closed, renamed), (1_095, 60, 97));
}

#[test]
fn texts_and_times_come_in_as_they_are() {
    for (raw, issue) in raw().iter().zip(issues(&ISSUES.1)) {
        assert_eq!(raw["title"], issue.title.as_str());
        assert_eq!(raw["body"], issue.description.as_str());
        assert_eq!(source(&issue, "created"), raw["created_at"].as_str());
        let key = format!("webcompat/web-bugs#{}", raw["number"]);
        assert_eq!(issue.source.as_ref().unwrap().key, key);
        assert_eq!(source(&issue, "url"), raw["html_url"].as_str());
        assert_eq!(source(&issue, "milestone"), raw["milestone"]["title"].as_str());
        if let Some(closed) = raw["closed_at"].as_str() {
            assert_eq!(source(&issue, "closed_at"), Some(closed));
            assert!(
                issue
                    .events
                    .iter()
                    .any(|event| event.field == "status" && event.by.is_some())
            );
        }
    }
}

#[test]
fn every_issue_passes_inspection_and_guard_and_comes_in_once() {
    let (report, added) = &*ISSUES;
    for ((id, made), listed) in added.iter().zip(&report.incoming) {
        assert_eq!(*id, WORKSPACE.derive(&format!("github:{}", listed.key)));
        assert_eq!(send(*id, made, Role::Member), [] as [&str; 0], "{}", listed.key);
    }
    let mut store = Store::new();
    import(&file(), &mut store);
    let (again, added) = import(&file(), &mut store);
    assert_eq!((added.len(), again.already.len()), (0, 100));
}
