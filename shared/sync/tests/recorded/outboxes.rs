//! Commands that wait in an older app's outbox: read, and carried out again on a document that has nothing of them.

use std::collections::BTreeMap;

use automerge::Automerge;
use docket_domain::{Action, DocumentId};
use docket_sync::client::outbox::{self, Entry};

use crate::recording::{self, bytes, document};

#[test]
fn an_older_outbox_is_carried_out() {
    for recording in recording::all() {
        let name = &recording.name;
        let mut documents: BTreeMap<DocumentId, Automerge> = BTreeMap::new();
        let mut actions = 0;
        for line in &recording.outbox {
            let entry: Entry = minicbor::decode(&bytes(&line["entry"])).unwrap();
            let id = document(&line["document"]);
            assert_eq!(entry.command.document, id, "{name}");
            assert!(!entry.changes.is_empty(), "{name}");
            let member = line["member"].as_str().unwrap().parse().unwrap();
            let copy = documents.entry(id).or_default();
            let replayed = outbox::restore(copy, std::slice::from_ref(&entry), &member);
            // One after the other, there was no conflict.
            let settles = matches!(entry.command.action, Action::Settle { .. });
            let done = (replayed.entries.len(), replayed.aside.len());
            assert_eq!(
                done,
                if settles { (0, 1) } else { (1, 0) },
                "{name}: {replayed:?}"
            );
            actions += 1;
        }
        assert!(actions > 0);
        // What was given last holds, here as there.
        for line in recording.documents().filter(|line| line["row"].is_string()) {
            let row = docket_domain::Row::from_bytes(&bytes(&line["row"])).unwrap();
            let id = row.document;
            let Some(copy) = documents.get(&id) else { continue };
            let facts = docket_domain::Facts::default();
            let again = docket_domain::Row::derive(copy, id, &facts).unwrap();
            assert_eq!(
                (again.kind(), again.title),
                (row.kind(), row.title),
                "{name}: {id}"
            );
        }
    }
}
