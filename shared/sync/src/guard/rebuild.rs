//! A document that was judged before, and comes again from a bundle: the gates without authority.
//!
//! Who was allowed what is over: members, roles and the table may have changed since, and what was stored stays. But a
//! bundle is a file from outside, so its changes pass whatever Automerge takes for granted.

use automerge::Change;
use docket_domain::{Kind, generation, genesis, operation::Places};

use super::{
    Court, Input, Judgement, Nature, Refusal,
    cause::Standing,
    hear,
    origin::{self, Origin},
};

/// As [`judge`](super::judge), for changes that were judged when they were received. Whoever `member` is doesn't matter
/// then, nor what was barred.
#[must_use]
pub fn rebuild(input: &Input<'_>) -> Judgement {
    // A workspace is restored by who may make one: it takes the time it takes.
    hear(input, Court::examine_again, usize::MAX)
}

impl Court<'_> {
    fn examine_again(&mut self, change: &Change, standing: &Standing) -> Result<(), Refusal> {
        self.follows(change, standing)?;
        let origin = self.beginning(change)?;
        self.ledger.begin(change);
        let mut places = std::mem::replace(&mut self.places, Places::new(None));
        let mut operations = places.each(change);
        let fit = operations.try_for_each(|operation| {
            if origin != Origin::Layout {
                self.possible(&operation, standing)?;
            }
            self.ledger.note(&operation);
            Ok(())
        });
        drop(operations);
        self.places = places;
        fit
    }

    /// Is it a layout? The first one makes the document one of Docket's; without it a document is plain.
    fn beginning(&mut self, change: &Change) -> Result<Origin, Refusal> {
        if !genesis::is_deterministic(change.actor_id()) {
            return match *self.nature.get_or_insert(Nature::Plain) {
                Nature::Docket(_) if change.deps().is_empty() => Err(Refusal::FirstChange),
                Nature::Plain if self.input.document == self.input.workspace => Err(Refusal::WrongDocument),
                _ => Ok(Origin::Member),
            };
        }
        let nature = self.nature;
        match nature {
            Some(Nature::Docket(kind)) if self.is_layout(kind, change)? => Ok(Origin::Layout),
            Some(Nature::Docket(_)) => Ok(Origin::Import),
            Some(Nature::Plain) => Err(Refusal::ActorReserved),
            None => self.first_layout(change),
        }
    }

    fn first_layout(&mut self, change: &Change) -> Result<Origin, Refusal> {
        // Most are issues.
        let others = Kind::ALL.into_iter().filter(|kind| *kind != Kind::Issue);
        for kind in std::iter::once(Kind::Issue).chain(others) {
            if !self.is_layout(kind, change)? {
                continue;
            }
            // Of the workspace's own, a further generation is one of its kind.
            let own = self.input.document == self.input.workspace
                || (kind == Kind::Workspace && generation::is_of(self.input.workspace, self.input.document));
            if (kind == Kind::Workspace) != own {
                return Err(Refusal::WrongDocument);
            }
            self.nature = Some(Nature::Docket(kind));
            return Ok(Origin::Layout);
        }
        Err(Refusal::FirstChange)
    }

    fn is_layout(&mut self, kind: Kind, change: &Change) -> Result<bool, Refusal> {
        let layouts = match &self.layouts {
            Some((known, layouts)) if *known == kind => layouts,
            _ => {
                let made = origin::layouts(kind, self.input.document)?;
                &self.layouts.insert((kind, made)).1
            }
        };
        Ok(layouts.contains(&change.hash()))
    }
}
