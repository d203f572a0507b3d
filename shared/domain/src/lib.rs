//! Docket's domain: what the working group's records are and how they change.
//!
//! Pure Rust: no clock, no randomness but ids, no I/O. App, hub and importers share it, so that a command, a row or a
//! deadline means the same everywhere. Nothing here knows of sockets or storage.

pub mod audience;
pub mod facts;
pub mod genesis;
pub mod ids;
pub mod kind;
pub mod member;

pub use audience::Audience;
pub use facts::Facts;
pub use ids::{DocumentId, EntryId, MemberId, OrganisationId, PersonId, Timestamp, WorkspaceSlug};
pub use kind::Kind;
pub use member::{Duty, Member, Role};
