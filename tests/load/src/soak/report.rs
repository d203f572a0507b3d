//! The page that a soak ends with.

use std::time::Duration;

use automerge::ChangeHash;
use docket_domain::DocumentId;

use super::{Edit, Failure, LATE, MEMORY, PEOPLE, Seen, Shared, attacks, people};

/// Prints it; an error when something is missing, late or wrong.
pub(super) fn print(
    shared: &Shared,
    seen: &[Seen],
    missing: &[(DocumentId, ChangeHash)],
    took: Duration,
) -> Result<(), Failure> {
    let edits = shared.edits.lock().map_err(|_| "somebody panicked")?;
    let troubles = shared.troubles.lock().map_err(|_| "somebody panicked")?;
    println!(
        "soak: {PEOPLE} people at {} sockets, {} documents, {} edits in {:.0} s",
        people::SOCKETS * PEOPLE,
        shared.issues.len() + 1,
        edits.len(),
        took.as_secs_f64()
    );
    println!(
        "\n{:<14}{:>7}{:>9}{:>9}{:>9}{:>9}  the attack",
        "", "edits", "median", "95 %", "slowest", "memory"
    );
    let names = ["none"].into_iter().chain(attacks::ALL);
    for ((phase, name), seen) in names.enumerate().zip(seen) {
        line(name, edits.iter().filter(|edit| edit.phase == phase), seen);
    }
    let memory = seen.iter().map(|seen| seen.memory).max().unwrap_or_default();
    let all = Seen {
        memory,
        attack: String::new(),
    };
    line("all", edits.iter(), &all);
    println!();
    let mut wrong = Vec::new();
    let late = edits
        .iter()
        .filter(|edit| edit.acknowledged && edit.took > LATE)
        .count();
    let never = edits.iter().filter(|edit| !edit.acknowledged).count();
    for (count, what) in [
        (late, "edits were acknowledged after more than 2 s"),
        (never, "edits were never acknowledged"),
        (
            missing.len(),
            "acknowledged changes are missing for a fresh client",
        ),
        (troubles.len(), "troubles"),
        (usize::from(edits.is_empty()), "nobody edited anything"),
    ] {
        if count > 0 {
            wrong.push(format!("{count} {what}"));
        }
    }
    if memory > MEMORY {
        wrong.push(format!("{:.0} MB of memory", memory as f64 / 1e6));
    }
    for trouble in troubles.iter().take(20) {
        println!("{trouble}");
    }
    if wrong.is_empty() {
        println!("every edit was acknowledged within 2 s and is there at the end");
        Ok(())
    } else {
        Err(wrong.join("; ").into())
    }
}

fn line<'a>(name: &str, edits: impl Iterator<Item = &'a Edit>, seen: &Seen) {
    let mut times: Vec<Duration> = edits.map(|edit| edit.took).collect();
    times.sort_unstable();
    let at = |hundredths: usize| {
        let place = (times.len() * hundredths / 100).min(times.len().saturating_sub(1));
        let time = times.get(place).copied().unwrap_or_default();
        format!("{:.0} ms", time.as_secs_f64() * 1_000.0)
    };
    println!(
        "{name:<14}{:>7}{:>9}{:>9}{:>9}{:>9}  {}",
        times.len(),
        at(50),
        at(95),
        at(100),
        format!("{:.0} MB", seen.memory as f64 / 1e6),
        seen.attack
    );
}
