//! Sealed documents whose readers weren't fixed when they were sealed: by an older version, or where a bundle was made.

use docket_domain::{Audience, MemberId, Timestamp};

use super::{
    content::id,
    database::{Database, StoreError, integer},
    workspace::document,
};
use crate::access::members;

/// Fixes the readers of sealed documents that have none: those whom the organisation has now.
pub(crate) fn fix_readers(database: &Database, now: Timestamp) -> Result<(), StoreError> {
    let rows = database.rows(
        "SELECT id, audience FROM documents WHERE opens > ? AND purged = 0",
        vec![integer(now.0)?],
    )?;
    let everybody = members::all(database)?;
    for mut row in rows {
        let document = document(&row.blob()?)?;
        let mut audience: Audience =
            minicbor::decode(&row.blob()?).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        let Audience::Sealed {
            organisation,
            readers,
            since,
            ..
        } = &mut audience
        else {
            continue;
        };
        if !readers.is_empty() {
            continue;
        }
        let theirs = everybody
            .iter()
            .filter(|member| member.organisation.as_ref() == Some(organisation));
        *readers = theirs.map(|member| member.id.clone()).collect::<Vec<MemberId>>();
        *since = now;
        let bytes = minicbor::to_vec(&audience).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        database.run(
            "UPDATE documents SET audience = ? WHERE id = ?",
            vec![worker::SqlStorageValue::Blob(bytes), id(document)],
        )?;
    }
    Ok(())
}
