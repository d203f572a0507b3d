//! Ranks: places in a list that can be edited together without renumbering.
//!
//! A rank is a fraction between 0 and 1, written as the hex of its digits in base 256, so that texts sort as the
//! fractions do. Between two different ranks there is nearly always another; three random digits at its end make
//! two people who use the same gap choose different ones. Where they are equal all the same, the document id
//! decides, and the next move into that gap re-keys the equal run (see `command::list`).
//!
//! Our own, because the published crates panic on hostile or merely unlucky neighbours: docs/decisions/ranks.md.

use std::fmt;

use minicbor::{Decode, Encode};

/// Random digits at the end of a new rank.
const JITTER: usize = 3;

/// Digits that spread many ranks in one gap.
const SPREAD: usize = 4;

/// A place in a list: an upper-case hex text that sorts by its bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct Rank(String);

/// Why a text is no rank.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a rank should be an even number of upper-case hex digits, at most {max}", max = Rank::MAX_LENGTH)]
pub struct RankError;

impl Rank {
    /// The longest rank that is taken: a gap grows by one byte in eight moves, so this is thousands of moves.
    pub const MAX_LENGTH: usize = 2_048;

    /// Checks a document's rank.
    ///
    /// # Errors
    /// When it isn't hex of a sensible length.
    pub fn parse(text: &str) -> Result<Self, RankError> {
        let fits = !text.is_empty()
            && text.len() <= Self::MAX_LENGTH
            && text.len().is_multiple_of(2)
            && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F'));
        if fits {
            Ok(Self(text.to_owned()))
        } else {
            Err(RankError)
        }
    }

    /// `count` ranks between two others, in order; none if nothing lies between them.
    #[must_use]
    pub fn between(lower: Option<&Self>, upper: Option<&Self>, count: usize, seed: u64) -> Option<Vec<Self>> {
        let lower = lower.map(Self::digits).unwrap_or_default();
        let upper = upper.map(Self::digits);
        let base = gap(&lower, upper.as_deref())?;
        if base.len() + SPREAD + JITTER > Self::MAX_LENGTH / 2 {
            return None;
        }
        let mut random = seed;
        let ranks = (1..=count as u64).map(|n| {
            let mut digits = base.clone();
            if count > 1 {
                // n / (count + 1) of the gap, as four digits; a list has far fewer than 2^32 entries.
                let place = (n << 32) / (count as u64 + 1);
                digits.extend((place as u32).to_be_bytes());
            }
            digits.extend(next(&mut random).to_be_bytes().iter().take(JITTER));
            // A digit 0 at the end would leave no room before it.
            digits.push(1);
            Self::write(&digits)
        });
        Some(ranks.collect())
    }

    /// The rank as documents hold it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn digits(&self) -> Vec<u8> {
        let value = |b: u8| if b <= b'9' { b - b'0' } else { b - b'A' + 10 };
        self.0
            .as_bytes()
            .chunks_exact(2)
            .map(|pair| pair.iter().fold(0, |sum, b| (sum << 4) | value(*b)))
            .collect()
    }

    fn write(digits: &[u8]) -> Self {
        use fmt::Write;
        let mut text = String::with_capacity(digits.len() * 2);
        for digit in digits {
            // Writing to a String can't fail.
            let _ = write!(text, "{digit:02X}");
        }
        Self(text)
    }
}

/// The shortest digits between two bounds, such that whatever digits follow stay between them.
/// No `lower` digits mean 0, no `upper` means 1. At the ends it steps by one rather than halving, since most
/// moves are to the top or the bottom.
fn gap(lower: &[u8], upper: Option<&[u8]>) -> Option<Vec<u8>> {
    let mut result = Vec::new();
    let mut upper = upper;
    let at_top = upper.is_some() && lower.is_empty();
    let at_bottom = upper.is_none() && !lower.is_empty();
    for place in 0.. {
        let low = lower.get(place).copied().map_or(0, u16::from);
        let high = match upper {
            None => 256,
            // The bounds are equal (or the upper one is the lower one and zeros): nothing lies between.
            Some(digits) => u16::from(*digits.get(place)?),
        };
        if high < low {
            return None;
        }
        if high - low > 1 {
            let step = if at_top {
                high - 1
            } else if at_bottom && place < lower.len() {
                low + 1
            } else {
                low + (high - low) / 2
            };
            // low < step < high ≤ 256, so it is a digit.
            result.push(step as u8);
            return Some(result);
        }
        if high > low {
            // Everything that begins with `low` is below the upper bound now.
            upper = None;
        }
        result.push(low as u8);
    }
    None
}

/// SplitMix64 (Steele, Lea, Flood 2014): enough to keep two people's ranks apart.
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn one(lower: Option<&Rank>, upper: Option<&Rank>, seed: u64) -> Rank {
        Rank::between(lower, upper, 1, seed).unwrap().remove(0)
    }

    #[test]
    fn malformed_ranks_are_refused() {
        for wrong in ["", "8", "8g", "8a", " 80", &"80".repeat(2_000)] {
            assert!(Rank::parse(wrong).is_err(), "{wrong:.8}");
        }
    }

    #[test]
    fn ten_thousand_moves_to_an_end_stay_in_order_and_short() {
        let (mut top, mut bottom) = (one(None, None, 0), one(None, None, 0));
        for seed in 0..10_000 {
            let higher = one(None, Some(&top), seed);
            let lower = one(Some(&bottom), None, seed);
            assert!(higher < top && lower > bottom);
            (top, bottom) = (higher, lower);
        }
        assert!(top.as_str().len() < 200, "{}", top.as_str().len());
        assert!(bottom.as_str().len() < 200, "{}", bottom.as_str().len());
    }

    #[test]
    fn many_ranks_at_once_are_short_and_in_order() {
        let (low, high) = (one(None, None, 1), one(Some(&one(None, None, 1)), None, 2));
        let ranks = Rank::between(Some(&low), Some(&high), 10_000, 3).unwrap();
        assert!(ranks.is_sorted_by(|a, b| a < b));
        assert!(low < ranks[0] && ranks[9_999] < high);
        assert!(ranks.iter().all(|rank| rank.as_str().len() <= 40));
    }

    proptest! {
        #[test]
        fn a_rank_lies_between_its_neighbours(places in prop::collection::vec(any::<prop::sample::Index>(), 1..200)) {
            let mut ranks: Vec<Rank> = Vec::new();
            for (seed, place) in places.iter().enumerate() {
                let at = place.index(ranks.len() + 1);
                let lower = at.checked_sub(1).and_then(|i| ranks.get(i));
                let rank = one(lower, ranks.get(at), seed as u64);
                prop_assert_eq!(Rank::parse(rank.as_str()), Ok(rank.clone()));
                ranks.insert(at, rank);
            }
            prop_assert!(ranks.is_sorted_by(|a, b| a < b));
        }

        /// Whatever a hostile document holds: a rank strictly between, or none, and no panic.
        #[test]
        fn hostile_neighbours_do_no_harm(a in "([0-9A-F]{2}){1,6}", b in "([0-9A-F]{2}){1,6}", n in 1_usize..5) {
            let (a, b) = (Rank::parse(&a).unwrap(), Rank::parse(&b).unwrap());
            for (lower, upper) in [(Some(&a), Some(&b)), (Some(&a), None), (None, Some(&a)), (Some(&b), Some(&a))] {
                if let Some(ranks) = Rank::between(lower, upper, n, 7) {
                    prop_assert_eq!(ranks.len(), n);
                    prop_assert!(ranks.is_sorted_by(|x, y| x < y));
                    prop_assert!(ranks.iter().all(|rank| lower.is_none_or(|l| l < rank) && upper.is_none_or(|u| rank < u)));
                }
            }
        }
    }
}
