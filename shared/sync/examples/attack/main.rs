//! Makes the hub's worst messages, for the tests that send them to a running one:
//! `cargo run -p docket-sync --example attack -- NAME DOCUMENT_ID PEER MEMBER`.
//!
//! `NAME` is one of [`make::NAMES`]; the document is an issue's, in base58check; `PEER` is what the sending socket joined
//! as, `MEMBER` who it is. Writes frames to stdout, each after its length (four bytes, big endian).

#![allow(clippy::print_stderr)]

mod make;

use std::{
    error::Error,
    io::{Write, stdout},
    process::ExitCode,
};

use automerge::{
    Change,
    sync::{Message, MessageVersion},
};
use docket_domain::DocumentId;
use docket_sync::wire::{Frame, PeerId, SyncData};

fn main() -> ExitCode {
    match run() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("attack: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, document, peer, member] = arguments.as_slice() else {
        return Err(format!("usage: attack {} DOCUMENT_ID PEER MEMBER", make::NAMES.join("|")).into());
    };
    let document: DocumentId = document.parse()?;
    let mut out = stdout().lock();
    for changes in make::messages(name, document, member)? {
        let frame = frame(document, &PeerId::new(peer.as_str())?, &changes)?;
        out.write_all(&u32::try_from(frame.len())?.to_be_bytes())?;
        out.write_all(&frame)?;
    }
    Ok(out.flush()?)
}

/// A sync message that carries changes whatever the hub has said that it takes.
fn frame(document: DocumentId, peer: &PeerId, changes: &[Change]) -> Result<Vec<u8>, Box<dyn Error>> {
    let chunks: Vec<Vec<u8>> = changes.iter().map(|change| change.raw_bytes().to_vec()).collect();
    let message = Message {
        heads: Vec::new(),
        need: Vec::new(),
        have: Vec::new(),
        changes: chunks.into(),
        flags: None,
        version: MessageVersion::V1,
    };
    let frame = Frame::Sync(SyncData {
        document,
        sender: peer.clone(),
        target: PeerId::new("hub")?,
        data: message.encode(),
    });
    Ok(frame.encode())
}
