//! Exports with fewer fields: what one doesn't mention isn't gone there.

use docket_domain::{read::Issue, words::Status};
use docket_exchange::{Plan, Remark};
use serde_json::{Value, json};

use crate::{Store, WORKSPACE, import, issue, source};

fn whole() -> Value {
    json!({
        "summary": "A", "created": "2020-01-01T00:00:00.000+0000", "updated": "2020-02-01T00:00:00.000+0000",
        "description": "Text", "status": {"name": "In Progress"}, "priority": {"name": "Major"},
        "issuetype": {"name": "Improvement"}, "resolution": null, "assignee": {"name": "u1"}, "reporter": {"name": "u2"},
        "labels": ["l"], "versions": [{"name": "2.15"}], "components": [{"name": "lnet"}], "environment": "Rocky 8",
        "issuelinks": [{"id": "1", "type": {"outward": "blocks"}, "outwardIssue": {"key": "LU-9"}}],
        "customfield_1": "kept",
    })
}

fn parts(names: &[&str]) -> Value {
    let whole = whole();
    names
        .iter()
        .map(|name| ((*name).to_owned(), whole[*name].clone()))
        .collect()
}

fn found(store: &Store) -> Issue {
    Issue::read(&store[&Plan::document(WORKSPACE, "jira", "LU-1")])
}

/// A workspace with the whole issue, and what is read of it.
fn before() -> (Store, Issue) {
    let mut store = Store::new();
    import(issue("LU-1", &whole()).as_bytes(), &mut store);
    let read = found(&store);
    (store, read)
}

#[test]
fn what_an_export_leaves_out_stays() {
    let (mut store, mut was) = before();
    let mut part = parts(&["summary", "updated", "priority"]);
    part["priority"] = json!({"name": "Minor"});
    part["updated"] = json!("2020-03-01T00:00:00.000+0000");
    let (report, _) = import(issue("LU-1", &part).as_bytes(), &mut store);
    assert_eq!((report.updated.len(), report.remarks), (1, vec![]));
    let mut is = found(&store);
    assert_eq!(is.priority, Some(docket_domain::words::Priority::Minor));
    assert_eq!(source(&is, "priority"), Some("Minor"));
    assert_eq!(source(&is, "environment"), Some("Rocky 8"));
    is.priority = was.priority;
    (was.source, is.source) = (None, None);
    assert_eq!(is, was);
    // Without a title nobody says that there is none.
    let (report, _) = import(
        issue("LU-1", &json!({"status": {"name": "Open"}})).as_bytes(),
        &mut store,
    );
    assert_eq!((report.updated.len(), report.remarks), (1, vec![]));
    let is = found(&store);
    assert_eq!((is.title.as_str(), is.status), ("A", Status::New));
}

#[test]
fn what_is_empty_there_goes() {
    let (mut store, _) = before();
    let mut empty = whole();
    for (name, value) in empty.as_object_mut().unwrap() {
        if !matches!(name.as_str(), "summary" | "created" | "updated") {
            *value = Value::Null;
        }
    }
    empty["updated"] = json!("2020-03-01T00:00:00.000+0000");
    let (report, _) = import(issue("LU-1", &empty).as_bytes(), &mut store);
    assert_eq!(report.updated.len(), 1);
    assert!(report.remarks.iter().any(|it| it.remark == Remark::NoStatus));
    let is = found(&store);
    assert_eq!((is.description.as_str(), is.status), ("", Status::New));
    assert_eq!(
        (is.priority, is.severity, &is.assignee, &is.component),
        (None, None, &None, &None)
    );
    assert_eq!((is.labels.len(), is.affects.len(), is.links.len()), (0, 0, 0));
    assert_eq!(
        (source(&is, "environment"), source(&is, "customfield_1")),
        (None, None)
    );
}

/// The same again is nothing, whichever of the exports it is, and however often.
#[test]
fn whole_and_partial_exports_take_turns() {
    let files = [whole(), parts(&["summary", "updated", "status"])].map(|fields| issue("LU-1", &fields));
    let (mut store, was) = before();
    for file in files.iter().chain(&files) {
        let (report, added) = import(file.as_bytes(), &mut store);
        assert_eq!((added.len(), report.already.len()), (0, 1));
    }
    assert_eq!(found(&store), was);
    // With news: it comes in once.
    let news = |mut fields: Value| {
        fields["status"] = json!({"name": "Triaged"});
        fields["updated"] = json!("2020-03-01T00:00:00.000+0000");
        issue("LU-1", &fields)
    };
    let news = [news(parts(&["summary", "updated", "status"])), news(whole())];
    assert_eq!(import(news[0].as_bytes(), &mut store).0.updated.len(), 1);
    let is = found(&store);
    for file in news.iter().chain(&news) {
        let (report, added) = import(file.as_bytes(), &mut store);
        assert_eq!((added.len(), report.already.len()), (0, 1));
    }
    for file in &files {
        let (report, added) = import(file.as_bytes(), &mut store);
        assert_eq!((added.len(), report.older.len()), (0, 1));
    }
    assert_eq!(found(&store), is);
    assert_eq!((is.status, is.description.as_str()), (Status::Triaged, "Text"));
}

/// What an export without a field and one with an empty field come to is the same, but not what they change.
#[test]
fn leaving_out_and_emptying_are_two_updates() {
    let (store, _) = before();
    let mut part = parts(&["summary", "updated"]);
    part["updated"] = json!("2020-03-01T00:00:00.000+0000");
    let mut emptied = part.clone();
    emptied["environment"] = Value::Null;
    let [part, emptied] = [part, emptied].map(|fields| issue("LU-1", &fields));
    let (mut a, mut b) = (store.clone(), store);
    let one = import(part.as_bytes(), &mut a).1.remove(0);
    let two = import(emptied.as_bytes(), &mut b).1.remove(0);
    assert_ne!(one.1.hash, two.1.hash);
    let document = a.get_mut(&one.0).unwrap();
    document.merge(b.get_mut(&one.0).unwrap()).unwrap();
    // After the one, the other says more.
    let (mut store, _) = before();
    import(part.as_bytes(), &mut store);
    assert_eq!(source(&found(&store), "environment"), Some("Rocky 8"));
    assert_eq!(import(emptied.as_bytes(), &mut store).0.updated.len(), 1);
    assert_eq!(source(&found(&store), "environment"), None);
}

#[test]
fn a_partial_export_can_be_the_first() {
    let mut store = Store::new();
    let part = issue("LU-1", &parts(&["summary", "updated", "status"]));
    import(part.as_bytes(), &mut store);
    assert_eq!(found(&store).status, Status::InProgress);
    let (report, _) = import(issue("LU-1", &whole()).as_bytes(), &mut store);
    assert_eq!(report.updated.len(), 1);
    let (is, wanted) = (found(&store), before().1);
    assert_eq!(
        (&is.description, &is.labels, &is.affects),
        (&wanted.description, &wanted.labels, &wanted.affects)
    );
    assert_eq!((is.links.len(), is.created_at), (1, wanted.created_at));
    let (report, added) = import(part.as_bytes(), &mut store);
    assert_eq!((added.len(), report.older.len()), (0, 1));
}

/// Two members who export one state in other ways make one change of it.
#[test]
fn what_is_the_interface_s_makes_no_difference() {
    let (store, _) = before();
    let mut fields = whole();
    fields["updated"] = json!("2020-03-01T00:00:00.000+0000");
    let one = issue("LU-1", &fields);
    fields["lastViewed"] = json!("2020-03-02T00:00:00.000+0000");
    let two = json!({"id": "1", "key": "LU-1", "expand": "names", "names": {}, "fields": fields}).to_string();
    let [one, two] = [one, two].map(|file| import(file.as_bytes(), &mut store.clone()).1.remove(0).1.hash);
    assert_eq!(one, two);
}
