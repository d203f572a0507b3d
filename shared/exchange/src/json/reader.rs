//! Cuts a file into records, as its bytes come in.
//!
//! It follows only braces, brackets and strings; what lies between them is serde_json's. So it holds one record at
//! a time, and a record that can't be read costs no other: a line break within a string ends it, and if the file is
//! one record a line, a record that isn't closed ends with its line.

use std::collections::VecDeque;

use super::{Shape, repair, units::Decoder};
use crate::record::{Broken, RECORD_LIMIT, Record};

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Between values.
    Top,
    /// In an array of records at the top.
    List,
    /// In the list of an answer.
    Answer,
    /// In an answer, past its list.
    Rest,
}

/// Cuts a file into records. Feed it a piece, take the records out, feed the next one; then [`finish`](Self::finish).
#[derive(Debug)]
pub(crate) struct Reader {
    shape: Shape,
    decoder: Decoder,
    /// How many bytes have been given to it.
    fed: u64,
    piece: Vec<u8>,
    at: usize,
    line: u64,
    level: Level,
    scan: Scan,
    record: Vec<u8>,
    /// The line on which the record begins.
    began: u64,
    /// The record is too large, and passed over to its end.
    skipping: bool,
    /// What began here is no value: it goes to the end of the line.
    garbage: bool,
    /// A record ended on this line.
    ended: bool,
    /// A damaged record ended before its line: the rest of the line belongs to it.
    spoilt: bool,
    /// A record stood at the top, in no array: so there are none, and what looks like one is damage.
    bare: bool,
    ready: VecDeque<Record>,
    consumed: u64,
}

/// What is known of the bytes of an unfinished value.
#[derive(Debug, Default)]
struct Scan {
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// The last string at depth 1 began after this many bytes of the record.
    string_at: usize,
    /// That string is the name of an answer's list.
    list: bool,
    /// The last byte that isn't white space closed a string at depth 1.
    string_ended: bool,
}

impl Reader {
    /// A reader at the beginning of a file.
    pub(crate) fn new(shape: Shape) -> Self {
        Self {
            shape,
            decoder: Decoder::default(),
            fed: 0,
            piece: Vec::new(),
            at: 0,
            line: 1,
            level: Level::Top,
            scan: Scan::default(),
            record: Vec::new(),
            began: 1,
            skipping: false,
            garbage: false,
            ended: false,
            spoilt: false,
            bare: false,
            ready: VecDeque::new(),
            consumed: 0,
        }
    }

    /// How many bytes have been read: for showing progress.
    pub(crate) const fn consumed(&self) -> u64 {
        if self.decoder.is_utf16() {
            self.fed.saturating_sub((self.piece.len() - self.at) as u64)
        } else {
            self.consumed
        }
    }

    /// Takes in the next piece of the file. Take out all records before giving another.
    pub(crate) fn feed(&mut self, piece: &[u8]) {
        self.piece.drain(..self.at.min(self.piece.len()));
        self.at = 0;
        self.fed += piece.len() as u64;
        self.decoder.decode(piece, false, &mut self.piece);
    }

    /// The next record; none until more comes in.
    pub(crate) fn next_record(&mut self) -> Option<Record> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Some(record);
            }
            let byte = *self.piece.get(self.at)?;
            self.at += 1;
            self.consumed += 1;
            self.byte(byte);
            if byte == b'\n' {
                self.line += 1;
            }
        }
    }

    /// The file has ended: what is left of it.
    pub(crate) fn finish(&mut self) -> Option<Record> {
        self.decoder.decode(&[], true, &mut self.piece);
        if let Some(record) = self.next_record() {
            return Some(record);
        }
        if self.level == Level::Rest || (self.record.is_empty() && !self.skipping) {
            return None;
        }
        self.emit();
        self.ready.pop_front()
    }

    fn byte(&mut self, byte: u8) {
        if byte == b'\n' {
            self.ended = false;
            if std::mem::take(&mut self.spoilt) {
                return;
            }
        }
        if self.spoilt {
            return;
        }
        if self.level == Level::Rest {
            if !self.scan.string(byte, 0) && self.scan.nest(byte) == 0 {
                self.level = Level::Top;
                self.scan = Scan::default();
            }
            return;
        }
        if self.record.is_empty() && !self.skipping {
            self.between(byte);
            return;
        }
        // JSON has no line break within a string, so the string isn't closed.
        if byte == b'\n' && (self.scan.in_string || self.scan.depth == 0 || self.garbage) {
            self.emit();
            return;
        }
        self.keep(byte);
        if self.garbage {
            return;
        }
        if self.scan.string(byte, self.record.len()) {
            self.key_ended();
            return;
        }
        let before = self.scan.depth;
        if byte == b'[' && before == 1 && self.scan.list && self.level == Level::Top {
            self.record.clear();
            self.scan = Scan::default();
            self.level = Level::Answer;
            return;
        }
        if self.scan.nest(byte) == 0 && before > 0 {
            let spoilt = !self.emit() && self.level == Level::Top;
            self.spoilt = spoilt && byte != b'\n';
            self.ended = self.level == Level::Top;
        } else if self.skipping && byte == b'\n' && self.level == Level::Top {
            // Whatever was too large, the next line can be read again.
            self.emit();
        }
    }

    /// A byte outside of any record.
    fn between(&mut self, byte: u8) {
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' => return,
            // A byte order mark.
            0xef | 0xbb | 0xbf if self.level == Level::Top && self.consumed <= 3 => return,
            b'[' if self.level == Level::Top && !self.ended && !self.bare => {
                self.level = Level::List;
                return;
            }
            b']' if self.level == Level::List => {
                self.level = Level::Top;
                return;
            }
            b']' if self.level == Level::Answer => {
                self.level = Level::Rest;
                self.scan.depth = 1;
                return;
            }
            _ => {}
        }
        self.began = self.line;
        self.scan = Scan::default();
        self.garbage = byte != b'{' && self.level == Level::Top;
        self.keep(byte);
        self.scan.string(byte, 1);
        self.scan.nest(byte);
    }

    fn keep(&mut self, byte: u8) {
        if self.skipping {
            return;
        }
        if self.record.len() < RECORD_LIMIT {
            self.record.push(byte);
            return;
        }
        // A record that isn't closed has swallowed the lines after it: they are read one by one.
        if self.level == Level::Top && self.record.contains(&b'\n') {
            let tail = self.lines(false);
            self.record = tail;
            self.record.push(byte);
            self.scan = Scan::default();
            for (index, byte) in self.record.iter().enumerate() {
                if !self.scan.string(*byte, index + 1) {
                    self.scan.nest(*byte);
                }
            }
            return;
        }
        self.skipping = true;
        let key = repair::key(&self.record, self.shape.key);
        self.record = Vec::new();
        let value = Err(Broken { key, problem: None });
        self.ready.push_back(Record {
            line: self.began,
            raw: Vec::new(),
            value,
            repaired: 0,
            zone: None,
        });
    }

    /// The record is complete, or will never be. Answers whether it could be read.
    fn emit(&mut self) -> bool {
        self.scan = Scan::default();
        self.garbage = false;
        if std::mem::take(&mut self.skipping) {
            self.record.clear();
            return true;
        }
        self.bare |= self.level == Level::Top && self.record.starts_with(b"{");
        let record = repair::parse(self.began, std::mem::take(&mut self.record), self.shape.key);
        let readable = record.value.is_ok();
        if !readable && self.level == Level::Top && record.raw.contains(&b'\n') {
            self.record = record.raw;
            self.lines(true);
        } else {
            self.ready.push_back(record);
        }
        readable
    }

    /// Reads the lines of what was taken for one record, each as a record. Consecutive lines that are none are one
    /// that can't be read, unless they have keys of their own. If it isn't the `whole`, the last line goes on: it is
    /// the answer.
    fn lines(&mut self, whole: bool) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.record);
        let mut line = self.began;
        let mut rest: &[u8] = &bytes;
        let mut damaged: Option<Record> = None;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            if end.is_none() && !whole {
                break;
            }
            let (text, next) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            let text = text.trim_ascii();
            let value = text.strip_suffix(b",").unwrap_or(text);
            if !value.is_empty() {
                let mut record = repair::parse(line, value.to_vec(), self.shape.key);
                // A line that holds no record is damage as well: each of a million would be one here at once.
                if record.value.as_ref().is_ok_and(|value| !value.is_object()) {
                    record.value = Err(Broken {
                        key: None,
                        problem: Some("it is no object".to_owned()),
                    });
                }
                if record.value.is_err() {
                    record.raw = text.to_vec();
                }
                match (&record.value, &mut damaged) {
                    (Ok(_), _) => {
                        self.ready.extend(damaged.take());
                        self.ready.push_back(record);
                    }
                    (Err(broken), Some(damaged)) if broken.key.is_none() => {
                        damaged.raw.push(b'\n');
                        damaged.raw.extend(record.raw);
                    }
                    (Err(_), _) => self.ready.extend(damaged.replace(record)),
                }
            }
            line += 1;
            rest = next;
        }
        self.ready.extend(damaged);
        self.began = line;
        rest.to_vec()
    }

    fn key_ended(&mut self) {
        if self.scan.string_ended && self.scan.depth == 1 {
            let name = self.record.get(self.scan.string_at..).unwrap_or_default();
            self.scan.list = name.strip_suffix(b"\"") == Some(self.shape.list.as_bytes());
        }
    }
}

impl Scan {
    /// Follows strings: true for a byte that is part of one. `length` is the record's, with the byte.
    fn string(&mut self, byte: u8, length: usize) -> bool {
        self.string_ended = false;
        if !self.in_string {
            self.in_string = byte == b'"';
            self.string_at = length;
            return self.in_string;
        }
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_string = false;
                self.string_ended = true;
            }
            _ => {}
        }
        true
    }

    /// Follows braces and brackets; answers the depth.
    fn nest(&mut self, byte: u8) -> usize {
        match byte {
            b'{' | b'[' => self.depth += 1,
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        // Between a key and its value stand only a colon and white space.
        if !matches!(byte, b':' | b' ' | b'\t' | b'\r' | b'\n') {
            self.list = false;
        }
        self.depth
    }
}
