//! Docket's domain: what the working group's records are and how they change.
//!
//! Pure Rust: no clock, no randomness but ids, no I/O. App, hub and importers share it, so that a command, a row or a
//! deadline means the same everywhere. Nothing here knows of sockets or storage.

pub mod audience;
pub mod command;
pub mod facts;
pub mod field;
pub mod generation;
pub mod genesis;
pub mod history;
pub mod ids;
pub mod kind;
pub mod limits;
pub mod member;
pub mod metrics;
pub mod operation;
pub mod rank;
pub mod read;
pub mod report;
pub mod row;
pub mod web;
pub mod words;
pub mod working;

pub use audience::Audience;
pub use command::{Action, Command, CommandError, Context};
pub use facts::Facts;
pub use field::Field;
pub use ids::{DocumentId, EntryId, MemberId, OrganisationId, PersonId, Timestamp, WorkspaceSlug};
pub use kind::Kind;
pub use member::{Duty, Member, Role, Who};
pub use rank::Rank;
pub use row::Row;
pub use working::Working;
