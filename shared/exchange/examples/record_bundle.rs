//! Records a bundle of this build, for later builds to be held against:
//! `cargo run -p docket-exchange --example record_bundle -- FOLDER`. What it holds is the session of `docket-sync`'s example of
//! the same name (shared/sync/tests/recorded/README.md).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code
)]

#[path = "../../sync/examples/record/recorder.rs"]
mod recorder;
#[path = "../../sync/examples/record/script.rs"]
mod script;

use std::path::PathBuf;

use docket_exchange::bundle::{About, Document, FORMAT, Participant, Span, State, Withheld, Writer};
use docket_sync::hub::{Hub, Store, memory::MemoryStore};
use recorder::{Recorder, WORKSPACE};

fn main() {
    let folder: PathBuf = std::env::args_os().nth(1).expect("name a folder").into();
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("bundle.tar"), bundle(&script::play())).unwrap();
}

/// The bundle that an admin takes.
fn bundle(recorder: &Recorder) -> Vec<u8> {
    let hub: &Hub<MemoryStore> = recorder.hub();
    let store = hub.store();
    let about = About {
        format: FORMAT,
        workspace: WORKSPACE,
        name: "Storage group".to_owned(),
        prefix: "SG".to_owned(),
        made_at: recorder.now(),
        made_by: env!("CARGO_PKG_VERSION").to_owned(),
        derivation: docket_domain::row::DERIVATION,
    };
    let mut out = Vec::new();
    let mut writer = Writer::begin(&about, &mut out).unwrap();
    let admin = "ann".parse().unwrap();
    let batch = hub.read_whole(&admin, None, recorder.now()).unwrap();
    assert!(batch.next.is_none());
    for whole in batch.documents {
        let document = Document {
            id: whole.document,
            changes: whole.changes,
            facts: whole.facts,
            row: whole.row,
        };
        writer.document(&document, &mut out).unwrap();
    }
    let members = store.members().unwrap().into_iter().map(|member| Participant {
        member,
        revoked_at: None,
    });
    let members: Vec<_> = members.collect();
    let version = store.version().unwrap();
    let withheld = batch.withheld.into_iter();
    let state = State {
        version: Span {
            from: version,
            to: version,
        },
        last_number: store.last_number().unwrap(),
        purged: store.purged().unwrap(),
        withheld: withheld
            .map(|(document, until)| Withheld { document, until })
            .collect(),
    };
    writer.finish(&members, &state, &mut out).unwrap();
    out
}
