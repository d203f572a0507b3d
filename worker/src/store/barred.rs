//! Which changes members were told are refused. One row for each member, written only when the hub refuses.

use automerge::ChangeHash;
use docket_domain::MemberId;

use super::{
    database::{Database, StoreError, text},
    meta::{hashes, read_hashes},
};

/// What this member was told is refused.
pub(crate) fn barred(database: &Database, member: &MemberId) -> Result<Vec<ChangeHash>, StoreError> {
    let query = "SELECT changes FROM barred WHERE member = ?";
    match database.row(query, vec![text(member.as_str())])? {
        Some(mut row) => read_hashes(&row.blob()?),
        None => Ok(Vec::new()),
    }
}

/// Replaces it.
pub(crate) fn set_barred(
    database: &Database,
    member: &MemberId,
    changes: &[ChangeHash],
) -> Result<(), StoreError> {
    database.run(
        "INSERT INTO barred (member, changes) VALUES (?, ?) \
         ON CONFLICT (member) DO UPDATE SET changes = excluded.changes",
        vec![text(member.as_str()), hashes(changes)],
    )
}
