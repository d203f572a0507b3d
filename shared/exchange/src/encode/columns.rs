//! The operations of a change in columns, as Automerge's format has them: each column in runs of equal values.
//!
//! Nothing is written twice, so no operation overwrites another; nothing is deleted, marked or counted.

/// The columns' names in the format, in its order.
const OBJECT_ACTOR: u8 = 0x01;
const OBJECT_COUNTER: u8 = 0x02;
const KEY_ACTOR: u8 = 0x11;
const KEY_COUNTER: u8 = 0x13;
const KEY: u8 = 0x15;
const INSERT: u8 = 0x34;
const ACTION: u8 = 0x42;
const VALUE_META: u8 = 0x56;
const VALUE: u8 = 0x57;
const OVERWRITTEN: u8 = 0x70;

/// The actions.
const MAKE_MAP: u64 = 0;
const PUT: u64 = 1;

/// The types of values, in the low four bits of their meta value; above them is their length.
const NULL: u64 = 0;
const TRUE: u64 = 2;
const UNSIGNED: u64 = 3;
const TEXT: u64 = 6;
const TIME: u64 = 9;

/// What an operation writes into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Object {
    /// The root.
    Root,
    /// What another operation made.
    Made {
        /// Its actor: 0 is the change's own, the others follow in order.
        actor: u64,
        /// Its counter.
        counter: u64,
    },
}

/// What an operation writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Value<'a> {
    /// Yes.
    True,
    /// A text, not to be edited together.
    Text(&'a str),
    /// A time in milliseconds.
    Time(i64),
    /// A number.
    Number(u64),
}

/// The operations so far.
#[derive(Debug, Default)]
pub(super) struct Columns<'a> {
    operations: u64,
    object_actor: Runs<u64>,
    object_counter: Runs<u64>,
    key_actor: Runs<u64>,
    /// Each the difference from the one before.
    key_counter: Runs<i64>,
    key: Runs<&'a str>,
    /// Lengths of runs.
    insert: Vec<(bool, u64)>,
    action: Runs<u64>,
    meta: Runs<u64>,
    value: Vec<u8>,
    /// The counter that `key_counter` had last.
    last: i64,
    /// The counter of the first operation.
    start: u64,
}

impl<'a> Columns<'a> {
    /// No operations yet; the first has this counter.
    pub(super) fn from(start: u64) -> Self {
        Self {
            start,
            ..Self::default()
        }
    }

    /// The counter of the next operation.
    pub(super) fn next(&self) -> u64 {
        self.start + self.operations
    }

    /// Puts a value into a map.
    pub(super) fn put(&mut self, object: Object, key: &'a str, value: Value<'_>) {
        self.at(object, key, PUT);
        let before = self.value.len();
        let kind = match value {
            Value::True => TRUE,
            Value::Text(text) => {
                self.value.extend_from_slice(text.as_bytes());
                TEXT
            }
            Value::Time(at) => {
                signed(at, &mut self.value);
                TIME
            }
            Value::Number(number) => {
                unsigned(number, &mut self.value);
                UNSIGNED
            }
        };
        let length = (self.value.len() - before) as u64;
        self.meta.push(length << 4 | kind, 1);
    }

    /// Puts a new map into a map, and answers it.
    pub(super) fn map(&mut self, object: Object, key: &'a str) -> Object {
        let counter = self.next();
        self.at(object, key, MAKE_MAP);
        self.meta.push(NULL, 1);
        Object::Made { actor: 0, counter }
    }

    /// Inserts a text into an empty one, each character after the one before.
    pub(super) fn text(&mut self, object: Object, text: &str) {
        let first = self.next();
        let mut count = 0;
        for character in text.chars() {
            self.meta.push((character.len_utf8() as u64) << 4 | TEXT, 1);
            count += 1;
        }
        if count == 0 {
            return;
        }
        self.value.extend_from_slice(text.as_bytes());
        self.object(object, count);
        self.key.push_none(count);
        // The first is at the head, which is nobody's.
        self.key_actor.push_none(1);
        self.key_counter.push(-self.last, 1);
        self.last = 0;
        if count > 1 {
            self.key_actor.push(0, count - 1);
            self.key_counter.push(first.cast_signed(), 1);
            self.key_counter.push(1, count - 2);
            self.last = (first + count - 2).cast_signed();
        }
        self.inserts(true, count);
        self.action.push(PUT, count);
        self.operations += count;
    }

    /// The columns that aren't empty, by name.
    pub(super) fn finish(self) -> Vec<(u8, Vec<u8>)> {
        let mut insert = Vec::new();
        if self.insert.first().is_some_and(|(inserted, _)| *inserted) {
            unsigned(0, &mut insert);
        }
        for (_, count) in &self.insert {
            unsigned(*count, &mut insert);
        }
        let mut overwritten = Runs::default();
        overwritten.push(0_u64, self.operations);
        let mut columns = vec![
            (OBJECT_ACTOR, self.object_actor.finish()),
            (OBJECT_COUNTER, self.object_counter.finish()),
            (KEY_ACTOR, self.key_actor.finish()),
            (KEY_COUNTER, self.key_counter.finish()),
            (KEY, self.key.finish()),
            (INSERT, insert),
            (ACTION, self.action.finish()),
            (VALUE_META, self.meta.finish()),
            (VALUE, self.value),
            (OVERWRITTEN, overwritten.finish()),
        ];
        columns.retain(|(_, bytes)| !bytes.is_empty());
        columns
    }

    /// One operation at a map's key, but for its value.
    fn at(&mut self, object: Object, key: &'a str, action: u64) {
        self.object(object, 1);
        self.key.push(key, 1);
        self.key_actor.push_none(1);
        self.key_counter.push_none(1);
        self.inserts(false, 1);
        self.action.push(action, 1);
        self.operations += 1;
    }

    fn object(&mut self, object: Object, count: u64) {
        match object {
            Object::Root => {
                self.object_actor.push_none(count);
                self.object_counter.push_none(count);
            }
            Object::Made { actor, counter } => {
                self.object_actor.push(actor, count);
                self.object_counter.push(counter, count);
            }
        }
    }

    fn inserts(&mut self, inserted: bool, count: u64) {
        match self.insert.last_mut() {
            Some((last, so_far)) if *last == inserted => *so_far += count,
            _ => self.insert.push((inserted, count)),
        }
    }
}

/// A column: runs of one value, of different values, and of none.
#[derive(Debug)]
struct Runs<T> {
    bytes: Vec<u8>,
    run: Run<T>,
}

#[derive(Debug)]
enum Run<T> {
    /// None.
    None(u64),
    /// Of one value, more than once.
    Same(T, u64),
    /// Each different from the one before.
    Different(Vec<T>),
}

impl<T> Default for Runs<T> {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            run: Run::None(0),
        }
    }
}

impl<T: Part> Runs<T> {
    fn push_none(&mut self, count: u64) {
        match &mut self.run {
            _ if count == 0 => {}
            Run::None(so_far) => *so_far += count,
            Run::Same(..) | Run::Different(_) => {
                self.flush();
                self.run = Run::None(count);
            }
        }
    }

    fn push(&mut self, value: T, count: u64) {
        let same = match &mut self.run {
            _ if count == 0 => return,
            Run::Same(last, so_far) if *last == value => {
                *so_far += count;
                return;
            }
            Run::Different(values) if values.last() == Some(&value) => {
                values.pop();
                count + 1
            }
            Run::Different(values) if count == 1 => {
                values.push(value);
                return;
            }
            _ => count,
        };
        self.flush();
        self.run = match same {
            1 => Run::Different(vec![value]),
            _ => Run::Same(value, same),
        };
    }

    fn flush(&mut self) {
        match &self.run {
            Run::None(0) => {}
            Run::None(count) => {
                signed(0, &mut self.bytes);
                unsigned(*count, &mut self.bytes);
            }
            Run::Same(value, count) => {
                signed(count.cast_signed(), &mut self.bytes);
                value.write(&mut self.bytes);
            }
            Run::Different(values) if values.is_empty() => {}
            Run::Different(values) => {
                signed(-(values.len() as u64).cast_signed(), &mut self.bytes);
                for value in values {
                    value.write(&mut self.bytes);
                }
            }
        }
    }

    /// The column's bytes: none if it holds no value.
    fn finish(mut self) -> Vec<u8> {
        if !self.bytes.is_empty() || !matches!(self.run, Run::None(_)) {
            self.flush();
        }
        self.bytes
    }
}

/// A value of a column.
trait Part: Copy + PartialEq {
    fn write(self, out: &mut Vec<u8>);
}

impl Part for u64 {
    fn write(self, out: &mut Vec<u8>) {
        unsigned(self, out);
    }
}

impl Part for i64 {
    fn write(self, out: &mut Vec<u8>) {
        signed(self, out);
    }
}

impl Part for &str {
    fn write(self, out: &mut Vec<u8>) {
        unsigned(self.len() as u64, out);
        out.extend_from_slice(self.as_bytes());
    }
}

/// Writes a number in groups of seven bits, the low ones first (LEB128).
pub(super) fn unsigned(mut number: u64, out: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        if number == 0 {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}

/// As [`unsigned`], with a sign.
fn signed(mut number: i64, out: &mut Vec<u8>) {
    loop {
        let low = (number & 0x7f) as u8;
        number >>= 7;
        let sign = low & 0x40 != 0;
        if (number == 0 && !sign) || (number == -1 && sign) {
            out.push(low);
            return;
        }
        out.push(low | 0x80);
    }
}
