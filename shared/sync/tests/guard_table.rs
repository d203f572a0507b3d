//! The guard's table, cell by cell: for every place of every kind, who may write there, written out here once more
//! and tried with real changes. Prints how many cells there are:
//! `cargo test -p docket-sync --test guard_table -- --nocapture`.

// Helpers of tests may fail as tests do.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod world;

use automerge::{
    AutomergeError, ObjId, ObjType, ScalarValue,
    transaction::{Transactable, Transaction},
};
use docket_domain::{Role, report::Section};
use docket_sync::guard::{RULES, Verdict};
use world::*;

/// What is tried in a cell.
enum Try {
    Put(ScalarValue),
    /// Makes the entry, and in it writes the last key of the path.
    New(ScalarValue),
    Make(ObjType),
    Delete,
    Splice(&'static str),
}

/// Where, what, and the roles that may: `a`dmin, `m`ember, `v`endor; a viewer never.
type Row = (&'static str, &'static str, Try, &'static str);

fn attempt(tx: &mut Transaction<'_>, path: &str, what: &Try) -> Result<(), AutomergeError> {
    let keys: Vec<&str> = path.split(' ').collect();
    let (last, parents) = keys.split_last().unwrap();
    match what {
        Try::Put(value) => put(tx, &keys, value.clone()),
        Try::New(value) => {
            let (name, container) = parents.split_last().unwrap();
            let parent = object(tx, container)?;
            let entry = tx.put_object(&parent, *name, ObjType::Map)?;
            tx.put(&entry, *last, value.clone())?;
            complete(tx, container, &entry, Some((last, value)))
        }
        Try::Make(kind) => {
            let parent = object(tx, parents)?;
            let made = tx.put_object(&parent, *last, *kind)?;
            match kind {
                ObjType::Map => complete(tx, parents, &made, None),
                _ => Ok(()),
            }
        }
        Try::Delete => {
            let parent = object(tx, parents)?;
            tx.delete(&parent, *last)
        }
        Try::Splice(words) => {
            let text = object(tx, &keys)?;
            tx.splice_text(&text, 2, 3, words)
        }
    }
}

/// Writes what else an entry has, so that it is the one value that is tried.
fn complete(
    tx: &mut Transaction<'_>,
    container: &[&str],
    entry: &ObjId,
    tried: Option<(&str, &ScalarValue)>,
) -> Result<(), AutomergeError> {
    let values: &[(&str, &str)] = match container {
        ["comments"] => &[("body", "hello")],
        ["events"] => &[("field", "status"), ("from", "new"), ("to", "closed")],
        ["attention"] => &[("reason", "slow")],
        ["links"] => &[("relation", "blocks"), ("target", "LU-1")],
        ["attachments"] => &[("name", "a.log")],
        ["figures"] => &[("data", "{}")],
        _ => return Ok(()),
    };
    // An event stands with its field's change.
    let field = match tried {
        Some(("field", ScalarValue::Str(field))) => field.to_string(),
        _ => "status".to_owned(),
    };
    let to = match field.as_str() {
        "severity" => "s4",
        "priority" => "trivial",
        "assignee" => "m-other",
        _ => "closed",
    };
    let untried = |name: &str| tried.is_none_or(|(tried, _)| tried != name);
    for (name, value) in values.iter().filter(|(name, _)| untried(name)) {
        let value = if *name == "to" { to } else { *value };
        tx.put(entry, *name, value)?;
    }
    if *container == ["events"] && field != "nonsense" {
        tx.put(automerge::ROOT, field, to)?;
    }
    if untried("at") {
        tx.put(entry, "at", time(1_700_000_000_000))?;
    }
    if untried("by") {
        tx.put(entry, "by", "m-me")?;
    }
    Ok(())
}

fn t(word: &str) -> Try {
    Try::Put(text(word))
}

fn new(word: &str) -> Try {
    Try::New(text(word))
}

fn null() -> Try {
    Try::Put(ScalarValue::Null)
}

fn yes() -> Try {
    Try::Put(ScalarValue::Boolean(true))
}

fn at() -> Try {
    Try::Put(time(1_700_000_000_000))
}

fn new_at() -> Try {
    Try::New(time(1_700_000_000_000))
}

const URL: &str = "ranks automerge:2aUhHPmsPGHTmmqmSD3Lcn1ZpLUf";

fn rows() -> Vec<Row> {
    let ranked = Box::leak(format!("ranks {}", ISSUE.url()).into_boxed_str());
    let new_rank: &'static str = Box::leak(
        format!("ranks {}", docket_domain::DocumentId::from_bytes([77; 16]).url()).into_boxed_str(),
    );
    let agreed = docket_domain::read::Workspace::agreed_list(WORKSPACE).url();
    let ornl = docket_domain::read::Workspace::organisation_list(WORKSPACE, &organisation("ornl")).url();
    let report = docket_domain::read::Workspace::report(WORKSPACE, QUARTER).url();
    let mut rows = vec![
        ("workspace", "name", t("SWG"), "a"),
        ("workspace", "prefix", t("SWG"), "a"),
        ("workspace", "lists agreed", t(&agreed), "a"),
        ("workspace", "lists agreed", t(&ornl), ""),
        ("workspace", "lists ornl", t(&ornl), "a"),
        ("workspace", "lists nobody's", t(&ornl), ""),
        ("workspace", "organisations ornl", t("Oak Ridge"), "a"),
        ("workspace", "organisations NOT_AN_ID", t("Oak Ridge"), ""),
        ("workspace", "components ldiskfs", yes(), "a"),
        ("workspace", "components ldiskfs", t("yes"), ""),
        ("workspace", "components old", Try::Delete, "a"),
        ("workspace", "components", Try::Delete, ""),
        ("workspace", "components", Try::Make(ObjType::Map), ""),
        (
            "workspace",
            "mappings jira/status/Parked",
            t("waiting-vendor"),
            "am",
        ),
        ("workspace", "mappings jira/status/Parked", null(), "am"),
        ("workspace", "mappings jira/status/Parked", yes(), ""),
        ("workspace", "people jira:jdoe", t("m-other"), "a"),
        ("workspace", "people jira:jdoe", t("m-me"), "amv"),
        ("workspace", "people jira:mine", null(), "amv"),
        ("workspace", "people jira:theirs", null(), "a"),
        ("workspace", "people jira:jdoe", t("Not an id"), ""),
        ("workspace", "people m-other", t("m-me"), ""),
        ("workspace", "people m-other", null(), ""),
        ("workspace", "people jira:two\nlines", t("m-me"), ""),
        ("workspace", "reports 2026-Q3", t(&report), "am"),
        ("workspace", "reports 2026-Q4", t(&report), ""),
        ("workspace", "reports 2026-Q5", t(&report), ""),
        ("workspace", "reports 2026-Q1", Try::Delete, ""),
        ("workspace", "kind", t("issue"), ""),
        ("workspace", "schema", Try::Put(9_u64.into()), ""),
        ("workspace", "other", t("x"), ""),
        ("workspace", "other", Try::Make(ObjType::Map), ""),
        ("agreed", "name", t("Agreed"), "a"),
        ("agreed", "organisation", t("ornl"), ""),
        ("agreed", ranked, t("90AB"), "am"),
        ("agreed", new_rank, t("90"), "am"),
        ("agreed", ranked, t("9"), ""),
        ("agreed", ranked, t("zz"), ""),
        ("agreed", ranked, null(), ""),
        ("agreed", ranked, Try::Make(ObjType::Map), ""),
        ("agreed", ranked, Try::Delete, "am"),
        ("agreed", URL, t("90"), ""),
        ("agreed", "ranks no-url", t("90"), ""),
        ("agreed", "ranks", Try::Delete, ""),
        ("agreed", "ranks", Try::Make(ObjType::Map), ""),
        ("agreed", "kind", t("issue"), ""),
        ("own list", "name", t("Ours"), "am"),
        ("own list", "organisation", t("ornl"), "am"),
        ("own list", "organisation", t("llnl"), ""),
        ("own list", "organisation", null(), ""),
        ("own list", ranked, t("90AB"), "am"),
        ("own list", ranked, Try::Delete, "am"),
        ("other list", "name", t("Theirs"), "a"),
        ("other list", "organisation", t("llnl"), "a"),
        ("other list", "organisation", t("ornl"), ""),
        ("other list", ranked, t("90AB"), "a"),
        ("other list", ranked, Try::Delete, "a"),
        ("issue", "title", t("Another"), "amv"),
        ("issue", "title", null(), ""),
        ("issue", "title", Try::Put(5.into()), ""),
        ("issue", "title", Try::Delete, ""),
        ("issue", "title", Try::Make(ObjType::Text), ""),
        ("issue", "severity", t("s1"), "am"),
        ("issue", "severity", null(), "am"),
        ("issue", "severity", t("S1"), ""),
        ("issue", "severity", Try::Delete, ""),
        ("issue", "priority", t("blocker"), "am"),
        ("issue", "priority", null(), "am"),
        ("issue", "priority", t("huge"), ""),
        ("issue", "status", t("closed"), "amv"),
        ("issue", "status", null(), ""),
        ("issue", "status", t("gone"), ""),
        ("issue", "resolution", t("fixed"), "amv"),
        ("issue", "resolution", null(), "amv"),
        ("issue", "resolution", t("broken"), ""),
        ("issue", "component", t("ldiskfs"), "amv"),
        ("issue", "component", null(), "amv"),
        ("issue", "assignee", t("m-other"), "amv"),
        ("issue", "assignee", null(), "amv"),
        ("issue", "organisation", t("llnl"), "am"),
        ("issue", "organisation", null(), "am"),
        ("issue", "organisation", t("Not an id"), ""),
        ("issue", "reporter", t("m-me"), ""),
        ("issue", "created_at", at(), ""),
        ("issue", "created_by", t("m-me"), ""),
        ("issue", "deleted_at", at(), "am"),
        ("issue", "deleted_at", null(), "am"),
        ("issue", "deleted_at", t("now"), ""),
        ("issue", "deleted_by", t("m-me"), "am"),
        ("issue", "deleted_by", t("m-other"), ""),
        ("issue", "description", Try::Splice("new words"), "amv"),
        ("issue", "description", Try::Delete, ""),
        ("issue", "description", Try::Make(ObjType::Text), ""),
        ("issue", "description", t("gone"), ""),
        ("issue", "kind", t("list"), ""),
        ("issue", "schema", Try::Put(2_u64.into()), ""),
        ("issue", "number", Try::Put(1_u64.into()), ""),
        ("issue", "other", Try::Make(ObjType::List), ""),
        ("issue", "people jira:x", t("X"), ""),
        ("issue", "source key", t("LU-1"), ""),
        ("issue", "source", Try::Delete, ""),
        ("blank issue", "title", t("A first title"), "amv"),
        ("blank issue", "reporter", t("m-me"), "amv"),
        ("blank issue", "reporter", t("m-other"), ""),
        ("blank issue", "created_at", at(), "amv"),
        ("blank issue", "created_at", Try::Put(5.into()), ""),
        ("blank issue", "created_by", t("m-me"), "amv"),
        ("blank issue", "created_by", t("m-other"), ""),
        ("blank issue", "severity", t("s1"), "am"),
        ("blank issue", "priority", t("major"), "am"),
        ("blank issue", "organisation", t("ornl"), "am"),
        ("blank report", "quarter", t("2026-Q3"), "am"),
        ("blank report", "quarter", t("2026-Q4"), ""),
        ("report", "quarter", null(), ""),
        ("report", "quarter", Try::Delete, ""),
        ("report", "figures", Try::Delete, ""),
        ("report", "figures", Try::Make(ObjType::Map), ""),
        ("report", "figures new", Try::Make(ObjType::Map), "am"),
        ("report", "figures new", Try::Make(ObjType::Text), ""),
        ("report", "figures mine", Try::Delete, ""),
        ("report", "figures theirs", Try::Delete, ""),
        ("report", "figures theirs", Try::Make(ObjType::Map), ""),
        ("report", "figures new at", new_at(), "am"),
        ("report", "figures new by", new("m-me"), "am"),
        ("report", "figures new by", new("m-other"), ""),
        ("report", "figures new data", new("{}"), "am"),
        ("report", "figures mine data", t("{\"n\":0}"), ""),
        ("report", "figures theirs data", t("{\"n\":0}"), ""),
        ("report", "description", t("x"), ""),
        ("report", "title", t("x"), ""),
    ];
    for section in Section::ALL {
        rows.push(("report", section.as_str(), Try::Splice("new words"), "am"));
        rows.push(("report", section.as_str(), t("gone"), ""));
        rows.push(("report", section.as_str(), Try::Delete, ""));
        rows.push(("report", section.as_str(), Try::Make(ObjType::Text), ""));
    }
    for set in ["labels", "affects"] {
        let path = |key: &str| -> &'static str { Box::leak(format!("{set} {key}").into_boxed_str()) };
        rows.push(("issue", path("new"), yes(), "amv"));
        rows.push(("issue", path("new"), t("yes"), ""));
        rows.push(("issue", path("new"), Try::Put(false.into()), ""));
        rows.push(("issue", path("new"), Try::Make(ObjType::Map), ""));
        rows.push((
            "issue",
            Box::leak(set.to_owned().into_boxed_str()),
            Try::Delete,
            "",
        ));
    }
    rows.push(("issue", "labels old", Try::Delete, "amv"));
    for container in ["comments", "events", "attention", "links", "attachments"] {
        let path = |rest: &str| -> &'static str { Box::leak(format!("{container} {rest}").into_boxed_str()) };
        let removable = if container == "links" { "amv" } else { "" };
        rows.push((
            "issue",
            Box::leak(container.to_owned().into_boxed_str()),
            Try::Make(ObjType::Map),
            "",
        ));
        rows.push((
            "issue",
            Box::leak(container.to_owned().into_boxed_str()),
            Try::Delete,
            "",
        ));
        rows.push(("issue", path("new"), Try::Make(ObjType::Map), "amv"));
        rows.push(("issue", path("new"), Try::Make(ObjType::List), ""));
        rows.push(("issue", path("NEW"), Try::Make(ObjType::Map), ""));
        rows.push(("issue", path("new"), t("flat"), ""));
        rows.push(("issue", path("mine"), Try::Make(ObjType::Map), ""));
        rows.push(("issue", path("theirs"), Try::Make(ObjType::Map), ""));
        rows.push(("issue", path("mine"), Try::Delete, removable));
        rows.push(("issue", path("theirs"), Try::Delete, removable));
        rows.push(("issue", path("new at"), new_at(), "amv"));
        rows.push(("issue", path("new at"), new("now"), ""));
        rows.push(("issue", path("new by"), new("m-me"), "amv"));
        rows.push(("issue", path("new by"), new("m-other"), ""));
        rows.push(("issue", path("new by"), new("jira:somebody"), ""));
        rows.push(("issue", path("mine at"), at(), ""));
        rows.push(("issue", path("mine by"), t("m-other"), ""));
        rows.push(("issue", path("theirs by"), t("m-me"), ""));
        rows.push(("issue", path("theirs at"), at(), ""));
        rows.push(("issue", path("new more"), Try::New(time(1)), ""));
        rows.push(("issue", path("mine by"), Try::Delete, ""));
        rows.push(("issue", path("mine deep"), Try::Make(ObjType::Map), ""));
    }
    rows.extend([
        ("issue", "comments new body", new("hello"), "amv"),
        ("issue", "comments mine body", t("better"), "amv"),
        ("issue", "comments theirs body", t("better"), ""),
        ("issue", "comments mine body", null(), ""),
        ("issue", "comments mine body", Try::Delete, ""),
        ("issue", "comments mine edited_at", at(), "amv"),
        ("issue", "comments theirs edited_at", at(), ""),
        ("issue", "comments mine deleted_at", at(), "amv"),
        ("issue", "comments theirs deleted_at", at(), "a"),
        ("issue", "events new field", new("status"), "amv"),
        ("issue", "events new field", new("assignee"), "amv"),
        ("issue", "events new field", new("severity"), "am"),
        ("issue", "events new field", new("priority"), "am"),
        ("issue", "events new field", new("nonsense"), ""),
        ("issue", "events new from", new("new"), "amv"),
        ("issue", "events new from", Try::New(ScalarValue::Null), "amv"),
        ("issue", "events new to", new("closed"), "amv"),
        ("issue", "events new reason", new("because"), "amv"),
        ("issue", "events new resolution", new("fixed"), "amv"),
        ("issue", "events new resolution", new("nonsense"), ""),
        ("issue", "events mine field", t("status"), "amv"),
        ("issue", "events theirs field", t("status"), ""),
        ("issue", "events theirs reason", t("because"), ""),
        ("issue", "attention new reason", new("slow"), "amv"),
        ("issue", "attention theirs reason", t("slow"), ""),
        ("issue", "attention theirs cleared_at", at(), "amv"),
        ("issue", "attention theirs cleared_by", t("m-me"), "amv"),
        ("issue", "attention theirs cleared_by", t("m-other"), ""),
        ("issue", "links new relation", new("blocks"), "amv"),
        ("issue", "links new target", new("LU-1"), "amv"),
        ("issue", "links mine relation", t("is blocked by"), ""),
        ("issue", "links theirs target", t("LU-1"), ""),
        ("issue", "attachments new name", new("a.log"), "amv"),
        ("issue", "attachments new size", Try::New(5_u64.into()), "amv"),
        ("issue", "attachments new size", Try::New((-5).into()), ""),
        ("issue", "attachments new type", new("text/plain"), "amv"),
        ("issue", "attachments theirs name", t("b.log"), ""),
    ]);
    rows
}

#[test]
fn every_cell_is_as_written_here() {
    let documents = [
        ("workspace", Stored::workspace()),
        ("agreed", Stored::agreed()),
        ("own list", Stored::own_list()),
        ("other list", Stored::other_list()),
        ("issue", Stored::issue()),
        ("blank issue", Stored::new(docket_domain::Kind::Issue, ISSUE)),
        ("report", Stored::report()),
        (
            "blank report",
            Stored::new(docket_domain::Kind::Report, Stored::report().id),
        ),
    ];
    let rows = rows();
    let (mut cells, mut allowed, mut wrong) = (0, 0, Vec::new());
    for (place, path, what, expected) in &rows {
        let stored = &documents.iter().find(|(name, _)| name == place).unwrap().1;
        let change = stored.edit(9, |tx| attempt(tx, path, what));
        for (role, letter) in [
            (Role::Admin, 'a'),
            (Role::Member, 'm'),
            (Role::Vendor, 'v'),
            (Role::Viewer, 'w'),
        ] {
            cells += 1;
            let verdict = stored.judge(role, std::slice::from_ref(&change)).remove(0);
            allowed += usize::from(verdict.is_allowed());
            if verdict.is_allowed() != expected.contains(letter) {
                wrong.push(format!("{place}: {path}, {role:?}: {}", code(&verdict)));
            }
            if role == Role::Viewer {
                assert_eq!(code(&verdict), "read-only", "{place}: {path}");
            }
            if let Verdict::Refused(refusal) = &verdict {
                assert!(refusal.to_string().len() > 20, "{refusal}");
            }
        }
    }
    println!(
        "{} rows × 4 roles = {cells} cells, {allowed} allowed, {} refused",
        rows.len(),
        cells - allowed
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A rule that nobody tries is a rule that nobody checks.
#[test]
fn every_rule_is_tried() {
    let rows = rows();
    for rule in RULES {
        let imports = matches!(rule.path.first(), Some(&"people" | &"source"));
        let tried = rows.iter().any(|(place, path, what, roles)| {
            let kind = if place.contains("issue") {
                "issue"
            } else if place.contains("report") {
                "report"
            } else if *place == "workspace" {
                "workspace"
            } else {
                "list"
            };
            let keys: Vec<&str> = path.splitn(rule.path.len(), ' ').collect();
            let fits = |(pattern, key): (&&str, &&str)| *pattern == "*" || pattern == key;
            let act = match what {
                Try::Put(_) | Try::New(_) => "Put",
                Try::Make(_) => "Make",
                Try::Delete => "Delete",
                Try::Splice(_) => "Splice",
            };
            kind == rule.kind.as_str()
                && act == format!("{:?}", rule.act)
                && keys.len() == rule.path.len()
                && rule.path.iter().zip(&keys).all(fits)
                && !roles.is_empty()
        });
        assert!(tried || imports || rule.path == ["affects", "*"], "{rule:?}");
    }
}
