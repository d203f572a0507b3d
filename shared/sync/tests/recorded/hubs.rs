//! What older clients sent, given to this hub from the start: the same comes of it, and they can read all it says.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{ChangeHash, sync::Message};
use docket_domain::{Audience, MemberId, Timestamp};
use docket_sync::{
    hub::{Config, Effect, Hub, Meta, SocketId, Store, memory::MemoryStore},
    wire::{
        Frame,
        record::{ChangesRecord, HeadsRecord, Record, StoredRecord},
    },
};
use serde_json::Value;

use crate::{
    recording::{self, Recording, bytes, document, hashes, member, sorted},
    shape,
};

/// Refusals that are others than they were, on purpose: the recording, the old code (none where nothing was refused), and
/// the present one.
const STRICTER: &[(&str, Option<&str>, &str)] = &[];

/// What a hub is asked for by a recording, and what it answers.
pub(crate) struct Replay {
    pub(crate) hub: Hub<MemoryStore>,
    names: BTreeMap<SocketId, String>,
    /// Frames, and to whom.
    sent: Vec<(String, Vec<u8>)>,
    /// Sockets that the hub closed, and why.
    closed: Vec<(u64, String)>,
    ticks: Vec<Timestamp>,
    /// Answers to writing in bulk.
    written: Vec<StoredRecord>,
}

impl Replay {
    fn of(recording: &Recording) -> Self {
        let hub = Hub::new(recording.empty_store(), Config::default()).unwrap();
        let mut replay = Self {
            hub,
            names: BTreeMap::new(),
            sent: Vec::new(),
            closed: Vec::new(),
            ticks: Vec::new(),
            written: Vec::new(),
        };
        for step in &recording.session {
            replay.step(recording, step);
        }
        replay.tick(recording.end().plus(60_000));
        replay
    }

    fn step(&mut self, recording: &Recording, step: &Value) {
        let now = step["now"].as_i64().map(Timestamp).unwrap_or_default();
        self.tick(now);
        let socket = step["socket"].as_u64().map(SocketId);
        let effects = match step["step"].as_str().unwrap() {
            "member" => {
                let member = member(&step["member"]);
                self.hub.store_mut().put_member(member.clone());
                self.hub.member_changed(&member.id, now)
            }
            "connect" => {
                let who = step["who"].as_str().unwrap().to_owned();
                self.names.insert(socket.unwrap(), who);
                self.hub.connect(socket.unwrap(), &asker(step), Timestamp(0))
            }
            "to-hub" => self.hub.receive(socket.unwrap(), recording.frame(step), now),
            "disconnect" => {
                self.names.remove(&socket.unwrap());
                self.hub.disconnect(socket.unwrap(), now)
            }
            "audience" => {
                let audience = minicbor::decode(&bytes(&step["audience"])).unwrap();
                let id = document(&step["document"]);
                self.hub.set_audience(id, audience, now).unwrap()
            }
            "purge" => self.hub.purge(document(&step["document"]), now).unwrap(),
            "alarm" => self.hub.alarm(now).unwrap(),
            "read" => {
                let read = self.hub.read_documents(&asker(step), None, 100, now).unwrap();
                same_documents(&read.records, &bytes(&step["answer"]));
                Vec::new()
            }
            "differing" => {
                let listed = HeadsRecord::decode_request(&bytes(&step["request"])).unwrap();
                let read = self.hub.read_differing(&asker(step), &listed, now).unwrap();
                same_documents(&read.records, &bytes(&step["answer"]));
                Vec::new()
            }
            "write" => {
                let records = ChangesRecord::read_all(&bytes(&step["request"])).unwrap();
                let (stored, effects) = self.hub.write_documents(&asker(step), &records, now).unwrap();
                let then = StoredRecord::read_all(&bytes(&step["answer"])).unwrap();
                for (now, then) in stored.iter().zip(&then) {
                    assert_eq!(now.document, then.document);
                    assert_eq!(sorted(now.heads.clone()), sorted(then.heads.clone()));
                    let codes = |record: &StoredRecord| -> Vec<_> {
                        record
                            .refused
                            .iter()
                            .map(|it| (it.change, it.code.clone()))
                            .collect()
                    };
                    assert_eq!(codes(now), codes(then));
                }
                self.written.extend(stored);
                effects
            }
            // What the recorded hub said, and what devices did by themselves.
            "from-hub" | "closed" | "device" | "open" | "edit" | "renew" => Vec::new(),
            other => panic!("a step that this test doesn't know: {other}"),
        };
        self.take(effects);
    }

    /// Lets the hub do what it put off until `now`.
    fn tick(&mut self, now: Timestamp) {
        while let Some(at) = self.ticks.iter().copied().filter(|at| *at <= now).min() {
            self.ticks.retain(|tick| *tick != at);
            let effects = self.hub.tick(at);
            self.take(effects);
        }
    }

    fn take(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            match effect {
                Effect::Send { socket, bytes } => {
                    if let Some(who) = self.names.get(&socket) {
                        self.sent.push((who.clone(), bytes.to_vec()));
                    }
                }
                Effect::Close { socket, reason } => self.closed.push((socket.0, reason)),
                Effect::Tick { at } => self.ticks.push(at),
                Effect::Keep { .. } | Effect::Alarm { .. } => {}
            }
        }
    }
}

fn asker(step: &Value) -> MemberId {
    step["member"].as_str().unwrap().parse().unwrap()
}

fn same_documents(now: &[u8], then: &[u8]) {
    use docket_sync::wire::record::DocumentRecord;
    let heads = |stream: &[u8]| -> BTreeMap<_, _> {
        let records = DocumentRecord::read_all(stream).unwrap().into_iter();
        records
            .map(|record| (record.document, sorted(record.heads)))
            .collect()
    };
    assert_eq!(heads(now), heads(then));
}

/// An audience without what the hub adds to it: who reads what is sealed, and since when.
fn audience(meta: &Meta) -> Audience {
    match meta.audience.clone() {
        Audience::Sealed {
            organisation, until, ..
        } => Audience::sealed(organisation, until),
        other => other,
    }
}

#[test]
fn the_same_comes_of_what_older_clients_sent() {
    for recording in recording::all() {
        let name = &recording.name;
        let replay = Replay::of(&recording);
        let closed = recording.session.iter().filter(|step| step["step"] == "closed");
        let closed: Vec<u64> = closed.map(|step| step["socket"].as_u64().unwrap()).collect();
        let now: Vec<u64> = replay.closed.iter().map(|(socket, _)| *socket).collect();
        assert_eq!(now, closed, "{name}: {:?}", replay.closed);

        let store = replay.hub.store();
        for line in recording.documents() {
            let id = document(&line["document"]);
            let then = recording::meta(line);
            let now = store
                .meta(id)
                .unwrap()
                .unwrap_or_else(|| panic!("{name}: {id} isn't there"));
            assert_eq!(sorted(now.heads.clone()), hashes(&line["heads"]), "{name}: {id}");
            assert_eq!(
                (
                    now.kind,
                    now.number,
                    now.purged,
                    audience(&now),
                    now.changes,
                    now.ops
                ),
                (
                    then.kind,
                    then.number,
                    then.purged,
                    audience(&then),
                    then.changes,
                    then.ops
                ),
                "{name}: {id}"
            );
        }
        let stored = store.changed(0, 1_000).unwrap().len();
        assert_eq!(stored, recording.documents().count(), "{name}");
    }
}

#[test]
fn the_same_is_refused_for_the_same_reasons() {
    for recording in recording::all() {
        let name = &recording.name;
        let replay = Replay::of(&recording);
        let mut now = BTreeMap::new();
        for (who, frame) in &replay.sent {
            if let Frame::Refused {
                document, refused, ..
            } = Frame::decode(frame).unwrap()
            {
                for refusal in refused {
                    let key = (who.clone(), document.url(), refusal.change);
                    now.insert(key, refusal.code);
                }
            }
        }
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let hash = |value: &Value| ChangeHash(bytes(value).try_into().unwrap());
        let refusals = recording.outcome["refusals"].as_array().unwrap().iter();
        let then: BTreeMap<_, _> = refusals
            .map(|it| {
                let key = (text(&it["who"]), text(&it["document"]), hash(&it["change"]));
                (key, text(&it["code"]))
            })
            .collect();
        assert!(!then.is_empty());
        let all: BTreeSet<_> = now.keys().chain(then.keys()).collect();
        for key in all {
            let (then, now) = (then.get(key), now.get(key));
            let stricter = STRICTER.iter().any(|(build, old, new)| {
                build == name && *old == then.map(String::as_str) && Some(*new) == now.map(String::as_str)
            });
            assert!(
                then == now || stricter,
                "{name}: {key:?} was {then:?}, is {now:?}"
            );
        }
    }
}

/// A stock peer reads automerge-repo's frames and nothing else, with Automerge.
fn stock_reads(frame: &[u8]) {
    match Frame::decode(frame).unwrap() {
        Frame::Peer { version, .. } => assert_eq!(version, "1"),
        Frame::Sync(data) => drop(Message::decode(&data.data).unwrap()),
        other => panic!("a stock peer was sent {other:?}"),
    }
}

/// What an older app is sent by this hub it can read: the fields that it needs are there and within its limits.
#[test]
fn an_older_client_can_read_all_that_it_is_sent() {
    for recording in recording::all() {
        let name = &recording.name;
        let replay = Replay::of(&recording);
        let mut kinds = BTreeSet::new();
        for (who, frame) in &replay.sent {
            if who == "stock" {
                stock_reads(frame);
                continue;
            }
            let kind = shape::check(frame, &recording.wire)
                .unwrap_or_else(|error| panic!("{name}, to {who}: {error}"));
            kinds.extend(kind);
        }
        // Whatever the older hub told its clients this one tells them too.
        let then = recording.session.iter().filter(|step| step["step"] == "from-hub");
        let then: BTreeSet<_> = then
            .filter(|step| step["who"] != "stock")
            .filter_map(|step| shape::check(recording.frame(step), &recording.wire).unwrap())
            .collect();
        assert!(kinds.is_superset(&then), "{name}: {kinds:?} now, {then:?} then");
    }
}
