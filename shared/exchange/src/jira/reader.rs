//! Cuts a file into records, as its bytes come in.
//!
//! It follows only braces, brackets and strings; what lies between them is serde_json's. So it holds one record at
//! a time, and a record that can't be read costs no other: a line break within a string ends it, and if the file is
//! one record a line, a record that isn't closed ends with its line.

use std::collections::VecDeque;

use serde_json::Value;

use super::repair;

/// The largest record, in bytes: above it the JSON alone would fill a phone's memory.
pub const RECORD_LIMIT: usize = 16 * 1024 * 1024;

/// A record of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its JSON.
    pub value: Result<Value, Broken>,
    /// Places that held no characters and read as U+FFFD.
    pub repaired: usize,
}

/// Why a record can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The key it seems to have.
    pub key: Option<String>,
    /// What is wrong; none if it is larger than [`RECORD_LIMIT`].
    pub problem: Option<String>,
}

impl Record {
    /// The issue's key, where there is one.
    #[must_use]
    pub fn key(&self) -> Option<String> {
        match &self.value {
            Ok(value) => value.get("key").and_then(Value::as_str).map(str::to_owned),
            Err(broken) => broken.key.clone(),
        }
    }
}

/// Where the reader is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    /// Between values.
    Top,
    /// In an array of issues at the top.
    List,
    /// In the `issues` of a search's answer.
    Answer,
    /// In a search's answer, past its `issues`.
    Rest,
}

/// Cuts a file into records. Feed it a piece, take the records out, feed the next one; then [`finish`](Self::finish).
#[derive(Debug)]
pub struct Reader {
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
    /// That string, if a colon came after it: the key of what follows.
    issues: bool,
    /// The last byte that isn't white space closed a string at depth 1.
    string_ended: bool,
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
    #[must_use]
    pub const fn consumed(&self) -> u64 {
        self.consumed
    }

    /// Takes in the next piece of the file. Take out all records before giving another.
    pub fn feed(&mut self, piece: &[u8]) {
        self.piece.drain(..self.at.min(self.piece.len()));
        self.at = 0;
        self.piece.extend_from_slice(piece);
    }

    /// The next record; none until more comes in.
    pub fn next_record(&mut self) -> Option<Record> {
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
    pub fn finish(&mut self) -> Option<Record> {
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
        if byte == b'[' && before == 1 && self.scan.issues && self.level == Level::Top {
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
        let key = repair::key(&self.record);
        self.record = Vec::new();
        let value = Err(Broken { key, problem: None });
        self.ready.push_back(Record {
            line: self.began,
            value,
            repaired: 0,
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
        let record = repair::parse(self.began, &self.record);
        let readable = record.value.is_ok();
        self.bare |= self.level == Level::Top && self.record.starts_with(b"{");
        if !readable && self.level == Level::Top && self.record.contains(&b'\n') {
            self.lines(true);
        } else {
            self.ready.push_back(record);
        }
        self.record.clear();
        readable
    }

    /// Reads the lines of what was taken for one record, each as a record. Consecutive lines that are none are
    /// reported as one. If it isn't the `whole`, the last line goes on: it is the answer.
    fn lines(&mut self, whole: bool) -> Vec<u8> {
        let bytes = std::mem::take(&mut self.record);
        let mut line = self.began;
        let mut rest: &[u8] = &bytes;
        let mut last_broken = false;
        while !rest.is_empty() {
            let end = rest.iter().position(|byte| *byte == b'\n');
            if end.is_none() && !whole {
                break;
            }
            let (text, next) = rest.split_at(end.map_or(rest.len(), |end| end + 1));
            let text = text.trim_ascii();
            let text = text.strip_suffix(b",").unwrap_or(text);
            if !text.is_empty() {
                let record = repair::parse(line, text);
                let broken = record.value.is_err();
                if !(broken && last_broken && repair::key(text).is_none()) {
                    self.ready.push_back(record);
                }
                last_broken = broken;
            }
            line += 1;
            rest = next;
        }
        self.began = line;
        rest.to_vec()
    }

    fn key_ended(&mut self) {
        if self.scan.string_ended && self.scan.depth == 1 {
            let name = self.record.get(self.scan.string_at..).unwrap_or_default();
            self.scan.issues = name == b"issues\"";
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
            self.issues = false;
        }
        self.depth
    }
}
