//! Text out of bytes, as they come in: spreadsheets save UTF-8, UTF-16 or Windows-1252, and don't say which.
//!
//! A byte order mark decides. Without one the first character beyond ASCII does: if its bytes are UTF-8, so is the
//! file, and later bytes that aren't are damage; else it is Windows-1252. (No crate: 32 characters are all that
//! Windows-1252 has of its own, and the engine of a whole encoding library is larger than all of the import.)

use std::collections::VecDeque;

use crate::utf16::Utf16;

/// What Windows-1252 has at 0x80 to 0x9F; above, it equals Unicode. The five places without a character are controls,
/// as browsers have them.
const WINDOWS: [char; 32] = [
    '€', '\u{81}', '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', '\u{8d}', 'Ž', '\u{8f}', '\u{90}',
    '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', '\u{9d}', 'ž', 'Ÿ',
];

/// How a file is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// So far it is ASCII: UTF-8 or Windows-1252.
    Ascii,
    Utf8,
    Windows,
    Utf16(Utf16),
}

/// Decodes a file piece by piece. The same text comes of pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    encoding: Option<Encoding>,
    /// The beginning of a character whose end hasn't come in.
    tail: Vec<u8>,
    /// How many bytes of text have been given out.
    given: u64,
    /// Where in the text U+FFFD stands for what was no character.
    repaired: VecDeque<u64>,
}

impl Decoder {
    /// Appends the text of the next piece to `out`. `last`: no other follows.
    pub(super) fn decode(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        let mut bytes = std::mem::take(&mut self.tail);
        bytes.extend_from_slice(piece);
        let Some((mut encoding, mark)) = self.begin(&bytes, last) else {
            self.tail = bytes;
            return;
        };
        let mut rest = bytes.get(mark..).unwrap_or_default();
        loop {
            // Most text is ASCII, and goes over as it is.
            if !matches!(encoding, Encoding::Utf16(_)) {
                let plain = rest
                    .iter()
                    .position(|byte| !byte.is_ascii())
                    .unwrap_or(rest.len());
                let (plain, others) = rest.split_at(plain);
                out.extend_from_slice(plain);
                self.given += plain.len() as u64;
                rest = others;
            }
            let Some((char, length)) = next(&mut encoding, rest, last) else {
                break;
            };
            // Marks at the beginning say nothing about the content, however many there are.
            if !(char == Some('\u{feff}') && self.given == 0) {
                if char.is_none() {
                    self.repaired.push_back(self.given);
                }
                let char = char.unwrap_or(char::REPLACEMENT_CHARACTER);
                out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes());
                self.given += char.len_utf8() as u64;
            }
            rest = rest.get(length..).unwrap_or_default();
        }
        self.tail = rest.to_vec();
        self.encoding = Some(encoding);
    }

    /// How many places of the text before `end`, not asked for before, were no characters.
    pub(super) fn repaired(&mut self, end: u64) -> usize {
        let places = self.repaired.iter().take_while(|place| **place < end).count();
        self.repaired.drain(..places);
        places
    }

    /// The encoding and the length of the mark; none while too little has come in to know.
    fn begin(&self, bytes: &[u8], last: bool) -> Option<(Encoding, usize)> {
        if let Some(encoding) = self.encoding {
            return Some((encoding, 0));
        }
        if let Some(utf16) = Utf16::marked(bytes) {
            return Some((Encoding::Utf16(utf16), Utf16::MARK));
        }
        match bytes {
            [0xef, 0xbb, 0xbf, ..] => Some((Encoding::Utf8, 3)),
            [] | [0xff] | [0xfe] | [0xef] | [0xef, 0xbb] if !last => None,
            _ => Some((Encoding::Ascii, 0)),
        }
    }
}

/// The next character (none if its bytes are none) and how many bytes it has; nothing at the end of what has come in.
fn next(encoding: &mut Encoding, bytes: &[u8], last: bool) -> Option<(Option<char>, usize)> {
    let first = *bytes.first()?;
    match encoding {
        Encoding::Utf16(utf16) => utf16.next(bytes, last),
        _ if first.is_ascii() => Some((Some(char::from(first)), 1)),
        Encoding::Windows => {
            let char = WINDOWS.get(usize::from(first).wrapping_sub(0x80));
            Some((Some(char.copied().unwrap_or(char::from(first))), 1))
        }
        Encoding::Ascii | Encoding::Utf8 => {
            let beginning = bytes.get(..4).unwrap_or(bytes);
            let valid = match std::str::from_utf8(beginning) {
                Ok(text) => Ok(text),
                Err(error) if error.valid_up_to() > 0 => {
                    Ok(std::str::from_utf8(beginning.get(..error.valid_up_to())?).unwrap_or_default())
                }
                Err(error) => Err(error.error_len()),
            };
            match (valid, &encoding) {
                (Ok(text), _) => {
                    let char = text.chars().next()?;
                    *encoding = Encoding::Utf8;
                    Some((Some(char), char.len_utf8()))
                }
                (Err(None), _) if !last => None,
                (Err(_), Encoding::Ascii) => {
                    *encoding = Encoding::Windows;
                    next(encoding, bytes, last)
                }
                (Err(length), _) => Some((None, length.unwrap_or(beginning.len()))),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn decoded(bytes: &[u8], piece: usize) -> (String, usize) {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.decode(piece, false, &mut out);
        }
        decoder.decode(&[], true, &mut out);
        let repaired = decoder.repaired(u64::MAX);
        (String::from_utf8(out).unwrap(), repaired)
    }

    fn utf16(text: &str, bytes: fn(u16) -> [u8; 2]) -> Vec<u8> {
        format!("\u{feff}{text}").encode_utf16().flat_map(bytes).collect()
    }

    #[test]
    fn every_encoding_reads_in_pieces_of_any_size() {
        let text = "Größe;“x”;𝄞;€\n";
        for (bytes, expected) in [
            (text.as_bytes().to_vec(), text),
            (format!("\u{feff}{text}").into_bytes(), text),
            (utf16(text, u16::to_le_bytes), text),
            (utf16(text, u16::to_be_bytes), text),
            (b"Gr\xf6\xdfe;\x93x\x94;\x80\n".to_vec(), "Größe;“x”;€\n"),
            (b"plain".to_vec(), "plain"),
            (b"ends with \xe9".to_vec(), "ends with é"),
            (b"".to_vec(), ""),
            (b"\xef\xbb\xbf".to_vec(), ""),
            (b"\xef".to_vec(), "ï"),
        ] {
            for piece in 1..9 {
                assert_eq!(decoded(&bytes, piece), (expected.to_owned(), 0), "{piece}");
            }
        }
    }

    #[test]
    fn damage_is_counted_where_it_stands() {
        for piece in 1..9 {
            let utf8 = decoded("é\u{fffd}".as_bytes(), piece);
            assert_eq!(utf8, ("é\u{fffd}".to_owned(), 0));
            assert_eq!(
                decoded(b"\xc3\xa9 \xe9t\xe9 \xe2\x82", piece),
                ("é \u{fffd}t\u{fffd} \u{fffd}".to_owned(), 3)
            );
            // Half of a pair, and half of a unit.
            assert_eq!(
                decoded(b"\xff\xfea\0\x00\xd8b\0c", piece),
                ("a\u{fffd}b\u{fffd}".to_owned(), 2)
            );
        }
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        decoder.decode(b"\xef\xbb\xbfab\xff,\xff", true, &mut out);
        assert_eq!(
            (decoder.repaired(2), decoder.repaired(5), decoder.repaired(9)),
            (0, 1, 1)
        );
    }
}
