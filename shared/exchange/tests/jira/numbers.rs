//! Exports that leave out the issue's number: it is the same issue all the same.

use docket_domain::read::Issue;
use docket_exchange::{Format, Plan, Words};
use serde_json::{Value, json};

use crate::{Store, WORKSPACE, import, support::import_as};

fn state(id: Option<&str>, title: &str, month: u8) -> String {
    let mut issue = json!({
        "key": "LU-1",
        "fields": {"summary": title, "updated": format!("2020-0{month}-01T00:00:00.000+0000")},
    });
    if let Some(id) = id {
        issue["id"] = json!(id);
    }
    issue.to_string()
}

fn title(store: &Store, suffix: &str) -> String {
    let id = Plan::document(WORKSPACE, "jira", &format!("LU-1{suffix}"));
    Issue::read(&store[&id]).title
}

#[test]
fn an_export_without_the_number_is_of_the_same_issue() {
    let mut store = Store::new();
    import(state(Some("7"), "one", 1).as_bytes(), &mut store);
    let (report, added) = import(state(None, "one", 1).as_bytes(), &mut store);
    assert_eq!((report.already.len(), added.len()), (1, 0));
    let (report, _) = import(state(None, "two", 2).as_bytes(), &mut store);
    assert_eq!((report.updated.len(), report.collisions.len()), (1, 0));
    assert_eq!(
        import(state(None, "two", 2).as_bytes(), &mut store)
            .0
            .already
            .len(),
        1
    );
    assert_eq!(
        import(state(Some("7"), "three", 3).as_bytes(), &mut store)
            .0
            .updated
            .len(),
        1
    );
    assert_eq!(
        import(state(None, "one", 1).as_bytes(), &mut store).0.older.len(),
        1
    );
    assert_eq!((store.len(), title(&store, "").as_str()), (1, "three"));
}

#[test]
fn a_number_that_comes_later_is_of_the_same_issue() {
    let mut store = Store::new();
    import(state(None, "one", 1).as_bytes(), &mut store);
    // The hub lets nobody say later which issue it is: `import` asks it.
    let (report, _) = import(state(Some("7"), "two", 2).as_bytes(), &mut store);
    assert_eq!((report.updated.len(), report.collisions.len()), (1, 0));
    for (id, state_of) in [(Some("7"), 2), (None, 1)] {
        let title = if state_of == 2 { "two" } else { "one" };
        let (report, added) = import(state(id, title, state_of).as_bytes(), &mut store);
        assert_eq!((report.already.len() + report.older.len(), added.len()), (1, 0));
    }
    assert_eq!((store.len(), title(&store, "").as_str()), (1, "two"));
}

/// Two sites with one key: whoever has a number is known by it.
#[test]
fn two_issues_with_one_key_stay_two() {
    let mut store = Store::new();
    for id in ["7", "8"] {
        import(state(Some(id), id, 1).as_bytes(), &mut store);
    }
    let (report, _) = import(state(Some("8"), "eight", 2).as_bytes(), &mut store);
    assert_eq!((report.updated.len(), store.len()), (1, 2));
    assert_eq!(
        [title(&store, ""), title(&store, "#8")],
        ["7".to_owned(), "eight".to_owned()]
    );
    // Which of them one without a number is, nobody can say.
    let file = [
        state(Some("7"), "7", 1),
        state(Some("8"), "eight", 2),
        state(None, "?", 3),
    ]
    .join("\n");
    let (report, _) = import(file.as_bytes(), &mut store);
    assert_eq!(
        (report.already.len(), report.collisions.len(), store.len()),
        (2, 1, 3)
    );
    // One that was first without a number, and one that has one: the later is known by it.
    let mut store = Store::new();
    import(state(None, "none", 1).as_bytes(), &mut store);
    let file = [state(Some("7"), "seven", 2), state(Some("8"), "eight", 2)].join("\n");
    let (report, _) = import(file.as_bytes(), &mut store);
    assert_eq!((report.updated.len(), report.collisions.len()), (1, 1));
    let (report, _) = import(state(Some("8"), "more", 3).as_bytes(), &mut store);
    assert_eq!((report.updated.len(), store.len()), (1, 2));
    assert_eq!(
        [title(&store, ""), title(&store, "#8")],
        ["seven".to_owned(), "more".to_owned()]
    );
    let (report, added) = import(file.as_bytes(), &mut store);
    assert_eq!((report.older.len() + report.already.len(), added.len()), (2, 0));
}

/// GitHub's number is when it was made, which `gh --json number,title` leaves out.
#[test]
fn a_short_list_of_github_s_is_of_the_same_issues() {
    let whole: Value = json!({
        "number": 3, "title": "one", "state": "open", "html_url": "https://github.com/o/r/issues/3",
        "created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-02T00:00:00Z",
    });
    let mut part = whole.clone();
    part["title"] = json!("two");
    part.as_object_mut().unwrap().remove("created_at");
    part.as_object_mut().unwrap().remove("updated_at");
    let mut store = Store::new();
    let mut take = |file: &Value| {
        let file = file.to_string();
        import_as(Format::GitHub, Words::default(), file.as_bytes(), &mut store).0
    };
    assert_eq!(take(&whole).incoming.len(), 1);
    let report = take(&part);
    assert_eq!((report.updated.len(), report.collisions.len()), (1, 0));
    assert_eq!(take(&part).already.len(), 1);
}
