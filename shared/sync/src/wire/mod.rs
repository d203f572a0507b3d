//! What travels: the frames of `GET /sync/{workspace}` and the records of bulk reading and writing, as bytes and back.
//!
//! The socket speaks the automerge-repo WebSocket protocol, version 1
//! (`@automerge/automerge-repo-network-websocket`, README): one CBOR map per binary frame. Docket's own frames have a
//! `type` that begins with `docket-` and go only to peers that announce `docket` in their metadata.
//!
//! Nothing here knows what a frame is for. Everything that comes in is hostile: lengths are bounded before anything is
//! allocated, unknown fields are skipped to a bounded depth, unknown types are kept by name.

mod decode;
mod encode;
mod error;
mod frame;
mod peer;
mod reader;
pub mod record;
#[cfg(test)]
pub(crate) mod tests;

pub use decode::PassedOver;
pub use error::WireError;
pub use frame::{Ephemeral, Frame, Person, Refusal, RemoteHeads, RowUpdate, SyncData};
pub use peer::{PeerId, PeerMetadata};

/// The largest frame that is read, in bytes. Larger documents are offered in several messages or by HTTP.
pub const FRAME_LIMIT: usize = docket_domain::limits::FRAME;
/// The most bytes of a peer id, storage id or session id.
pub const ID_LIMIT: usize = 256;
/// The most bytes of a sentence, a name or a code.
pub const TEXT_LIMIT: usize = 4_096;
/// The most entries of a list whose entries are hashes, documents, rows or people.
pub const LIST_LIMIT: usize = 100_000;
/// The version of the automerge-repo protocol that is spoken.
pub const PROTOCOL_VERSION: &str = "1";
/// The version of Docket's own frames, as announced in `peerMetadata`.
///
/// 2: presence is told as differences.
pub const DOCKET_VERSION: u32 = 2;
/// The code of a refusal of what is said again, by the client itself, on top of what is there: too many values or copies
/// stand side by side.
pub const CROWDED: &str = "crowded";
/// The code of a refusal of what belongs into the document in which this one goes on: the client says it again there.
pub const MOVED: &str = "moved";
/// What a client is told whose peer id somebody else has: it takes another one.
pub const PEER_TAKEN: &str = "somebody else has that peer id: take another";
