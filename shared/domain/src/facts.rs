//! What the hub knows of a document beside its content: its number, its audience, and for every change who
//! brought it and when.
//!
//! A document's own times and names are claims. An actor belongs to the member whose socket brought its first
//! change; a claimed time counts only between that client's last acknowledged contact and the receipt.

use std::collections::BTreeMap;

use automerge::{ActorId, ObjId};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::{
    audience::Audience,
    ids::{MemberId, Timestamp},
};

/// The hub's facts about one document. Empty for a document the hub hasn't seen.
#[derive(Debug, Clone, PartialEq, Eq, Default, Encode, Decode)]
#[cbor(map)]
pub struct Facts {
    /// The number in the workspace (`42` of `SWG-42`); none for what isn't an issue or isn't stored yet.
    #[n(0)]
    pub number: Option<u64>,
    /// Who may read it.
    #[n(1)]
    pub audience: Audience,
    /// What is known of each actor's changes.
    #[n(2)]
    pub actors: Actors,
}

/// What is known of each actor's changes, found by the actor: a document may have thousands.
///
/// In CBOR an array of [`ActorFacts`] in the order of the actors' bytes. Read in any order; where an actor stands twice,
/// the last counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Actors {
    by_actor: BTreeMap<Vec<u8>, ActorFacts>,
    /// In all of them.
    receipts: usize,
}

/// The changes of one actor.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct ActorFacts {
    /// The actor's bytes.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub actor: Vec<u8>,
    /// Who brought its first change; none for the deterministic changes, which are nobody's.
    #[n(1)]
    pub member: Option<MemberId>,
    /// Its changes, in order.
    #[n(2)]
    pub receipts: Vec<Receipt>,
    /// Who brought it, for an import, which is nobody's own; none for layouts, for members' actors, and for imports that
    /// came before this was noted.
    #[n(3)]
    pub brought_by: Option<MemberId>,
}

/// Whose the changes of an actor are.
#[derive(Debug, Clone, Copy)]
pub enum Author<'m> {
    /// A member's, who brought the actor's first change.
    Member(&'m MemberId),
    /// Another tracker's: nobody's own, brought by that member if it is known by whom.
    Import(Option<&'m MemberId>),
    /// A layout, or what the hub carries into a next generation: nobody's.
    Nobody,
}

/// When the hub received changes of one actor, up to an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub struct Receipt {
    /// The counter of the last operation received then.
    #[n(0)]
    pub max_op: u64,
    /// When it was received.
    #[n(1)]
    pub received: Timestamp,
    /// When the hub had last answered that client before: an earlier claimed time can't be true. 0 for a client that it
    /// met for the first time; `received` itself for a bulk call, whose client it can't know.
    #[n(2)]
    pub contact: Timestamp,
}

/// A time and whether it is the claimed one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Judged {
    /// The time that counts.
    pub at: Timestamp,
    /// Was another time claimed, that can't be true?
    pub corrected: bool,
}

impl Facts {
    /// What is known of `actor`.
    #[must_use]
    pub fn actor(&self, actor: &ActorId) -> Option<&ActorFacts> {
        self.actors.get(actor.to_bytes())
    }

    /// Who brought imports into the document, and when, in the order of time.
    #[must_use]
    pub fn importers(&self) -> Vec<(MemberId, Timestamp)> {
        let imports = self.actors.iter().filter_map(|actor| {
            let first = actor.receipts.first()?;
            Some((actor.brought_by.clone()?, first.received))
        });
        let mut imports: Vec<_> = imports.collect();
        imports.sort_by(|(a, at), (b, then)| (at, a).cmp(&(then, b)));
        imports
    }

    /// Who stands behind `actor`, where the hub knows.
    #[must_use]
    pub fn member(&self, actor: &ActorId) -> Option<&MemberId> {
        self.actor(actor)?.member.as_ref()
    }

    /// The time that counts for what operation `counter` of `actor` claims to have happened at `claimed`.
    ///
    /// Without a receipt (a change the hub hasn't stored yet) and for the deterministic changes (which carry
    /// the times of another tracker) the claim stands.
    #[must_use]
    pub fn judge(&self, counter: u64, actor: &ActorId, claimed: Timestamp) -> Judged {
        let receipt = self
            .actor(actor)
            .filter(|facts| facts.member.is_some())
            .and_then(|facts| {
                let index = facts.receipts.partition_point(|receipt| receipt.max_op < counter);
                facts.receipts.get(index)
            });
        match receipt {
            Some(receipt) if claimed < receipt.contact || claimed > receipt.received => Judged {
                at: receipt.received,
                corrected: true,
            },
            _ => Judged {
                at: claimed,
                corrected: false,
            },
        }
    }

    /// As [`judge`](Self::judge), for the object an operation made.
    #[must_use]
    pub fn judge_object(&self, object: &ObjId, claimed: Timestamp) -> Judged {
        match object {
            ObjId::Id(counter, actor, _) => self.judge(*counter, actor, claimed),
            ObjId::Root => Judged {
                at: claimed,
                corrected: false,
            },
        }
    }

    /// Takes in that a change of `actor` up to `max_op` was received.
    pub fn record(&mut self, actor: &ActorId, author: Author<'_>, receipt: Receipt) {
        self.actors.record(actor.to_bytes(), author, receipt);
    }
}

impl Actors {
    /// All, in the order of the actors' bytes.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &ActorFacts> {
        self.by_actor.values()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.by_actor.len()
    }

    /// Are there none?
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_actor.is_empty()
    }

    /// How many receipts all of them have.
    #[must_use]
    pub const fn receipts(&self) -> usize {
        self.receipts
    }

    /// What is known of the actor with these bytes.
    #[must_use]
    pub fn get(&self, actor: &[u8]) -> Option<&ActorFacts> {
        self.by_actor.get(actor)
    }

    /// Adds what is known of an actor, in the place of what was known.
    pub fn insert(&mut self, facts: ActorFacts) {
        self.receipts += facts.receipts.len();
        if let Some(before) = self.by_actor.insert(facts.actor.clone(), facts) {
            self.receipts -= before.receipts.len();
        }
    }

    /// Forgets an actor.
    pub fn remove(&mut self, actor: &[u8]) -> Option<ActorFacts> {
        let facts = self.by_actor.remove(actor)?;
        self.receipts -= facts.receipts.len();
        Some(facts)
    }

    /// Adds what is known of other changes, received later.
    pub fn extend(&mut self, later: Self) {
        for facts in later.by_actor.into_values() {
            let author = match (&facts.member, &facts.brought_by) {
                (Some(member), _) => Author::Member(member),
                (None, Some(member)) => Author::Import(Some(member)),
                (None, None) => Author::Nobody,
            };
            for receipt in &facts.receipts {
                self.record(&facts.actor, author, *receipt);
            }
        }
    }

    fn record(&mut self, actor: &[u8], author: Author<'_>, receipt: Receipt) {
        let (member, brought_by) = match author {
            Author::Member(member) => (Some(member.clone()), None),
            Author::Import(member) => (None, member.cloned()),
            Author::Nobody => (None, None),
        };
        let facts = self.by_actor.entry(actor.to_vec()).or_insert_with(|| ActorFacts {
            actor: actor.to_vec(),
            member,
            receipts: Vec::new(),
            brought_by,
        });
        self.receipts += usize::from(facts.receive(receipt));
    }
}

impl FromIterator<ActorFacts> for Actors {
    fn from_iter<I: IntoIterator<Item = ActorFacts>>(all: I) -> Self {
        let mut actors = Self::default();
        for facts in all {
            actors.insert(facts);
        }
        actors
    }
}

impl<C> Encode<C> for Actors {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        e.array(self.len() as u64)?;
        self.iter().try_for_each(|facts| facts.encode(e, ctx))
    }
}

impl<'b, C> Decode<'b, C> for Actors {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        let mut actors = Self::default();
        for facts in d.array_iter_with(ctx)? {
            actors.insert(facts?);
        }
        Ok(actors)
    }
}

impl ActorFacts {
    /// Answers whether that took another receipt.
    fn receive(&mut self, receipt: Receipt) -> bool {
        match self.receipts.last_mut() {
            // Changes that came in one message share a receipt.
            Some(last) if last.received == receipt.received && last.contact == receipt.contact => {
                last.max_op = last.max_op.max(receipt.max_op);
                false
            }
            _ => {
                self.receipts.push(receipt);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> (Facts, ActorId) {
        let actor = ActorId::from([1_u8; 16]);
        let member = MemberId::random();
        let mut facts = Facts::default();
        for (max_op, received) in [(5, 1_000), (9, 2_000)] {
            let receipt = Receipt {
                max_op,
                received: Timestamp(received),
                contact: Timestamp(received - 500),
            };
            facts.record(&actor, Author::Member(&member), receipt);
        }
        (facts, actor)
    }

    #[test]
    fn a_time_between_contact_and_receipt_counts() {
        let (facts, actor) = facts();
        let judged = facts.judge(6, &actor, Timestamp(1_700));
        assert_eq!(
            judged,
            Judged {
                at: Timestamp(1_700),
                corrected: false
            }
        );
    }

    #[test]
    fn a_time_before_contact_or_after_receipt_is_corrected() {
        let (facts, actor) = facts();
        for claimed in [1_499, 2_001] {
            let judged = facts.judge(9, &actor, Timestamp(claimed));
            assert_eq!(
                judged,
                Judged {
                    at: Timestamp(2_000),
                    corrected: true
                }
            );
        }
    }

    #[test]
    fn many_actors_are_written_and_read_in_their_order() {
        let member = MemberId::random();
        let mut facts = Facts::default();
        for n in (0..20_000_u32).rev() {
            let receipt = Receipt {
                max_op: u64::from(n),
                received: Timestamp(1_000 + i64::from(n)),
                contact: Timestamp(0),
            };
            let author = match n {
                7 => Author::Import(Some(&member)),
                9 => Author::Nobody,
                _ => Author::Member(&member),
            };
            facts.record(&ActorId::from(n.to_be_bytes().as_slice()), author, receipt);
        }
        assert_eq!((facts.actors.len(), facts.actors.receipts()), (20_000, 20_000));
        let again: Facts = minicbor::decode(&minicbor::to_vec(&facts).unwrap()).unwrap();
        assert_eq!(again, facts);
        assert!(facts.actors.iter().is_sorted_by_key(|actor| actor.actor.clone()));
        assert_eq!(facts.importers(), [(member, Timestamp(1_007))]);
    }

    #[test]
    fn without_a_receipt_the_claim_stands() {
        let (facts, actor) = facts();
        assert!(!facts.judge(10, &actor, Timestamp(1)).corrected);
        assert!(!facts.judge(1, &ActorId::from([2_u8; 16]), Timestamp(1)).corrected);
    }
}
