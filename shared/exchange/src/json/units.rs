//! JSON in UTF-16, as PowerShell 5 writes what it redirects (`gh … > issues.json`), read as UTF-8.

use std::borrow::Cow;

/// What no character can be in UTF-8: it stands for half of one, so that it is counted where it is repaired.
const BROKEN: u8 = 0xff;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Encoding {
    /// UTF-8, or what else there is: it goes over as it is.
    Bytes,
    Utf16 {
        /// The higher byte of a unit comes first.
        big: bool,
    },
}

/// Decodes a file piece by piece. The same bytes come of pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    encoding: Option<Encoding>,
    /// The beginning of a character whose end hasn't come in.
    tail: Vec<u8>,
}

impl Decoder {
    /// Appends the next piece to `out`. `last`: no other follows.
    pub(super) fn decode(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        if self.encoding == Some(Encoding::Bytes) {
            out.extend_from_slice(piece);
            return;
        }
        let mut bytes = std::mem::take(&mut self.tail);
        bytes.extend_from_slice(piece);
        let Some(encoding) = self.encoding.or_else(|| begin(&bytes, last)) else {
            self.tail = bytes;
            return;
        };
        self.encoding = Some(encoding);
        match encoding {
            Encoding::Bytes => out.extend_from_slice(&bytes),
            Encoding::Utf16 { big } => self.tail = utf16(big, &bytes, last, out).to_vec(),
        }
    }

    /// Is it UTF-16?
    pub(super) const fn is_utf16(&self) -> bool {
        matches!(self.encoding, Some(Encoding::Utf16 { .. }))
    }
}

/// The beginning of a file as UTF-8.
pub(crate) fn decoded(beginning: &[u8]) -> Cow<'_, [u8]> {
    match begin(beginning, true) {
        Some(Encoding::Utf16 { big }) => {
            let mut out = Vec::with_capacity(beginning.len());
            utf16(big, beginning, false, &mut out);
            Cow::Owned(out)
        }
        _ => Cow::Borrowed(beginning),
    }
}

/// The encoding: by its mark, or by the half of a bracket's unit that is nothing. None while too little has come in.
const fn begin(bytes: &[u8], last: bool) -> Option<Encoding> {
    match bytes {
        [0xff, 0xfe, ..] | [b'{' | b'[', 0, ..] => Some(Encoding::Utf16 { big: false }),
        [0xfe, 0xff, ..] | [0, b'{' | b'[', ..] => Some(Encoding::Utf16 { big: true }),
        [] | [_] if !last => None,
        _ => Some(Encoding::Bytes),
    }
}

/// Decodes what is complete, marks as well. Answers what isn't.
fn utf16<'a>(big: bool, bytes: &'a [u8], last: bool, out: &mut Vec<u8>) -> &'a [u8] {
    let unit = if big {
        u16::from_be_bytes
    } else {
        u16::from_le_bytes
    };
    let (pairs, odd) = bytes.as_chunks::<2>();
    let waits = !last
        && pairs
            .last()
            .is_some_and(|pair| matches!(unit(*pair), 0xD800..=0xDBFF));
    let complete = pairs.len() - usize::from(waits);
    let units = pairs.iter().take(complete).map(|pair| unit(*pair));
    for char in char::decode_utf16(units) {
        match char {
            Ok('\u{feff}') => {}
            Ok(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            Err(_) => out.push(BROKEN),
        }
    }
    if last {
        out.extend(odd.iter().map(|_| BROKEN));
        return &[];
    }
    bytes.get(complete * 2..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_pieces(bytes: &[u8], piece: usize) -> Vec<u8> {
        let mut decoder = Decoder::default();
        let mut out = Vec::new();
        for piece in bytes.chunks(piece) {
            decoder.decode(piece, false, &mut out);
        }
        decoder.decode(&[], true, &mut out);
        out
    }

    #[test]
    fn utf_16_reads_in_pieces_of_any_size() {
        let text = "{\"a\": \"Größe 𝄞 €\"}\n";
        let units = |text: &str, bytes: fn(u16) -> [u8; 2]| -> Vec<u8> {
            text.encode_utf16().flat_map(bytes).collect()
        };
        let marked = format!("\u{feff}{text}");
        for bytes in [
            text.as_bytes().to_vec(),
            units(text, u16::to_le_bytes),
            units(text, u16::to_be_bytes),
            units(&marked, u16::to_le_bytes),
            units(&marked, u16::to_be_bytes),
        ] {
            for piece in 1..9 {
                assert_eq!(in_pieces(&bytes, piece), text.as_bytes(), "{piece}");
            }
            assert_eq!(decoded(&bytes), text.as_bytes());
        }
        for piece in 1..9 {
            // Half of a pair, and half of a unit.
            assert_eq!(in_pieces(b"\xff\xfea\0\x00\xd8b\0c", piece), b"a\xffb\xff");
            assert_eq!(in_pieces(b"\xff", piece), b"\xff");
            assert_eq!(in_pieces(b"\xef\xbb\xbf{}", piece), b"\xef\xbb\xbf{}");
        }
    }
}
