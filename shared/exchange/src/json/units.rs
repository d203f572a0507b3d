//! JSON in UTF-16, as PowerShell 5 writes what it redirects (`gh … > issues.json`), read as UTF-8.

use std::borrow::Cow;

use crate::utf16::Utf16;

/// What no character can be in UTF-8: it stands for half of one, so that it is counted where it is repaired.
const BROKEN: u8 = 0xff;

/// Decodes a file piece by piece. The same bytes come of pieces of any size.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    /// None while too little has come in to know; then UTF-16, or what else there is, which goes over as it is.
    encoding: Option<Option<Utf16>>,
    /// The beginning of a character whose end hasn't come in.
    tail: Vec<u8>,
}

impl Decoder {
    /// Appends the next piece to `out`. `last`: no other follows.
    pub(super) fn decode(&mut self, piece: &[u8], last: bool, out: &mut Vec<u8>) {
        if self.encoding == Some(None) {
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
            None => out.extend_from_slice(&bytes),
            Some(utf16) => self.tail = decode(utf16, &bytes, last, out).to_vec(),
        }
    }

    /// Is it UTF-16?
    pub(super) const fn is_utf16(&self) -> bool {
        matches!(self.encoding, Some(Some(_)))
    }
}

/// The beginning of a file as UTF-8.
pub(crate) fn decoded(beginning: &[u8]) -> Cow<'_, [u8]> {
    match begin(beginning, true) {
        Some(Some(utf16)) => {
            let mut out = Vec::with_capacity(beginning.len());
            decode(utf16, beginning, false, &mut out);
            Cow::Owned(out)
        }
        _ => Cow::Borrowed(beginning),
    }
}

/// The encoding: by its mark, or by the half of a bracket's unit that is nothing. None while too little has come in.
fn begin(bytes: &[u8], last: bool) -> Option<Option<Utf16>> {
    match (Utf16::marked(bytes), bytes) {
        (Some(marked), _) => Some(Some(marked)),
        (_, [b'{' | b'[', 0, ..]) => Some(Some(Utf16 { big: false })),
        (_, [0, b'{' | b'[', ..]) => Some(Some(Utf16 { big: true })),
        (_, [] | [_]) if !last => None,
        _ => Some(None),
    }
}

/// Decodes what is complete, marks as well. Answers what isn't.
fn decode<'a>(utf16: Utf16, bytes: &'a [u8], last: bool, out: &mut Vec<u8>) -> &'a [u8] {
    let mut rest = bytes;
    while let Some((char, length)) = utf16.next(rest, last) {
        match char {
            Some('\u{feff}') => {}
            Some(char) => out.extend_from_slice(char.encode_utf8(&mut [0; 4]).as_bytes()),
            None => out.push(BROKEN),
        }
        rest = rest.get(length..).unwrap_or_default();
    }
    rest
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
