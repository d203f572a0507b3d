//! A newer export of what is here: what changed there comes in beside what changed here.

use automerge::{
    ActorId, Automerge, AutomergeError, ObjId, ObjType, ROOT, ReadDoc, Value as Held,
    transaction::Transactable,
};
use docket_domain::{
    DocumentId, Field, Kind, genesis,
    read::{self, Issue},
    words::{Priority, Status},
};
use docket_exchange::{Existing, Format, Placed, Plan, Remark};
use serde_json::{Value, json};

use crate::{ALOY, Store, WORKSPACE, import, issue, records, source};

fn comment(id: &str, body: &str) -> Value {
    json!({"id": id, "body": body, "author": {"name": "u1"}, "created": format!("2020-01-01T00:0{id}:30.000+0000")})
}

fn link(id: &str, target: &str) -> Value {
    json!({"id": id, "type": {"outward": "blocks"}, "outwardIssue": {"key": target}})
}

/// The issue as it was, and as it is later.
fn states() -> [String; 2] {
    let was = json!({
        "summary": "A", "updated": "2020-02-01T00:00:00.000+0000", "created": "2020-01-01T00:00:00.000+0000",
        "description": "One line.\nAnother line.\nThe last line.", "status": {"name": "Open"}, "priority": {"name": "Major"},
        "assignee": {"name": "u1"}, "labels": ["old", "both"], "issuelinks": [link("1", "LU-8"), link("2", "LU-9")],
        "comment": [comment("1", "first"), comment("2", "second")], "environment": "Rocky 8",
    });
    let mut is = was.clone();
    is["summary"] = json!("B");
    is["updated"] = json!("2020-03-01T00:00:00.000+0000");
    is["description"] = json!("One line.\nAnother line.\nThe very last line.");
    is["status"] = json!({"name": "Resolved"});
    is["resolutiondate"] = json!("2020-02-20T00:00:00.000+0000");
    is["assignee"] = Value::Null;
    is["environment"] = Value::Null;
    is["labels"] = json!(["both", "new"]);
    is["issuelinks"] = json!([link("2", "LU-9"), link("3", "LU-10")]);
    is["comment"] = json!([
        comment("1", "first, edited"),
        comment("2", "second"),
        comment("3", "third")
    ]);
    [issue("LU-1", &was), issue("LU-1", &is)]
}

fn id() -> DocumentId {
    Plan::document(WORKSPACE, "jira", "LU-1")
}

/// A workspace with the earlier state.
fn earlier() -> Store {
    let mut store = Store::new();
    import(states()[0].as_bytes(), &mut store);
    store
}

fn edit(
    store: &mut Store,
    edit: impl FnOnce(&mut automerge::transaction::Transaction<'_>) -> Result<(), AutomergeError>,
) {
    let document = store.values_mut().next().unwrap();
    // An import's actor is nobody's to edit with.
    document.set_actor(ActorId::random());
    document.transact::<_, _, AutomergeError>(edit).unwrap();
}

#[test]
fn what_changed_there_comes_in() {
    let mut store = earlier();
    let [was, is] = states();
    let (report, added) = import(is.as_bytes(), &mut store);
    assert_eq!(
        (report.updated.len(), report.incoming.len(), added.len()),
        (1, 0, 1)
    );
    assert_eq!(added[0].1.changes.len(), 1);
    let found = Issue::read(&store[&id()]);
    assert_eq!((found.title.as_str(), found.status), ("B", Status::Resolved));
    assert_eq!(
        (found.priority, found.assignee.as_ref()),
        (Some(Priority::Major), None)
    );
    assert!(found.description.contains("very last"));
    assert_eq!(found.labels, ["both", "new"]);
    let bodies: Vec<_> = found.comments.iter().map(|it| it.body.as_str()).collect();
    assert_eq!(bodies, ["first, edited", "second", "third"]);
    let mut targets: Vec<_> = found.links.iter().map(|it| it.target.as_str()).collect();
    targets.sort_unstable();
    assert_eq!(targets, ["LU-10", "LU-9"]);
    assert_eq!((source(&found, "environment"), found.events.len()), (None, 1));
    // It is what an import into an empty workspace makes, but for the digest, which is of an update.
    let mut fresh = Store::new();
    import(is.as_bytes(), &mut fresh);
    let (mut new, mut made) = (found.clone(), Issue::read(&fresh[&id()]));
    for one in [&mut new, &mut made] {
        one.comments.iter_mut().for_each(|it| it.object = ObjId::Root);
        one.events.iter_mut().for_each(|it| it.object = ObjId::Root);
        let source = one.source.as_mut().unwrap();
        source.fields.retain(|(name, _)| name != "digest");
    }
    assert_eq!(new, made);
    // Once more says nothing new; the earlier state says nothing.
    let (report, added) = import(is.as_bytes(), &mut store);
    assert_eq!((added.len(), report.already.len()), (0, 1));
    let (report, added) = import(was.as_bytes(), &mut store);
    assert_eq!((added.len(), report.older.len()), (0, 1));
}

/// Two replicas with the same earlier import, each edited by somebody.
#[test]
fn two_members_make_the_same_change() {
    let (mut a, mut b) = (earlier(), earlier());
    edit(&mut a, |tx| tx.put(ROOT, "title", "by Ann"));
    edit(&mut b, |tx| tx.put(ROOT, "priority", "trivial"));
    let [_, is] = states();
    let (one, two) = (import(is.as_bytes(), &mut a).1, import(is.as_bytes(), &mut b).1);
    assert_eq!(
        (one[0].1.hash, &one[0].1.changes),
        (two[0].1.hash, &two[0].1.changes)
    );
    let document = a.get_mut(&id()).unwrap();
    document.merge(&mut b.get_mut(&id()).unwrap().clone()).unwrap();
    // Layout, two imports, two edits.
    assert_eq!(document.get_changes(&[]).len(), 5);
    let (report, added) = import(is.as_bytes(), &mut a);
    assert_eq!((added.len(), report.already.len()), (0, 1));
}

#[test]
fn what_was_edited_here_stays_beside_it() {
    let mut store = earlier();
    edit(&mut store, |tx| {
        tx.put(ROOT, "title", "as we say it")?;
        tx.put(ROOT, "status", "triaged")?;
        let description = read::object(tx, &ROOT, "description").unwrap();
        tx.splice_text(&description, 0, 3, "Our")?;
        let labels = read::object(tx, &ROOT, "labels").unwrap();
        tx.put(&labels, "ours", true)?;
        let comments = read::object(tx, &ROOT, "comments").unwrap();
        let own = tx.put_object(&comments, "own", ObjType::Map)?;
        tx.put(&own, "body", "said here")
    });
    import(states()[1].as_bytes(), &mut store);
    let document = &store[&id()];
    let found = Issue::read(document);
    let fields: Vec<Field> = read::conflicts(document).into_iter().map(|it| it.field).collect();
    assert_eq!(fields, [Field::Title, Field::Status]);
    assert_eq!(found.description, "Our line.\nAnother line.\nThe very last line.");
    assert_eq!(found.labels, ["both", "new", "ours"]);
    assert!(found.comments.iter().any(|it| it.body == "said here"));
    assert_eq!(found.comments.len(), 4);
    // No container was made again.
    for key in ["comments", "labels", "source", "description"] {
        assert_eq!(document.get_all(ROOT, key).unwrap().len(), 1);
    }
}

#[test]
fn what_is_deleted_here_stays_deleted() {
    let mut store = earlier();
    edit(&mut store, |tx| {
        tx.put(ROOT, "deleted_at", automerge::ScalarValue::Timestamp(1))
    });
    let (report, _) = import(states()[1].as_bytes(), &mut store);
    assert_eq!(report.updated.len(), 1);
    assert!(report.remarks.iter().any(|it| it.remark == Remark::DeletedHere));
    assert!(Issue::read(&store[&id()]).deleted_at.is_some());
}

/// Two newer exports, imported apart: the next one follows the later of them.
#[test]
fn a_third_import_follows_the_latest() {
    let at = |month: u32, title: &str| {
        issue(
            "LU-1",
            &json!({"summary": title, "updated": format!("2020-0{month}-01T00:00:00.000+0000")}),
        )
    };
    let mut a = Store::new();
    import(at(1, "one").as_bytes(), &mut a);
    let mut b = a.clone();
    import(at(2, "two").as_bytes(), &mut a);
    let three = import(at(3, "three").as_bytes(), &mut b).1[0].1.hash;
    let document = a.get_mut(&id()).unwrap();
    document.merge(b.get_mut(&id()).unwrap()).unwrap();
    let (report, added) = import(at(4, "four").as_bytes(), &mut a);
    assert_eq!(report.updated.len(), 1);
    let metas = a[&id()].get_changes_meta(&[]);
    let meta = metas.iter().find(|meta| meta.hash == added[0].1.hash).unwrap();
    assert_eq!((meta.deps.as_slice(), meta.seq), (&[three][..], 1));
    for older in [at(1, "one"), at(3, "three"), at(2, "other")] {
        let (report, added) = import(older.as_bytes(), &mut a);
        assert_eq!((report.older.len(), added.len()), (1, 0));
    }
    // Nothing follows this one, so it is here.
    let (report, added) = import(at(2, "two").as_bytes(), &mut a);
    assert_eq!((report.already.len(), added.len()), (1, 0));
}

/// An export of another kind gives comments other ids and cuts the seconds of their times.
#[test]
fn a_comment_under_another_id_comes_in_once() {
    let mut store = earlier();
    let [_, is] = states();
    let mut other: Value = serde_json::from_str(&is).unwrap();
    for comment in other["fields"]["comment"].as_array_mut().unwrap() {
        comment.as_object_mut().unwrap().remove("id");
        let cut = comment["created"].as_str().unwrap().replace(":30.", ":00.");
        comment["created"] = json!(cut);
    }
    import(other.to_string().as_bytes(), &mut store);
    let found = Issue::read(&store[&id()]);
    let bodies: Vec<_> = found.comments.iter().map(|it| it.body.as_str()).collect();
    // The edited one can't be told from a new one.
    assert_eq!(bodies, ["first, edited", "first", "second", "third"]);
}

/// A document as versions before the digest made it: the same content, by another actor.
fn without_digest(made: &Automerge, id: DocumentId) -> Automerge {
    fn copy(from: &Automerge, object: &ObjId, tx: &mut automerge::transaction::Transaction<'_>, to: &ObjId) {
        let keys: Vec<String> = from.keys(object).collect();
        for key in keys.iter().filter(|key| *key != "digest") {
            match from.get(object, key.as_str()).unwrap().unwrap() {
                (Held::Scalar(value), _) if !matches!(key.as_str(), "kind" | "schema") => {
                    tx.put(to, key.as_str(), value.into_owned()).unwrap();
                }
                (Held::Scalar(_), _) => {}
                (Held::Object(ObjType::Text), text) => {
                    let there = read::object(tx, to, key).unwrap();
                    tx.splice_text(&there, 0, 0, &from.text(&text).unwrap()).unwrap();
                }
                (Held::Object(_), map) => {
                    let there = read::object(tx, to, key);
                    let there =
                        there.unwrap_or_else(|| tx.put_object(to, key.as_str(), ObjType::Map).unwrap());
                    copy(from, &map, tx, &there);
                }
            }
        }
    }
    let actor = genesis::deterministic_actor(id, &[b"import", b"jira", &[1]]);
    let mut old = genesis::create(Kind::Issue, id, actor).unwrap();
    let mut tx = old.transaction();
    copy(made, &ROOT, &mut tx, &ROOT);
    tx.commit();
    old
}

#[test]
fn what_an_earlier_version_imported_is_known_and_brought_up_to_date() {
    let mut store = earlier();
    let old = without_digest(&store[&id()], id());
    store.insert(id(), old);
    let [was, is] = states();
    let (report, added) = import(was.as_bytes(), &mut store);
    assert_eq!((added.len(), report.already.len()), (0, 1));
    let (report, _) = import(is.as_bytes(), &mut store);
    assert_eq!(report.updated.len(), 1);
    assert_eq!(Issue::read(&store[&id()]).comments.len(), 3);
    let (report, added) = import(was.as_bytes(), &mut store);
    assert_eq!((added.len(), report.older.len()), (0, 1));
    // Real ones.
    let mut store: Store = ALOY
        .added
        .iter()
        .take(40)
        .map(|(id, made)| (*id, without_digest(&made.document, *id)))
        .collect();
    let lines = ALOY
        .json
        .split(|byte| *byte == b'\n')
        .take(40)
        .collect::<Vec<_>>()
        .join(&b'\n');
    let (report, added) = import(&lines, &mut store);
    assert_eq!((added.len(), report.already.len()), (0, 40));
}

/// With rows alone the heads tell that nothing happened here since; what was updated has to be looked into.
#[test]
fn an_updated_document_is_looked_into() {
    let mut store = earlier();
    let [_, is] = states();
    import(is.as_bytes(), &mut store);
    let heads = store[&id()].get_heads();
    let mut plan = Plan::new(WORKSPACE, Format::Jira);
    let incoming = plan.read(records(is.as_bytes(), 100).remove(0)).unwrap();
    let placed = plan.place(&incoming, |_| Existing::Heads(&heads));
    assert!(matches!(placed, Placed::Needs(asked) if asked == id()));
    let placed = plan.place(&incoming, |_| Existing::Document(&store[&id()]));
    assert!(matches!(placed, Placed::Nothing));
    assert_eq!(plan.finish().already.len(), 1);
}
