//! What a build left behind, read from its folder.

use std::path::{Path, PathBuf};

use automerge::ChangeHash;
use docket_domain::{Audience, DocumentId, Member, Timestamp};
use docket_sync::hub::{Meta, Piece, SocketId, Store, memory::MemoryStore};
use serde_json::Value;

pub(crate) struct Recording {
    pub(crate) name: String,
    frames: Vec<Vec<u8>>,
    pub(crate) session: Vec<Value>,
    pub(crate) store: Vec<Value>,
    pub(crate) outbox: Vec<Value>,
    pub(crate) outcome: Value,
    /// What its decoder takes.
    pub(crate) wire: Value,
}

/// The recordings of all builds.
pub(crate) fn all() -> Vec<Recording> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recorded");
    let entries = std::fs::read_dir(folder).unwrap();
    let folders = entries.map(|entry| entry.unwrap().path());
    let mut folders: Vec<PathBuf> = folders.filter(|path| path.is_dir()).collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders.iter().map(|folder| Recording::read(folder)).collect()
}

impl Recording {
    fn read(folder: &Path) -> Self {
        let text = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
        let lines = |name: &str| -> Vec<Value> {
            let text = text(name);
            text.lines()
                .map(|line| serde_json::from_str(line).unwrap())
                .collect()
        };
        Self {
            name: folder.file_name().unwrap().to_string_lossy().into_owned(),
            frames: text("frames.txt").lines().map(base64).collect(),
            session: lines("session.jsonl"),
            store: lines("store.jsonl"),
            outbox: lines("outbox.jsonl"),
            outcome: serde_json::from_str(&text("outcome.json")).unwrap(),
            wire: serde_json::from_str(&text("wire.json")).unwrap(),
        }
    }

    /// The frame of a step.
    pub(crate) fn frame(&self, step: &Value) -> &[u8] {
        &self.frames[usize::try_from(step["frame"].as_u64().unwrap()).unwrap()]
    }

    /// When it ended.
    pub(crate) fn end(&self) -> Timestamp {
        Timestamp(self.outcome["now"].as_i64().unwrap())
    }

    /// A store without documents and members.
    pub(crate) fn empty_store(&self) -> MemoryStore {
        let epoch = self.outcome["epoch"].as_str().unwrap();
        MemoryStore::new(document(&self.outcome["workspace"]), epoch)
    }

    /// The store as the recorded hub left it, with its open sockets and their sessions.
    pub(crate) fn stored(&self) -> (MemoryStore, Vec<(SocketId, Vec<u8>)>) {
        let mut store = self.empty_store();
        let mut sockets = Vec::new();
        for line in &self.store {
            if line.get("member").is_some() {
                store.put_member(member(&line["member"]));
            } else if line.get("contact").is_some() {
                let at = Timestamp(line["at"].as_i64().unwrap());
                store.set_contact(line["contact"].as_str().unwrap(), at).unwrap();
            } else if line.get("socket").is_some() {
                let socket = SocketId(line["socket"].as_u64().unwrap());
                for synced in line["documents"].as_array().unwrap() {
                    store.subscribe(socket, document(synced)).unwrap();
                }
                sockets.push((socket, bytes(&line["session"])));
            } else {
                let piece = Piece {
                    chunk: bytes(&line["chunks"]),
                    facts: bytes(&line["facts"]),
                };
                let row = line["row"].as_str().map(|_| bytes(&line["row"]));
                let id = document(&line["document"]);
                store.append(id, &[piece], &meta(line), row.as_deref()).unwrap();
            }
        }
        fix_readers(&mut store);
        (store, sockets)
    }

    /// The stored documents.
    pub(crate) fn documents(&self) -> impl Iterator<Item = &Value> {
        self.store.iter().filter(|line| line.get("document").is_some())
    }
}

/// What moving to this version does with a store (`docket-worker`'s `store::sealed`): those whom the organisation has now
/// are the readers of what an older build sealed.
fn fix_readers(store: &mut MemoryStore) {
    for (id, mut meta) in store.documents(None, 1_000).unwrap() {
        let all = store.members().unwrap();
        let Audience::Sealed {
            organisation,
            readers,
            ..
        } = &mut meta.audience
        else {
            continue;
        };
        if readers.is_empty() {
            let theirs = all
                .into_iter()
                .filter(|member| member.organisation.as_ref() == Some(organisation));
            *readers = theirs.map(|member| member.id).collect();
            let row = store.row(id).unwrap();
            store.append(id, &[], &meta, row.as_deref()).unwrap();
        }
    }
}

pub(crate) fn meta(line: &Value) -> Meta {
    let number = |name: &str| line[name].as_u64().unwrap();
    Meta {
        kind: line["kind"]
            .as_str()
            .map(|kind| docket_domain::Kind::parse(kind).unwrap()),
        unknown: false,
        heads: hashes(&line["heads"]),
        audience: minicbor::decode(&bytes(&line["audience"])).unwrap(),
        audience_version: number("audience_version"),
        former: Vec::new(),
        opens: line["opens"].as_i64().map(Timestamp),
        number: line["number"].as_u64(),
        version: number("version"),
        derivation: number("derivation").try_into().unwrap(),
        changes: number("changes"),
        ops: number("ops"),
        bytes: number("bytes"),
        pieces: number("pieces"),
        purged: line["purged"].as_bool().unwrap(),
    }
}

pub(crate) fn member(value: &Value) -> Member {
    minicbor::decode(&bytes(value)).unwrap()
}

pub(crate) fn document(value: &Value) -> DocumentId {
    DocumentId::from_url(value.as_str().unwrap()).unwrap()
}

/// Heads, sorted.
pub(crate) fn hashes(value: &Value) -> Vec<ChangeHash> {
    let hashes = value.as_array().unwrap().iter();
    sorted(hashes.map(|hash| ChangeHash(bytes(hash).try_into().unwrap())))
}

pub(crate) fn sorted(heads: impl IntoIterator<Item = ChangeHash>) -> Vec<ChangeHash> {
    let mut heads: Vec<_> = heads.into_iter().collect();
    heads.sort_unstable();
    heads
}

pub(crate) fn bytes(value: &Value) -> Vec<u8> {
    base64(value.as_str().unwrap())
}

/// RFC 4648, section 4, without padding.
fn base64(text: &str) -> Vec<u8> {
    let digit = |byte: u8| match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        other => panic!("{other} is no digit of base64"),
    };
    let groups = text.as_bytes().chunks(4).flat_map(|group| {
        let digits = group.iter().map(|byte| u32::from(digit(*byte)));
        let bits = digits.fold(0, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        bits.to_be_bytes()[1..group.len()].to_vec()
    });
    groups.collect()
}
