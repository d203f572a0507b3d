//! Sync messages: what a socket has and wants of a document, and what it is answered.

use automerge::{
    ChangeHash,
    sync::{BloomFilter, Capability, Have, Message, SyncDoc},
};
use docket_domain::{DocumentId, MemberId, Timestamp, limits};

use super::{
    Hub, HubError, Meta, SocketId, Store,
    documents::Loaded,
    intake::{Bringer, Intake, out_of_reach, sorted},
    peers::Peer,
    rule,
    session::SETTLING,
};
use crate::{
    inspect,
    parts::split,
    wire::{Frame, Refusal, SyncData},
};

/// The documents that aren't there which a socket may wait for.
const AWAITED: u64 = 256;

impl<S: Store> Hub<S> {
    pub(super) fn sync(
        &mut self,
        socket: SocketId,
        id: DocumentId,
        data: &[u8],
        now: Timestamp,
    ) -> Result<(), HubError> {
        let Some(state) = self.sockets.get(&socket) else {
            return Ok(());
        };
        let (member, docket, before) = (state.member.clone(), state.session.docket, state.session.before);
        let message = inspect::message(data, &self.config.limits)?;
        let meta = self.store.meta(id)?;
        let had = |meta: &Meta| meta.purged && rule::could_read(&member, meta, 0, now);
        if meta.as_ref().is_some_and(had) && docket {
            self.send(socket, &Frame::Purged { document: id });
            return Ok(());
        }
        let readable = meta
            .as_ref()
            .is_none_or(|meta| rule::may_read(&member, meta, now));
        // Whether it isn't there or not for them is told to nobody.
        let nothing = message.heads.is_empty() || !member.role.writes();
        if !readable || (meta.is_none() && message.chunks.is_empty() && nothing) {
            if readable {
                // Should it come, they will be told.
                self.note_subscription(socket, id, true)?;
            }
            self.peers.forget(socket, id);
            if docket && !message.chunks.is_empty() {
                self.refuse_out_of_reach(socket, id, &member.id, &message.chunks)?;
            } else {
                self.unavailable(socket, id);
            }
            return Ok(());
        }
        let first = self.note_subscription(socket, id, false)?;
        let mut loaded = self.load(id)?.unwrap_or_else(Loaded::absent);
        let mut peer = self.peers.take(socket, id, !member.role.writes());
        let carried = !message.chunks.is_empty();
        let mut intake = Intake::default();
        if carried {
            let contact = peer.settled.map_or(before, |at| before.max(at.plus(-SETTLING)));
            let bringer = Bringer {
                member: &member,
                contact,
                now,
                counted: true,
            };
            intake = self.intake(id, &mut loaded, &message.chunks, bringer)?;
        }
        let again = (!intake.missing.is_empty() && !peer.asked) || intake.overflow;
        if intake.missing.is_empty() {
            peer.asked = false;
        } else if !peer.asked {
            peer.asked = true;
            intake.incomplete.clear();
        } else {
            intake.give_up();
        }
        if docket {
            // Only who is told carries it out again. A stock client holds on to what it has, and may try again.
            self.bar(&member.id, &intake.barred())?;
        }
        peer.take_in(id, &mut loaded, message, now)?;
        if again {
            self.ask_again(socket, id, &loaded, &mut peer, &intake.missing);
        } else if carried && loaded.is_absent() {
            // Everything was refused. Empty heads would make the sender send it all again, for ever.
            if !docket {
                self.unavailable(socket, id);
            }
        } else {
            self.answer(socket, id, &loaded, &mut peer, carried);
        }
        self.peers.put(socket, id, peer);
        if docket {
            self.tell_refused(socket, id, intake.refused, intake.dependents);
        }
        if intake.stored {
            self.relay(id, &mut loaded, Some(socket), now)?;
        } else if first && docket && !loaded.is_absent() {
            self.tell_facts(socket, id, &loaded);
        }
        if !loaded.is_absent() {
            self.documents.put(id, loaded);
        }
        Ok(())
    }

    /// Refuses changes of a document that isn't there, or not for their author. What was stored while it was is told to
    /// be: they never heard of it, and the change itself shows that they made it or had it.
    fn refuse_out_of_reach(
        &mut self,
        socket: SocketId,
        id: DocumentId,
        member: &MemberId,
        chunks: &[&[u8]],
    ) -> Result<(), HubError> {
        let loaded = self.load(id)?;
        let is_stored = |change: &ChangeHash| {
            let document = loaded.as_ref().map(|loaded| &loaded.document);
            document.is_some_and(|document| document.get_change_meta_by_hash(change).is_some())
        };
        let refused = chunks.iter().map(|chunk| out_of_reach(chunk));
        let (stored, lost): (Vec<Refusal>, Vec<Refusal>) = refused.partition(|lost| is_stored(&lost.change));
        if let Some(loaded) = loaded {
            self.documents.put(id, loaded);
        }
        let barred: Vec<ChangeHash> = lost.iter().map(|refusal| refusal.change).collect();
        self.bar(member, &barred)?;
        let stored = stored.into_iter().map(|refusal| Refusal::stored(refusal.change));
        self.tell_refused(socket, id, lost.into_iter().chain(stored).collect(), Vec::new());
        Ok(())
    }

    /// Notes that a socket syncs a document; answers whether that is new. Of documents that aren't there, so that the
    /// socket can be told should they come, only some are noted: each takes two rows.
    fn note_subscription(
        &mut self,
        socket: SocketId,
        id: DocumentId,
        absent: bool,
    ) -> Result<bool, HubError> {
        if self.store.is_subscribed(socket, id)? {
            return Ok(false);
        }
        let Some(state) = self.sockets.get_mut(&socket) else {
            return Ok(false);
        };
        let known = match state.subscriptions {
            Some(known) => known,
            None => self.store.subscriptions(socket)?,
        };
        state.subscriptions = Some(known);
        if absent {
            if state.awaited >= AWAITED {
                return Ok(false);
            }
            state.awaited += 1;
        }
        let member = state.member.id.clone();
        let of_member = self.sockets.values().filter(|state| state.member.id == member);
        let all: u64 = of_member.filter_map(|state| state.subscriptions).sum();
        if all >= self.config.subscriptions {
            return Err(HubError::Protocol("too many documents are open at once"));
        }
        self.store.subscribe(socket, id)?;
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.subscriptions = Some(known + 1);
        }
        Ok(true)
    }

    pub(super) fn release(&mut self, socket: SocketId, documents: &[DocumentId]) -> Result<(), HubError> {
        for id in documents {
            self.peers.forget(socket, *id);
            if self.store.is_subscribed(socket, *id)? {
                self.store.unsubscribe(socket, *id)?;
                if let Some(known) = self
                    .sockets
                    .get_mut(&socket)
                    .and_then(|state| state.subscriptions.as_mut())
                {
                    *known = known.saturating_sub(1);
                }
            }
        }
        Ok(())
    }

    pub(super) fn unavailable(&mut self, socket: SocketId, id: DocumentId) {
        if let Some(target) = self.peer_of(socket) {
            let frame = Frame::DocUnavailable {
                document: id,
                sender: self.peer.clone(),
                target,
            };
            self.send(socket, &frame);
        }
    }

    /// Says what there is to say about a document on a socket. With `must` it says its heads anyhow.
    pub(super) fn answer(
        &mut self,
        socket: SocketId,
        id: DocumentId,
        loaded: &Loaded,
        peer: &mut Peer,
        must: bool,
    ) {
        let before = peer.state.clone();
        if must {
            peer.state.have_responded = false;
        }
        let heads = sorted(loaded.document.get_heads());
        let (reached, again) = peer.sent_so_far();
        let message = peer.generate(&loaded.document);
        // What is needed is asked for once: of the changes that its Bloom filter holds by chance, the other side
        // doesn't know by itself that they are missing here.
        let worth = |message: &Message| {
            must || !message.changes.is_empty()
                || peer.sent.as_ref() != Some(&heads)
                || (!message.need.is_empty() && peer.needed != message.need)
        };
        match message.filter(worth) {
            Some(message) => {
                peer.needed.clone_from(&message.need);
                self.send_sync(socket, id, peer, message);
                peer.sent = Some(heads);
            }
            None => {
                peer.state = before;
                peer.state.in_flight = false;
                peer.restore_sent(reached, again);
            }
        }
    }

    /// Asks for what didn't arrive. Empty heads make the sender forget what it believes to have sent.
    fn ask_again(
        &mut self,
        socket: SocketId,
        id: DocumentId,
        loaded: &Loaded,
        peer: &mut Peer,
        missing: &[ChangeHash],
    ) {
        peer.state.have_responded = false;
        let Some(mut message) = loaded.document.generate_sync_message(&mut peer.state) else {
            return;
        };
        let have: Vec<ChangeHash> = loaded
            .document
            .get_changes_meta(&[])
            .into_iter()
            .map(|change| change.hash)
            .collect();
        message.heads = Vec::new();
        // Named as well, since a Bloom filter may hold by chance what isn't there.
        message.need = sorted(missing.to_vec());
        message.need.dedup();
        message.have = vec![Have {
            last_sync: Vec::new(),
            bloom: BloomFilter::from_hashes(have.iter()),
        }];
        peer.sent = None;
        peer.forget_sent();
        self.send_sync(socket, id, peer, message);
    }

    fn send_sync(&mut self, socket: SocketId, id: DocumentId, peer: &Peer, mut message: Message) {
        let docket = self
            .sockets
            .get(&socket)
            .is_some_and(|state| state.session.docket);
        if !peer.state.read_only || docket {
            // Without flags a writer stays with version 1, in which every change is a chunk of its own, to be judged.
            // A stock viewer is told that the hub doesn't read, and keeps its edits to itself; one that understands
            // refusals sends them, and is told.
            message.flags = None;
        }
        if let Some(target) = self.peer_of(socket) {
            for part in split(message) {
                let frame = Frame::Sync(SyncData {
                    document: id,
                    sender: self.peer.clone(),
                    target: target.clone(),
                    data: part.encode(),
                });
                self.send(socket, &frame);
            }
        }
    }

    pub(super) fn peer_of(&self, socket: SocketId) -> Option<crate::wire::PeerId> {
        self.sockets.get(&socket)?.session.peer()
    }
}

impl Peer {
    /// Notes what the other side has and wants. The changes it brought are taken in already, as far as they are.
    fn take_in(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        message: inspect::Message<'_>,
        now: Timestamp,
    ) -> Result<(), HubError> {
        // It reads version 2, in which a whole document is one chunk: if that fits a frame.
        let whole = message.flags && loaded.meta.bytes <= limits::PART as u64 * 8;
        self.state.their_capabilities = whole.then(|| vec![Capability::MessageV2]);
        self.heard(&message);
        let document = &mut loaded.document;
        let knows = |hash: &ChangeHash| document.get_change_meta_by_hash(hash).is_some();
        if message.heads.iter().all(knows) {
            self.settled = Some(now);
        }
        let mut message = message.without_changes();
        // Automerge looks for unknown hashes in the first summary only; stock clients send no other.
        message.have.truncate(1);
        document
            .receive_sync_message(&mut self.state, message)
            .map_err(|error| HubError::Document(id, Box::new(error)))
    }
}
