//! What each socket knows of each document it syncs, as far as that is remembered: forgetting it costs one message.

use std::collections::{BTreeSet, HashMap};

use automerge::{
    Automerge, ChangeHash,
    sync::{self, Have, Message, SyncDoc},
};
use docket_domain::{DocumentId, Timestamp};

use super::SocketId;
use crate::inspect;

/// The bytes that all pairs of socket and document may take.
const MOST: usize = 16_000_000;
/// What a pair takes beside its hashes and Bloom filters.
const PAIR: usize = 600;

/// One document, as one socket knows it.
#[derive(Debug, Default)]
pub(super) struct Peer {
    /// Automerge's view of what the other side has.
    pub(super) state: sync::State,
    /// The heads last sent there; none when nothing was sent, or that was forgotten.
    pub(super) sent: Option<Vec<ChangeHash>>,
    /// The changes last asked for there.
    pub(super) needed: Vec<ChangeHash>,
    /// All changes before these were sent there, or are there: in their place, since naming each would take 50 bytes for
    /// each change of the document. None when nothing was sent since the other side told what it has.
    reached: Option<Vec<ChangeHash>>,
    /// The changes that it named as missing and was sent again, since the document last changed.
    again: BTreeSet<ChangeHash>,
    /// Was it asked, with empty heads, to send again what didn't arrive?
    pub(super) asked: bool,
    /// When it last had nothing that the hub hadn't; none while that isn't known.
    pub(super) settled: Option<Timestamp>,
    used: u64,
}

impl Peer {
    /// The message that says what there is to say, as Automerge makes it.
    pub(super) fn generate(&mut self, document: &Automerge) -> Option<Message> {
        if let Some(reached) = &self.reached {
            let mut last_sync = reached.clone();
            // What it made itself isn't told it.
            let theirs = self.state.their_heads.iter().flatten();
            last_sync.extend(theirs.filter(|hash| document.get_change_meta_by_hash(hash).is_some()));
            last_sync.sort_unstable();
            last_sync.dedup();
            self.state.their_have = Some(vec![Have {
                last_sync,
                ..Have::default()
            }]);
            if let Some(need) = &mut self.state.their_need {
                // Before the first parts of a long message have come, the other side lacks what the last ones bring.
                need.retain(|hash| !self.again.contains(hash));
            }
        }
        let need = self.state.their_need.clone().unwrap_or_default();
        let message = document.generate_sync_message(&mut self.state)?;
        if self.state.their_have.is_some() {
            let heads = document.get_heads();
            if self.reached.as_ref() != Some(&heads) {
                self.again.clear();
            }
            self.again.extend(need);
            self.reached = Some(heads);
        }
        self.state.sent_hashes.clear();
        Some(message)
    }

    /// The other side told what it has: empty heads ask to send everything again.
    pub(super) fn heard(&mut self, message: &inspect::Message<'_>) {
        if message.heads.is_empty() {
            self.forget_sent();
        }
    }

    /// What was sent, to be restored if what is generated isn't sent after all.
    pub(super) fn sent_so_far(&self) -> (Option<Vec<ChangeHash>>, BTreeSet<ChangeHash>) {
        (self.reached.clone(), self.again.clone())
    }

    /// See [`sent_so_far`](Self::sent_so_far).
    pub(super) fn restore_sent(&mut self, reached: Option<Vec<ChangeHash>>, again: BTreeSet<ChangeHash>) {
        (self.reached, self.again) = (reached, again);
    }

    /// Nothing is known of what arrived.
    pub(super) fn forget_sent(&mut self) {
        self.reached = None;
        self.again.clear();
    }

    /// The bytes it takes.
    fn size(&self) -> usize {
        let state = &self.state;
        let hashes = [
            state.shared_heads.len(),
            state.last_sent_heads.len(),
            state.their_heads.as_ref().map_or(0, Vec::len),
            state.their_need.as_ref().map_or(0, Vec::len),
            state.sent_hashes.len() * 2,
            self.sent.as_ref().map_or(0, Vec::len),
            self.needed.len(),
            self.reached.as_ref().map_or(0, Vec::len),
            self.again.len() * 2,
        ];
        let have = state.their_have.iter().flatten();
        let have: usize = have
            .map(|have| 32 * have.last_sync.len() + have.bloom.to_bytes().len())
            .sum();
        PAIR + have + 32 * hashes.iter().sum::<usize>()
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Peers {
    known: HashMap<(SocketId, DocumentId), (Peer, usize)>,
    /// The bytes that all of them take.
    size: usize,
    clock: u64,
}

impl Peers {
    /// Takes out what is known, or begins anew. `read_only`: nothing is taken from that socket.
    pub(super) fn take(&mut self, socket: SocketId, document: DocumentId, read_only: bool) -> Peer {
        self.remove(socket, document).unwrap_or_else(|| Peer {
            state: if read_only {
                sync::State::new_read_only()
            } else {
                sync::State::new()
            },
            ..Peer::default()
        })
    }

    pub(super) fn put(&mut self, socket: SocketId, document: DocumentId, mut peer: Peer) {
        self.clock += 1;
        peer.used = self.clock;
        let size = peer.size();
        self.size += size;
        self.remove(socket, document);
        self.known.insert((socket, document), (peer, size));
        if self.size > MOST {
            // Half at once, so that this is rare.
            let mut used: Vec<(u64, usize)> = self
                .known
                .values()
                .map(|(peer, size)| (peer.used, *size))
                .collect();
            used.sort_unstable();
            let mut left = self.size;
            let oldest = used.into_iter().find(|(_, size)| {
                left -= size;
                left <= MOST / 2
            });
            let oldest = oldest.map_or(u64::MAX, |(used, _)| used);
            self.retain(|_, peer| peer.used > oldest);
        }
    }

    fn remove(&mut self, socket: SocketId, document: DocumentId) -> Option<Peer> {
        let (peer, size) = self.known.remove(&(socket, document))?;
        self.size -= size;
        Some(peer)
    }

    fn retain(&mut self, keep: impl Fn(&(SocketId, DocumentId), &Peer) -> bool) {
        let size = &mut self.size;
        self.known.retain(|key, (peer, of)| {
            let keeps = keep(key, peer);
            *size -= if keeps { 0 } else { *of };
            keeps
        });
    }

    pub(super) fn forget(&mut self, socket: SocketId, document: DocumentId) {
        self.remove(socket, document);
    }

    pub(super) fn forget_socket(&mut self, socket: SocketId) {
        self.retain(|(other, _), _| *other != socket);
    }

    pub(super) fn forget_document(&mut self, document: DocumentId) {
        self.retain(|(_, other), _| *other != document);
    }
}
