//! Writes changes and messages byte by byte, as no client of ours does.

#![allow(dead_code, unreachable_pub)]

use sha2::{Digest, Sha256};

pub const ACTION: u64 = 66;
pub const INSERT: u64 = 52;
pub const KEY_TEXT: u64 = 21;
pub const VALUE_KIND: u64 = 86;
pub const VALUE: u64 = 87;
pub const PREDECESSORS: u64 = 112;
pub const PREDECESSOR_ACTOR: u64 = 113;
pub const PREDECESSOR_COUNTER: u64 = 115;
pub const OBJECT_ACTOR: u64 = 1;
pub const OBJECT_COUNTER: u64 = 2;

pub fn unsigned(mut value: u64) -> Vec<u8> {
    let mut bytes = Vec::new();
    while value > 0x7f {
        bytes.push(value as u8 | 0x80);
        value >>= 7;
    }
    bytes.push(value as u8);
    bytes
}

pub fn signed(mut value: i64) -> Vec<u8> {
    let mut bytes = Vec::new();
    loop {
        let byte = (value & 0x7f) as u8;
        value >>= 7;
        if (value == 0 && byte & 0x40 == 0) || (value == -1 && byte & 0x40 != 0) {
            bytes.push(byte);
            return bytes;
        }
        bytes.push(byte | 0x80);
    }
}

/// A run of one value.
pub fn run(count: i64, value: &[u8]) -> Vec<u8> {
    [signed(count), value.to_vec()].concat()
}

/// A chunk with the checksum that belongs to it.
pub fn chunk(kind: u8, data: &[u8]) -> Vec<u8> {
    let hash = Sha256::digest([&[kind], unsigned(data.len() as u64).as_slice(), data].concat());
    [
        &[0x85, 0x6f, 0x4a, 0x83],
        &hash[..4],
        &[kind],
        unsigned(data.len() as u64).as_slice(),
        data,
    ]
    .concat()
}

/// The same chunk with a right checksum, whatever was done to it.
pub fn signed_again(mut bytes: Vec<u8>) -> Vec<u8> {
    let mut at = 9;
    while bytes.get(at).is_some_and(|byte| byte & 0x80 != 0) {
        at += 1;
    }
    if let (Some(kind), Some(data)) = (bytes.get(8).copied(), bytes.get(at + 1..)) {
        let fresh = chunk(kind, data);
        bytes = fresh;
    }
    bytes
}

/// A change of a one-byte actor with these columns.
pub fn change(columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    change_with(1, 1, &[], columns)
}

pub fn change_with(seq: u64, first: u64, others: &[&[u8]], columns: &[(u64, Vec<u8>)]) -> Vec<u8> {
    let mut data = vec![0, 1, 0xaa];
    data.extend(unsigned(seq));
    data.extend(unsigned(first));
    data.extend([0, 0]);
    data.extend(unsigned(others.len() as u64));
    for other in others {
        data.extend(unsigned(other.len() as u64));
        data.extend(*other);
    }
    data.extend(unsigned(columns.len() as u64));
    for (number, column) in columns {
        data.extend(unsigned(*number));
        data.extend(unsigned(column.len() as u64));
    }
    for (_, column) in columns {
        data.extend(column);
    }
    chunk(1, &data)
}

/// `count` operations that put null under the key `k`, in as few bytes as that takes.
pub fn bomb(count: i64) -> Vec<u8> {
    change(&[
        (KEY_TEXT, run(count, &[1, b'k'])),
        (INSERT, unsigned(count as u64)),
        (ACTION, run(count, &[1])),
        (VALUE_KIND, run(count, &[0])),
        (PREDECESSORS, run(count, &[0])),
    ])
}

/// A message of version 1 or 2 with nothing but these chunks.
pub fn message(first: u8, chunks: &[Vec<u8>]) -> Vec<u8> {
    let mut data = vec![first, 0, 0, 0];
    data.extend(unsigned(chunks.len() as u64));
    for chunk in chunks {
        data.extend(unsigned(chunk.len() as u64));
        data.extend(chunk);
    }
    data
}

/// A message with one summary whose Bloom filter has these parameters.
pub fn bloom(entries: u64, bits: u64, probes: u64, filter: &[u8]) -> Vec<u8> {
    let bloom = [
        unsigned(entries),
        unsigned(bits),
        unsigned(probes),
        filter.to_vec(),
    ]
    .concat();
    let mut data = vec![0x42, 1];
    data.extend([7; 32]);
    data.extend([0, 1, 0]);
    data.extend(unsigned(bloom.len() as u64));
    data.extend(bloom);
    data.push(0);
    data
}
