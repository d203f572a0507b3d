//! Documents in memory: a cache with a budget, since all workspaces of a process share 128 MB that never shrink.

use std::collections::HashMap;

use automerge::Automerge;
use docket_domain::{
    DocumentId, Facts, Timestamp,
    facts::{Actors, Receipt},
};
use minicbor::Decoder;

use super::{Content, HubError, Meta};
use crate::guard::Nature;

/// What any loaded document takes in memory beside its changes and operations, in bytes (measured in workerd, with
/// 10,000 issues of three changes: 13 KB for each, of which those account for 5 KB).
const PER_DOCUMENT: u64 = 8_000;
/// What a loaded change takes in memory, in bytes (measured with Automerge 0.12: 0.9 KB).
pub(super) const PER_CHANGE: u64 = 900;
/// What a loaded operation takes: a character of a text is one (measured: 0.12 KB).
const PER_OP: u64 = 120;

/// A document in memory.
#[derive(Debug)]
pub(super) struct Loaded {
    pub(super) document: Automerge,
    pub(super) meta: Meta,
    pub(super) facts: Facts,
}

impl Loaded {
    /// Puts a document together from what is stored.
    pub(super) fn read(id: DocumentId, meta: Meta, content: &Content) -> Result<Self, HubError> {
        let mut document = Automerge::new();
        document
            .load_incremental(&content.chunks)
            .map_err(|error| HubError::Document(id, Box::new(error)))?;
        if document.get_heads() != meta.heads {
            return Err(HubError::Damaged(id));
        }
        let facts = facts(id, &meta, &content.facts)?;
        Ok(Self {
            document,
            meta,
            facts,
        })
    }

    /// What it is.
    pub(super) fn nature(&self) -> Nature {
        self.meta.kind.map_or(Nature::Plain, Nature::Docket)
    }
}

/// The facts about a document, from what is stored.
pub(super) fn facts(id: DocumentId, meta: &Meta, stored: &[u8]) -> Result<Facts, HubError> {
    let mut facts = Facts {
        number: meta.number,
        audience: meta.audience.clone(),
        actors: Actors::default(),
    };
    let mut decoder = Decoder::new(stored);
    while decoder.position() < stored.len() {
        let part: Facts = decoder.decode().map_err(|_| HubError::Damaged(id))?;
        facts.actors.extend(part.actors);
    }
    Ok(facts)
}

/// What a document takes in memory when it is loaded, in bytes.
pub(super) const fn weight(changes: u64, ops: u64) -> u64 {
    changes
        .saturating_mul(PER_CHANGE)
        .saturating_add(PER_DOCUMENT)
        .saturating_add(ops.saturating_mul(PER_OP))
}

#[derive(Debug)]
struct Kept {
    used: u64,
    weight: u64,
    loaded: Box<Loaded>,
}

/// The documents in memory, the least used of which give way.
#[derive(Debug)]
pub(super) struct Documents {
    /// Boxed: a document has two kilobytes of its own, and a map that grows is there twice, half empty.
    loaded: HashMap<DocumentId, Kept>,
    /// What all of them take.
    weight: u64,
    budget: u64,
    clock: u64,
}

impl Documents {
    pub(super) fn new(budget: u64) -> Self {
        Self {
            loaded: HashMap::new(),
            weight: 0,
            budget,
            clock: 0,
        }
    }

    /// Takes a document out, to work on it. What isn't put back is loaded anew, so that an error half-way leaves
    /// nothing in memory that isn't stored.
    pub(super) fn take(&mut self, id: DocumentId) -> Option<Loaded> {
        self.remove(id).map(|loaded| *loaded)
    }

    /// Puts a document back, as the most used one.
    pub(super) fn put(&mut self, id: DocumentId, loaded: Loaded) {
        self.remove(id);
        self.clock += 1;
        let weight = weight(loaded.meta.changes, loaded.meta.ops);
        self.make_room(weight);
        self.weight = self.weight.saturating_add(weight);
        let kept = Kept {
            used: self.clock,
            weight,
            loaded: Box::new(loaded),
        };
        self.loaded.insert(id, kept);
    }

    fn remove(&mut self, id: DocumentId) -> Option<Box<Loaded>> {
        let kept = self.loaded.remove(&id)?;
        self.weight = self.weight.saturating_sub(kept.weight);
        Some(kept.loaded)
    }

    /// Forgets the least used documents until another of that weight fits.
    pub(super) fn make_room(&mut self, wanted: u64) {
        while self.weight.saturating_add(wanted) > self.budget {
            let oldest = self.loaded.iter().min_by_key(|(_, kept)| kept.used);
            let Some(id) = oldest.map(|(id, _)| *id) else {
                return;
            };
            self.remove(id);
        }
    }

    /// What all of them take, in bytes.
    pub(super) const fn weight(&self) -> u64 {
        self.weight
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.loaded.len()
    }
}

/// When a member's client was last in contact, as far as the changes' own dependencies tell: it had another member's
/// change, which the hub had received by then.
pub(super) fn contact_by_dependencies(
    loaded: &Loaded,
    change: &automerge::Change,
    member: &docket_domain::MemberId,
) -> Timestamp {
    let received = change.deps().iter().filter_map(|hash| {
        let dependency = loaded.document.get_change_meta_by_hash(hash)?;
        let actor = loaded.facts.actor(&dependency.actor)?;
        // One's own may have been made off line together with this one.
        if actor.member.as_ref().is_none_or(|other| other == member) {
            return None;
        }
        let index = actor
            .receipts
            .partition_point(|receipt: &Receipt| receipt.max_op < dependency.max_op);
        actor.receipts.get(index).map(|receipt| receipt.received)
    });
    received.max().unwrap_or_default()
}
