//! What the hub knows of a document beside its content: its number, its audience, and for every change who
//! brought it and when.
//!
//! A document's own times and names are claims. An actor belongs to the member whose socket brought its first
//! change; a claimed time counts only between that client's last acknowledged contact and the receipt.

use automerge::{ActorId, ObjId};
use minicbor::{Decode, Encode};

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
    pub actors: Vec<ActorFacts>,
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
        let bytes = actor.to_bytes();
        self.actors.iter().find(|facts| facts.actor == bytes)
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
    pub fn record(&mut self, actor: &ActorId, member: Option<&MemberId>, receipt: Receipt) {
        let bytes = actor.to_bytes();
        match self.actors.iter_mut().find(|facts| facts.actor == bytes) {
            Some(facts) => facts.receive(receipt),
            None => self.actors.push(ActorFacts {
                actor: bytes.to_vec(),
                member: member.cloned(),
                receipts: vec![receipt],
            }),
        }
    }
}

impl ActorFacts {
    fn receive(&mut self, receipt: Receipt) {
        match self.receipts.last_mut() {
            // Changes that came in one message share a receipt.
            Some(last) if last.received == receipt.received && last.contact == receipt.contact => {
                last.max_op = last.max_op.max(receipt.max_op);
            }
            _ => self.receipts.push(receipt),
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
            facts.record(&actor, Some(&member), receipt);
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
    fn without_a_receipt_the_claim_stands() {
        let (facts, actor) = facts();
        assert!(!facts.judge(10, &actor, Timestamp(1)).corrected);
        assert!(!facts.judge(1, &ActorId::from([2_u8; 16]), Timestamp(1)).corrected);
    }
}
