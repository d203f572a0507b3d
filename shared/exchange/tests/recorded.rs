//! Bundles of older builds, restored by this one (`shared/sync/tests/recorded/README.md`).

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test"
)]

use std::{collections::BTreeMap, path::Path};

use docket_domain::{Facts, Row};
use docket_exchange::bundle::{About, Document, Item, Participant, Reader, State};
use docket_sync::hub::{Config, Hub, Store, memory::MemoryStore};

#[derive(Default)]
struct Bundle {
    about: Option<About>,
    documents: Vec<Document>,
    members: Vec<Participant>,
    state: Option<State>,
}

fn bundles() -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let folders = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap());
    let bundles = folders.map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        (name, std::fs::read(entry.path().join("bundle.tar")).unwrap())
    });
    let bundles: Vec<_> = bundles.collect();
    assert!(!bundles.is_empty());
    bundles
}

fn read(bytes: &[u8]) -> Bundle {
    let mut bundle = Bundle::default();
    let mut reader = Reader::new();
    let mut verified = false;
    for piece in bytes.chunks(1_000) {
        reader.feed(piece);
        while let Some(item) = reader.next_item().unwrap() {
            match item {
                Item::About(about) => bundle.about = Some(about),
                Item::Document(document) => bundle.documents.push(document),
                Item::Audit(_) => {}
                Item::Members(members) => bundle.members = members,
                Item::State(state) => bundle.state = Some(state),
                Item::Verified => verified = true,
            }
        }
    }
    reader.finish().unwrap();
    assert!(verified);
    bundle
}

#[test]
fn an_older_bundle_is_restored() {
    for (name, bytes) in bundles() {
        let bundle = read(&bytes);
        let about = bundle.about.unwrap();
        let state = bundle.state.unwrap();
        let mut store = MemoryStore::new(about.workspace, "restored");
        for participant in &bundle.members {
            store.put_member(participant.member.clone());
        }
        let mut hub = Hub::new(store, Config::default()).unwrap();
        let mut restored = BTreeMap::new();
        for document in &bundle.documents {
            let row = hub.restore_document(document.id, &document.changes, &document.facts, about.made_at);
            let row = row.unwrap_or_else(|error| panic!("{name}: {}: {error}", document.id));
            let readable = |row: &Vec<u8>| Row::from_bytes(row).unwrap();
            let then = document.row.as_ref().map(readable);
            assert_eq!(row.as_ref().map(readable), then, "{name}: {}", document.id);
            restored.insert(document.id, then.map(|row| row.kind()));
        }
        for id in &state.purged {
            hub.restore_purged(*id).unwrap();
        }
        let kinds = |kind| restored.values().filter(|it| **it == kind).count();
        for kind in docket_domain::Kind::ALL {
            assert!(kinds(Some(kind)) > 0, "{name}: no {kind:?}");
        }
        assert!(kinds(None) > 0, "{name}: no document that isn't Docket's");
        assert!(!state.purged.is_empty() && !state.withheld.is_empty(), "{name}");
        assert_eq!(hub.workspace().unwrap().name, about.name, "{name}");

        // What came out goes in again the same.
        let admin = "ann".parse().unwrap();
        let whole = hub.read_whole(&admin, None, about.made_at).unwrap();
        assert_eq!(whole.documents.len(), bundle.documents.len(), "{name}");
        for (now, then) in whole.documents.iter().zip(&bundle.documents) {
            assert_eq!((now.document, &now.changes), (then.id, &then.changes), "{name}");
            let facts = |bytes: &[u8]| minicbor::decode::<Facts>(bytes).unwrap();
            assert_eq!(facts(&now.facts), facts(&then.facts), "{name}: {}", then.id);
        }
        assert_eq!(hub.store().purged().unwrap(), state.purged, "{name}");
    }
}
