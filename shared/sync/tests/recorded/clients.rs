//! What an older hub sent, given to this client: it comes to the same documents, and nothing closes.

use std::collections::{BTreeMap, BTreeSet};

use docket_domain::DocumentId;
use docket_sync::{
    client::{Actors, Client, Cursor, Event, Output, load},
    wire::PeerId,
};
use serde_json::Value;

use crate::recording::{self, Recording, bytes, document, hashes, sorted};

struct Device {
    client: Client,
    /// Documents whose hub's copy is here, to be renewed.
    fresh: BTreeSet<DocumentId>,
    rows: BTreeMap<DocumentId, Vec<u8>>,
}

impl Device {
    fn new(who: &str) -> Self {
        let peer = PeerId::new(format!("tab-{who}")).unwrap();
        let client = Client::new(peer, Actors::new([200; 16]), Cursor::default());
        Self {
            client: client.with_storage(format!("storage-{who}")),
            fresh: BTreeSet::new(),
            rows: BTreeMap::new(),
        }
    }

    fn take(&mut self, output: Output, at: &str) {
        assert!(!output.close, "{at}: {:?}", output.events);
        for event in output.events {
            match event {
                Event::Problem(problem) => panic!("{at}: {problem}"),
                Event::Fresh { document } => drop(self.fresh.insert(document)),
                Event::Rows { rows, .. } => {
                    for row in rows {
                        match row.row {
                            Some(bytes) => drop(self.rows.insert(row.document, bytes)),
                            None => drop(self.rows.remove(&row.document)),
                        }
                    }
                }
                _ => {}
            }
        }
    }

    fn step(&mut self, recording: &Recording, step: &Value, at: &str) {
        let output = match step["step"].as_str().unwrap() {
            "connect" => self.client.connected(),
            "from-hub" => self.client.receive(recording.frame(step)),
            "open" => self.client.open(document(&step["document"]), None, &[]),
            "edit" => {
                let (id, chunk) = (document(&step["document"]), bytes(&step["chunk"]));
                if self.client.documents().any(|open| open == id) {
                    self.client.merge(id, &chunk)
                } else {
                    let copy = load([chunk.as_slice()]).unwrap();
                    self.client.open(id, Some(copy), &[])
                }
            }
            "renew" => {
                let (id, chunk) = (document(&step["document"]), bytes(&step["chunk"]));
                assert!(self.fresh.remove(&id), "{at}: the hub's copy of {id} isn't here");
                let renewed = self.client.renew(id, &[], |copy, _| {
                    if !chunk.is_empty() {
                        copy.load_incremental(&chunk).unwrap();
                    }
                });
                assert!(renewed.unwrap().is_some(), "{at}");
                self.client.stored(id)
            }
            "disconnect" | "closed" => {
                self.client.disconnected();
                Output::default()
            }
            _ => Output::default(),
        };
        self.take(output, at);
    }
}

/// The devices of a recording, with this client.
fn devices(recording: &Recording) -> BTreeMap<String, Device> {
    let mut devices = BTreeMap::new();
    for (number, step) in recording.session.iter().enumerate() {
        let Some(who) = step["who"].as_str().filter(|who| *who != "stock") else {
            continue;
        };
        let device = devices.entry(who.to_owned()).or_insert_with(|| Device::new(who));
        let at = format!("{}, line {} ({who})", recording.name, number + 1);
        device.step(recording, step, &at);
    }
    devices
}

#[test]
fn an_older_hub_gives_this_client_the_same_documents() {
    for recording in recording::all() {
        let name = &recording.name;
        let devices = devices(&recording);
        for line in recording.outcome["devices"].as_array().unwrap() {
            let who = line["who"].as_str().unwrap();
            let id = document(&line["document"]);
            let client = &devices[who].client;
            let copy = client
                .document(id)
                .unwrap_or_else(|| panic!("{name}: {who} has no {id}"));
            assert_eq!(
                sorted(copy.get_heads()),
                hashes(&line["heads"]),
                "{name}: {who}, {id}"
            );
            assert!(!client.is_pending(id), "{name}: {who} waits for {id}");
        }
    }
}

/// The rows that an older hub derived are read.
#[test]
fn an_older_hub_s_rows_are_read() {
    for recording in recording::all() {
        let devices = devices(&recording);
        let rows = devices.values().flat_map(|device| &device.rows);
        let mut kinds = BTreeSet::new();
        for (id, bytes) in rows {
            let row = docket_domain::Row::from_bytes(bytes).unwrap();
            assert_eq!(row.document, *id, "{}", recording.name);
            kinds.insert(row.kind());
        }
        assert!(kinds.len() >= 4, "{}: {kinds:?}", recording.name);
    }
}
