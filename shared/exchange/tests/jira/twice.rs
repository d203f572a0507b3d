//! The same file again, and the same key again.

use automerge::{Automerge, ChangeHash, ROOT, transaction::Transactable};
use docket_domain::read::Issue;
use docket_exchange::{Existing, Format, Placed, Plan, Reason, Remark};
use serde_json::json;

use crate::{ALOY, Store, TRAPS, WORKSPACE, changelogs, import, issue, records, source};

/// Automerge makes the changes of a saved document again from its operations.
#[test]
fn encoded_changes_are_those_that_automerge_makes() {
    for one in [&*ALOY, &*TRAPS] {
        for (_, made) in &one.added {
            let again = Automerge::load(&made.document.save()).unwrap();
            let changes = again.get_changes(&[]);
            let changes: Vec<_> = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
            assert_eq!(changes, made.changes);
        }
    }
}

#[test]
fn two_members_make_the_same_documents_and_a_second_import_adds_nothing() {
    for one in [&*ALOY, &*TRAPS] {
        let mut store = Store::new();
        let (report, added) = import(&one.json, &mut store);
        assert_eq!(report, one.report);
        assert_eq!(added.len(), one.added.len());
        for ((id, a), (id_b, b)) in added.iter().zip(&one.added) {
            assert_eq!((id, a.hash, &a.changes), (id_b, b.hash, &b.changes));
            assert_eq!(a.document.get_heads(), b.document.get_heads());
        }
        for (id, document) in &mut store {
            document.merge(&mut one.store[id].clone()).unwrap();
            assert_eq!(document.get_changes(&[]).len(), 2, "merging adds nothing");
        }
        let (again, added) = import(&one.json, &mut store);
        assert_eq!(added.len(), 0);
        assert_eq!(again.incoming, []);
        assert_eq!((again.updated, again.older), (vec![], vec![]));
        assert_eq!(again.already, one.report.incoming);
    }
}

#[test]
fn what_was_edited_here_is_recognised() {
    let json = issue("LU-1", &json!({"summary": "A"}));
    let mut store = Store::new();
    let (first, _) = import(json.as_bytes(), &mut store);
    let document = store.values_mut().next().unwrap();
    document
        .transact::<_, _, automerge::AutomergeError>(|tx| tx.put(ROOT, "title", "B"))
        .unwrap();
    let (again, _) = import(json.as_bytes(), &mut store);
    assert_eq!(again.already, first.incoming);
    assert_eq!((again.updated, again.older), (vec![], vec![]));
}

/// A client that has only rows: the heads tell what wasn't edited, and what was has to be looked into.
#[test]
fn heads_alone_are_enough_for_what_was_not_edited() {
    let json = issue("LU-1", &json!({"summary": "A"}));
    let (_, added) = import(json.as_bytes(), &mut Store::new());
    let (id, made) = &added[0];
    let place = |heads: &[ChangeHash]| {
        let mut plan = Plan::new(WORKSPACE, Format::Jira);
        let incoming = plan.read(records(json.as_bytes(), 100).remove(0)).unwrap();
        let placed = plan.place(&incoming, |asked| {
            assert_eq!(asked, *id);
            Existing::Heads(heads)
        });
        (placed, plan.finish())
    };
    let (placed, report) = place(&made.document.get_heads());
    assert!(matches!(placed, Placed::Nothing));
    assert_eq!(report.already.len(), 1);
    let (placed, report) = place(&[ChangeHash([7; 32])]);
    assert!(matches!(placed, Placed::Needs(asked) if asked == *id));
    assert_eq!(report, docket_exchange::Report::default());
}

#[test]
fn another_issue_with_the_key_comes_in_beside() {
    let mut store = Store::new();
    import(issue("LU-1", &json!({"summary": "A"})).as_bytes(), &mut store);
    let other = json!({"id": "2", "key": "LU-1", "fields": {"summary": "of another tracker"}}).to_string();
    let (report, added) = import(other.as_bytes(), &mut store);
    assert_eq!(report.collisions.len(), 1);
    assert_eq!(
        report.collisions[0].first,
        Plan::document(WORKSPACE, "jira", "LU-1")
    );
    assert_eq!(added[0].0, WORKSPACE.derive("jira:LU-1#2"));
    let (again, added) = import(other.as_bytes(), &mut store);
    assert_eq!((added.len(), again.already.len(), store.len()), (0, 1, 2));
}

#[test]
fn of_a_repeated_key_the_latest_state_comes_in() {
    let files = changelogs();
    let json: Vec<u8> = files.iter().flat_map(|(_, json)| json.clone()).collect();
    let mut store = Store::new();
    let (report, added) = import(&json, &mut store);
    // The two SP-2 differ only in when the person who exported them last looked at them.
    assert_eq!(
        report
            .repeated
            .iter()
            .map(|it| it.key.as_str())
            .collect::<Vec<_>>(),
        ["SP-2"]
    );
    // The second SP-1 is the same issue as it was before.
    let older: Vec<&str> = report.older.iter().map(|it| it.key.as_str()).collect();
    assert_eq!((older, report.collisions.len()), (vec!["SP-1"], 0));
    assert_eq!(added.len(), files.len() - 2);
    let issue = Issue::read(&store[&Plan::document(WORKSPACE, "jira", "SP-1")]);
    assert_eq!(source(&issue, "updated"), Some("2021-12-14T00:30:15.272+0000"));
    let (again, added) = import(&json, &mut store);
    assert_eq!((added.len(), again.already.len()), (0, files.len() - 2));
    assert_eq!((again.older.len(), again.repeated.len()), (1, 1));
}

#[test]
fn a_record_twice_comes_in_once() {
    let record = issue("LU-1", &json!({"summary": "A"}));
    let (report, added) = import(format!("{record}\n{record}\n").as_bytes(), &mut Store::new());
    assert_eq!((added.len(), report.repeated.len()), (1, 1));
    assert_eq!(report.repeated[0].line, 2);
}

/// Two exports put one after the other can have an issue in two states.
#[test]
fn two_states_in_one_file_are_one_issue() {
    let state = |title: &str, month: u8| {
        let updated = format!("2020-0{month}-01T00:00:00.000+0000");
        issue("LU-1", &json!({"summary": title, "updated": updated}))
    };
    let (old, new) = (state("old", 1), state("new", 2));
    let title = |store: &Store| Issue::read(&store[&Plan::document(WORKSPACE, "jira", "LU-1")]).title;
    // The later first: the other one is older.
    let mut store = Store::new();
    let (report, added) = import(format!("{new}\n{old}\n{old}\n").as_bytes(), &mut store);
    assert_eq!(
        (added.len(), report.older.len(), report.collisions.len()),
        (1, 2, 0)
    );
    assert_eq!(title(&store), "new");
    // The earlier first: the other one is given back, to follow it.
    let file = format!("{old}\n{new}\n");
    let mut store = Store::new();
    let (report, added) = import(file.as_bytes(), &mut store);
    assert_eq!(
        (added.len(), report.refused.len(), report.collisions.len()),
        (1, 1, 0)
    );
    assert_eq!(report.refused[0].reason, Reason::AnotherState);
    assert_eq!(report.mend.bytes, format!("{new}\n").into_bytes());
    let (mended, _) = import(&report.mend.bytes, &mut store);
    assert_eq!((mended.updated.len(), title(&store).as_str()), (1, "new"));
    // All of it is here now.
    let (report, added) = import(file.as_bytes(), &mut store);
    assert_eq!((added.len(), report.older.len(), report.already.len()), (0, 1, 1));
    // States that don't say which is later, of what is here already.
    let [one, two] = ["one", "two"].map(|title| issue("LU-2", &json!({"summary": title})));
    import(one.as_bytes(), &mut store);
    let (report, _) = import(
        format!("{two}\n{}\n", two.replace("two", "three")).as_bytes(),
        &mut store,
    );
    assert_eq!((report.updated.len(), report.refused.len()), (1, 1));
}

#[test]
fn the_order_of_entries_does_not_matter() {
    let comments = [
        json!({"id": "1", "body": "a", "created": "2020-01-01T00:00:00.000+0000"}),
        json!({"id": "2", "body": "b", "created": "2020-01-01T00:00:00.000+0000"}),
        json!({"body": "no id"}),
    ];
    let mut turned = comments.clone();
    turned.reverse();
    let of = |comments: &[serde_json::Value], labels: [&str; 2]| {
        let fields = json!({"summary": "A", "comment": comments, "labels": labels});
        import(issue("LU-1", &fields).as_bytes(), &mut Store::new()).1[0]
            .1
            .hash
    };
    assert_eq!(of(&comments, ["x", "y"]), of(&turned, ["y", "x"]));
}

#[test]
fn a_deleted_issue_does_not_come_back_unasked() {
    let json = issue("LU-1", &json!({"summary": "A"}));
    let mut store = Store::new();
    import(json.as_bytes(), &mut store);
    let document = store.values_mut().next().unwrap();
    document
        .transact::<_, _, automerge::AutomergeError>(|tx| {
            tx.put(ROOT, "deleted_at", automerge::ScalarValue::Timestamp(1))
        })
        .unwrap();
    let (report, added) = import(json.as_bytes(), &mut store);
    assert_eq!(added.len(), 0);
    assert_eq!(report.remarks[0].remark, Remark::DeletedHere);
}
