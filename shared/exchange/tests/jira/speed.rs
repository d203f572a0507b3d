//! `cargo test --profile measure -p docket-exchange --test jira -- --nocapture speed::` prints what each step of an
//! import takes for an issue.

use std::time::{Duration, Instant};

use docket_exchange::{Existing, Format, Placed, Plan};

use crate::{WORKSPACE, aloy, records};

#[test]
fn of_each_step() {
    let json = aloy();
    let times = if cfg!(debug_assertions) { 1 } else { 5 };
    let mut steps: Vec<(&str, Duration)> = Vec::new();
    let (mut issues, mut bytes) = (0, 0);
    for _ in 0..times {
        let mut took = |step: &'static str, began: Instant| {
            let lasted = began.elapsed();
            match steps.iter_mut().find(|(name, _)| *name == step) {
                Some((_, all)) => *all += lasted,
                None => steps.push((step, lasted)),
            }
        };
        let began = Instant::now();
        let records = records(&json, 65_536);
        took("records", began);
        let mut plan = Plan::new(WORKSPACE, Format::Jira);
        for record in records {
            let began = Instant::now();
            let incoming = plan.read(record).unwrap();
            took("content and digest", began);
            let began = Instant::now();
            std::hint::black_box(incoming.content.digest());
            took("digest alone", began);
            let began = Instant::now();
            let placed = plan.place(&incoming, |_| Existing::Nothing);
            took("place", began);
            let Placed::Add(id) = placed else { panic!() };
            let began = Instant::now();
            let changes = incoming.changes(id).unwrap();
            took("changes", began);
            let began = Instant::now();
            let chunk: Vec<u8> = changes.iter().flat_map(|change| &change.bytes).copied().collect();
            took("chunk", began);
            let began = Instant::now();
            let row = incoming.content.row(id);
            took("row", began);
            let began = Instant::now();
            let row = row.to_bytes();
            took("row’s bytes", began);
            issues += 1;
            bytes += chunk.len() + row.len();
        }
    }
    let all: Duration = steps.iter().map(|(_, lasted)| *lasted).sum();
    for (step, lasted) in steps.iter().chain([&("all", all)]) {
        let each = lasted.as_secs_f64() * 1_000.0 / f64::from(issues);
        println!("{each:.4} ms for an issue: {step}");
    }
    println!("{issues} issues, {} bytes each", bytes / issues as usize);
}
