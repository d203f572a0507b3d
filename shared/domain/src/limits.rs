//! The one table of limits: every bound that two parts have to agree on.
//!
//! Each limit fits into the ones that carry it. A change fits a frame and a record; a document's record holds it with
//! its facts; a row fits a frame, and many of them do. `docket-sync`'s test `brim` fills each and opens the result with
//! a real client. Bounds that one place alone knows (a cache's size, a log's length) stand there.
//!
//! Sizes are bytes, times milliseconds, unless a name says otherwise.

/// A sentence of a document: a title, a name of a person's, a reason's first line.
pub const TITLE: usize = 1_000;
/// A name: a component, a label, a version, a relation, an organisation, a workspace.
pub const NAME: usize = 200;
/// A member's name, in characters.
pub const MEMBER_NAME: usize = 120;
/// A reason: of a change of status, of a flag.
pub const REASON: usize = 10_000;
/// A comment; a description, in UTF-16 units.
pub const BODY: usize = 400_000;
/// What another tracker's word means here.
pub const MEANING: usize = 1_000;

/// An actor. Automerge makes them of 16 bytes; each stands in every document's facts, and in each of its bundles.
pub const ACTOR: usize = 32;
/// The actors of one document: what it takes to tell who wrote what grows with them.
pub const ACTORS: usize = 10_000;
/// The heads of one document: as many devices may have edited it without knowing of one another.
pub const HEADS: usize = 256;
/// The values that one key of a map, or one place of a text, has at a time: a conflict of so many is shown and settled.
pub const VALUES: usize = 128;
/// The changes of one document.
pub const CHANGES: u64 = 40_000;
/// The operations of one document: a character of a text is one.
pub const OPERATIONS: u64 = 300_000;
/// The memory that one document may take where it is loaded.
pub const DOCUMENT_MEMORY: u64 = 40_000_000;
/// The changes of one document, as they came.
pub const DOCUMENT: u64 = 12_000_000;
/// A document's facts: who brought which change, and when.
pub const FACTS: usize = 2_500_000;
/// A document whose share of any of these reaches this many hundredths goes on in its next generation, if it can have
/// one.
pub const FULL_PERCENT: u64 = 60;

/// One change: alone, it fits a frame with all that stands around it.
pub const CHANGE: usize = 7 << 20;
/// The operations of one change, and of one turn in which changes are judged: a pasted text of 100 KB fits.
pub const TURN_OPERATIONS: usize = 120_000;
/// Of these, the operations on maps, which cost more: an issue with ten thousand comments comes in whole.
pub const TURN_VALUES: usize = 50_000;
/// The changes that are judged in one turn.
pub const TURN_CHANGES: usize = 6_000;
/// The changes of one message.
pub const MESSAGE_CHANGES: usize = 20_000;
/// The hashes of one list of a message: heads, needs, dependencies.
pub const HASHES: usize = 4_096;
/// A key of a map.
pub const KEY: usize = 4_096;

/// A row as it is stored and sent.
pub const ROW: usize = 128 << 10;
/// A frame of the socket.
pub const FRAME: usize = 8 << 20;
/// The changes of one sync message that the hub or a client sends: more go out in parts.
pub const PART: usize = 256 << 10;
/// A record of a bulk answer, and of a bundle: a document with its facts.
pub const RECORD: usize = 16 << 20;

/// The sockets of one workspace, and of one member.
pub const SOCKETS: usize = 2_000;
/// See [`SOCKETS`].
pub const MEMBER_SOCKETS: usize = 24;
/// Of every budget that all share, the hundredths that are kept for admins.
pub const RESERVE_PERCENT: usize = 10;
/// The documents that one socket syncs, and all sockets of a member.
pub const SUBSCRIPTIONS: u64 = 20_000;
/// Requests of one member that aren't answered yet.
pub const MEMBER_REQUESTS: usize = 12;
/// The bytes of bodies in memory, of one member and of all.
pub const MEMBER_IN_FLIGHT: usize = 24 << 20;
/// See [`MEMBER_IN_FLIGHT`].
pub const IN_FLIGHT: usize = 48 << 20;
/// The documents of a workspace.
pub const WORKSPACE_DOCUMENTS: u64 = 200_000;
/// The bytes of all documents of a workspace: an object holds 10 GB.
pub const WORKSPACE: u64 = 6_000_000_000;
/// Members whose access hasn't ended.
pub const MEMBERS: usize = 2_000;

/// The last millisecond of the year 9999: a later time is none.
pub const LAST_TIME: i64 = 253_402_300_799_999;
/// Beyond this, integers don't come out of SQLite, or of JavaScript, as they went in.
pub const SAFE_INTEGER: u64 = (1 << 53) - 1;

// What carries holds what is carried. Around it stand ids and a little CBOR.
const AROUND: usize = 64 << 10;
const _: () = assert!(CHANGE + AROUND + 32 * HASHES <= FRAME);
const _: () = assert!(DOCUMENT as usize + FACTS + 32 * HEADS + AROUND <= RECORD);
const _: () = assert!(ROW + 32 * HEADS + AROUND <= FRAME);
const _: () = assert!(PART <= CHANGE && CHANGE <= DOCUMENT as usize);
const _: () = assert!(HEADS <= HASHES && MEMBER_IN_FLIGHT <= IN_FLIGHT);
