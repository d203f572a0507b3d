//! New actors: one for each time a tab takes a document into the sync or renews it.

use automerge::ActorId;
use docket_domain::{DocumentId, genesis};
use sha2::{Digest, Sha256};

/// Makes actors that nobody else can guess, from a random seed.
///
/// A guessable actor could be claimed by somebody else's change before its owner's first one arrives.
#[derive(Clone)]
pub struct Actors {
    seed: [u8; 16],
    made: u64,
}

impl Actors {
    /// From 16 random bytes, new ones at each start of a tab.
    #[must_use]
    pub const fn new(seed: [u8; 16]) -> Self {
        Self { seed, made: 0 }
    }

    /// The next actor, for `document`.
    pub fn next(&mut self, document: DocumentId) -> ActorId {
        loop {
            self.made = self.made.wrapping_add(1);
            let digest = Sha256::new()
                .chain_update(self.seed)
                .chain_update(document.as_bytes())
                .chain_update(self.made.to_be_bytes())
                .finalize();
            let actor = ActorId::from(digest.get(..16).unwrap_or_default());
            // One in 2³² begins with the mark of the deterministic ones.
            if !genesis::is_deterministic(&actor) {
                return actor;
            }
        }
    }
}

impl std::fmt::Debug for Actors {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Actors")
            .field("made", &self.made)
            .finish_non_exhaustive()
    }
}
