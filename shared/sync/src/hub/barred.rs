//! What was refused stays refused.
//!
//! A Docket client that is told of a refusal sets the command aside, or carries it out again in another change. Another
//! of its tabs may hold the refused change for as long as it lives, and brings it whenever it connects. Taken when its
//! member has other rights by then, what was set aside would stand there all the same, and what was carried out again
//! twice (docs/decisions/refused-for-good.md).

use std::collections::HashSet;

use automerge::ChangeHash;
use docket_domain::MemberId;

use super::{Hub, HubError, Store};

/// The most changes remembered for one member; the oldest give way. In a chain of changes only the first counts, so
/// that so many documents would have to be edited and refused before a tab that slept through it could do harm.
const MOST: usize = 1_000;

impl<S: Store> Hub<S> {
    /// The changes that this member was told are refused.
    pub(super) fn barred(&self, member: &MemberId) -> Result<HashSet<ChangeHash>, HubError> {
        Ok(self.store.barred(member)?.into_iter().collect())
    }

    /// Remembers changes, before their author is told that they are refused.
    pub(super) fn bar(&mut self, member: &MemberId, changes: &[ChangeHash]) -> Result<(), HubError> {
        if changes.is_empty() {
            return Ok(());
        }
        let mut barred = self.store.barred(member)?;
        let before = barred.len();
        let mut known: HashSet<ChangeHash> = barred.iter().copied().collect();
        barred.extend(changes.iter().copied().filter(|change| known.insert(*change)));
        if barred.len() > before {
            barred.drain(..barred.len().saturating_sub(MOST));
            self.store.set_barred(member, &barred)?;
        }
        Ok(())
    }
}
