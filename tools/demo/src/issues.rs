//! The issues: a real tracker's, imported as a member would.

use std::{
    fs,
    io::{Read, Write},
    path::Path,
};

use docket_exchange::{Existing, Format, Placed, Plan, Source};
use docket_sync::wire::record::{ChangesRecord, Record, StoredRecord};

use crate::{Demo, Failure, cast::Person};

/// How much is sent at once, in bytes.
const BATCH: usize = 128 * 1024;

/// Imports the file, packed with gzip, in the name of the first member.
pub(crate) fn bring(demo: &Demo, people: &[Person], file: &Path) -> Result<(), Failure> {
    let member = people
        .iter()
        .find(|person| person.cast.is_member())
        .ok_or("nobody may import")?;
    let here = demo.peer(&member.token)?.rows;
    let mut source = Source::open(Format::Jira);
    let mut plan = Plan::new(demo.workspace, Format::Jira);
    let mut batch = Vec::new();
    let mut unpacked = flate2::read::GzDecoder::new(fs::File::open(file)?);
    let mut piece = vec![0; 64 * 1024];
    let mut sent = 0;
    loop {
        let length = unpacked.read(&mut piece)?;
        source.feed(piece.get(..length).unwrap_or_default());
        while let Some(record) = if length > 0 {
            source.next_record()
        } else {
            source.finish()
        } {
            let Some(incoming) = plan.read(record) else {
                continue;
            };
            let Placed::Add(document) = plan.place(&incoming, |_| Existing::Nothing) else {
                continue;
            };
            if here.contains_key(&document) {
                continue;
            }
            let changes = incoming.changes(document)?;
            let record = ChangesRecord {
                document,
                changes: changes.into_iter().map(|change| change.bytes).collect(),
            };
            batch.extend(record.encode());
            sent += 1;
            if batch.len() >= BATCH {
                send(demo, member, &mut batch)?;
                say(&format!("demo: {sent} issues imported"))?;
            }
        }
        if length == 0 {
            break;
        }
    }
    send(demo, member, &mut batch)?;
    let report = plan.finish();
    for refused in &report.refused {
        say(&format!(
            "demo: line {} stays out: {}",
            refused.line, refused.reason
        ))?;
    }
    if sent > 0 {
        say(&format!("demo: {sent} issues imported, all are in"))?;
    }
    Ok(())
}

fn send(demo: &Demo, member: &Person, batch: &mut Vec<u8>) -> Result<(), Failure> {
    if batch.is_empty() {
        return Ok(());
    }
    let answer = demo
        .api
        .call(&member.token, "PUT", "/documents", "application/cbor-seq", batch)?;
    batch.clear();
    for stored in StoredRecord::read_all(&answer)? {
        if let Some(refusal) = stored.refused.first() {
            return Err(format!("{} was refused: {}", stored.document, refusal.message).into());
        }
    }
    Ok(())
}

/// Progress goes to standard error: standard output is for the links.
pub(crate) fn say(text: &str) -> std::io::Result<()> {
    writeln!(std::io::stderr(), "{text}")
}
