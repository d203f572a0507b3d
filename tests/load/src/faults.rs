//! The hub is killed under load; nothing that it acknowledged may be gone.
//!
//! After each kill, and before any client may talk to the new process (a client would send again what is missing, and
//! hide the loss), an auditor reads every document and looks for every head that the hub had acknowledged to anybody.

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    sync::{
        Mutex, RwLock,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use automerge::{ChangeHash, ReadDoc};
use docket_domain::{Action, Command, DocumentId, EntryId, command::NewIssue, words::Priority};
use docket_peer::Peer;

use crate::{
    hub::{Hub, Scratch},
    random::Random,
};

type Failure = Box<dyn Error + Send + Sync>;
type Heads = BTreeMap<DocumentId, BTreeSet<ChangeHash>>;

const CLIENTS: u64 = 8;
const DOCUMENTS: usize = 200;
/// Five changes a second and client.
const PACE: Duration = Duration::from_millis(200);
const LATE: Duration = Duration::from_secs(60);

/// What the clients and the one who kills share.
struct Shared {
    sync: String,
    token: String,
    issues: Vec<DocumentId>,
    /// Heads that the hub has acknowledged to somebody.
    acknowledged: Mutex<Heads>,
    /// Held for reading while a client talks, for writing while an auditor reads.
    line: RwLock<()>,
    stop: AtomicBool,
    made: AtomicU64,
    reconnections: AtomicU64,
    /// Clients of whose changes none is unacknowledged any more.
    finished: AtomicU64,
}

/// Kills the hub `kills` times.
pub(crate) fn run(kills: u64, seed: u64) -> Result<(), Failure> {
    let scratch = Scratch::new()?;
    let mut hub = Hub::start(&scratch.0)?;
    let (sync, token) = (hub.text("sync").to_owned(), hub.text("member").to_owned());
    let issues = issues(&sync, &token)?;
    let shared = Shared {
        sync,
        token,
        issues,
        acknowledged: Mutex::default(),
        line: RwLock::default(),
        stop: AtomicBool::new(false),
        made: AtomicU64::new(0),
        reconnections: AtomicU64::new(0),
        finished: AtomicU64::new(0),
    };
    let started = Instant::now();
    let all: Vec<Result<Heads, Failure>> = thread::scope(|scope| {
        let shared = &shared;
        let clients: Vec<_> = (0..CLIENTS)
            .map(|n| scope.spawn(move || client(shared, Random(seed * 1_000 + n))))
            .collect();
        let killed = kill(shared, &mut hub, kills, &mut Random(seed));
        shared.stop.store(true, Ordering::SeqCst);
        let clients = clients
            .into_iter()
            .map(|client| client.join().unwrap_or(Err("a client panicked".into())));
        clients.chain([killed.map(|()| Heads::new())]).collect()
    });
    let mut replicas = all.into_iter().collect::<Result<Vec<Heads>, Failure>>()?;
    replicas.pop();
    let same = replicas.windows(2).all(|pair| pair.first() == pair.last());
    audit(&shared)?;
    println!(
        "faults: {kills} kills in {:.0} s, {} changes by {CLIENTS} clients to {DOCUMENTS} documents, {} reconnections, \
         0 acknowledged changes lost, replicas identical: {same}",
        started.elapsed().as_secs_f64(),
        shared.made.load(Ordering::SeqCst),
        shared.reconnections.load(Ordering::SeqCst),
    );
    if same {
        Ok(())
    } else {
        Err("the replicas differ".into())
    }
}

/// Makes the issues that the clients edit.
fn issues(sync: &str, token: &str) -> Result<Vec<DocumentId>, Failure> {
    let mut peer = Peer::new(sync, token)?;
    peer.until(LATE, "the hub's welcome", |peer| peer.member.is_some())?;
    let issues: Vec<DocumentId> = (0..DOCUMENTS).map(|_| DocumentId::random()).collect();
    for (n, issue) in issues.iter().enumerate() {
        let new = NewIssue {
            title: format!("Issue {n} under load"),
            ..NewIssue::default()
        };
        peer.run(&Command::new(*issue, Action::CreateIssue(Box::new(new))))?;
    }
    peer.until(LATE, "the issues' acknowledgement", |peer| {
        issues.iter().all(|issue| !peer.is_pending(*issue))
    })?;
    Ok(issues)
}

/// One client: edits at its pace, whatever the network does; at the end, waits until all of it is acknowledged.
fn client(shared: &Shared, mut random: Random) -> Result<Heads, Failure> {
    let mut peer = Peer::new(&shared.sync, &shared.token)?;
    for issue in &shared.issues {
        peer.open(*issue);
    }
    peer.until(LATE, "the documents", |peer| {
        shared.issues.iter().all(|issue| peer.document(*issue).is_some())
    })?;
    let mut next = Instant::now();
    while !shared.stop.load(Ordering::SeqCst) {
        talk(shared, &mut peer)?;
        if Instant::now() >= next {
            next += PACE;
            edit(&mut peer, shared, &mut random)?;
        }
    }
    let start = Instant::now();
    let mut finished = false;
    // Whole is who has everything that was acknowledged to anybody, once nobody waits for an acknowledgement.
    while shared.finished.load(Ordering::SeqCst) < CLIENTS || !settled(shared, &peer) {
        // Its document waits for the app to carry out the rest again, so that nothing else would ever end.
        if !peer.refused.is_empty() {
            return Err(format!("refused: {:?}", peer.refused).into());
        }
        if start.elapsed() > LATE {
            return Err(unfinished(shared, &peer).into());
        }
        talk(shared, &mut peer)?;
        if !finished && !shared.issues.iter().any(|issue| peer.is_pending(*issue)) {
            finished = true;
            shared.finished.fetch_add(1, Ordering::SeqCst);
        }
    }
    if !peer.refused.is_empty() {
        return Err(format!("refused: {:?}", peer.refused).into());
    }
    shared
        .reconnections
        .fetch_add(u64::from(peer.connections.saturating_sub(1)), Ordering::SeqCst);
    let heads = |issue: &DocumentId| peer.document(*issue).map(|document| document.get_heads());
    let heads = shared
        .issues
        .iter()
        .map(|issue| (*issue, heads(issue).unwrap_or_default().into_iter().collect()));
    Ok(heads.collect())
}

/// What a client still waits for, in words.
fn unfinished(shared: &Shared, peer: &Peer) -> String {
    let pending = shared.issues.iter().filter(|issue| peer.is_pending(**issue));
    let lacking = shared.acknowledged.lock().map_or(0, |acknowledged| {
        let lacks = |(issue, heads): &(&DocumentId, &BTreeSet<ChangeHash>)| {
            !peer.document(**issue).is_some_and(|document| {
                heads
                    .iter()
                    .all(|head| document.get_change_by_hash(head).is_some())
            })
        };
        acknowledged.iter().filter(lacks).count()
    });
    format!(
        "{LATE:?} after the last kill a client still waits for the acknowledgement of {} documents and lacks something \
         of {lacking} that was acknowledged to others; {} of {CLIENTS} clients have nothing unacknowledged; connected {} times",
        pending.count(),
        shared.finished.load(Ordering::SeqCst),
        peer.connections,
    )
}

/// Does the peer have everything that was acknowledged to anybody?
fn settled(shared: &Shared, peer: &Peer) -> bool {
    let Ok(acknowledged) = shared.acknowledged.lock() else {
        return false;
    };
    acknowledged.iter().all(|(issue, heads)| {
        peer.document(*issue).is_some_and(|document| {
            heads
                .iter()
                .all(|head| document.get_change_by_hash(head).is_some())
        })
    })
}

fn talk(shared: &Shared, peer: &mut Peer) -> Result<(), Failure> {
    let line = shared.line.read().map_err(|_| "another client failed")?;
    peer.pump(Duration::from_millis(20))?;
    drop(line);
    let mut all = shared.acknowledged.lock().map_err(|_| "another client failed")?;
    for (issue, heads) in peer.acknowledged.drain() {
        all.entry(issue).or_default().extend(heads);
    }
    Ok(())
}

fn edit(peer: &mut Peer, shared: &Shared, random: &mut Random) -> Result<(), Failure> {
    let Some(issue) = random.choose(&shared.issues) else {
        return Ok(());
    };
    let action = match random.below(4) {
        0 => Action::SetPriority {
            priority: random.choose(Priority::ALL),
        },
        1 => Action::SetTitle {
            title: format!("Title {}", random.below(u64::MAX)),
        },
        _ => Action::AddComment {
            id: EntryId::random(),
            body: format!("Comment {}", random.below(u64::MAX)),
        },
    };
    match peer.run(&Command::new(issue, action)) {
        Ok(changes) => shared.made.fetch_add(changes.len() as u64, Ordering::SeqCst),
        // The priority is what it was.
        Err(docket_peer::PeerError::Command(docket_domain::CommandError::Unchanged)) => 0,
        Err(error) => return Err(error.into()),
    };
    Ok(())
}

fn kill(shared: &Shared, hub: &mut Hub, kills: u64, random: &mut Random) -> Result<(), Failure> {
    for n in 1..=kills {
        // The moment is what is tested: no condition to wait for.
        thread::sleep(Duration::from_millis(100 + random.below(1_100)));
        hub.kill()?;
        let line = shared.line.write().map_err(|_| "a client failed")?;
        hub.restart()?;
        audit(shared)?;
        drop(line);
        if n % 10 == 0 {
            println!(
                "faults: {n} kills, {} changes",
                shared.made.load(Ordering::SeqCst)
            );
        }
    }
    // Let the clients work after the last kill, too.
    thread::sleep(Duration::from_millis(1_000));
    Ok(())
}

/// Reads every document afresh and looks for every acknowledged head.
fn audit(shared: &Shared) -> Result<(), Failure> {
    let mut auditor = Peer::new(&shared.sync, &shared.token)?;
    for issue in &shared.issues {
        auditor.open(*issue);
    }
    let wanted = shared.acknowledged.lock().map_err(|_| "a client failed")?.clone();
    let has = |auditor: &Peer, issue: &DocumentId, head: &ChangeHash| {
        auditor
            .document(*issue)
            .is_some_and(|document| document.get_change_by_hash(head).is_some())
    };
    let all = |auditor: &Peer| {
        wanted
            .iter()
            .all(|(issue, heads)| heads.iter().all(|head| has(auditor, issue, head)))
    };
    if auditor
        .until(Duration::from_secs(20), "acknowledged changes", all)
        .is_err()
    {
        let lost: Vec<String> = wanted
            .iter()
            .flat_map(|(issue, heads)| heads.iter().map(move |head| (issue, head)))
            .filter(|(issue, head)| !has(&auditor, issue, head))
            .map(|(issue, head)| format!("{issue}: {head}"))
            .collect();
        return Err(format!(
            "{} acknowledged changes are lost: {}",
            lost.len(),
            lost.join(", ")
        )
        .into());
    }
    Ok(())
}
