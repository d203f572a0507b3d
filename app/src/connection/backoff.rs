//! How long to wait before the next try: longer each time, and by chance, so that a thousand clients don't return to a
//! restarted hub in one instant.

/// The first wait, in milliseconds.
const FIRST: u32 = 500;
/// The longest: a person who waits sees the app come back within half a minute.
const LONGEST: u32 = 30_000;

/// The waits between tries.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    tries: u32,
}

impl Backoff {
    /// The next wait, in milliseconds; `chance` is random. “Full jitter” (Brooker 2015), with a floor.
    pub(super) fn next(&mut self, chance: u32) -> u32 {
        let most = FIRST.saturating_mul(1 << self.tries.min(6)).min(LONGEST);
        self.tries = self.tries.saturating_add(1);
        FIRST / 2 + chance % most
    }

    /// It worked.
    pub(super) const fn reset(&mut self) {
        self.tries = 0;
    }
}
