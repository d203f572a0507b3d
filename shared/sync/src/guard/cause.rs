//! The first gate: does a change follow from what is there?
//!
//! Automerge takes three things for granted and panics, or writes a document that can't be loaded, where they don't
//! hold: dependencies are there, an actor's changes are numbered without a gap, and a change's operations are
//! counted on from those of its dependencies.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BinaryHeap, HashMap, HashSet},
    sync::Arc,
};

use automerge::{ActorId, Automerge, Change, ChangeHash};
use docket_domain::{
    Facts,
    genesis::is_deterministic,
    operation::{OpId, knows_actor, object_id},
};

use super::{Refusal, Verdict, ancestry::Ancestry};

/// The most that is kept of which change knew which actor's operations: more takes hundreds of actors at once.
const MOST_KNOWN: usize = 200_000;

/// The indices of `changes`, each after those it depends on, and after all that its author had: an edit of an older state
/// counts its operations on from these too. They have lower counters, so the lowest comes first.
pub(super) fn order(changes: &[Change]) -> Vec<usize> {
    let mut waiting: HashMap<ChangeHash, Vec<usize>> = HashMap::new();
    let own: HashSet<ChangeHash> = changes.iter().map(Change::hash).collect();
    let mut open = vec![0_usize; changes.len()];
    for ((index, change), open) in changes.iter().enumerate().zip(&mut open) {
        for dep in change.deps().iter().filter(|dep| own.contains(dep)) {
            waiting.entry(*dep).or_default().push(index);
            *open += 1;
        }
    }
    let first = |index: usize| Reverse((changes.get(index).map(Change::start_op), index));
    let mut ready: BinaryHeap<_> = open
        .iter()
        .enumerate()
        .filter(|(_, open)| **open == 0)
        .map(|(index, _)| first(index))
        .collect();
    let mut order = Vec::with_capacity(changes.len());
    while let Some(Reverse((_, index))) = ready.pop() {
        order.push(index);
        let Some(change) = changes.get(index) else {
            continue;
        };
        for dependent in waiting.remove(&change.hash()).into_iter().flatten() {
            if let Some(open) = open.get_mut(dependent) {
                *open -= 1;
                if *open == 0 {
                    ready.push(first(dependent));
                }
            }
        }
    }
    order
}

/// Up to which operation each actor's are known.
type Known = Arc<BTreeMap<ActorId, u64>>;

/// What a change knew when it was made.
#[derive(Debug, Clone)]
pub(super) struct Standing {
    /// The stored changes it builds on, ascending: those that no other of them builds on, or more.
    pub(super) frontier: Arc<[ChangeHash]>,
    /// Of the changes judged with it: up to which operation it knew each actor's. Its own actor's last one apart.
    known: Known,
    own: Option<(ActorId, u64)>,
    /// The highest counter among its dependencies.
    last: u64,
}

impl Standing {
    /// Did it know this operation of a change that is judged with it?
    pub(super) fn knows(&self, id: &OpId) -> bool {
        let own = self
            .own
            .as_ref()
            .filter(|(actor, _)| actor == id.actor())
            .map(|(_, last)| *last);
        let others = self.known.get(id.actor()).copied();
        own.max(others).is_some_and(|last| id.counter() <= last)
    }
}

#[derive(Debug)]
struct Judged {
    verdict: Verdict,
    standing: Standing,
    actor: ActorId,
    max_op: u64,
}

/// The last change of an actor.
#[derive(Debug, Clone, Copy)]
struct Last {
    seq: u64,
    /// Was a following one refused already?
    broken: bool,
}

/// The changes that are there: stored, or judged before.
pub(super) struct Causes<'a> {
    document: Option<&'a Automerge>,
    facts: &'a Facts,
    heads: Arc<[ChangeHash]>,
    judged: HashMap<ChangeHash, Judged>,
    actors: HashMap<ActorId, Option<Last>>,
    /// The highest counter there is.
    last: u64,
    known: usize,
    ancestry: Ancestry,
}

impl<'a> Causes<'a> {
    /// `steps`: what may be spent on finding out what changes of older states knew.
    pub(super) fn new(document: Option<&'a Automerge>, facts: &'a Facts, steps: usize) -> Self {
        let mut heads = document.map(Automerge::get_heads).unwrap_or_default();
        heads.sort_unstable();
        let last = heads
            .iter()
            .filter_map(|head| document?.get_change_meta_by_hash(head))
            .map(|meta| meta.max_op);
        Self {
            last: last.max().unwrap_or_default(),
            document,
            facts,
            heads: heads.into(),
            judged: HashMap::new(),
            actors: HashMap::new(),
            known: 0,
            ancestry: Ancestry::new(steps),
        }
    }

    /// What the change builds on; a verdict if that settles it.
    pub(super) fn standing(&mut self, change: &Change) -> Result<Standing, Verdict> {
        let hash = change.hash();
        if self.stored(&hash).is_some() {
            return Err(Verdict::Stored);
        }
        if let Some(judged) = self.judged.get(&hash) {
            return Err(judged.verdict.clone());
        }
        let mut missing = Vec::new();
        let mut frontier: Vec<&[ChangeHash]> = Vec::new();
        let mut direct = Vec::new();
        let mut last = 0;
        let mut within: Vec<&Judged> = Vec::new();
        for dep in change.deps() {
            if let Some(max_op) = self.stored(dep) {
                last = last.max(max_op);
                direct.push(*dep);
                continue;
            }
            match self.judged.get(dep) {
                Some(judged) => match &judged.verdict {
                    Verdict::Allowed | Verdict::Stored => {
                        last = last.max(judged.max_op);
                        frontier.push(&judged.standing.frontier);
                        within.push(judged);
                    }
                    Verdict::Incomplete { missing: further } => missing.extend(further),
                    Verdict::Refused(_) | Verdict::Dependent { .. } => {
                        let verdict = Verdict::Dependent { on: *dep };
                        let standing = self.nothing();
                        self.record(change, standing, &verdict);
                        return Err(verdict);
                    }
                },
                None => missing.push(*dep),
            }
        }
        if !missing.is_empty() {
            missing.sort_unstable();
            missing.dedup();
            let verdict = Verdict::Incomplete { missing };
            let standing = self.nothing();
            self.record(change, standing, &verdict);
            return Err(verdict);
        }
        let frontier = match (frontier.as_slice(), direct.as_slice()) {
            // One change after another: the usual case, which shares what the first one knew.
            ([_], []) => within
                .first()
                .map(|judged| judged.standing.frontier.clone())
                .unwrap_or_default(),
            (within, direct) => {
                let mut all: Vec<_> = within
                    .iter()
                    .flat_map(|hashes| hashes.iter())
                    .chain(direct)
                    .copied()
                    .collect();
                all.sort_unstable();
                all.dedup();
                if *all == *self.heads {
                    self.heads.clone()
                } else {
                    all.into()
                }
            }
        };
        let (known, own) = knowledge(change.actor_id(), &within);
        Ok(Standing {
            frontier,
            known,
            own,
            last,
        })
    }

    /// Is the change its actor's next one, and are its operations counted on?
    pub(super) fn follows(&mut self, change: &Change, standing: &Standing) -> Result<(), Refusal> {
        if standing.known.len() + self.known > MOST_KNOWN {
            return Err(Refusal::TooLarge {
                path: "what you send at once".to_owned(),
                max: MOST_KNOWN,
            });
        }
        let last = self.last_of(change.actor_id());
        let (seq, broken) = last.map_or((0, false), |last| (last.seq, last.broken));
        if change.seq() <= seq || (broken && change.seq() == seq + 1) {
            return Err(Refusal::DuplicateSeq);
        }
        if change.seq() != seq + 1 {
            return Err(Refusal::OutOfOrder {
                what: "sequence number",
                expected: seq + 1,
            });
        }
        // Automerge counts on from the highest counter it has seen, which is that of the dependencies, or a higher
        // one where somebody edits an older state.
        let first = change.start_op().get();
        // An import says what it says wherever it meets what: it counts on from what it builds on, and wins over nothing
        // that was written meanwhile by claiming a later place.
        let latest = if is_deterministic(change.actor_id()) {
            standing.last + 1
        } else {
            self.last + 1
        };
        if first <= standing.last || first > latest {
            return Err(Refusal::OutOfOrder {
                what: "first operation",
                expected: standing.last + 1,
            });
        }
        if change.seq() > 1 && change.author().is_some() {
            return Err(Refusal::Impossible {
                why: "only an actor’s first change names an author",
            });
        }
        Ok(())
    }

    /// Takes in a verdict.
    pub(super) fn record(&mut self, change: &Change, standing: Standing, verdict: &Verdict) {
        let actor = change.actor_id();
        match verdict {
            Verdict::Allowed => {
                self.last = self.last.max(change.max_op());
                self.known += standing.known.len();
                let last = Last {
                    seq: change.seq(),
                    broken: false,
                };
                self.actors.insert(actor.clone(), Some(last));
            }
            Verdict::Refused(_) => {
                // No second change may take the refused one's place: its objects have been noted under these ids.
                let last = self.last_of(actor).unwrap_or(Last {
                    seq: 0,
                    broken: false,
                });
                let broken = last.broken || change.seq() == last.seq + 1;
                self.actors.insert(actor.clone(), Some(Last { broken, ..last }));
            }
            _ => {}
        }
        self.judged.insert(
            change.hash(),
            Judged {
                verdict: verdict.clone(),
                standing,
                actor: actor.clone(),
                max_op: change.max_op(),
            },
        );
    }

    /// Was the stored operation there for a change with this frontier?
    ///
    /// # Errors
    /// When finding that out for all the older states that are edited at once takes too long.
    pub(super) fn knew(&mut self, frontier: &Arc<[ChangeHash]>, id: &OpId) -> Result<bool, Refusal> {
        let Some(document) = self.document else {
            return Ok(false);
        };
        let Some(hash) = object_id(id).and_then(|id| document.hash_for_opid(&id)) else {
            return Ok(false);
        };
        if *frontier == self.heads {
            return Ok(true);
        }
        self.ancestry.is_before(document, frontier, &hash)
    }

    /// Did a change with this frontier know all that is stored?
    pub(super) fn is_current(&self, frontier: &Arc<[ChangeHash]>) -> bool {
        *frontier == self.heads
    }

    /// The highest counter of a stored change.
    fn stored(&self, hash: &ChangeHash) -> Option<u64> {
        Some(self.document?.get_change_meta_by_hash(hash)?.max_op)
    }

    /// Whose a change is that is stored, or was judged before.
    pub(super) fn author(&self, hash: &ChangeHash) -> Option<ActorId> {
        if let Some(judged) = self.judged.get(hash) {
            return Some(judged.actor.clone());
        }
        let meta = self.document?.get_change_meta_by_hash(hash)?;
        Some(meta.actor.into_owned())
    }

    fn nothing(&self) -> Standing {
        Standing {
            frontier: self.heads.clone(),
            known: Arc::default(),
            own: None,
            last: 0,
        }
    }

    fn last_of(&mut self, actor: &ActorId) -> Option<Last> {
        if let Some(last) = self.actors.get(actor) {
            return *last;
        }
        let last = self.last_stored(actor);
        self.actors.insert(actor.clone(), last);
        last
    }

    /// Automerge answers what an actor's last change is by its last operation only, which the facts have.
    fn last_stored(&self, actor: &ActorId) -> Option<Last> {
        let document = self.document?;
        if !knows_actor(document, actor) {
            return None;
        }
        let receipts = self
            .facts
            .actor(actor)
            .map(|facts| facts.receipts.as_slice())
            .unwrap_or_default();
        let max_op = receipts.iter().map(|receipt| receipt.max_op).max();
        let seq = max_op
            .and_then(|max_op| object_id(&OpId::new(max_op, actor)))
            .and_then(|id| document.hash_for_opid(&id))
            .and_then(|hash| document.get_change_meta_by_hash(&hash))
            .map(|meta| meta.seq);
        // Without facts about a stored actor, nothing may follow: each number counts as taken.
        Some(Last {
            seq: seq.unwrap_or(u64::from(u32::MAX)),
            broken: false,
        })
    }
}

/// What a change of `actor` knew of those judged with it, from the ones it directly builds on.
fn knowledge(actor: &ActorId, within: &[&Judged]) -> (Known, Option<(ActorId, u64)>) {
    match within {
        [] => (Arc::default(), None),
        [one] if one.actor == *actor => (one.standing.known.clone(), Some((actor.clone(), one.max_op))),
        many => {
            let mut known = BTreeMap::new();
            let mut learn = |actor: &ActorId, last: u64| {
                let before: &mut u64 = known.entry(actor.clone()).or_default();
                *before = last.max(*before);
            };
            for judged in many {
                learn(&judged.actor, judged.max_op);
                for (actor, last) in judged.standing.own.iter().map(|(actor, last)| (actor, *last)) {
                    learn(actor, last);
                }
                for (actor, last) in judged.standing.known.iter() {
                    learn(actor, *last);
                }
            }
            (Arc::new(known), None)
        }
    }
}
