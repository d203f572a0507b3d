//! Forty people work at two hundred sockets on two thousand documents, while a vendor attacks the hub in one way after
//! the other. Every honest edit has to be acknowledged within two seconds, and to be there at the end.

mod attacks;
mod people;
mod raw;
mod report;

use std::{
    error::Error,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use automerge::ChangeHash;
use docket_domain::{Action, Command, DocumentId, Role, command::NewIssue, read};
use docket_peer::Peer;
use serde_json::Value;

use crate::hub::{Hub, Scratch};

type Failure = Box<dyn Error + Send + Sync>;

const PEOPLE: u64 = 40;
const DOCUMENTS: usize = 2_000;
/// Nobody waits longer for an acknowledgement.
const LATE: Duration = Duration::from_secs(2);
/// What a Durable Object has.
const MEMORY: u64 = 128_000_000;
/// How long anything else may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// An edit and what became of it.
struct Edit {
    /// The phase in which it was made.
    phase: usize,
    /// From the edit to its acknowledgement, or to when that was given up.
    took: Duration,
    acknowledged: bool,
    document: DocumentId,
    changes: Vec<ChangeHash>,
}

/// What everybody shares.
struct Shared {
    port: u16,
    workspace: String,
    sync: String,
    issues: Vec<DocumentId>,
    list: DocumentId,
    /// Who attacks: an id and a token for each attack, so that none has used up the next one's budget.
    vendors: Vec<(String, String)>,
    phase: AtomicUsize,
    /// People who see everything, and have begun to work.
    ready: AtomicUsize,
    stop: AtomicBool,
    edits: Mutex<Vec<Edit>>,
    /// What shouldn't happen to honest people, in words.
    troubles: Mutex<Vec<String>>,
}

impl Shared {
    fn is_over(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    /// Who attacks now: their id and token.
    fn vendor(&self) -> Result<&(String, String), Failure> {
        let attack = self.phase.load(Ordering::SeqCst).saturating_sub(1);
        Ok(self.vendors.get(attack).ok_or("nobody attacks")?)
    }

    fn trouble(&self, what: String) {
        if let Ok(mut troubles) = self.troubles.lock() {
            troubles.push(what);
        }
    }
}

/// What was seen of the hub in one phase.
#[derive(Debug, Default, Clone)]
struct Seen {
    memory: u64,
    /// What the attack did, in words.
    attack: String,
}

/// Works for `minutes`, each attack taking its share of them.
pub(crate) fn run(minutes: u64, seed: u64) -> Result<(), Failure> {
    let scratch = Scratch::new()?;
    let hub = Hub::start(&scratch.0)?;
    let (issues, list) = documents(&hub)?;
    let shared = Shared {
        port: hub.port,
        workspace: hub.text("workspace").to_owned(),
        sync: hub.text("sync").to_owned(),
        issues,
        list,
        vendors: attacks::ALL
            .iter()
            .map(|attack| member(&hub, &format!("Mallory, {attack}"), Role::Vendor))
            .collect::<Result<_, _>>()?,
        phase: AtomicUsize::new(0),
        ready: AtomicUsize::new(0),
        stop: AtomicBool::new(false),
        edits: Mutex::default(),
        troubles: Mutex::default(),
    };
    let people = (0..PEOPLE)
        .map(|n| people::Person::new(&hub, n))
        .collect::<Result<Vec<_>, _>>()?;
    let share = Duration::from_secs(minutes * 60) / u32::try_from(attacks::ALL.len() + 1)?;
    let started = Instant::now();
    let seen = thread::scope(|scope| {
        let shared = &shared;
        for (person, n) in people.iter().zip(1..) {
            scope.spawn(move || {
                if let Err(error) = person.live(shared, seed * 1_000 + n) {
                    shared.trouble(format!("{}: {error}", person.name));
                }
            });
        }
        let seen = phases(shared, &hub, share);
        shared.stop.store(true, Ordering::SeqCst);
        seen
    })?;
    eprintln!("soak: a fresh client reads everything");
    let missing = missing(&hub, &shared)?;
    report::print(&shared, &seen, &missing, started.elapsed())
}

/// First nobody attacks, then each attack has its time.
fn phases(shared: &Shared, hub: &Hub, share: Duration) -> Result<Vec<Seen>, Failure> {
    let start = Instant::now();
    while shared.ready.load(Ordering::SeqCst) < usize::try_from(PEOPLE)? {
        if start.elapsed() > PATIENCE * 3 {
            return Err("not everybody got to work".into());
        }
        thread::sleep(Duration::from_millis(50));
    }
    eprintln!("soak: everybody works; nobody attacks");
    let until = Instant::now() + share;
    let mut all = vec![watch(hub, until, || Instant::now() < until)?];
    for (n, attack) in attacks::ALL.iter().enumerate() {
        shared.phase.store(n + 1, Ordering::SeqCst);
        eprintln!("soak: {attack}");
        let until = Instant::now() + share;
        let mut seen = thread::scope(|scope| {
            let attacker = scope.spawn(move || attacks::run(shared, attack, until));
            let seen = watch(hub, until, || !attacker.is_finished());
            let attack = attacker.join().unwrap_or(Err("the attacker panicked".into()));
            Ok::<_, Failure>(Seen {
                attack: attack?,
                ..seen?
            })
        })?;
        // What is still under way counts for the attack.
        seen.memory = seen.memory.max(memory(hub)?);
        all.push(seen);
    }
    Ok(all)
}

/// Looks at the hub's memory until then.
fn watch(hub: &Hub, until: Instant, goes_on: impl Fn() -> bool) -> Result<Seen, Failure> {
    let mut seen = Seen::default();
    while Instant::now() < until || goes_on() && Instant::now() < until + PATIENCE {
        seen.memory = seen.memory.max(memory(hub)?);
        thread::sleep(Duration::from_millis(500));
        if !goes_on() {
            break;
        }
    }
    Ok(seen)
}

fn memory(hub: &Hub) -> Result<u64, Failure> {
    let memory = hub.statistics()?.get("memory_bytes").and_then(Value::as_u64);
    Ok(memory.ok_or("the statistics don't tell the memory")?)
}

const fn word(role: Role) -> &'static str {
    match role {
        Role::Admin => "admin",
        Role::Member => "member",
        Role::Vendor => "vendor",
        _ => "viewer",
    }
}

/// A new member: their id and a token.
fn member(hub: &Hub, name: &str, role: Role) -> Result<(String, String), Failure> {
    let body = serde_json::json!({ "name": name, "role": word(role) });
    let text = |value: &Value, path: &str| {
        let text = value.pointer(path).and_then(Value::as_str);
        text.map(str::to_owned)
            .ok_or_else(|| Failure::from(format!("no {path} in {value}")))
    };
    let id = text(&hub.ask("POST", "members", &body.to_string())?, "/member/id")?;
    let token = text(&hub.ask("POST", &format!("members/{id}/tokens"), "")?, "/token")?;
    Ok((id, token))
}

fn peer(sync: &str, token: &str) -> Result<Peer, Failure> {
    let mut peer = Peer::new(sync, token)?;
    peer.until(PATIENCE, "the hub's welcome", |peer| peer.member.is_some())?;
    Ok(peer)
}

/// Makes what people edit: issues, and the agreed list with some of them.
fn documents(hub: &Hub) -> Result<(Vec<DocumentId>, DocumentId), Failure> {
    let mut peer = peer(hub.text("sync"), hub.text("admin"))?;
    let issues: Vec<DocumentId> = (1..DOCUMENTS).map(|_| DocumentId::random()).collect();
    for part in issues.chunks(200) {
        for (issue, n) in part.iter().zip(1..) {
            let new = NewIssue {
                title: format!("Issue {n} of a long day"),
                ..NewIssue::default()
            };
            peer.run(&Command::new(*issue, Action::CreateIssue(Box::new(new))))?;
        }
        peer.until(PATIENCE, "the issues' acknowledgement", |peer| {
            part.iter().all(|issue| !peer.is_pending(*issue))
        })?;
        for issue in part {
            peer.close(*issue);
        }
    }
    let list = read::Workspace::agreed_list(peer.workspace.ok_or("no workspace")?);
    let create = Action::CreateList {
        name: "Agreed".to_owned(),
        organisation: None,
    };
    peer.run(&Command::new(list, create))?;
    let rank = Action::Rank {
        issues: issues.iter().take(100).copied().collect(),
        place: docket_domain::command::Place::Last,
    };
    peer.run(&Command::new(list, rank))?;
    peer.until(PATIENCE, "the list's acknowledgement", |peer| {
        !peer.is_pending(list)
    })?;
    if peer.refused.is_empty() {
        Ok((issues, list))
    } else {
        Err(format!("refused: {:?}", peer.refused).into())
    }
}

/// What was acknowledged and a fresh client doesn't get.
fn missing(hub: &Hub, shared: &Shared) -> Result<Vec<(DocumentId, ChangeHash)>, Failure> {
    let edits = shared.edits.lock().map_err(|_| "somebody panicked")?;
    let mut missing: Vec<_> = edits
        .iter()
        .filter(|edit| edit.acknowledged)
        .flat_map(|edit| edit.changes.iter().map(|change| (edit.document, *change)))
        .collect();
    drop(edits);
    let mut peer = peer(hub.text("sync"), hub.text("admin"))?;
    for document in shared.issues.iter().chain([&shared.list]) {
        peer.open(*document);
    }
    let start = Instant::now();
    while !missing.is_empty() && start.elapsed() < PATIENCE {
        peer.pump(Duration::from_millis(200))?;
        missing.retain(|(document, change)| {
            let document = peer.document(*document);
            document.is_none_or(|document| document.get_change_meta_by_hash(change).is_none())
        });
    }
    Ok(missing)
}
