//! The workspace's own row.

use docket_domain::{DocumentId, EntryId, Timestamp};

use super::{
    database::{Database, StoreError, blob, integer, text},
    meta::natural,
};

/// The workspace, as it was made.
#[derive(Debug, Clone)]
pub(crate) struct Founded {
    /// The document from which all others are found.
    pub(crate) document: DocumentId,
    /// The name it was made with; the document holds the one it has now.
    pub(crate) name: String,
    /// The store's epoch.
    pub(crate) epoch: String,
}

impl Founded {
    /// A new store's epoch.
    pub(crate) fn epoch() -> String {
        EntryId::random().to_string()
    }
}

/// Writes the workspace's row; there can be one only.
pub(crate) fn found(database: &Database, founded: &Founded, now: Timestamp) -> Result<(), StoreError> {
    database.run(
        "INSERT INTO workspace (one, document, name, epoch, made_at) VALUES (1, ?, ?, ?, ?)",
        vec![
            blob(founded.document.as_bytes()),
            text(founded.name.as_str()),
            text(founded.epoch.as_str()),
            integer(now.0)?,
        ],
    )
}

/// Reads the workspace's row.
pub(crate) fn founded(database: &Database) -> Result<Founded, StoreError> {
    let row = database.row("SELECT document, name, epoch FROM workspace", Vec::new())?;
    let mut row = row.ok_or_else(|| StoreError::Unexpected("tables without a workspace".into()))?;
    Ok(Founded {
        document: document(&row.blob()?)?,
        name: row.text()?,
        epoch: row.text()?,
    })
}

/// Gives the store another epoch: no version that a client has compares with its own any more.
pub(crate) fn renew_epoch(database: &Database) -> Result<String, StoreError> {
    let epoch = Founded::epoch();
    database.run("UPDATE workspace SET epoch = ?", vec![text(epoch.as_str())])?;
    Ok(epoch)
}

/// Notes the greatest number that issues have had, also such as aren't here.
pub(crate) fn set_last_number(database: &Database, number: u64) -> Result<(), StoreError> {
    database.run("UPDATE workspace SET last_number = ?", vec![natural(number)?])
}

/// A stored document id.
pub(crate) fn document(bytes: &[u8]) -> Result<DocumentId, StoreError> {
    let bytes: [u8; 16] = bytes
        .try_into()
        .map_err(|_| StoreError::Unexpected("a document id of another length than 16".into()))?;
    Ok(DocumentId::from_bytes(bytes))
}
