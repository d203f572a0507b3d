//! What the hub does in a second, and what it takes.

use std::{
    collections::HashMap,
    error::Error,
    time::{Duration, Instant},
};

use automerge::ChangeHash;
use docket_domain::{Action, Command, DocumentId, EntryId, command::NewIssue};
use docket_peer::Peer;
use serde_json::Value;

use crate::hub::{Hub, Scratch};

type Failure = Box<dyn Error + Send + Sync>;

const LATE: Duration = Duration::from_secs(120);
/// Unacknowledged changes that one client keeps under way.
const WINDOW: usize = 32;

/// Measures for `seconds` each, the last with `documents` documents.
pub(crate) fn run(seconds: u64, documents: u64) -> Result<(), Failure> {
    let scratch = Scratch::new()?;
    let hub = Hub::start(&scratch.0)?;
    let mut writer = peer(&hub)?;
    let mut reader = peer(&hub)?;
    throughput(&mut writer, Duration::from_secs(seconds))?;
    cost(&hub, &mut writer)?;
    latency(&mut writer, &mut reader)?;
    memory(&hub, &mut writer, documents)?;
    Ok(())
}

fn peer(hub: &Hub) -> Result<Peer, Failure> {
    let mut peer = Peer::new(hub.text("sync"), hub.text("member"))?;
    peer.until(LATE, "the hub's welcome", |peer| peer.member.is_some())?;
    Ok(peer)
}

fn issue(peer: &mut Peer, title: String) -> Result<DocumentId, Failure> {
    let id = DocumentId::random();
    let new = NewIssue {
        title,
        ..NewIssue::default()
    };
    peer.run(&Command::new(id, Action::CreateIssue(Box::new(new))))?;
    Ok(id)
}

fn comment(peer: &mut Peer, issue: DocumentId) -> Result<Vec<ChangeHash>, Failure> {
    let action = Action::AddComment {
        id: EntryId::random(),
        body: "Seen here too.".to_owned(),
    };
    Ok(peer.run(&Command::new(issue, action))?)
}

fn number(statistics: &Value, name: &str) -> f64 {
    statistics.get(name).and_then(Value::as_f64).unwrap_or(f64::NAN)
}

/// Changes to many documents, each acknowledged before the next to the same one.
fn throughput(peer: &mut Peer, time: Duration) -> Result<(), Failure> {
    let issues = (0..WINDOW)
        .map(|n| issue(peer, format!("Throughput {n}")))
        .collect::<Result<Vec<_>, _>>()?;
    peer.until(LATE, "the issues", |peer| {
        issues.iter().all(|issue| !peer.is_pending(*issue))
    })?;
    let (start, mut made) = (Instant::now(), 0_u64);
    while start.elapsed() < time {
        for issue in &issues {
            if !peer.is_pending(*issue) {
                comment(peer, *issue)?;
                made += 1;
            }
        }
        peer.pump(Duration::from_millis(1))?;
    }
    peer.until(LATE, "the changes", |peer| {
        issues.iter().all(|issue| !peer.is_pending(*issue))
    })?;
    let elapsed = start.elapsed().as_secs_f64();
    println!(
        "durable changes per second, one client with {WINDOW} under way: {:.0}",
        made as f64 / elapsed
    );
    Ok(())
}

/// What a change costs: rows written are what Cloudflare counts.
fn cost(hub: &Hub, peer: &mut Peer) -> Result<(), Failure> {
    let issue = issue(peer, "Cost".to_owned())?;
    let mut costs = Vec::new();
    for _ in 0..5 {
        // Short: the count begins anew when the object wakes, which workerd lets it do in the midst of traffic. One
        // measurement may be wrong; the median isn't.
        let before = hub.statistics()?;
        for _ in 0..50 {
            comment(peer, issue)?;
            peer.until(LATE, "the change", |peer| !peer.is_pending(issue))?;
        }
        let after = hub.statistics()?;
        costs.push((number(&after, "rows_written") - number(&before, "rows_written")) / 50.0);
    }
    costs.sort_unstable_by(f64::total_cmp);
    let median = costs.get(costs.len() / 2).copied().unwrap_or(f64::NAN);
    println!("rows written per change: {median:.2}");
    Ok(())
}

/// From one client's edit to another's copy.
fn latency(writer: &mut Peer, reader: &mut Peer) -> Result<(), Failure> {
    let issue = issue(writer, "Latency".to_owned())?;
    reader.open(issue);
    writer.until(LATE, "the issue", |peer| !peer.is_pending(issue))?;
    reader.until(LATE, "the issue", |peer| peer.document(issue).is_some())?;
    let mut times = Vec::new();
    for _ in 0..100 {
        let start = Instant::now();
        let changes = comment(writer, issue)?;
        reader.until(LATE, "the edit", |peer| {
            peer.document(issue).is_some_and(|document| {
                changes
                    .iter()
                    .all(|hash| document.get_change_meta_by_hash(hash).is_some())
            })
        })?;
        times.push(start.elapsed());
        writer.until(LATE, "the acknowledgement", |peer| !peer.is_pending(issue))?;
    }
    times.sort_unstable();
    let at = |part: usize| times.get(part).copied().unwrap_or_default().as_secs_f64() * 1_000.0;
    println!(
        "edit to another native client's copy: median {:.1} ms, 90th percentile {:.1} ms",
        at(50),
        at(90)
    );
    Ok(())
}

/// The hub's memory with many documents.
fn memory(hub: &Hub, peer: &mut Peer, documents: u64) -> Result<(), Failure> {
    let start = Instant::now();
    let mut open: HashMap<DocumentId, ()> = HashMap::new();
    for n in 0..documents {
        let id = issue(peer, format!("Document {n} of very many"))?;
        comment(peer, id)?;
        open.insert(id, ());
        if open.len() >= 500 {
            peer.until(LATE, "the documents", |peer| {
                open.keys().all(|id| !peer.is_pending(*id))
            })?;
            for id in open.keys() {
                peer.close(*id);
            }
            open.clear();
        }
    }
    peer.until(LATE, "the documents", |peer| {
        open.keys().all(|id| !peer.is_pending(*id))
    })?;
    let elapsed = start.elapsed().as_secs_f64();
    let statistics = hub.statistics()?;
    println!(
        "hub with {} documents: {:.1} MB of wasm memory (128 MB are possible), {documents} made in {elapsed:.1} s",
        number(&statistics, "documents"),
        number(&statistics, "memory_bytes") / 1e6,
    );
    Ok(())
}
