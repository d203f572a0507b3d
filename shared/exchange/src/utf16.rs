//! UTF-16, character by character: spreadsheets save tables in it, and PowerShell 5 whatever it redirects.

/// Text in UTF-16.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Utf16 {
    /// The higher byte of a unit comes first.
    pub(crate) big: bool,
}

impl Utf16 {
    /// The length of its byte order mark.
    pub(crate) const MARK: usize = 2;

    /// What a byte order mark says.
    pub(crate) const fn marked(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [0xff, 0xfe, ..] => Some(Self { big: false }),
            [0xfe, 0xff, ..] => Some(Self { big: true }),
            _ => None,
        }
    }

    /// The next character (none if its bytes are none) and how many bytes it has; nothing at the end of what has come
    /// in. `last`: no more follows.
    pub(crate) fn next(self, bytes: &[u8], last: bool) -> Option<(Option<char>, usize)> {
        if bytes.is_empty() {
            return None;
        }
        let unit = if self.big {
            u16::from_be_bytes
        } else {
            u16::from_le_bytes
        };
        let at = |place: usize| Some(unit([*bytes.get(place)?, *bytes.get(place + 1)?]));
        let Some(high) = at(0) else {
            return last.then_some((None, bytes.len()));
        };
        match (high, at(2)) {
            (0xD800..=0xDBFF, None) if !last => None,
            (0xD800..=0xDBFF, Some(low @ 0xDC00..=0xDFFF)) => {
                Some((char::decode_utf16([high, low]).next().and_then(Result::ok), 4))
            }
            _ => Some((char::from_u32(u32::from(high)), 2)),
        }
    }
}
