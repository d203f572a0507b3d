//! A tar's headers (POSIX 1003.1-2017, *pax*, "ustar Interchange Format"), as far as a bundle has them: regular files
//! with short names. The `tar` crate reads from and writes to what blocks, which a Worker has nothing of.

use docket_domain::Timestamp;

/// Headers and contents begin at multiples of this.
pub(super) const BLOCK: usize = 512;

/// A block of a tar.
pub(super) type Block = [u8; BLOCK];

/// What ends a tar: two empty blocks.
pub(super) const END: [u8; 2 * BLOCK] = [0; 2 * BLOCK];

const NAME: (usize, usize) = (0, 100);
const MODE: (usize, usize) = (100, 8);
const OWNER: (usize, usize) = (108, 8);
const GROUP: (usize, usize) = (116, 8);
const SIZE: (usize, usize) = (124, 12);
const MODIFIED: (usize, usize) = (136, 12);
const CHECKSUM: (usize, usize) = (148, 8);
const KIND: (usize, usize) = (156, 1);
const MAGIC: (usize, usize) = (257, 8);
const PREFIX: (usize, usize) = (345, 155);

/// A regular file.
const REGULAR: &[u8] = b"0";
/// The magic and version of POSIX, and of GNU's older tars.
const USTAR: &[u8] = b"ustar\x0000";
const GNU: &[u8] = b"ustar  \0";

/// What a header says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) name: String,
    pub(super) size: u64,
}

/// The header of a file; none where its name or size is beyond what one can say.
pub(super) fn header(name: &str, size: u64, modified: Timestamp) -> Option<Block> {
    let mut block = [0; BLOCK];
    let seconds = u64::try_from(modified.seconds()).unwrap_or_default();
    put(&mut block, NAME, name.as_bytes())?;
    put(&mut block, MODE, b"0000644")?;
    put(&mut block, OWNER, b"0000000")?;
    put(&mut block, GROUP, b"0000000")?;
    put(&mut block, SIZE, octal(size).as_bytes())?;
    put(&mut block, MODIFIED, octal(seconds).as_bytes())?;
    put(&mut block, KIND, REGULAR)?;
    put(&mut block, MAGIC, USTAR)?;
    let sum = checksum(&block);
    put(&mut block, CHECKSUM, format!("{sum:06o}\0 ").as_bytes())?;
    Some(block)
}

/// Reads a header; none where it is none of a regular file's, or damaged.
pub(super) fn read(block: &Block) -> Option<Header> {
    let magic = get(block, MAGIC);
    let fits = (magic == USTAR || magic == GNU)
        && matches!(get(block, KIND), REGULAR | [0])
        && trimmed(get(block, PREFIX)).is_empty()
        && number(get(block, CHECKSUM))? == checksum(block);
    fits.then_some(())?;
    let name = trimmed(get(block, NAME));
    Some(Header {
        name: std::str::from_utf8(name).ok()?.to_owned(),
        size: number(get(block, SIZE))?,
    })
}

/// How many bytes follow a content of `size` bytes up to the next block.
pub(super) const fn padding(size: usize) -> usize {
    size.next_multiple_of(BLOCK) - size
}

fn put(block: &mut Block, (start, length): (usize, usize), value: &[u8]) -> Option<()> {
    let field = block.get_mut(start..start + length)?;
    field.get_mut(..value.len())?.copy_from_slice(value);
    Some(())
}

fn get(block: &Block, (start, length): (usize, usize)) -> &[u8] {
    // The fields all lie within a block.
    block.get(start..start + length).unwrap_or_default()
}

/// The sum of all bytes, those of the checksum itself taken for spaces.
fn checksum(block: &Block) -> u64 {
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    sum(block) - sum(get(block, CHECKSUM)) + CHECKSUM.1 as u64 * u64::from(b' ')
}

fn octal(value: u64) -> String {
    format!("{value:011o}")
}

/// A field's text, up to the first zero.
fn trimmed(field: &[u8]) -> &[u8] {
    field.split(|byte| *byte == 0).next().unwrap_or_default()
}

fn number(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(trimmed(field)).ok()?.trim_matches(' ');
    u64::from_str_radix(text, 8)
        .ok()
        .filter(|_| !text.starts_with('+'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn block() -> Block {
        header("documents/a.automerge", 1234, Timestamp(1_700_000_000_000)).unwrap()
    }

    #[test]
    fn what_is_written_is_read() {
        let read = read(&block()).unwrap();
        assert_eq!((read.name.as_str(), read.size), ("documents/a.automerge", 1234));
    }

    #[test]
    fn a_flipped_bit_is_found() {
        for place in 0..BLOCK {
            let mut block = block();
            block[place] ^= 4;
            // After the checksum's digits nothing says anything.
            let silent = place == CHECKSUM.0 + 7;
            assert_eq!(read(&block).is_some(), silent, "{place}");
        }
    }

    #[test]
    fn what_a_header_cannot_say_is_not_said() {
        assert!(header(&"x".repeat(101), 0, Timestamp(0)).is_none());
        assert!(header("x", u64::MAX, Timestamp(0)).is_none());
    }

    #[test]
    fn contents_end_with_a_block() {
        assert_eq!(
            [padding(0), padding(1), padding(512), padding(513)],
            [0, 511, 0, 511]
        );
    }
}
