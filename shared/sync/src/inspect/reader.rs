//! A reader over bytes from outside: it never reads past them, never allocates, never panics.

use automerge::ChangeHash;

use super::InspectError;

/// What is left to read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) const fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What is left.
    pub(super) const fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], InspectError> {
        let (taken, rest) = self.0.split_at_checked(count).ok_or(InspectError::Truncated)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, InspectError> {
        let (first, rest) = self.0.split_first().ok_or(InspectError::Truncated)?;
        self.0 = rest;
        Ok(*first)
    }

    /// An unsigned LEB128 number.
    pub(super) fn unsigned(&mut self) -> Result<u64, InspectError> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            // The tenth byte has room for one bit.
            if shift == 63 && bits > 1 {
                break;
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(InspectError::Malformed("a number is too large"))
    }

    /// A signed LEB128 number.
    pub(super) fn signed(&mut self) -> Result<i64, InspectError> {
        let mut value = 0_i64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = i64::from(byte & 0x7f);
            if shift == 63 && bits != 0 && bits != 0x7f {
                break;
            }
            value |= bits.wrapping_shl(shift);
            if byte & 0x80 == 0 {
                if shift < 57 && byte & 0x40 != 0 {
                    value |= -1_i64 << (shift + 7);
                }
                return Ok(value);
            }
        }
        Err(InspectError::Malformed("a number is too large"))
    }

    /// A number that must be at most `max`.
    pub(super) fn at_most(&mut self, max: usize, what: &'static str) -> Result<usize, InspectError> {
        let number = self.unsigned()?;
        usize::try_from(number)
            .ok()
            .filter(|number| *number <= max)
            .ok_or(InspectError::TooMuch { what, max })
    }

    /// A length and that many bytes, at most `max` of them.
    pub(super) fn bytes(&mut self, max: usize, what: &'static str) -> Result<&'a [u8], InspectError> {
        let length = self.at_most(max, what)?;
        self.take(length)
    }

    /// A count and that many hashes.
    pub(super) fn hashes(&mut self, max: usize) -> Result<Vec<ChangeHash>, InspectError> {
        let count = self.at_most(max, "hashes")?;
        // `count` is at most a limit, so the product can't overflow; nothing is allocated before the bytes are there.
        let bytes = self.take(count * 32)?;
        let hashes = bytes.as_chunks::<32>().0.iter().map(|hash| ChangeHash(*hash));
        Ok(hashes.collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn unsigned(mut value: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        while value > 0x7f {
            bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        bytes.push(value as u8);
        bytes
    }

    fn signed(mut value: i64) -> Vec<u8> {
        let mut bytes = Vec::new();
        loop {
            let byte = (value & 0x7f) as u8;
            value >>= 7;
            if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
                bytes.push(byte);
                return bytes;
            }
            bytes.push(byte | 0x80);
        }
    }

    #[test]
    fn what_is_too_long_is_refused() {
        assert!(Reader::new(&[0xff; 11]).unsigned().is_err());
        assert!(Reader::new(&[0xff; 11]).signed().is_err());
        assert_eq!(Reader::new(&[0x80]).unsigned(), Err(InspectError::Truncated));
        let mut reader = Reader::new(&[0xff, 0xff, 0xff, 0x7f]);
        assert!(matches!(reader.hashes(1_000), Err(InspectError::TooMuch { .. })));
        assert_eq!(Reader::new(&[5, 1, 2]).hashes(10), Err(InspectError::Truncated));
    }

    proptest! {
        #[test]
        fn numbers_read_back(number: u64, other: i64) {
            prop_assert_eq!(Reader::new(&unsigned(number)).unsigned(), Ok(number));
            prop_assert_eq!(Reader::new(&signed(other)).signed(), Ok(other));
            prop_assert_eq!(Reader::new(&signed(other >> 40)).signed(), Ok(other >> 40));
        }
    }
}
