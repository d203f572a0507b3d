//! This build held against sessions of older ones (`tests/recorded/README.md`): their stores with this hub, their
//! clients with this hub, their hub with this client, and what this hub says to them with what they can read.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

mod clients;
mod hubs;
mod outboxes;
mod recording;
mod shape;
mod stores;
