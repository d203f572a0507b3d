//! A change's columns, walked without expanding them.
//!
//! A column is run-length coded: a few bytes can stand for any number of values, and Automerge makes each of them.
//! Here runs are summed, not made. The encodings:
//!
//! * RLE: a signed count; n > 0 is n times the value that follows, n < 0 is −n values one by one, 0 is followed by
//!   a count of absent values;
//! * delta: RLE of differences;
//! * boolean: counts of false and true in turn.

use super::{InspectError, reader::Reader};

/// What a change's columns may hold.
pub(super) struct Bounds {
    /// Operations, and all their predecessors together.
    pub(super) operations: usize,
    /// Actors the change names: an index below this is one of them.
    pub(super) actors: u64,
    /// Bytes of one key.
    pub(super) key: usize,
    /// Bytes of all keys, each counted as often as it is used.
    pub(super) text: usize,
}

/// A column's number, its id and type in one, as `automerge-0.12/src/storage/change/change_op_columns.rs` has them.
mod column {
    pub(super) const OBJECT_ACTOR: u64 = 1;
    pub(super) const OBJECT_COUNTER: u64 = 2;
    pub(super) const KEY_ACTOR: u64 = 17;
    pub(super) const KEY_COUNTER: u64 = 19;
    pub(super) const KEY_TEXT: u64 = 21;
    pub(super) const INSERT: u64 = 52;
    pub(super) const ACTION: u64 = 66;
    pub(super) const VALUE_KIND: u64 = 86;
    pub(super) const VALUE: u64 = 87;
    pub(super) const PREDECESSORS: u64 = 112;
    pub(super) const PREDECESSOR_ACTOR: u64 = 113;
    pub(super) const PREDECESSOR_COUNTER: u64 = 115;
    pub(super) const EXPAND: u64 = 148;
    pub(super) const MARK_NAME: u64 = 165;
}

/// The highest action that Automerge knows: 7 is a mark.
const LAST_ACTION: u64 = 7;

const COUNTERS: std::ops::RangeInclusive<i128> = 0..=u32::MAX as i128;

/// Walks the columns at the head of `reader`, and past them; answers the number of operations.
pub(super) fn walk(reader: &mut Reader<'_>, bounds: &Bounds) -> Result<usize, InspectError> {
    // 14 columns are known; `specs` has room for no more.
    let count = reader.at_most(14, "columns")?;
    let mut specs = Vec::with_capacity(count);
    for _ in 0..count {
        let number = reader.unsigned()?;
        if specs.last().is_some_and(|(last, _)| *last >= number) {
            return Err(InspectError::Malformed("a change's columns are out of order"));
        }
        specs.push((number, reader.unsigned()?));
    }
    let mut columns = Vec::with_capacity(count);
    for (number, length) in specs {
        let length = usize::try_from(length).map_err(|_| InspectError::Truncated)?;
        columns.push((number, reader.take(length)?));
    }
    let value = columns.iter().find(|(number, _)| *number == column::VALUE);
    let value = value.map_or(0, |(_, data)| data.len() as u64);

    let mut walker = Walker {
        bounds,
        text: 0,
        values: 0,
        operations: 0,
        predecessors: 0,
        predecessor_actors: 0,
    };
    for (number, data) in &columns {
        walker.column(*number, Reader::new(data))?;
    }
    if walker.values != value {
        return Err(InspectError::Malformed(
            "a change's values have another length than it says",
        ));
    }
    if walker.predecessors != walker.predecessor_actors {
        return Err(InspectError::Malformed(
            "a change's predecessors have another number than it says",
        ));
    }
    usize::try_from(walker.operations).map_err(|_| bounds.too_many())
}

impl Bounds {
    const fn too_many(&self) -> InspectError {
        InspectError::TooMuch {
            what: "operations",
            max: self.operations,
        }
    }

    fn sum(&self, total: u64, more: u64) -> Result<u64, InspectError> {
        total
            .checked_add(more)
            .filter(|total| *total <= self.operations as u64)
            .ok_or_else(|| self.too_many())
    }
}

struct Walker<'b> {
    bounds: &'b Bounds,
    /// Bytes of keys, each as often as used.
    text: usize,
    /// Bytes of values.
    values: u64,
    operations: u64,
    /// Predecessors that the group column announces.
    predecessors: u64,
    predecessor_actors: u64,
}

impl Walker<'_> {
    fn column(&mut self, number: u64, data: Reader<'_>) -> Result<(), InspectError> {
        let bounds = self.bounds;
        match number {
            column::OBJECT_ACTOR | column::KEY_ACTOR => self.actors(data).map(|_| ()),
            column::PREDECESSOR_ACTOR => {
                self.predecessor_actors = self.actors(data)?;
                Ok(())
            }
            column::OBJECT_COUNTER => {
                let check = |counter: Option<u64>, _| match counter {
                    Some(counter) if !COUNTERS.contains(&i128::from(counter)) => Err(out_of_range()),
                    _ => Ok(()),
                };
                runs(data, bounds, Reader::unsigned, check).map(|_| ())
            }
            column::KEY_COUNTER | column::PREDECESSOR_COUNTER => self.counters(data),
            column::KEY_TEXT | column::MARK_NAME => self.texts(data),
            column::INSERT | column::EXPAND => booleans(data, bounds),
            column::ACTION => {
                let check = |action: Option<u64>, _| match action {
                    Some(0..=LAST_ACTION) => Ok(()),
                    _ => Err(InspectError::Malformed("an operation is of no known kind")),
                };
                self.operations = runs(data, bounds, Reader::unsigned, check)?;
                Ok(())
            }
            column::VALUE_KIND => self.value_kinds(data),
            column::VALUE => Ok(()),
            column::PREDECESSORS => self.predecessors(data),
            _ => Err(InspectError::Malformed("a change has a column that isn't known")),
        }
    }

    fn actors(&self, data: Reader<'_>) -> Result<u64, InspectError> {
        let actors = self.bounds.actors;
        runs(data, self.bounds, Reader::unsigned, |actor, _| match actor {
            Some(actor) if actor >= actors => Err(InspectError::Malformed("an actor isn't listed")),
            _ => Ok(()),
        })
    }

    /// Counters as differences: between the ends of a run they grow or shrink evenly, so its end tells.
    fn counters(&self, data: Reader<'_>) -> Result<(), InspectError> {
        let mut counter = 0_i128;
        let add = |difference: Option<i64>, run: u64| {
            let Some(difference) = difference else {
                return Ok(());
            };
            let first = counter + i128::from(difference);
            // |difference| < 2^63 and run ≤ the limit of operations: far below 2^127.
            counter += i128::from(difference) * i128::from(run);
            if COUNTERS.contains(&first) && COUNTERS.contains(&counter) {
                Ok(())
            } else {
                Err(out_of_range())
            }
        };
        runs(data, self.bounds, Reader::signed, add).map(|_| ())
    }

    /// Each use of a key becomes a text of its own when decoded.
    fn texts(&mut self, data: Reader<'_>) -> Result<(), InspectError> {
        let (key, most) = (self.bounds.key, self.bounds.text);
        let mut total = self.text;
        let read = |reader: &mut Reader<'_>| Ok(reader.bytes(key, "bytes of a key")?.len());
        runs(data, self.bounds, read, |length: Option<usize>, run| {
            let bytes = length.unwrap_or_default() as u64 * run;
            total = usize::try_from(bytes)
                .ok()
                .and_then(|bytes| total.checked_add(bytes))
                .filter(|total| *total <= most)
                .ok_or(InspectError::TooMuch {
                    what: "bytes of keys",
                    max: most,
                })?;
            Ok(())
        })?;
        self.text = total;
        Ok(())
    }

    /// A value's kind in its low four bits, its length above them.
    fn value_kinds(&mut self, data: Reader<'_>) -> Result<(), InspectError> {
        let mut total = 0_u64;
        runs(data, self.bounds, Reader::unsigned, |kind, run| {
            let length = kind.ok_or(InspectError::Malformed("a value has no kind"))? >> 4;
            total = length
                .checked_mul(run)
                .and_then(|bytes| total.checked_add(bytes))
                .ok_or(InspectError::Truncated)?;
            Ok(())
        })?;
        self.values = total;
        Ok(())
    }

    fn predecessors(&mut self, data: Reader<'_>) -> Result<(), InspectError> {
        let bounds = self.bounds;
        let mut total = 0_u64;
        runs(data, bounds, Reader::unsigned, |count, run| {
            let count = count.ok_or(InspectError::Malformed("a number of predecessors is absent"))?;
            total = bounds.sum(total, count.checked_mul(run).ok_or_else(|| bounds.too_many())?)?;
            Ok(())
        })?;
        self.predecessors = total;
        Ok(())
    }
}

const fn out_of_range() -> InspectError {
    InspectError::Malformed("an operation's counter is out of range")
}

/// Walks an RLE column, giving each value once with the length of its run; answers the sum of the runs.
fn runs<'a, T>(
    mut data: Reader<'a>,
    bounds: &Bounds,
    read: impl Fn(&mut Reader<'a>) -> Result<T, InspectError>,
    mut each: impl FnMut(Option<T>, u64) -> Result<(), InspectError>,
) -> Result<u64, InspectError> {
    let mut total = 0;
    while !data.is_empty() {
        let count = data.signed()?;
        let length = count.unsigned_abs();
        match count {
            1.. => {
                total = bounds.sum(total, length)?;
                each(Some(read(&mut data)?), length)?;
            }
            0 => {
                let absent = data.unsigned()?;
                total = bounds.sum(total, absent)?;
                each(None, absent)?;
            }
            _ => {
                total = bounds.sum(total, length)?;
                for _ in 0..length {
                    each(Some(read(&mut data)?), 1)?;
                }
            }
        }
    }
    Ok(total)
}

fn booleans(mut data: Reader<'_>, bounds: &Bounds) -> Result<(), InspectError> {
    let mut total = 0;
    while !data.is_empty() {
        total = bounds.sum(total, data.unsigned()?)?;
    }
    Ok(())
}
