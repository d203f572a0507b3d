//! What the guard lets through and what not, beside the table: who, what follows from what, and tricks.

// Helpers of tests may fail as tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod world;

use std::{collections::HashSet, num::NonZeroU64};

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ChangeHash, ExpandedChange, ObjType, PatchLog, ROOT, ReadDoc,
    ScalarValue,
    legacy::{Key, ObjectId, Op, OpId, OpType},
    transaction::{CommitOptions, Transactable, Transaction},
};
use docket_domain::{Facts, Kind, Member, Role, genesis, operation::operation_id, read::Workspace};
use docket_sync::{
    guard::{self, Input, Nature, Refusal, Verdict},
    inspect::{self, Limits},
};
use world::*;

fn codes(verdicts: &[Verdict]) -> Vec<&'static str> {
    verdicts.iter().map(code).collect()
}

/// A change written by hand on top of a stored document.
fn forged(stored: &Stored, by: ActorId, ops: Vec<Op>) -> Change {
    let deps = stored.document.get_heads();
    let metas = deps
        .iter()
        .map(|dep| stored.document.get_change_meta_by_hash(dep).unwrap().max_op);
    let change = Change::from(ExpandedChange {
        operations: ops,
        actor_id: by,
        hash: None,
        seq: 1,
        start_op: NonZeroU64::new(metas.max().unwrap_or_default() + 1).unwrap(),
        time: 0,
        message: None,
        deps,
        extra_bytes: Vec::new(),
        author: None,
    });
    inspect::change(change.raw_bytes(), &Limits::default()).unwrap()
}

fn op(obj: ObjectId, key: Key, action: OpType, pred: Vec<OpId>) -> Op {
    Op {
        action,
        obj,
        key,
        pred: pred.into(),
        insert: false,
    }
}

fn root(key: &str, action: OpType, pred: Vec<OpId>) -> Op {
    op(ObjectId::Root, Key::Map(key.into()), action, pred)
}

/// The operation that made the value at a path.
fn made(document: &Automerge, path: &[&str]) -> OpId {
    let mut object = ROOT;
    for key in path {
        object = document.get(&object, *key).unwrap().unwrap().1;
    }
    operation_id(&object).unwrap()
}

#[test]
fn a_write_that_loses_is_judged_all_the_same() {
    // A vendor writes a severity beside one that wins: the merged document shows no difference.
    let mut issue = Stored::issue();
    let before = issue.clone();
    issue.write(200, &other(), |tx| tx.put(ROOT, "severity", "s1"));
    let losing = before.edit(3, |tx| tx.put(ROOT, "severity", "s4"));
    let mut merged = issue.document.clone();
    merged.apply_changes([losing.clone()]).unwrap();
    assert_eq!(
        merged.get(ROOT, "severity").unwrap().unwrap().0.as_str(),
        Some("s1")
    );
    assert_eq!(
        codes(&issue.judge(Role::Vendor, std::slice::from_ref(&losing))),
        ["forbidden"]
    );
    assert_eq!(codes(&issue.judge(Role::Member, &[losing])), ["allowed"]);
}

#[test]
fn what_is_written_and_taken_back_in_one_change_is_judged() {
    let issue = Stored::issue();
    let verdict = issue.try_edit(Role::Vendor, |tx| {
        tx.put(ROOT, "severity", "s1")?;
        tx.put(ROOT, "severity", "s2")
    });
    assert_eq!(code(&verdict), "forbidden");
}

#[test]
fn one_wrong_operation_refuses_the_whole_change() {
    let issue = Stored::issue();
    let verdict = issue.try_edit(Role::Vendor, |tx| {
        tx.put(ROOT, "title", "Fine")?;
        tx.put(ROOT, "priority", "trivial")
    });
    assert_eq!(
        verdict,
        Verdict::Refused(Refusal::Forbidden {
            path: "priority".to_owned(),
            role: Role::Vendor
        })
    );
    assert_eq!(
        verdict.refusal().unwrap().to_string(),
        "As a vendor you can't change “priority” here."
    );
}

#[test]
fn an_actor_belongs_to_who_brought_it_first() {
    let mut issue = Stored::issue();
    let theirs = issue.edit(1, |tx| tx.put(ROOT, "title", "Not mine"));
    assert_eq!(codes(&issue.judge(Role::Admin, &[theirs])), ["actor-not-yours"]);
    let mine = issue.edit(2, |tx| tx.put(ROOT, "title", "Mine"));
    assert_eq!(codes(&issue.judge(Role::Member, &[mine])), ["allowed"]);
    // An actor that is stored, but without facts about whose it is.
    issue.facts = Facts::default();
    let orphan = issue.edit(2, |tx| tx.put(ROOT, "title", "Whose?"));
    assert_eq!(codes(&issue.judge(Role::Member, &[orphan])), ["duplicate-seq"]);
}

#[test]
fn a_reserved_actor_is_nobodys() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    copy.set_actor(genesis::deterministic_actor(ISSUE, &[b"x"]));
    copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", "x"))
        .unwrap();
    let change = copy.get_last_local_change().unwrap();
    assert_eq!(codes(&issue.judge(Role::Admin, &[change])), ["actor-reserved"]);
}

#[test]
fn two_changes_of_one_number_are_refused() {
    let mut issue = Stored::issue();
    let (one, two) = (
        issue.edit(9, |tx| tx.put(ROOT, "title", "One")),
        issue.edit(9, |tx| tx.put(ROOT, "title", "Two")),
    );
    assert_eq!(
        codes(&issue.judge(Role::Member, &[one.clone(), two.clone()])),
        ["allowed", "duplicate-seq"]
    );
    issue.store(std::slice::from_ref(&one), &me(Role::Member).id);
    assert_eq!(
        codes(&issue.judge(Role::Member, &[one, two])),
        ["stored", "duplicate-seq"]
    );
}

#[test]
fn numbers_and_counters_follow() {
    let issue = Stored::issue();
    let change = issue.edit(9, |tx| tx.put(ROOT, "title", "T"));
    for (seq, skip) in [(2, 0), (u64::from(u32::MAX), 0), (1, 1), (1, 1_000_000)] {
        let mut expanded = change.decode();
        expanded.seq = seq;
        expanded.start_op = expanded.start_op.checked_add(skip).unwrap();
        assert_eq!(
            codes(&issue.judge(Role::Member, &[Change::from(expanded)])),
            ["out-of-order"]
        );
    }
    let mut expanded = change.decode();
    expanded.start_op = NonZeroU64::new(1).unwrap();
    assert_eq!(
        codes(&issue.judge(Role::Member, &[Change::from(expanded)])),
        ["out-of-order"]
    );
}

#[test]
fn an_empty_change_is_refused() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    copy.set_actor(actor(9));
    copy.empty_commit(CommitOptions::default());
    let change = copy.get_last_local_change().unwrap();
    assert_eq!(codes(&issue.judge(Role::Member, &[change])), ["impossible"]);
}

/// Offline edits of several starts of a tab, merged: they come in any order and pass together.
#[test]
fn many_changes_are_judged_together_in_any_order() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    let heads = copy.get_heads();
    for n in 10..40_u8 {
        copy.set_actor(actor(10 + n % 3));
        copy.transact::<_, _, AutomergeError>(|tx| {
            tx.put(ROOT, "title", format!("Title {n}"))?;
            let text = object(tx, &["description"])?;
            tx.splice_text(&text, usize::from(n % 7), 1, "more")?;
            let comments = object(tx, &["comments"])?;
            let entry = tx.put_object(&comments, format!("c{n}"), ObjType::Map)?;
            tx.put(&entry, "at", time(5))?;
            tx.put(&entry, "by", "m-me")?;
            tx.put(&entry, "body", "text")
        })
        .unwrap();
    }
    let mut changes = copy.get_changes(&heads);
    changes.reverse();
    let verdicts = issue.judge(Role::Vendor, &changes);
    assert!(verdicts.iter().all(Verdict::is_allowed), "{verdicts:?}");
    let mut stored = issue.document.clone();
    stored.apply_changes(changes).unwrap();
    assert_eq!(stored.get_heads(), copy.get_heads());
}

/// An edit of an older state (`changeAt`) counts its operations on from all that its author had, not from what it builds
/// on: whatever the order in which changes come, those come to judgement first.
#[test]
fn an_edit_of_an_older_state_comes_with_what_its_author_had() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    let before = copy.get_heads();
    copy.set_actor(actor(9));
    for title in ["One", "Two"] {
        copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", title))
            .unwrap();
    }
    copy.set_actor(actor(8));
    let mut tx = copy.transaction_at(PatchLog::inactive(), &before).unwrap();
    tx.put(ROOT, "component", "ldiskfs").unwrap();
    tx.commit();
    let mut changes = copy.get_changes(&before);
    for _ in 0..changes.len() {
        changes.rotate_left(1);
        assert_eq!(codes(&issue.judge(Role::Member, &changes)), ["allowed"; 3]);
    }
    // Alone it counts on from what isn't there.
    changes.retain(|change| change.actor_id() == &actor(8));
    assert_eq!(codes(&issue.judge(Role::Member, &changes)), ["out-of-order"]);
}

#[test]
fn what_builds_on_a_refused_change_is_a_dependent() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    copy.set_actor(actor(9));
    let heads = copy.get_heads();
    for (key, value) in [
        ("title", "Fine"),
        ("priority", "trivial"),
        ("title", "Finer"),
        ("title", "Finest"),
    ] {
        copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, key, value))
            .unwrap();
    }
    let changes = copy.get_changes(&heads);
    let verdicts = issue.judge(Role::Vendor, &changes);
    assert_eq!(
        codes(&verdicts),
        ["allowed", "forbidden", "dependent", "dependent"]
    );
    assert_eq!(
        verdicts[2],
        Verdict::Dependent {
            on: changes[1].hash()
        }
    );
}

#[test]
fn an_unknown_dependency_is_asked_for() {
    let issue = Stored::issue();
    let mut copy = issue.document.clone();
    copy.set_actor(actor(9));
    let heads = copy.get_heads();
    for title in ["One", "Two", "Three"] {
        copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", title))
            .unwrap();
    }
    let changes = copy.get_changes(&heads);
    let missing = vec![changes[0].hash()];
    assert_eq!(
        issue.judge(Role::Member, &changes[1..]),
        [
            Verdict::Incomplete {
                missing: missing.clone()
            },
            Verdict::Incomplete { missing }
        ]
    );
}

#[test]
fn by_names_who_writes() {
    let issue = Stored::issue();
    for (name, expected) in [
        ("m-other", "forged"),
        ("jira:somebody", "forged"),
        ("m-me", "allowed"),
    ] {
        let verdict = issue.try_edit(Role::Admin, |tx| {
            let comments = object(tx, &["comments"])?;
            let entry = tx.put_object(&comments, "new", ObjType::Map)?;
            tx.put(&entry, "at", time(1))?;
            tx.put(&entry, "body", "hello")?;
            tx.put(&entry, "by", name)
        });
        assert_eq!(code(&verdict), expected);
    }
}

#[test]
fn an_entry_says_once_who_made_it_and_when() {
    let issue = Stored::issue();
    let verdict = issue.try_edit(Role::Admin, |tx| {
        let comments = object(tx, &["comments"])?;
        let entry = tx.put_object(&comments, "new", ObjType::Map)?;
        tx.put(&entry, "at", time(1))?;
        tx.put(&entry, "at", time(2))
    });
    assert_eq!(code(&verdict), "already-set");
}

#[test]
fn a_container_is_never_made_again() {
    let issue = Stored::issue();
    for key in ["comments", "labels", "source"] {
        let verdict = issue.try_edit(Role::Admin, |tx| {
            tx.put_object(ROOT, key, ObjType::Map).map(|_| ())
        });
        assert_eq!(code(&verdict), "container", "{key}");
    }
    let verdict = issue.try_edit(Role::Admin, |tx| {
        let comments = object(tx, &["comments"])?;
        tx.put_object(&comments, "new", ObjType::Map)?;
        tx.put_object(&comments, "new", ObjType::Map).map(|_| ())
    });
    assert_eq!(code(&verdict), "container");
    let nested = issue.try_edit(Role::Admin, |tx| {
        let made = tx.put_object(ROOT, "own", ObjType::Map)?;
        tx.put_object(&made, "inner", ObjType::Map).map(|_| ())
    });
    assert_eq!(code(&nested), "forbidden");
}

#[test]
fn a_document_begins_as_its_kind_does() {
    let admin = me(Role::Admin);
    let organisations = organisation("ornl");
    let (agreed, own) = (
        Workspace::agreed_list(WORKSPACE),
        Workspace::organisation_list(WORKSPACE, &organisations),
    );
    let stranger = Workspace::organisation_list(WORKSPACE, &organisation("llnl"));
    for (kind, id, roles) in [
        (Kind::Issue, ISSUE, "amv"),
        (Kind::Issue, WORKSPACE, ""),
        (Kind::Issue, agreed, ""),
        (Kind::Workspace, WORKSPACE, "a"),
        (Kind::Workspace, ISSUE, ""),
        (Kind::List, agreed, "am"),
        (Kind::List, own, "am"),
        (Kind::List, stranger, "a"),
        (Kind::List, WORKSPACE, ""),
    ] {
        for (role, letter) in [
            (Role::Admin, 'a'),
            (Role::Member, 'm'),
            (Role::Vendor, 'v'),
            (Role::Viewer, 'w'),
        ] {
            let judgement = judge_new(id, &me(role), &genesis::changes(kind, id).unwrap());
            let allowed = judgement.verdicts.iter().all(Verdict::is_allowed);
            assert_eq!(
                allowed,
                roles.contains(letter),
                "{kind:?} {role:?} {:?}",
                judgement.verdicts
            );
            assert_eq!(judgement.nature, allowed.then_some(Nature::Docket(kind)));
        }
    }
    // Another document's genesis, and one that was touched up.
    let foreign = genesis::changes(Kind::Issue, PLAIN).unwrap();
    assert_eq!(
        codes(&judge_new(ISSUE, &admin, &foreign).verdicts),
        ["first-change"]
    );
    let mut touched = genesis::changes(Kind::Issue, ISSUE).unwrap()[0].decode();
    touched.time = 1;
    assert_eq!(
        codes(&judge_new(ISSUE, &admin, &[touched.into()]).verdicts),
        ["first-change"]
    );
}

#[test]
fn a_new_issue_comes_with_its_first_edit() {
    let mut document = genesis::create(Kind::Issue, ISSUE, actor(9)).unwrap();
    document
        .transact::<_, _, AutomergeError>(|tx| {
            tx.put(ROOT, "title", "T")?;
            tx.put(ROOT, "created_by", "m-me")
        })
        .unwrap();
    let changes = document.get_changes(&[]);
    let judgement = judge_new(ISSUE, &me(Role::Vendor), &changes);
    assert_eq!(codes(&judgement.verdicts), ["allowed", "allowed"]);
    let viewer = judge_new(ISSUE, &me(Role::Viewer), &changes);
    assert_eq!(codes(&viewer.verdicts), ["read-only", "dependent"]);
    assert_eq!(viewer.nature, None);
}

/// The id of a list, a report or an imported issue can be computed before it is there. Who began something else under it
/// would keep it from ever being made.
#[test]
fn only_what_belongs_there_begins_at_a_derived_id() {
    let (report, list) = (
        Workspace::report(WORKSPACE, QUARTER),
        Workspace::organisation_list(WORKSPACE, &organisation("llnl")),
    );
    let imported = WORKSPACE.derive("jira:LU-1");
    for id in [report, list, imported, Workspace::agreed_list(WORKSPACE)] {
        let blank = Stored::new(Kind::Issue, id);
        let edit = blank.edit(9, |tx| tx.put(ROOT, "title", "Mine"));
        let layouts = genesis::changes(Kind::Issue, id).unwrap();
        let with = |change: &Change| [layouts.as_slice(), std::slice::from_ref(change)].concat();
        for role in [Role::Admin, Role::Member, Role::Vendor] {
            let judged = |changes: &[Change]| judge_new(id, &me(role), changes);
            assert_eq!(codes(&judged(&layouts).verdicts), ["wrong-document"]);
            let new = judged(&with(&edit));
            assert_eq!(codes(&new.verdicts), ["wrong-document", "dependent"]);
            assert_eq!(new.nature, None);
            assert_eq!(
                codes(&blank.judge(role, std::slice::from_ref(&edit))),
                ["wrong-document"]
            );
        }
        // An import begins where its own issue belongs, and brings nothing else in where it doesn't.
        let import = import(&blank, b"v1", None);
        let own = id == imported;
        let judgement = judge_new(id, &me(Role::Member), &[with(&import), vec![edit]].concat());
        assert_eq!(
            codes(&judgement.verdicts),
            [
                "allowed",
                if own { "allowed" } else { "wrong-document" },
                if own { "allowed" } else { "wrong-document" }
            ]
        );
        let begins = |kind, role| {
            let judgement = judge_new(id, &me(role), &genesis::changes(kind, id).unwrap());
            judgement.verdicts.iter().all(Verdict::is_allowed)
        };
        assert_eq!(begins(Kind::Report, Role::Admin), id == report);
        let mut plain = Automerge::new().with_actor(actor(9));
        plain
            .transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "todo", "milk"))
            .unwrap();
        let plain = judge_new(id, &me(Role::Admin), &plain.get_changes(&[]));
        assert_eq!(codes(&plain.verdicts), ["wrong-document"]);
    }
}

/// A tracker of that name would make issues of lists and reports.
#[test]
fn no_tracker_is_called_as_dockets_own_documents_are() {
    for (system, key) in [
        ("report", "2026-Q4"),
        ("list", "agreed"),
        ("list", "organisation:llnl"),
        ("list:organisation", "llnl"),
    ] {
        let id = WORKSPACE.derive(&format!("{system}:{key}"));
        let change = import_of(&Stored::new(Kind::Issue, id), system, key);
        let all = [genesis::changes(Kind::Issue, id).unwrap(), vec![change]].concat();
        let verdicts = judge_new(id, &me(Role::Admin), &all).verdicts;
        assert_eq!(codes(&verdicts), ["allowed", "wrong-document"], "{system}");
    }
    let id = WORKSPACE.derive("lister:agreed");
    let change = import_of(&Stored::new(Kind::Issue, id), "lister", "agreed");
    let all = [genesis::changes(Kind::Issue, id).unwrap(), vec![change]].concat();
    assert_eq!(
        codes(&judge_new(id, &me(Role::Member), &all).verdicts),
        ["allowed"; 2]
    );
}

/// An issue whose key another one had first is told apart by its number, or its content.
#[test]
fn an_import_begins_where_its_key_was_taken() {
    let digest = "0123456789abcdef".repeat(4);
    for (name, allowed) in [
        ("jira:LU-1", true),
        ("jira:LU-1#77", true),
        ("jira:LU-1#0123456789abcdef0123456789abcdef", true),
        ("jira:LU-1#78", false),
        ("jira:LU-2", false),
    ] {
        let id = WORKSPACE.derive(name);
        let blank = Stored::new(Kind::Issue, id);
        let mut copy = blank.document.clone();
        copy.set_actor(genesis::deterministic_actor(id, &[b"import"]));
        copy.transact::<_, _, AutomergeError>(|tx| {
            put(tx, &["source", "system"], text("jira"))?;
            put(tx, &["source", "key"], text("LU-1"))?;
            put(tx, &["source", "id"], text("77"))?;
            put(tx, &["source", "digest"], text(&digest))
        })
        .unwrap();
        let change = copy.get_last_local_change().unwrap();
        let verdict = blank.judge(Role::Member, &[change]).remove(0);
        assert_eq!(verdict.is_allowed(), allowed, "{name}");
    }
}

fn import_of(stored: &Stored, system: &str, key: &str) -> Change {
    let mut copy = stored.document.clone();
    copy.set_actor(genesis::deterministic_actor(stored.id, &[b"import"]));
    copy.transact::<_, _, AutomergeError>(|tx| {
        put(tx, &["source", "system"], text(system))?;
        put(tx, &["source", "key"], text(key))
    })
    .unwrap();
    copy.get_last_local_change().unwrap()
}

#[test]
fn nothing_else_begins_in_a_docket_document() {
    let issue = Stored::issue();
    let mut apart = Automerge::new().with_actor(actor(9));
    apart
        .transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", "Apart"))
        .unwrap();
    assert_eq!(
        codes(&issue.judge(Role::Admin, &apart.get_changes(&[]))),
        ["first-change"]
    );
}

#[test]
fn plain_documents_are_kept_where_the_workspace_allows_it() {
    let mut plain = Automerge::new().with_actor(actor(9));
    plain
        .transact::<_, _, AutomergeError>(|tx| {
            let list = tx.put_object(ROOT, "todos", ObjType::List)?;
            tx.insert(&list, 0, "milk")
        })
        .unwrap();
    let changes = plain.get_changes(&[]);
    for (role, expected) in [
        (Role::Admin, "allowed"),
        (Role::Member, "allowed"),
        (Role::Vendor, "forbidden"),
        (Role::Viewer, "read-only"),
    ] {
        let judgement = judge_new(PLAIN, &me(role), &changes);
        assert_eq!(codes(&judgement.verdicts), [expected]);
        assert_eq!(judgement.nature, (expected == "allowed").then_some(Nature::Plain));
    }
    let facts = Facts::default();
    let input = Input {
        workspace: WORKSPACE,
        document: PLAIN,
        stored: None,
        facts: &facts,
        member: &me(Role::Admin),
        plain_allowed: false,
        barred: &HashSet::new(),
        changes: &changes,
    };
    assert_eq!(codes(&guard::judge(&input).verdicts), ["plain-not-allowed"]);
    assert_eq!(
        codes(&judge_new(WORKSPACE, &me(Role::Admin), &changes).verdicts),
        ["wrong-document"]
    );
}

#[test]
fn a_plain_document_never_becomes_dockets() {
    let plain = Stored::plain();
    assert!(
        plain
            .try_edit(Role::Member, |tx| tx.put(ROOT, "anything", 1.5))
            .is_allowed()
    );
    let verdict = plain.try_edit(Role::Admin, |tx| tx.put(ROOT, "kind", "issue"));
    assert_eq!(code(&verdict), "first-change");
    let genesis = genesis::changes(Kind::Issue, PLAIN).unwrap();
    assert_eq!(codes(&plain.judge(Role::Admin, &genesis)), ["actor-reserved"]);
}

fn import(stored: &Stored, purpose: &[u8], deps: Option<&[ChangeHash]>) -> Change {
    let mut copy = match deps {
        Some(deps) => stored.document.fork_at(deps).unwrap(),
        None => stored.document.clone(),
    };
    copy.set_actor(genesis::deterministic_actor(stored.id, &[b"import", purpose]));
    copy.transact::<_, _, AutomergeError>(|tx| {
        tx.put(ROOT, "title", "Imported")?;
        tx.put(ROOT, "created_by", "jira:someone")?;
        tx.put(ROOT, "created_at", time(5))?;
        put(tx, &["source", "system"], text("jira"))?;
        put(tx, &["source", "key"], text("LU-1"))?;
        put(tx, &["source", "votes"], 3_u64.into())?;
        put(tx, &["people", "jira:someone"], text("Someone"))?;
        let comments = object(tx, &["comments"])?;
        let entry = tx.put_object(&comments, "jira-1", ObjType::Map)?;
        tx.put(&entry, "by", "jira:someone")?;
        tx.put(&entry, "at", time(6))?;
        tx.put(&entry, "body", "Hello")?;
        let text = object(tx, &["description"])?;
        tx.splice_text(&text, 0, 0, "Imported words")
    })
    .unwrap();
    copy.get_last_local_change().unwrap()
}

#[test]
fn an_import_is_a_members_to_bring_and_nobodys_to_edit() {
    let mut blank = Stored::new(Kind::Issue, ISSUE);
    let change = import(&blank, b"v1", None);
    for (role, expected) in [
        (Role::Admin, "allowed"),
        (Role::Member, "allowed"),
        (Role::Vendor, "forbidden"),
        (Role::Viewer, "read-only"),
    ] {
        assert_eq!(
            codes(&blank.judge(role, std::slice::from_ref(&change))),
            [expected]
        );
    }
    // With its genesis, to a hub that has neither.
    let all = [
        genesis::changes(Kind::Issue, ISSUE).unwrap(),
        vec![change.clone()],
    ]
    .concat();
    assert_eq!(
        codes(&judge_new(ISSUE, &me(Role::Member), &all).verdicts),
        ["allowed", "allowed"]
    );

    let genesis = blank.document.get_heads();
    blank.document.apply_changes([change.clone()]).unwrap();
    blank.note(&change, None);
    // Another import of it belongs in the document that the issue of the other tracker has, and in no other.
    let second = import(&blank, b"v2", Some(&genesis));
    assert_eq!(codes(&blank.judge(Role::Member, &[second])), ["wrong-document"]);
    // One that builds on others' edits isn't one.
    let late = blank.edit(9, |tx| tx.put(ROOT, "title", "Edited"));
    blank.store(&[late], &me(Role::Member).id);
    assert_eq!(
        codes(&blank.judge(Role::Admin, &[import(&blank, b"v3", None)])),
        ["actor-reserved"]
    );
    // Its entries belong to nobody; an admin may hide a comment.
    let edit = |key: &'static str, value: ScalarValue| {
        move |tx: &mut Transaction<'_>| put(tx, &["comments", "jira-1", key], value)
    };
    assert_eq!(
        code(&blank.try_edit(Role::Admin, edit("body", text("Changed")))),
        "not-yours"
    );
    assert_eq!(
        code(&blank.try_edit(Role::Member, edit("deleted_at", time(9)))),
        "not-yours"
    );
    assert_eq!(
        code(&blank.try_edit(Role::Admin, edit("deleted_at", time(9)))),
        "allowed"
    );
}

/// Two members import an older and a newer export: both come in, in any order and together.
#[test]
fn two_imports_of_an_issue_meet() {
    let id = WORKSPACE.derive("jira:LU-1");
    let mut issue = Stored::new(Kind::Issue, id);
    let genesis = issue.document.get_heads();
    let (one, two) = (import(&issue, b"v1", None), import(&issue, b"v2", None));
    let together = issue.judge(Role::Member, &[one.clone(), two.clone()]);
    assert_eq!(codes(&together), ["allowed", "allowed"]);
    issue.document.apply_changes([one.clone()]).unwrap();
    issue.note(&one, None);
    assert_eq!(
        codes(&issue.judge(Role::Member, std::slice::from_ref(&two))),
        ["allowed"]
    );
    // But not over what a member wrote.
    let comment = issue.edit(9, |tx| {
        let comments = object(tx, &["comments"])?;
        tx.put_object(&comments, "jira-2", ObjType::Map).map(|_| ())
    });
    issue.store(&[comment], &me(Role::Member).id);
    let mut copy = issue.document.fork_at(&genesis).unwrap();
    copy.set_actor(genesis::deterministic_actor(id, &[b"import", b"v3"]));
    copy.transact::<_, _, AutomergeError>(|tx| {
        put(tx, &["source", "system"], text("jira"))?;
        put(tx, &["source", "key"], text("LU-1"))?;
        let comments = object(tx, &["comments"])?;
        tx.put_object(&comments, "jira-2", ObjType::Map).map(|_| ())
    })
    .unwrap();
    let over = copy.get_last_local_change().unwrap();
    assert_eq!(codes(&issue.judge(Role::Admin, &[over])), ["container"]);
}

/// An import that follows another one: its change on that one alone.
fn follow(
    stored: &Stored,
    purpose: &[u8],
    deps: &[ChangeHash],
    write: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
) -> Change {
    let mut copy = stored.document.fork_at(deps).unwrap();
    copy.set_actor(genesis::deterministic_actor(stored.id, &[b"import", purpose]));
    copy.transact::<_, _, AutomergeError>(write).unwrap();
    copy.get_last_local_change().unwrap()
}

/// An imported issue on which a member commented, and the import's change.
fn imported() -> (Stored, ChangeHash) {
    let mut issue = Stored::new(Kind::Issue, WORKSPACE.derive("jira:LU-1"));
    let first = import(&issue, b"v1", None);
    issue.document.apply_changes([first.clone()]).unwrap();
    issue.note(&first, None);
    let comment = issue.edit(9, |tx| {
        let comments = object(tx, &["comments"])?;
        let entry = tx.put_object(&comments, "own", ObjType::Map)?;
        tx.put(&entry, "body", "Said here")
    });
    issue.store(&[comment], &me(Role::Member).id);
    (issue, first.hash())
}

/// What the other tracker says later: on the import alone, whatever was edited here.
#[test]
fn an_import_brings_news_of_what_it_imported() {
    let (issue, first) = imported();
    let news = |purpose: &'static [u8], deps: &[ChangeHash]| {
        follow(&issue, purpose, deps, |tx| {
            tx.put(ROOT, "title", "Retitled there")?;
            tx.put(ROOT, "created_at", time(7))?;
            tx.put(ROOT, "assignee", ScalarValue::Null)?;
            put(tx, &["comments", "jira-1", "body"], text("Edited there"))?;
            put(tx, &["comments", "jira-1", "at"], time(8))?;
            put(tx, &["source", "votes"], ScalarValue::Null)?;
            put(tx, &["source", "digest"], text("2"))?;
            put(tx, &["people", "jira:other"], text("Other"))?;
            let comments = object(tx, &["comments"])?;
            let entry = tx.put_object(&comments, "jira-2", ObjType::Map)?;
            tx.put(&entry, "by", "jira:other")?;
            let text = object(tx, &["description"])?;
            tx.splice_text(&text, 0, 8, "Edited")
        })
    };
    let second = news(b"v2", &[first]);
    for (role, expected) in [
        (Role::Admin, "allowed"),
        (Role::Member, "allowed"),
        (Role::Vendor, "forbidden"),
        (Role::Viewer, "read-only"),
    ] {
        assert_eq!(
            codes(&issue.judge(role, std::slice::from_ref(&second))),
            [expected]
        );
    }
    // One after the other, also together and with all before them.
    let (mut issue, first) = imported();
    issue.document.apply_changes([second.clone()]).unwrap();
    issue.note(&second, None);
    let third = follow(&issue, b"v3", &[second.hash()], |tx| {
        put(tx, &["comments", "jira-2", "body"], text("Later"))
    });
    assert_eq!(
        codes(&issue.judge(Role::Member, std::slice::from_ref(&third))),
        ["allowed"]
    );
    let (stored, _) = imported();
    assert_eq!(
        codes(&stored.judge(Role::Member, &[third.clone(), second.clone()])),
        ["allowed", "allowed"]
    );
    let layouts = genesis::changes(Kind::Issue, issue.id).unwrap();
    let first = issue.document.get_change_by_hash(&first).unwrap();
    let all = [layouts, vec![first, second, third]].concat();
    let verdicts = judge_new(issue.id, &me(Role::Member), &all).verdicts;
    assert!(verdicts.iter().all(Verdict::is_allowed), "{verdicts:?}");
}

#[test]
fn an_import_brings_no_other_news() {
    let (issue, first) = imported();
    let heads = issue.document.get_heads();
    let edited = *heads.iter().find(|head| **head != first).unwrap();
    type Write = fn(&mut Transaction<'_>) -> Result<(), AutomergeError>;
    let retitle: Write = |tx| tx.put(ROOT, "title", "Forged");
    // On a member's edit, beside the import or alone.
    for deps in [&[edited][..], &heads] {
        let change = follow(&issue, b"v2", deps, retitle);
        assert_eq!(codes(&issue.judge(Role::Admin, &[change])), ["actor-reserved"]);
    }
    // On an import that the hub refuses.
    let refused = follow(&issue, b"v2", &[first], |tx| tx.put(ROOT, "status", "forged"));
    let mut copy = issue.document.clone();
    copy.apply_changes([refused.clone()]).unwrap();
    let on_it = follow(
        &Stored {
            document: copy,
            ..imported().0
        },
        b"v3",
        &[refused.hash()],
        retitle,
    );
    assert_eq!(
        codes(&issue.judge(Role::Admin, &[refused, on_it])),
        ["malformed", "dependent"]
    );
    for (write, expected) in [
        // Which issue of which tracker it is stays.
        (
            (|tx| put(tx, &["source", "key"], text("LU-2"))) as Write,
            "forbidden",
        ),
        (|tx| put(tx, &["source", "system"], text("github")), "forbidden"),
        // Whether it is shown, and needs attention, is decided here.
        (|tx| tx.put(ROOT, "deleted_at", time(9)), "forbidden"),
        (
            |tx| put(tx, &["comments", "jira-1", "deleted_at"], time(9)),
            "forbidden",
        ),
        (
            |tx| {
                object(tx, &["attention"]).and_then(|map| tx.put_object(&map, "a", ObjType::Map).map(|_| ()))
            },
            "forbidden",
        ),
        // Nobody here said that.
        (
            |tx| put(tx, &["comments", "jira-1", "by"], text("m-me")),
            "forged",
        ),
        // Containers and entries are made once.
        (
            |tx| tx.put_object(ROOT, "comments", ObjType::Map).map(|_| ()),
            "container",
        ),
        (
            |tx| object(tx, &["comments"]).and_then(|map| tx.delete(&map, "jira-1")),
            "container",
        ),
        (
            |tx| {
                let comments = object(tx, &["comments"])?;
                tx.put_object(&comments, "own", ObjType::Map).map(|_| ())
            },
            "container",
        ),
    ] {
        let change = follow(&issue, b"v2", &[first], write);
        assert_eq!(codes(&issue.judge(Role::Admin, &[change])), [expected]);
    }
    // A member's comment isn't known to what builds on imports alone; one that claims to is no such change.
    let mut copy = issue.document.clone();
    copy.set_actor(genesis::deterministic_actor(issue.id, &[b"import", b"v2"]));
    copy.transact::<_, _, AutomergeError>(|tx| put(tx, &["comments", "own", "body"], text("Forged")))
        .unwrap();
    let change = copy.get_last_local_change().unwrap();
    let mut claimed = ExpandedChange::from(&change);
    claimed.deps = vec![first];
    assert!(!issue.judge(Role::Admin, &[change])[0].is_allowed());
    let verdict = &issue.judge(Role::Admin, &[claimed.into()])[0];
    assert!(!verdict.is_allowed(), "{verdict:?}");
    // An import's actor has one change.
    let mut copy = issue.document.fork_at(&[first]).unwrap();
    let actor = copy.get_change_by_hash(&first).unwrap().actor_id().clone();
    copy.set_actor(actor);
    copy.transact::<_, _, AutomergeError>(retitle).unwrap();
    let change = copy.get_last_local_change().unwrap();
    assert_eq!(codes(&issue.judge(Role::Admin, &[change])), ["actor-reserved"]);
}

#[test]
fn an_import_speaks_for_no_member() {
    let blank = Stored::new(Kind::Issue, ISSUE);
    for (name, expected) in [
        ("m-other", "forged"),
        ("m-me", "forged"),
        ("jira:someone", "allowed"),
    ] {
        let mut copy = blank.document.clone();
        copy.set_actor(genesis::deterministic_actor(ISSUE, &[b"import"]));
        copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "created_by", name))
            .unwrap();
        let change = copy.get_last_local_change().unwrap();
        assert_eq!(codes(&blank.judge(Role::Admin, &[change])), [expected]);
    }
}

#[test]
fn an_import_belongs_in_an_issue() {
    let list = Stored::new(Kind::List, Workspace::agreed_list(WORKSPACE));
    let mut copy = list.document.clone();
    copy.set_actor(genesis::deterministic_actor(list.id, &[b"import"]));
    copy.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "name", "x"))
        .unwrap();
    let change = copy.get_last_local_change().unwrap();
    assert_eq!(codes(&list.judge(Role::Admin, &[change])), ["actor-reserved"]);
}

#[test]
fn a_text_has_a_length() {
    let issue = Stored::issue();
    let fill = |length: usize| {
        issue.edit(9, move |tx| {
            let text = object(tx, &["description"])?;
            tx.splice_text(&text, 0, 10, &"x".repeat(length))
        })
    };
    assert_eq!(codes(&issue.judge(Role::Member, &[fill(90_000)])), ["allowed"]);
    let verdict = issue.try_edit(Role::Member, |tx| tx.put(ROOT, "title", "x".repeat(1_001)));
    assert_eq!(
        verdict,
        Verdict::Refused(Refusal::TooLarge {
            path: "title".to_owned(),
            max: 1_000
        })
    );
}

// What no client makes, but somebody could write by hand.

#[test]
fn an_operation_on_an_unknown_object_is_refused() {
    let issue = Stored::issue();
    let known = issue.document.get_changes(&[])[1].actor_id().clone();
    for id in [
        OpId::new(999, &actor(9)),
        OpId::new(999, &known),
        OpId::new(1, &known),
        OpId::new(1, &actor(77)),
    ] {
        let write = op(
            ObjectId::Id(id),
            Key::Map("body".into()),
            OpType::Put(text("x")),
            vec![],
        );
        assert_eq!(
            codes(&issue.judge(Role::Admin, &[forged(&issue, actor(9), vec![write])])),
            ["impossible"]
        );
    }
}

#[test]
fn a_write_cannot_delete_another_value_as_its_predecessor() {
    let issue = Stored::issue();
    let priority = made(&issue.document, &["priority"]);
    let title = made(&issue.document, &["title"]);
    let trick = |pred: Vec<OpId>| {
        forged(
            &issue,
            actor(9),
            vec![root("title", OpType::Put(text("x")), pred)],
        )
    };
    assert_eq!(
        codes(&issue.judge(Role::Vendor, &[trick(vec![title.clone()])])),
        ["allowed"]
    );
    assert_eq!(
        codes(&issue.judge(Role::Vendor, &[trick(vec![title.clone(), priority])])),
        ["impossible"]
    );
    assert_eq!(
        codes(&issue.judge(Role::Vendor, &[trick(vec![OpId::new(99, title.actor())])])),
        ["impossible"]
    );
    // The same from one object to another.
    let label = made(&issue.document, &["labels", "old"]);
    assert_eq!(
        codes(&issue.judge(Role::Vendor, &[trick(vec![label])])),
        ["impossible"]
    );
}

#[test]
fn an_element_that_is_not_there_is_refused() {
    let issue = Stored::issue();
    let description = made(&issue.document, &["description"]);
    let comment = made(&issue.document, &["comments", MINE]);
    let insert = |after: OpId| Op {
        insert: true,
        ..op(
            ObjectId::Id(description.clone()),
            Key::Seq(automerge::legacy::ElementId::Id(after)),
            OpType::Put(text("x")),
            vec![],
        )
    };
    for after in [
        OpId::new(999, comment.actor()),
        comment.clone(),
        description.clone(),
        OpId::new(5, &actor(77)),
    ] {
        let change = forged(&issue, actor(9), vec![insert(after)]);
        assert_eq!(codes(&issue.judge(Role::Admin, &[change])), ["impossible"]);
    }
    // Deleting a character by way of another object's value.
    let title = made(&issue.document, &["title"]);
    let delete = op(
        ObjectId::Id(description.clone()),
        Key::Seq(automerge::legacy::ElementId::Id(title.clone())),
        OpType::Delete,
        vec![title],
    );
    assert_eq!(
        codes(&issue.judge(Role::Admin, &[forged(&issue, actor(9), vec![delete])])),
        ["impossible"]
    );
}

#[test]
fn a_change_refers_only_to_what_it_could_know() {
    // Somebody else wrote a title; a change that doesn't build on it claims to have seen it.
    let mut issue = Stored::issue();
    let before = issue.clone();
    issue.write(200, &other(), |tx| tx.put(ROOT, "title", "Theirs"));
    let theirs = made(&issue.document, &["title"]);
    let honest = before.edit(9, |tx| tx.put(ROOT, "title", "Mine"));
    assert_eq!(codes(&issue.judge(Role::Member, &[honest])), ["allowed"]);
    let claims = forged(
        &before,
        actor(9),
        vec![root("title", OpType::Put(text("Mine")), vec![theirs])],
    );
    assert_eq!(codes(&issue.judge(Role::Member, &[claims])), ["impossible"]);
}

#[test]
fn marks_blocks_tables_and_counters_have_no_place_in_an_issue() {
    let issue = Stored::issue();
    let marked = issue.try_edit(Role::Admin, |tx| {
        let text = object(tx, &["description"])?;
        let mark = automerge::marks::Mark::new("bold".to_owned(), true, 0, 4);
        tx.mark(&text, mark, automerge::marks::ExpandMark::Both)
    });
    assert_eq!(code(&marked), "impossible");
    let block = issue.try_edit(Role::Admin, |tx| {
        let text = object(tx, &["description"])?;
        tx.split_block(&text, 2).map(|_| ())
    });
    assert_eq!(code(&block), "malformed");
    let table = forged(
        &issue,
        actor(9),
        vec![root("own", OpType::Make(ObjType::Table), vec![])],
    );
    assert_eq!(codes(&issue.judge(Role::Admin, &[table])), ["impossible"]);
    let counter = issue.try_edit(Role::Admin, |tx| tx.put(ROOT, "title", ScalarValue::counter(1)));
    assert_eq!(code(&counter), "malformed");
    let title = made(&issue.document, &["title"]);
    let increment = forged(
        &issue,
        actor(9),
        vec![root("title", OpType::Increment(1), vec![title])],
    );
    assert_eq!(codes(&issue.judge(Role::Admin, &[increment])), ["malformed"]);
}

#[test]
fn a_member_of_no_organisation_has_no_list() {
    let list = Stored::own_list();
    let change = list.edit(9, |tx| put(tx, &["ranks", &ISSUE.url()], text("90")));
    let alone = Member {
        organisation: None,
        ..me(Role::Member)
    };
    assert_eq!(
        codes(&list.judge_as(&alone, std::slice::from_ref(&change)).verdicts),
        ["forbidden"]
    );
    let ours = Member {
        organisation: Some(organisation("ornl")),
        ..me(Role::Member)
    };
    assert_eq!(codes(&list.judge_as(&ours, &[change]).verdicts), ["allowed"]);
}
