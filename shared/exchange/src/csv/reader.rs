//! Cuts a file of comma-separated values into rows, as its bytes come in.
//!
//! It holds one row and one piece at a time. `csv-core` tells cells and rows; what it leaves open is decided here: the
//! delimiter, and what becomes of a quote that nobody closed, which would silently swallow the rows after it.

use csv_core::{ReadRecordResult, ReaderBuilder};

use super::encoding::Decoder;
use crate::record::RECORD_LIMIT;

/// The most cells of a row: three times what a spreadsheet can have.
const CELLS: usize = 50_000;
/// The longest beginning that is looked at for the delimiter.
const BEGINNING: usize = 64 * 1024;
/// The most bytes that are read a second time after quotes that nobody closed: a file of nothing else must not take
/// time that grows with its square.
const AGAIN: usize = 4 * RECORD_LIMIT;
/// What separates cells; the first of those that are found equally often.
pub(super) const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// A row of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// As it stands in the file, in UTF-8; none if it is too large.
    pub raw: Vec<u8>,
    /// Its cells.
    pub cells: Result<Vec<String>, Damage>,
    /// Places that held no characters and read as U+FFFD.
    pub repaired: usize,
    /// A quote before it isn't closed. So it may be a row, or a line of a cell's text: then it has fewer cells.
    pub doubtful: bool,
}

/// Why a row has no cells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// It has more than [`RECORD_LIMIT`] bytes, or too many cells.
    TooLarge,
    /// A quote isn't closed.
    Unclosed,
}

/// Cuts a file into rows. Feed it a piece, take the rows out, feed the next one; then [`finish`](Self::finish).
#[derive(Debug)]
pub struct Reader {
    decoder: Decoder,
    /// The text, from the unfinished row on after each [`feed`](Self::feed).
    text: Vec<u8>,
    /// Where in it the unfinished row begins.
    began: usize,
    /// How much of it has been read.
    at: usize,
    /// How much of the file's text stood before it.
    before: u64,
    /// The line on which the unfinished row begins.
    line: u64,
    /// It begins after a CR, whose LF isn't a line of its own.
    after_cr: bool,
    delimiter: Option<u8>,
    core: csv_core::Reader,
    /// The unfinished row's cells, one after the other,
    cells: Vec<u8>,
    written: usize,
    /// and where each ends.
    ends: Vec<usize>,
    ended: usize,
    /// The rest of a row that is too large is passed over to the end of its line.
    skipping: bool,
    /// How many bytes may still be read again.
    again: usize,
    /// Up to where the file's text was taken for one row that it isn't.
    doubtful: u64,
    consumed: u64,
}

impl Default for Reader {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// A reader at the beginning of a file.
    #[must_use]
    pub fn new() -> Self {
        Self {
            decoder: Decoder::default(),
            text: Vec::new(),
            began: 0,
            at: 0,
            before: 0,
            line: 1,
            after_cr: false,
            delimiter: None,
            core: csv_core::Reader::new(),
            cells: vec![0; 4_096],
            written: 0,
            ends: vec![0; 64],
            ended: 0,
            skipping: false,
            again: AGAIN,
            doubtful: 0,
            consumed: 0,
        }
    }

    /// How many bytes have been read: for showing progress.
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// What separates cells; a comma until the first line has come in.
    #[must_use]
    pub fn delimiter(&self) -> u8 {
        self.delimiter.unwrap_or(b',')
    }

    /// Takes in the next piece of the file. Take out all rows before giving another.
    pub fn feed(&mut self, piece: &[u8]) {
        self.text.drain(..self.began);
        self.at -= self.began;
        self.before += self.began as u64;
        self.began = 0;
        self.consumed += piece.len() as u64;
        self.decoder.decode(piece, false, &mut self.text);
    }

    /// The next row; none until more comes in.
    pub fn next_row(&mut self) -> Option<Row> {
        self.advance(false)
    }

    /// The file has ended: what is left of it, until there is nothing.
    pub fn finish(&mut self) -> Option<Row> {
        self.decoder.decode(&[], true, &mut self.text);
        self.advance(true)
    }

    fn advance(&mut self, last: bool) -> Option<Row> {
        if self.delimiter.is_none() {
            self.begin(last)?;
        }
        loop {
            if self.skipping {
                self.skip();
            }
            let input = self.text.get(self.at..).unwrap_or_default();
            // No input says to `csv-core` that the file has ended.
            if input.is_empty() && !last {
                return None;
            }
            // Not more than a row may have, so that not much more is read.
            let room = (RECORD_LIMIT + 1).saturating_sub(self.at - self.began);
            let input = input.get(..room).unwrap_or(input);
            let cells = self.cells.get_mut(self.written..).unwrap_or_default();
            let ends = self.ends.get_mut(self.ended..).unwrap_or_default();
            let (result, read, written, ended) = self.core.read_record(input, cells, ends);
            self.at += read;
            self.written += written;
            self.ended += ended;
            match result {
                ReadRecordResult::Record => return Some(self.row()),
                ReadRecordResult::End => return None,
                _ if self.at - self.began > RECORD_LIMIT || self.ended > CELLS => {
                    return Some(self.damaged(Damage::TooLarge));
                }
                ReadRecordResult::OutputFull => self.cells.resize(self.cells.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty => {}
            }
        }
    }

    /// Finds out the delimiter, from the first line. A line `sep=;` says it: spreadsheets write one.
    fn begin(&mut self, last: bool) -> Option<()> {
        let blank = self.text.iter().take_while(|byte| is_break(**byte)).count();
        let beginning = self.text.get(blank..).unwrap_or_default();
        let mut counts = DELIMITERS.map(|delimiter| (delimiter, 0_usize));
        let (mut quoted, mut complete) = (false, last || beginning.len() >= BEGINNING);
        for byte in beginning {
            match byte {
                b'"' => quoted = !quoted,
                _ if quoted => {}
                b'\r' | b'\n' => {
                    complete = true;
                    break;
                }
                byte => counts
                    .iter_mut()
                    .filter(|(delimiter, _)| delimiter == byte)
                    .for_each(|(_, count)| *count += 1),
            }
        }
        if !complete {
            return None;
        }
        // Of equals, the last is the greatest.
        let most = counts.into_iter().rev().max_by_key(|(_, count)| *count);
        let mut delimiter = most.map_or(b',', |(delimiter, _)| delimiter);
        if let [
            b's',
            b'e',
            b'p',
            b'=',
            said @ (b' '..=b'~' | b'\t'),
            b'\r' | b'\n',
            ..,
        ] = beginning
            && *said != b'"'
        {
            delimiter = *said;
            self.at = blank + 5;
            self.passed();
        }
        self.delimiter = Some(delimiter);
        self.core = ReaderBuilder::new().delimiter(delimiter).build();
        Some(())
    }

    /// The row that has been read.
    fn row(&mut self) -> Row {
        let raw = self.unfinished();
        let broken = match quotes(raw, self.delimiter()) {
            Quotes::Sound => false,
            Quotes::Open => true,
            // Within one line it reads as it was meant.
            Quotes::Loose => content(raw).iter().any(|byte| is_break(*byte)),
        };
        if broken {
            return self.damaged(Damage::Unclosed);
        }
        let mut cells = Vec::with_capacity(self.ended);
        let mut start = 0;
        for end in self.ends.iter().take(self.ended) {
            let cell = self.cells.get(start..*end).unwrap_or_default();
            cells.push(String::from_utf8_lossy(cell).into_owned());
            start = *end;
        }
        self.give(Ok(cells))
    }

    /// A row that can't be read. Its first line alone is given up, and the next one read again, while there is time.
    fn damaged(&mut self, damage: Damage) -> Row {
        let raw = self.unfinished();
        let begins = breaks(raw);
        let mut lines = raw
            .get(begins..)
            .unwrap_or_default()
            .splitn(2, |byte| is_break(*byte));
        let (line, rest) = (lines.next().map_or(0, <[u8]>::len), lines.next().map(<[u8]>::len));
        self.core.reset();
        match rest {
            Some(rest) if rest <= self.again => {
                self.again -= rest;
                self.doubtful = self.doubtful.max(self.before + self.at as u64);
                self.at = self.began + begins + line;
            }
            _ => self.skipping = damage == Damage::TooLarge,
        }
        self.give(Err(damage))
    }

    /// Ends the row: the next one begins here.
    fn give(&mut self, cells: Result<Vec<String>, Damage>) -> Row {
        let raw = self.unfinished();
        let (blank, content) = (raw.get(..breaks(raw)).unwrap_or_default(), content(raw));
        let row = Row {
            line: self.line + lines(blank, self.after_cr),
            raw: if self.skipping {
                Vec::new()
            } else {
                content.to_vec()
            },
            cells,
            doubtful: self.before + (self.began as u64) < self.doubtful,
            repaired: self.decoder.repaired(self.before + self.at as u64),
        };
        self.passed();
        row
    }

    /// Passes over what is left of a line that is too long.
    fn skip(&mut self) {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let end = rest.iter().position(|byte| is_break(*byte));
        self.skipping = end.is_none();
        self.at += end.unwrap_or(rest.len());
        self.passed();
    }

    /// What has been read goes to no row after this.
    fn passed(&mut self) {
        let raw = self.unfinished();
        let line = self.line + lines(raw, self.after_cr);
        self.after_cr = raw.last().map_or(self.after_cr, |byte| *byte == b'\r');
        self.line = line;
        self.began = self.at;
        self.written = 0;
        self.ended = 0;
    }

    /// What has been read of the unfinished row, with the line breaks before and after it.
    fn unfinished(&self) -> &[u8] {
        self.text.get(self.began..self.at).unwrap_or_default()
    }
}

/// How a row's quotes stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Quotes {
    /// Each cell that begins with one ends with one.
    Sound,
    /// Something stands between one that closes and the end of the cell.
    Loose,
    /// The last isn't closed.
    Open,
}

fn quotes(raw: &[u8], delimiter: u8) -> Quotes {
    #[derive(PartialEq)]
    enum In {
        Beginning,
        Cell,
        Quoted,
        Closed,
    }
    let (mut place, mut found) = (In::Beginning, Quotes::Sound);
    for byte in raw {
        place = match (place, *byte) {
            (In::Quoted, b'"') => In::Closed,
            (In::Quoted, _) => In::Quoted,
            (In::Beginning | In::Closed, b'"') => In::Quoted,
            (_, byte) if byte == delimiter || is_break(byte) => In::Beginning,
            (In::Closed, _) => {
                found = Quotes::Loose;
                In::Cell
            }
            _ => In::Cell,
        };
    }
    if place == In::Quoted { Quotes::Open } else { found }
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

/// How many bytes of line breaks stand before the row.
fn breaks(raw: &[u8]) -> usize {
    raw.iter().take_while(|byte| is_break(**byte)).count()
}

/// The row without the line breaks around it.
fn content(raw: &[u8]) -> &[u8] {
    let content = raw.get(breaks(raw)..).unwrap_or_default();
    let end = content.iter().rposition(|byte| !is_break(*byte));
    content.get(..end.map_or(0, |end| end + 1)).unwrap_or_default()
}

/// How many lines end in `text`: CR LF ends one.
fn lines(text: &[u8], mut after_cr: bool) -> u64 {
    let mut lines = 0;
    for byte in text {
        lines += u64::from(*byte == b'\r' || (*byte == b'\n' && !after_cr));
        after_cr = *byte == b'\r';
    }
    lines
}
