//! IndexedDB: what a workspace keeps on this device. One database for each workspace.
//!
//! Everything is written through [`Database::write`], a list of [`Write`]s in one transaction, so that a change's bytes
//! and its outbox entry are there together or not at all. Inside a transaction nothing is awaited but IndexedDB's own
//! requests: anything else would let the browser commit it half-way. The schema only ever grows.

mod bytes;
mod cursor;
mod key;
mod people;
mod read;
mod record;
mod schema;
mod write;

use docket_domain::WorkspaceSlug;
use wasm_bindgen::JsCast;

use super::StoreError;

pub(crate) use self::{
    bytes::{from_cbor, to_cbor},
    cursor::StoredCursor,
    key::{ChunkKey, EntryKey, ImportId},
    record::{DocumentRecord, ImportRecord, RowRecord, Undone},
    write::Write,
};

/// One workspace's database.
#[derive(Debug)]
pub(crate) struct Database {
    inner: idb::Database,
}

impl Database {
    /// Opens the database, making or extending it as needed.
    pub(crate) async fn open(slug: &WorkspaceSlug) -> Result<Self, StoreError> {
        let mut inner = schema::open(&name(slug)).await?;
        // A newer version of the app in another tab wants to extend the schema: let it. What this page still has to
        // write then fails, in words.
        inner.on_version_change(|event| {
            use idb::event::DatabaseEvent;
            if let Ok(database) = event.database() {
                database.close();
            }
        });
        Ok(Self { inner })
    }

    /// Empties everything this device has of a workspace. Not deleted: another tab that has it open would hold that
    /// up for as long as it lives.
    ///
    /// What stands in `left` (single values only) is all that is there afterwards; it is one transaction.
    pub(crate) async fn clear(&self, left: &[Write]) -> Result<(), StoreError> {
        let transaction = self
            .inner
            .transaction(&schema::ALL, idb::TransactionMode::ReadWrite);
        let transaction = transaction.map_err(|error| failed(&error))?;
        for name in schema::ALL {
            let store = transaction.object_store(name).map_err(|error| failed(&error))?;
            store.clear().map_err(|error| failed(&error))?;
        }
        for write in left {
            write.request(&transaction).map_err(|error| failed(&error))?;
        }
        transaction.await.map(drop).map_err(|error| failed(&error))
    }
}

fn name(slug: &WorkspaceSlug) -> String {
    format!("docket:{slug}")
}

/// What went wrong, in the store's words.
pub(super) fn failed(error: &idb::Error) -> StoreError {
    let exception = match error {
        idb::Error::DomException(exception) => Some(exception.clone()),
        idb::Error::AddFailed(value)
        | idb::Error::GetFailed(value)
        | idb::Error::GetAllFailed(value)
        | idb::Error::UpdateFailed(value)
        | idb::Error::IndexedDbNotFound(value)
        | idb::Error::IndexedDbOpenFailed(value)
        | idb::Error::TransactionOpenFailed(value) => value.dyn_ref::<web_sys::DomException>().cloned(),
        _ => None,
    };
    let name = exception.map(|exception| exception.name());
    match (name.as_deref(), error) {
        (Some("QuotaExceededError"), _) => StoreError::Full,
        (Some("VersionError"), _) => StoreError::Outdated,
        (Some(name @ ("SecurityError" | "InvalidStateError" | "UnknownError")), _) => {
            StoreError::NoStorage(name.to_owned())
        }
        (_, idb::Error::IndexedDbNotFound(_)) => StoreError::NoStorage("no IndexedDB".to_owned()),
        _ => StoreError::Storage(error.to_string()),
    }
}
