//! What each socket knows of each document it syncs, as far as that is remembered: forgetting it costs one message.

use std::collections::HashMap;

use automerge::{ChangeHash, sync};
use docket_domain::{DocumentId, Timestamp};

use super::SocketId;

/// The most pairs of socket and document remembered. One takes about a kilobyte.
const MOST: usize = 20_000;

/// One document, as one socket knows it.
#[derive(Debug, Default)]
pub(super) struct Peer {
    /// Automerge's view of what the other side has.
    pub(super) state: sync::State,
    /// The heads last sent there; none when nothing was sent, or that was forgotten.
    pub(super) sent: Option<Vec<ChangeHash>>,
    /// The changes last asked for there.
    pub(super) needed: Vec<ChangeHash>,
    /// Was it asked, with empty heads, to send again what didn't arrive?
    pub(super) asked: bool,
    /// When it last had nothing that the hub hadn't; none while that isn't known.
    pub(super) settled: Option<Timestamp>,
    used: u64,
}

/// All of them.
#[derive(Debug, Default)]
pub(super) struct Peers {
    known: HashMap<(SocketId, DocumentId), Peer>,
    clock: u64,
}

impl Peers {
    /// Takes out what is known, or begins anew. `read_only`: nothing is taken from that socket.
    pub(super) fn take(&mut self, socket: SocketId, document: DocumentId, read_only: bool) -> Peer {
        self.known.remove(&(socket, document)).unwrap_or_else(|| Peer {
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
        self.known.insert((socket, document), peer);
        if self.known.len() > MOST {
            // Half at once, so that this is rare.
            let mut used: Vec<u64> = self.known.values().map(|peer| peer.used).collect();
            used.sort_unstable();
            let middle = used.get(used.len() / 2).copied().unwrap_or_default();
            self.known.retain(|_, peer| peer.used > middle);
        }
    }

    pub(super) fn forget(&mut self, socket: SocketId, document: DocumentId) {
        self.known.remove(&(socket, document));
    }

    pub(super) fn forget_socket(&mut self, socket: SocketId) {
        self.known.retain(|(other, _), _| *other != socket);
    }

    pub(super) fn forget_document(&mut self, document: DocumentId) {
        self.known.retain(|(_, other), _| *other != document);
    }
}
