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
