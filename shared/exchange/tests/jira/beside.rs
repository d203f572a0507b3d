//! What is kept beside an issue: histories that the export cut, and ones that are too long to be kept.

use docket_exchange::Remark;
use serde_json::{Value, json};

use crate::{Store, import, one, source};

/// An issue with a changelog.
fn with_changelog(changelog: &Value) -> String {
    json!({
        "id": "1", "key": "LU-1", "changelog": changelog,
        "fields": {"summary": "A", "created": "2020-01-01T00:00:00.000+0000"},
    })
    .to_string()
}

fn history(id: usize, to: &str) -> Value {
    json!({
        "id": id.to_string(), "created": "2020-01-02T00:00:00.000+0000", "author": {"name": "u1"},
        "items": [{"field": "status", "fromString": "Open", "toString": to}],
    })
}

#[test]
fn a_history_that_the_export_cut_is_said() {
    let histories = [history(1, "Closed"), history(2, "Open")];
    let cut = json!({"startAt": 0, "maxResults": 2, "total": 5, "histories": histories});
    let (issue, report) = one(&with_changelog(&cut));
    let missing = Remark::HistoryMissing { present: 2, total: 5 };
    assert!(report.remarks.iter().any(|it| it.remark == missing));
    assert_eq!(
        (source(&issue, "changelog_total"), issue.events.len()),
        (Some("5"), 2)
    );
    let whole = json!({"startAt": 0, "maxResults": 2, "total": 2, "histories": histories});
    let (issue, report) = one(&with_changelog(&whole));
    let said = |it: &docket_exchange::Remarked| matches!(it.remark, Remark::HistoryMissing { .. });
    assert!(!report.remarks.iter().any(said));
    assert_eq!(source(&issue, "changelog_total"), None);
    // The whole one after it says that nothing is missing any more.
    let mut store = Store::new();
    import(with_changelog(&cut).as_bytes(), &mut store);
    assert_eq!(
        import(with_changelog(&whole).as_bytes(), &mut store)
            .0
            .updated
            .len(),
        1
    );
    let issue = docket_domain::read::Issue::read(store.values().next().unwrap());
    assert_eq!(source(&issue, "changelog_total"), None);
}

/// Nobody can shorten a changelog: what doesn't fit beside the issue stays out, and the events come in.
#[test]
fn a_history_that_is_too_long_to_be_kept_comes_in_as_events() {
    let long = "x".repeat(3_000);
    let histories: Vec<Value> = (0..300)
        .map(|id| {
            let mut history = history(id, if id % 2 == 0 { "Closed" } else { "Open" });
            let more = json!({"field": "description", "fromString": long, "toString": "y"});
            history["items"].as_array_mut().unwrap().push(more);
            history
        })
        .collect();
    let (issue, report) = one(&with_changelog(&json!({"histories": histories})));
    assert_eq!(issue.events.len(), 300);
    let kept: Vec<Value> = serde_json::from_str(source(&issue, "changelog").unwrap()).unwrap();
    // The oldest, as they are.
    assert_eq!(kept[0]["id"], "0");
    assert!((100..150).contains(&kept.len()));
    let left_out = Remark::KeptInPart {
        field: "changelog".to_owned(),
        left_out: 300 - kept.len(),
    };
    assert!(
        report.remarks.iter().any(|it| it.remark == left_out),
        "{:?}",
        report.remarks
    );
}

#[test]
fn comments_whose_form_is_too_long_to_be_kept_come_in_as_text() {
    let comments: Vec<Value> = (0..300)
        .map(|id| {
            let text = json!({"type": "text", "text": "z".repeat(3_000)});
            let body =
                json!({"type": "doc", "version": 1, "content": [{"type": "paragraph", "content": [text]}]});
            json!({"id": id.to_string(), "body": body, "created": "2020-01-01T00:00:00.000+0000"})
        })
        .collect();
    let fields = json!({"summary": "A", "comment": {"comments": comments, "total": 300}});
    let file = crate::issue("LU-1", &fields);
    let (issue, report) = one(&file);
    assert_eq!(issue.comments.len(), 300);
    assert!(issue.comments.iter().all(|it| it.body.trim().len() == 3_000));
    let said = |it: &docket_exchange::Remarked| matches!(it.remark, Remark::KeptInPart { .. });
    assert!(report.remarks.iter().any(said));
    assert!(source(&issue, "comments").unwrap().len() <= 400_000);
    let mut store = Store::new();
    import(file.as_bytes(), &mut store);
    assert_eq!(import(file.as_bytes(), &mut store).0.already.len(), 1);
}
