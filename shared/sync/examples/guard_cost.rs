//! What inspection and judgement cost for each change: `cargo run -p docket-sync --release --example guard_cost`.

#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::indexing_slicing)]

use std::{
    collections::HashSet,
    sync::LazyLock,
    time::{Duration, Instant},
};

use automerge::{
    ActorId, Automerge, AutomergeError, Change, ObjType, ROOT, ReadDoc,
    transaction::{Transactable, Transaction},
};
use docket_domain::{
    DocumentId, Facts, Kind, Member, Role, Timestamp,
    facts::{Author, Receipt},
    genesis,
    rank::Rank,
    read::Workspace,
};
use docket_sync::{
    guard::{self, Input, Nature, Verdict},
    inspect::{self, Limits},
};

static START: LazyLock<Instant> = LazyLock::new(Instant::now);

/// The processor time of this thread, where the system tells (Linux); else the time that has passed.
fn cpu() -> Duration {
    let spent = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanoseconds = spent.and_then(|text| text.split(' ').next()?.parse().ok());
    nanoseconds.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

const WORKSPACE: DocumentId = DocumentId::from_bytes([1; 16]);

struct Stored {
    id: DocumentId,
    kind: Kind,
    document: Automerge,
    facts: Facts,
    member: Member,
}

impl Stored {
    fn new(kind: Kind, id: DocumentId) -> Self {
        let member = Member {
            id: "m-me".parse().unwrap(),
            name: "Me".to_owned(),
            role: Role::Member,
            organisation: None,
            duties: Vec::new(),
        };
        let document = genesis::create(kind, id, ActorId::from([1_u8; 16])).unwrap();
        Self {
            id,
            kind,
            document,
            facts: Facts::default(),
            member,
        }
    }

    fn write(&mut self, edit: impl FnOnce(&mut Transaction<'_>) -> Result<(), AutomergeError>) {
        self.document.transact(edit).unwrap();
        let change = self.document.get_last_local_change().unwrap();
        let receipt = Receipt {
            max_op: change.max_op(),
            received: Timestamp(0),
            contact: Timestamp(0),
        };
        self.facts
            .record(change.actor_id(), Author::Member(&self.member.id), receipt);
    }

    /// Judges the same bytes again and again; answers the time for each of `inspect` and `judge`.
    fn cost(&self, changes: &[Change]) -> (Duration, Duration) {
        let chunks: Vec<Vec<u8>> = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
        let rounds = (20_000 / changes.iter().map(Change::len).sum::<usize>().max(20)).max(3) as u32;
        let limits = Limits::default();
        let start = cpu();
        for _ in 0..rounds {
            for chunk in &chunks {
                inspect::change(chunk, &limits).unwrap();
            }
        }
        let inspected = (cpu() - start) / rounds;
        let input = Input {
            workspace: WORKSPACE,
            document: self.id,
            stored: Some((&self.document, Nature::Docket(self.kind))),
            facts: &self.facts,
            member: &self.member,
            plain_allowed: false,
            barred: &HashSet::new(),
            changes,
        };
        let start = cpu();
        for _ in 0..rounds {
            let judgement = guard::judge(&input);
            assert!(
                judgement.verdicts.iter().all(Verdict::is_allowed),
                "{judgement:?}"
            );
        }
        (inspected, (cpu() - start) / rounds)
    }

    /// Prints what `count` changes of a new actor cost, on the document as it is or beside its last changes.
    fn print(
        &self,
        name: &str,
        behind: bool,
        count: usize,
        edit: impl Fn(&mut Transaction<'_>, usize) -> Result<(), AutomergeError>,
    ) {
        let mut copy = if behind {
            let changes = self.document.get_changes(&[]);
            self.document
                .fork_at(&[changes[changes.len() - 20].hash()])
                .unwrap()
        } else {
            self.document.clone()
        };
        copy.set_actor(ActorId::from([9_u8; 16]));
        let before = copy.get_heads();
        for n in 0..count {
            copy.transact::<_, _, AutomergeError>(|tx| edit(tx, n)).unwrap();
        }
        let changes = copy.get_changes(&before);
        let operations: usize = changes.iter().map(Change::len).sum();
        let (inspected, judged) = self.cost(&changes);
        println!(
            "{name:<58} {:>7} {operations:>8} {:>12.1} {:>12.1} {:>12.2}",
            changes.len(),
            inspected.as_secs_f64() * 1e6,
            judged.as_secs_f64() * 1e6,
            (inspected + judged).as_secs_f64() * 1e6 / operations as f64,
        );
    }
}

fn object(tx: &Transaction<'_>, key: &str) -> Result<automerge::ObjId, AutomergeError> {
    Ok(tx.get(ROOT, key)?.unwrap().1)
}

fn comment(tx: &mut Transaction<'_>, n: usize) -> Result<(), AutomergeError> {
    let comments = object(tx, "comments")?;
    let entry = tx.put_object(&comments, format!("c{n}"), ObjType::Map)?;
    tx.put(&entry, "at", automerge::ScalarValue::Timestamp(1))?;
    tx.put(&entry, "by", "m-me")?;
    tx.put(&entry, "body", "What we found so far.")
}

fn issue() -> Stored {
    let mut issue = Stored::new(Kind::Issue, DocumentId::from_bytes([2; 16]));
    issue.write(|tx| {
        tx.put(ROOT, "title", "A title")?;
        let description = object(tx, "description")?;
        tx.splice_text(&description, 0, 0, &"All about it. ".repeat(22))
    });
    for n in 0..20 {
        issue.write(|tx| tx.put(ROOT, "status", ["new", "triaged"][n % 2]));
        issue.write(|tx| comment(tx, 1_000 + n));
    }
    issue
}

fn list(entries: usize) -> Stored {
    let mut list = Stored::new(Kind::List, Workspace::agreed_list(WORKSPACE));
    let ranks = Rank::between(None, None, entries, 1).unwrap();
    for part in ranks.chunks(1_000).enumerate() {
        list.write(|tx| {
            let map = object(tx, "ranks")?;
            for (n, rank) in part.1.iter().enumerate() {
                tx.put(&map, url(part.0 * 1_000 + n), rank.as_str())?;
            }
            Ok(())
        });
    }
    for n in 0..40 {
        list.write(|tx| {
            let map = object(tx, "ranks")?;
            tx.put(&map, url(n * 7), format!("80{n:02X}"))
        });
    }
    list
}

fn url(n: usize) -> String {
    let mut id = [0; 16];
    id[..8].copy_from_slice(&(n as u64).to_be_bytes());
    DocumentId::from_bytes(id).url()
}

fn main() {
    println!(
        "{:<58} {:>7} {:>8} {:>12} {:>12} {:>12}",
        "", "changes", "ops", "inspect µs", "judge µs", "µs an op"
    );
    let issue = issue();
    issue.print("issue: set the status", false, 1, |tx, _| {
        tx.put(ROOT, "status", "closed")
    });
    issue.print("issue: set the status, 20 changes behind", true, 1, |tx, _| {
        tx.put(ROOT, "status", "closed")
    });
    issue.print("issue: a comment", false, 1, comment);
    issue.print("issue: a word into the description", false, 1, |tx, _| {
        let description = object(tx, "description")?;
        tx.splice_text(&description, 40, 0, "really ")
    });
    issue.print(
        "issue: 200 characters of the description deleted",
        false,
        1,
        |tx, _| {
            let description = object(tx, "description")?;
            tx.splice_text(&description, 40, 200, "")
        },
    );
    issue.print("issue: 500 comments made offline", false, 500, comment);
    issue.print(
        "issue: 500 comments made offline, 20 changes behind",
        true,
        500,
        comment,
    );
    issue.print("issue: 100 KB pasted into the description", false, 1, |tx, _| {
        let description = object(tx, "description")?;
        tx.splice_text(&description, 0, 0, &"0123456789".repeat(10_000))
    });
    for entries in [100, 10_000] {
        let list = list(entries);
        let rank = |tx: &mut Transaction<'_>, n: usize| {
            let ranks = object(tx, "ranks")?;
            tx.put(&ranks, url(n * 3 + 1), "8123")
        };
        list.print(&format!("list of {entries}: one move"), false, 1, rank);
        list.print(
            &format!("list of {entries}: one move, 20 changes behind"),
            true,
            1,
            rank,
        );
        list.print(
            &format!("list of {entries}: 30 moves, 20 changes behind"),
            true,
            30,
            rank,
        );
    }
}
