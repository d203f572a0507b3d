//! A record of a file: what stands for one issue there, whatever the format.

use serde_json::Value;

use crate::csv::Zone;

/// The largest record, in bytes: above it the JSON alone would fill a phone's memory.
pub const RECORD_LIMIT: usize = 16 * 1024 * 1024;

/// A record of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Its bytes, so that one that is refused can be given back; none if it is larger than [`RECORD_LIMIT`].
    pub raw: Vec<u8>,
    /// What it says.
    pub value: Result<Value, Broken>,
    /// Places that held no characters and read as U+FFFD.
    pub repaired: usize,
    /// Where times were taken to be meant, if it has some without a zone.
    pub zone: Option<Zone>,
}

/// Why a record can't be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// The key it seems to have.
    pub key: Option<String>,
    /// What is wrong; none if it is larger than [`RECORD_LIMIT`].
    pub problem: Option<String>,
}
