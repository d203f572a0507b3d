//! One document in the sync: the copy, what is known of the hub's, and what there is to say.

use std::collections::{BTreeSet, HashSet};

use automerge::{
    ActorId, Automerge, AutomergeError, ChangeHash,
    sync::{Have, Message, State, SyncDoc},
};
use docket_domain::DocumentId;

use super::{
    event::{Edited, Event},
    message::{Outgoing, since},
    outbox::LeftBehind,
    stranded::Stranded,
};

/// Up to this many changes are sent unasked in the first message after connecting.
const EAGER: usize = 1_000;
/// A document in the sync.
#[derive(Debug)]
pub(super) struct Replica {
    document: Automerge,
    state: State,
    phase: Phase,
    /// Heads, sent by the hub, of changes that are here.
    acknowledged: Vec<ChangeHash>,
    /// The heads that the hub sent last, of which some may not be here yet.
    hub: Vec<ChangeHash>,
    /// The heads up to which chunks were handed out.
    saved: Vec<ChangeHash>,
    /// The exchange hasn't begun, and may begin with changes.
    eager: bool,
    /// Local edits that aren't stored yet: nothing is sent before they are.
    held: usize,
    closing: bool,
}

#[derive(Debug)]
enum Phase {
    Exchanging,
    /// The hub doesn't have it, or not for this member.
    Unavailable,
    /// The copy has refused changes; the hub's is being fetched.
    Stranded(Box<Stranded>),
}

impl Replica {
    pub(super) fn new(copy: Option<Automerge>, actor: ActorId, acknowledged: &[ChangeHash]) -> Self {
        let mut document = copy.unwrap_or_default();
        document.set_actor(actor);
        let mut replica = Self {
            saved: document.get_heads(),
            document,
            state: State::new(),
            phase: Phase::Exchanging,
            acknowledged: Vec::new(),
            hub: Vec::new(),
            eager: true,
            held: 0,
            closing: false,
        };
        replica.acknowledge(acknowledged);
        replica
    }

    pub(super) const fn document(&self) -> &Automerge {
        &self.document
    }

    pub(super) fn acknowledged(&self) -> &[ChangeHash] {
        &self.acknowledged
    }

    pub(super) const fn close(&mut self) {
        self.closing = true;
    }

    pub(super) const fn reopen(&mut self) {
        self.closing = false;
    }

    /// Is it closed, and is there nothing left to do for it?
    pub(super) fn may_go(&self) -> bool {
        self.closing && self.held == 0 && !matches!(self.phase, Phase::Stranded(_)) && !self.is_pending()
    }

    pub(super) fn is_pending(&self) -> bool {
        let heads = self.document.get_heads();
        heads != self.acknowledged && !self.unacknowledged().is_empty()
    }

    fn unacknowledged(&self) -> HashSet<ChangeHash> {
        since(&self.document, &self.acknowledged).collect()
    }

    /// A fresh exchange, as every socket needs one.
    pub(super) fn reconnect(&mut self) {
        if matches!(self.phase, Phase::Unavailable) {
            self.phase = Phase::Exchanging;
        }
        self.state = State::new();
        self.eager = true;
    }

    /// Before the first message of an exchange: says what both sides have, and sends at once what the hub surely
    /// lacks. So an edit made off line is stored after one way, not three; and a hub that gives this member nothing
    /// still has to judge what they bring.
    fn prime(&mut self) {
        self.eager = false;
        self.state.shared_heads.clone_from(&self.acknowledged);
        if (1..=EAGER).contains(&since(&self.document, &self.acknowledged).count()) {
            self.state.their_heads = Some(self.acknowledged.clone());
            self.state.their_need = Some(Vec::new());
            self.state.their_have = Some(vec![Have {
                last_sync: self.acknowledged.clone(),
                ..Have::default()
            }]);
        }
    }

    /// The hub's epoch is another one: what was acknowledged in the old one proves nothing. So the hub is asked what
    /// it has before anything is sent; but what was never acknowledged is sent unasked as ever.
    pub(super) fn forget_acknowledged(&mut self) {
        self.hub.clear();
        if !self.acknowledged.is_empty() {
            self.acknowledged.clear();
            self.eager = false;
        }
    }

    /// Takes in heads sent by the hub. Answers whether more is acknowledged than before.
    pub(super) fn acknowledge(&mut self, heads: &[ChangeHash]) -> bool {
        // Empty heads ask to send again; they take nothing back.
        if !heads.is_empty() {
            self.hub = heads.to_vec();
        }
        self.advance()
    }

    fn advance(&mut self) -> bool {
        let known = self
            .hub
            .iter()
            .filter(|head| self.document.get_change_meta_by_hash(head).is_some());
        let new: BTreeSet<ChangeHash> = if self.acknowledged.is_empty() {
            known.copied().collect()
        } else {
            let open = self.unacknowledged();
            known.filter(|head| open.contains(head)).copied().collect()
        };
        if new.is_empty() {
            return false;
        }
        let new: Vec<_> = new.into_iter().collect();
        let beyond: HashSet<_> = since(&self.document, &new).collect();
        self.acknowledged.retain(|head| beyond.contains(head));
        self.acknowledged.extend(new);
        self.acknowledged.sort_unstable();
        true
    }

    pub(super) fn acknowledgement(&self, id: DocumentId) -> Event {
        Event::Acknowledged {
            document: id,
            heads: self.acknowledged.clone(),
        }
    }

    pub(super) fn edit<T, E>(
        &mut self,
        change: impl FnOnce(&mut Automerge) -> Result<T, E>,
    ) -> Result<Edited<T>, E> {
        let before = self.document.get_heads();
        let value = change(&mut self.document)?;
        self.held += 1;
        let heads = self.document.get_heads();
        let changes = since(&self.document, &before).collect();
        let chunk = self.document.save_after(&self.saved);
        self.saved.clone_from(&heads);
        Ok(Edited {
            value,
            chunk,
            changes,
            heads,
        })
    }

    pub(super) fn stored(&mut self) {
        self.held = self.held.saturating_sub(1);
        // Even if the hub hasn't got it: now there is something to give.
        if self.held == 0 && self.is_pending() {
            self.is_told_of();
            if matches!(self.phase, Phase::Exchanging) {
                self.insist();
            }
        }
    }

    pub(super) fn merge_copy(&mut self, copy: &mut Automerge) -> Result<(), AutomergeError> {
        self.document.merge(copy)?;
        self.saved = self.document.get_heads();
        Ok(())
    }

    /// Answers whether that changed the document.
    pub(super) fn merge_chunks(&mut self, chunks: &[u8]) -> Result<bool, AutomergeError> {
        self.document.load_incremental(chunks)?;
        let heads = self.document.get_heads();
        let changed = heads != self.saved;
        self.saved = heads;
        self.advance();
        Ok(changed)
    }

    /// Hands out what came in since chunks were handed out last.
    pub(super) fn changed(&mut self, id: DocumentId) -> Option<Event> {
        let heads = self.document.get_heads();
        if heads == self.saved {
            return None;
        }
        let chunk = self.document.save_after(&self.saved);
        self.saved.clone_from(&heads);
        Some(Event::Changed {
            document: id,
            chunk,
            heads,
        })
    }

    /// Takes in a sync message, and answers what came of it.
    pub(super) fn receive(&mut self, id: DocumentId, message: Message) -> Result<Vec<Event>, AutomergeError> {
        let heads = message.heads.clone();
        let events = match &mut self.phase {
            Phase::Stranded(stranded) => {
                if !heads.is_empty() {
                    self.hub.clone_from(&heads);
                }
                let complete = stranded.receive(&mut self.state, message)?;
                Vec::from_iter(complete.then_some(Event::Fresh { document: id }))
            }
            phase => {
                *phase = Phase::Exchanging;
                self.eager = false;
                self.document.receive_sync_message(&mut self.state, message)?;
                let mut events = Vec::from_iter(self.changed(id));
                if self.acknowledge(&heads) {
                    events.push(self.acknowledgement(id));
                }
                self.insist();
                events
            }
        };
        // With no flags known, every change is sent as a chunk of its own, which the hub can judge. It is sent to a hub
        // that reads nothing from this member as well: only what is refused in words can be set aside.
        self.state.their_capabilities = None;
        self.state.peer_read_only = false;
        Ok(events)
    }

    /// Sends what the hub's heads don't contain even if the hub's Bloom filter does: one change in a hundred is in it
    /// by chance, and a hub that takes nothing from this member doesn't ask for it.
    fn insist(&mut self) {
        if self.acknowledged.is_empty() {
            return;
        }
        let need = self.state.their_need.get_or_insert_default();
        let named: HashSet<ChangeHash> = need.iter().copied().collect();
        let pending = since(&self.document, &self.acknowledged);
        need.extend(pending.filter(|hash| !named.contains(hash)));
    }

    /// What there is to say now.
    pub(super) fn outgoing(&mut self) -> Outgoing {
        if self.eager && matches!(self.phase, Phase::Exchanging) && self.held == 0 {
            self.prime();
        }
        let document = match &self.phase {
            Phase::Stranded(stranded) => stranded.fresh(),
            Phase::Unavailable => return Outgoing::nothing(),
            Phase::Exchanging if self.held > 0 => return Outgoing::nothing(),
            Phase::Exchanging => &self.document,
        };
        let message = document.generate_sync_message(&mut self.state);
        Outgoing::new(document, message)
    }

    /// The hub doesn't have it. Answers what that means.
    pub(super) fn unavailable(&mut self, id: DocumentId) -> Vec<Event> {
        if let Phase::Stranded(stranded) = &mut self.phase {
            let complete = stranded.nothing_to_fetch();
            return Vec::from_iter(complete.then_some(Event::Fresh { document: id }));
        }
        self.phase = Phase::Unavailable;
        vec![Event::Unavailable { document: id }]
    }

    /// The hub tells of the document: if it was unavailable, it is so no longer.
    pub(super) fn is_told_of(&mut self) {
        if matches!(self.phase, Phase::Unavailable) {
            self.reconnect();
        }
    }

    /// The hub refused changes. Answers whether that strands the copy now.
    pub(super) fn refuse(&mut self, mut left: LeftBehind) -> bool {
        // What isn't here was left behind by an earlier renewal.
        let document = &self.document;
        left.changes
            .retain(|hash| document.get_change_meta_by_hash(hash).is_some());
        if left.changes.is_empty() {
            return false;
        }
        if let Phase::Stranded(stranded) = &mut self.phase {
            stranded.refuse(left);
            return false;
        }
        self.phase = Phase::Stranded(Box::new(Stranded::new(left)));
        self.state = State::new();
        self.eager = false;
        true
    }

    /// The hub's copy, if the copy here is stranded and that one has come.
    pub(super) fn take_fresh(&mut self) -> Option<Stranded> {
        match std::mem::replace(&mut self.phase, Phase::Exchanging) {
            Phase::Stranded(stranded) if stranded.is_complete() => Some(*stranded),
            phase => {
                self.phase = phase;
                None
            }
        }
    }

    /// Goes on with `document` in place of the stranded copy.
    pub(super) fn adopt(&mut self, document: Automerge, available: bool) {
        self.document = document;
        self.saved = self.document.get_heads();
        self.held += 1;
        let hub = std::mem::take(&mut self.hub);
        self.acknowledged.clear();
        self.acknowledge(&hub);
        if !available {
            self.phase = Phase::Unavailable;
        }
    }
}
