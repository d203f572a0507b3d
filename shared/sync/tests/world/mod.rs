//! A small workspace with stored documents, in which the guard's tests write.

#![allow(dead_code, unreachable_pub)]

use std::collections::HashSet;

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ObjId, ObjType, ROOT, ReadDoc, ScalarValue,
    transaction::{Transactable, Transaction},
};
use docket_domain::{
    DocumentId, Facts, Kind, Member, MemberId, OrganisationId, Role, Timestamp,
    facts::{Author, Receipt},
    genesis,
    metrics::Quarter,
    read::Workspace,
    report::Section,
};
use docket_sync::guard::{self, Input, Judgement, Nature, Verdict};

pub const WORKSPACE: DocumentId = DocumentId::from_bytes([1; 16]);
pub const ISSUE: DocumentId = DocumentId::from_bytes([2; 16]);
pub const PLAIN: DocumentId = DocumentId::from_bytes([3; 16]);

pub const MINE: &str = "mine";
pub const THEIRS: &str = "theirs";

pub fn organisation(id: &str) -> OrganisationId {
    id.parse().unwrap()
}

/// The member who writes in the tests: of the organisation `ornl`.
pub fn me(role: Role) -> Member {
    Member {
        id: "m-me".parse().unwrap(),
        name: "Me".to_owned(),
        role,
        organisation: Some(organisation("ornl")),
        duties: Vec::new(),
    }
}

pub fn other() -> MemberId {
    "m-other".parse().unwrap()
}

pub fn actor(n: u8) -> ActorId {
    ActorId::from([n; 16])
}

pub fn text(text: &str) -> ScalarValue {
    ScalarValue::Str(text.into())
}

pub fn time(at: i64) -> ScalarValue {
    ScalarValue::Timestamp(at)
}

/// A stored document and what the hub knows of it.
#[derive(Clone)]
pub struct Stored {
    pub id: DocumentId,
    pub nature: Nature,
    pub document: Automerge,
    pub facts: Facts,
}

/// The quarter of the report.
pub const QUARTER: Quarter = Quarter {
    year: 2026,
    quarter: 3,
};

impl Stored {
    /// A document of that kind with nothing but its genesis.
    pub fn new(kind: Kind, id: DocumentId) -> Self {
        let document = genesis::create(kind, id, actor(250)).unwrap();
        let mut stored = Self {
            id,
            nature: Nature::Docket(kind),
            document,
            facts: Facts::default(),
        };
        for change in stored.document.get_changes(&[]) {
            stored.note(&change, None);
        }
        stored
    }

    /// An issue with entries of mine and of somebody else's.
    pub fn issue() -> Self {
        let mut issue = Self::new(Kind::Issue, ISSUE);
        issue.write(1, &other(), |tx| {
            tx.put(ROOT, "title", "A title")?;
            tx.put(ROOT, "status", "new")?;
            tx.put(ROOT, "created_at", time(1))?;
            tx.put(ROOT, "created_by", "m-other")?;
            tx.put(ROOT, "reporter", "m-other")?;
            tx.put(ROOT, "severity", "s2")?;
            tx.put(ROOT, "priority", "major")?;
            put(tx, &["labels", "old"], true.into())?;
            let description = object(tx, &["description"])?;
            tx.splice_text(&description, 0, 0, "Some words")?;
            entries(tx, THEIRS, "m-other")
        });
        issue.write(2, &me(Role::Member).id, |tx| entries(tx, MINE, "m-me"));
        issue
    }

    /// A list with one rank.
    pub fn list(id: DocumentId) -> Self {
        let mut list = Self::new(Kind::List, id);
        list.write(1, &other(), |tx| {
            tx.put(ROOT, "name", "A list")?;
            put(tx, &["ranks", &ISSUE.url()], text("80"))
        });
        list
    }

    pub fn agreed() -> Self {
        Self::list(Workspace::agreed_list(WORKSPACE))
    }

    pub fn own_list() -> Self {
        Self::list(Workspace::organisation_list(WORKSPACE, &organisation("ornl")))
    }

    pub fn other_list() -> Self {
        Self::list(Workspace::organisation_list(WORKSPACE, &organisation("llnl")))
    }

    pub fn workspace() -> Self {
        let mut workspace = Self::new(Kind::Workspace, WORKSPACE);
        workspace.write(1, &other(), |tx| {
            put(tx, &["components", "old"], true.into())?;
            put(tx, &["people", "jira:mine"], text("m-me"))?;
            put(tx, &["people", "jira:theirs"], text("m-other"))?;
            put(tx, &["reports", "2026-Q1"], text("automerge:x"))
        });
        workspace
    }

    /// A quarter's report, with figures of mine and of somebody else's.
    pub fn report() -> Self {
        let mut report = Self::new(Kind::Report, Workspace::report(WORKSPACE, QUARTER));
        for (n, id, by) in [(1, THEIRS, other()), (2, MINE, me(Role::Member).id)] {
            report.write(n, &by, |tx| {
                put(tx, &["quarter"], text("2026-Q3"))?;
                for section in Section::ALL {
                    let text = object(tx, &[section.as_str()])?;
                    tx.splice_text(&text, 0, 0, "Some words")?;
                }
                let figures = object(tx, &["figures"])?;
                let entry = tx.put_object(&figures, id, ObjType::Map)?;
                tx.put(&entry, "at", time(1))?;
                tx.put(&entry, "by", by.as_str())?;
                tx.put(&entry, "data", "{}")
            });
        }
        report
    }

    /// Somebody's own document.
    pub fn plain() -> Self {
        let mut plain = Self {
            id: PLAIN,
            nature: Nature::Plain,
            document: Automerge::new(),
            facts: Facts::default(),
        };
        plain.write(1, &other(), |tx| {
            let list = tx.put_object(ROOT, "list", ObjType::List)?;
            for n in 0..4 {
                tx.insert(&list, n, n as i64)?;
            }
            let inner = tx.insert_object(&list, 1, ObjType::Map)?;
            tx.put(&inner, "deep", "value")?;
            let text = tx.put_object(ROOT, "text", ObjType::Text)?;
            tx.splice_text(&text, 0, 0, "words")?;
            tx.put(ROOT, "count", ScalarValue::counter(1))
        });
        plain
    }

    /// Stores a change without asking the guard.
    pub fn write(
        &mut self,
        by: u8,
        member: &MemberId,
        edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
    ) -> Change {
        self.document.set_actor(actor(by));
        self.document.transact(edit).unwrap();
        let change = self.document.get_last_local_change().unwrap();
        self.note(&change, Some(member));
        change
    }

    /// Stores changes that came in.
    pub fn store(&mut self, changes: &[Change], member: &MemberId) {
        self.document.apply_changes(changes.to_vec()).unwrap();
        for change in changes {
            self.note(change, Some(member));
        }
    }

    pub fn note(&mut self, change: &Change, member: Option<&MemberId>) {
        let receipt = Receipt {
            max_op: change.max_op(),
            received: Timestamp(0),
            contact: Timestamp(0),
        };
        let author = member.map_or(Author::Nobody, Author::Member);
        self.facts.record(change.actor_id(), author, receipt);
    }

    /// The change that an edit of a copy makes.
    pub fn edit(
        &self,
        by: u8,
        edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
    ) -> Change {
        let mut copy = self.document.clone();
        copy.set_actor(actor(by));
        copy.transact(edit).unwrap();
        copy.get_last_local_change().expect("the edit changes something")
    }

    pub fn judge(&self, role: Role, changes: &[Change]) -> Vec<Verdict> {
        self.judge_as(&me(role), changes).verdicts
    }

    pub fn judge_as(&self, member: &Member, changes: &[Change]) -> Judgement {
        guard::judge(&Input {
            workspace: WORKSPACE,
            document: self.id,
            stored: Some((&self.document, self.nature)),
            facts: &self.facts,
            member,
            plain_allowed: true,
            barred: &HashSet::new(),
            changes,
        })
    }

    /// The verdict on one edit by a new actor of mine.
    pub fn try_edit(
        &self,
        role: Role,
        edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>,
    ) -> Verdict {
        self.judge(role, &[self.edit(9, edit)]).remove(0)
    }
}

/// Judges changes for a document that the hub doesn't have.
pub fn judge_new(id: DocumentId, member: &Member, changes: &[Change]) -> Judgement {
    guard::judge(&Input {
        workspace: WORKSPACE,
        document: id,
        stored: None,
        facts: &Facts::default(),
        member,
        plain_allowed: true,
        barred: &HashSet::new(),
        changes,
    })
}

/// The refusal's code, or `allowed` and the like.
pub fn code(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::Allowed => "allowed",
        Verdict::Stored => "stored",
        Verdict::Refused(refusal) => refusal.code(),
        Verdict::Dependent { .. } => "dependent",
        Verdict::Incomplete { .. } => "incomplete",
    }
}

/// The object at a path.
pub fn object(tx: &Transaction<'_>, path: &[&str]) -> Result<ObjId, AutomergeError> {
    let mut object = ROOT;
    for key in path {
        object = tx
            .get(&object, *key)?
            .unwrap_or_else(|| panic!("nothing at {path:?}"))
            .1;
    }
    Ok(object)
}

pub fn put(tx: &mut Transaction<'_>, path: &[&str], value: ScalarValue) -> Result<(), AutomergeError> {
    let (key, path) = path.split_last().unwrap();
    let object = object(tx, path)?;
    tx.put(&object, *key, value)
}

/// One entry in each container of an issue.
fn entries(tx: &mut Transaction<'_>, key: &str, by: &str) -> Result<(), AutomergeError> {
    for container in ["comments", "events", "attention", "links", "attachments"] {
        let container = object(tx, &[container])?;
        let entry = tx.put_object(&container, key, ObjType::Map)?;
        tx.put(&entry, "at", time(1))?;
        tx.put(&entry, "by", by)?;
    }
    put(tx, &["comments", key, "body"], text("A comment"))?;
    put(tx, &["links", key, "relation"], text("blocks"))
}
