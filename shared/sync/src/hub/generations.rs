//! What is full goes on in a next generation: the one thing that the hub writes.
//!
//! First the next document is stored, whole, then the change that names it in the old one. A crash between the two
//! leaves a document that nobody is led to, and an old one that takes nothing more before it has ended: what the next
//! one holds follows from the old one alone, so it is finished later as it was begun (docs/decisions/generations.md).

use automerge::{Automerge, Change};
use docket_domain::{
    DocumentId, Facts, Kind, Row, Timestamp,
    facts::{Author, Receipt},
    generation, limits, row,
};

use super::{
    Config, Effect, Hub, HubError, Meta, Store,
    documents::{Loaded, weight},
    intake::{PER_ACTOR, PER_RECEIPT, bytes, encoded, operations, pieces},
    maintenance::SOON,
};
use crate::guard::Nature;

/// What stands in a document may be so much of what ends it, or the next one would end soon, too.
const CARRIED: u64 = limits::FULL_PERCENT / 2;

/// How much of what a document may have it has, in hundredths: the most of its limits counts.
pub(super) fn fullness(meta: &Meta, facts: &Facts, config: &Config) -> u64 {
    let told = facts.actors.len() * PER_ACTOR + facts.actors.receipts() * PER_RECEIPT;
    let shares = [
        (meta.changes, limits::CHANGES),
        (meta.ops, limits::OPERATIONS),
        (meta.bytes, config.bytes),
        (weight(meta.changes, meta.ops), config.document),
        (facts.actors.len() as u64, limits::ACTORS as u64),
        (told as u64, limits::FACTS as u64),
    ];
    let shares = shares.map(|(has, most)| has.saturating_mul(100) / most.max(1));
    shares.into_iter().max().unwrap_or_default()
}

/// A document in which another goes on.
struct Next {
    id: DocumentId,
    /// With which it begins.
    changes: Vec<Change>,
    /// Is it stored already?
    begun: bool,
}

impl<S: Store> Hub<S> {
    /// The generation in which a document goes on now: itself, as a rule.
    ///
    /// # Errors
    /// When the store fails.
    pub fn current(&self, id: DocumentId) -> Result<DocumentId, HubError> {
        let mut current = id;
        // Each names a later one; more than these there can't be.
        for _ in generation::generations(id) {
            match self.next_in_row(current)? {
                Some(next) => current = next,
                None => break,
            }
        }
        Ok(current)
    }

    /// All generations of a document, the first one first, whichever of them `id` is: what is done with one as a whole is
    /// done with all.
    pub(super) fn generations_of(&mut self, id: DocumentId) -> Result<Vec<DocumentId>, HubError> {
        let Some(loaded) = self.load(id)? else {
            return Ok(vec![id]);
        };
        let mut next = Some(generation::first(&loaded.document, id));
        self.documents.put(id, loaded);
        let mut all = Vec::new();
        while let Some(one) = next.filter(|one| !all.contains(one)) {
            all.push(one);
            next = self.next_in_row(one)?;
        }
        // One that was purged tells of none.
        if !all.contains(&id) {
            all.push(id);
        }
        Ok(all)
    }

    fn next_in_row(&self, id: DocumentId) -> Result<Option<DocumentId>, HubError> {
        let row = self.store.row(id)?;
        Ok(row.and_then(|row| Row::from_bytes(&row).ok()?.next))
    }

    /// Ends a document that is full, if it can go on in another one. Answers whether it did. After an error `loaded` is of
    /// no use.
    ///
    /// `before` is how full it was when that was asked last: where what stands in it is too much to go on with, it is
    /// looked at again only when it is fuller.
    pub(super) fn end_if_full(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        before: u64,
        now: Timestamp,
    ) -> Result<bool, HubError> {
        let full = fullness(&loaded.meta, &loaded.facts, &self.config);
        if full < limits::FULL_PERCENT {
            return Ok(false);
        }
        // One that is there was begun before a crash.
        if full <= before && self.store.meta(generation::following(id))?.is_none() {
            return Ok(false);
        }
        self.go_on(id, loaded, now)
    }

    /// Ends a document, if it can go on in another one: as [`end_if_full`](Self::end_if_full), however full it is.
    pub(super) fn go_on(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        now: Timestamp,
    ) -> Result<bool, HubError> {
        let kind = match loaded.nature() {
            Nature::Docket(kind) if generation::has_generations(kind) => kind,
            _ => return Ok(false),
        };
        let ended = generation::next(&loaded.document).is_some();
        if loaded.is_absent() || ended || self.failed.contains(&id) {
            return Ok(false);
        }
        let next = match self.next_of(id, kind, &loaded.document) {
            Ok(Some(next)) => next,
            Ok(None) => return Ok(false),
            // What came is stored all the same, and what comes will be, as long as there is room.
            Err(HubError::Document(..) | HubError::Damaged(_)) => {
                self.failed.insert(id);
                return Ok(false);
            }
            Err(error) => return Err(error),
        };
        let written = self.begin_next(&loaded.meta, kind, next, now).and_then(|next| {
            let change = generation::end(&mut loaded.document, id, next)
                .map_err(|error| HubError::Document(id, Box::new(error)))?
                .ok_or(HubError::Damaged(id))?;
            self.write(id, kind, loaded, &[change], now)
        });
        if written.is_ok() {
            self.unfinished.remove(&id);
        } else {
            self.unfinished.insert(id);
            self.effects.push(Effect::Alarm { at: now.plus(SOON) });
        }
        written.map(|()| true)
    }

    /// The document in which this one goes on; none where too much stands in it. It is the following one, but one that
    /// was purged can't come back, and one that an admin made by hand isn't it.
    fn next_of(
        &mut self,
        id: DocumentId,
        kind: Kind,
        document: &Automerge,
    ) -> Result<Option<Next>, HubError> {
        for next in generation::generations(generation::following(id)) {
            let meta = self.store.meta(next)?;
            let other = |meta: &Meta| meta.purged || meta.kind != Some(kind);
            if meta.as_ref().is_some_and(other) {
                continue;
            }
            let changes = generation::begin(kind, document, id, next)
                .map_err(|error| HubError::Document(id, Box::new(error)))?;
            if self.is_too_much(&changes) {
                return Ok(None);
            }
            if meta.is_some() {
                let Some(stored) = self.load(next)? else { continue };
                let has = |change: &Change| stored.document.get_change_meta_by_hash(&change.hash()).is_some();
                let begun = changes.iter().all(has);
                self.documents.put(next, stored);
                if !begun {
                    continue;
                }
            }
            return Ok(Some(Next {
                id: next,
                changes,
                begun: meta.is_some(),
            }));
        }
        Ok(None)
    }

    /// Stores the next document, unless that was done before a crash. It is for those who read the one that ends.
    fn begin_next(
        &mut self,
        ends: &Meta,
        kind: Kind,
        next: Next,
        now: Timestamp,
    ) -> Result<DocumentId, HubError> {
        let Next { id, changes, begun } = next;
        if begun {
            return Ok(id);
        }
        let mut loaded = Loaded::absent();
        loaded.meta.audience = ends.audience.clone();
        loaded.meta.opens = ends.opens;
        loaded.facts.audience = ends.audience.clone();
        let applied = loaded.document.apply_changes(changes.iter().cloned());
        applied.map_err(|error| HubError::Document(id, Box::new(error)))?;
        self.write(id, kind, &mut loaded, &changes, now)?;
        // Somebody may have asked for it before.
        self.tell_subscribers(id, &mut loaded, None, now)?;
        self.documents.put(id, loaded);
        Ok(id)
    }

    /// Would a document that begins with these changes be half full already?
    fn is_too_much(&self, changes: &[Change]) -> bool {
        let meta = Meta {
            changes: changes.len() as u64,
            ops: operations(changes),
            bytes: bytes(changes),
            ..Loaded::absent().meta
        };
        fullness(&meta, &Facts::default(), &self.config) > CARRIED
    }

    /// Stores changes of the hub's own, which `loaded` has already: they are nobody's.
    fn write(
        &mut self,
        id: DocumentId,
        kind: Kind,
        loaded: &mut Loaded,
        changes: &[Change],
        now: Timestamp,
    ) -> Result<(), HubError> {
        let mut noted = Facts::default();
        for change in changes {
            let receipt = Receipt {
                max_op: change.max_op(),
                received: now,
                contact: now,
            };
            noted.record(change.actor_id(), Author::Nobody, receipt);
            loaded.facts.record(change.actor_id(), Author::Nobody, receipt);
        }
        loaded.meta.kind = Some(kind);
        loaded.meta.derivation = row::DERIVATION;
        let chunk: Vec<u8> = changes.iter().flat_map(Change::raw_bytes).copied().collect();
        let pieces = pieces(&chunk, &encoded(&noted));
        loaded.grow(changes, &pieces, self.store.version()? + 1);
        let row = Row::derive(&loaded.document, id, &loaded.facts).map(|row| row.to_bytes());
        self.store.append(id, &pieces, &loaded.meta, row.as_deref())?;
        let meta = loaded.meta.clone();
        self.plan_compaction(&meta, now);
        Ok(())
    }

    /// Finishes what was begun when the store failed.
    pub(super) fn finish_generations(&mut self, now: Timestamp) -> Result<(), HubError> {
        for id in std::mem::take(&mut self.unfinished) {
            let Some(mut loaded) = self.load(id)? else {
                continue;
            };
            if self.go_on(id, &mut loaded, now)? {
                self.relay(id, &mut loaded, None, now)?;
            }
            self.documents.put(id, loaded);
        }
        Ok(())
    }
}
