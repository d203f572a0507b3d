//! Docket's sync: what client and hub say to one another, and what the hub lets pass.
//!
//! Sans-IO: bytes in, effects out. No clock, no socket, no storage of its own; both sides run in one test, in
//! milliseconds.

pub mod bulk;
pub mod client;
pub mod guard;
pub mod hashes;
pub mod hub;
pub mod inspect;
mod parts;
pub mod wire;
