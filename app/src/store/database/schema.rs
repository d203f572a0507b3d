//! Which object stores there are. Only ever added to: an older app must open what a newer one wrote.

use idb::{DatabaseEvent, Factory, ObjectStoreParams};

use super::failed;
use crate::store::StoreError;

/// Grows when an object store is added.
const VERSION: u32 = 2;

/// Single values by name: who I am, the cursor, the members.
pub(super) const META: &str = "meta";
/// Rows by document: [`RowRecord`](super::RowRecord).
pub(super) const ROWS: &str = "rows";
/// What is known of stored documents: [`DocumentRecord`](super::DocumentRecord).
pub(super) const DOCUMENTS: &str = "documents";
/// The hub's facts by document, as it sent them.
pub(super) const FACTS: &str = "facts";
/// Automerge chunks by [`ChunkKey`](super::ChunkKey).
pub(super) const CHUNKS: &str = "chunks";
/// Commands that the hub hasn't acknowledged, by [`EntryKey`](super::EntryKey).
pub(super) const OUTBOX: &str = "outbox";
/// Imported documents that the hub doesn't have yet, by document.
pub(super) const UPLOADS: &str = "uploads";
/// Commands set aside, by their id.
pub(super) const SET_ASIDE: &str = "set_aside";
/// What was typed and isn't saved, by place.
pub(super) const DRAFTS: &str = "drafts";
/// The order of each list as last seen, by its document.
pub(super) const RANKINGS: &str = "rankings";

/// The imports of this device by their id: [`ImportRecord`](super::ImportRecord).
pub(super) const IMPORTS: &str = "imports";
/// The documents that each import added, in batches: their ids, one after the other.
pub(super) const IMPORTED: &str = "imported";

/// All of them.
pub(super) const ALL: [&str; 12] = [
    META, ROWS, DOCUMENTS, FACTS, CHUNKS, OUTBOX, UPLOADS, SET_ASIDE, DRAFTS, RANKINGS, IMPORTS, IMPORTED,
];

pub(super) async fn open(name: &str) -> Result<idb::Database, StoreError> {
    let factory = Factory::new().map_err(|error| failed(&error))?;
    let mut request = factory
        .open(name, Some(VERSION))
        .map_err(|error| failed(&error))?;
    request.on_upgrade_needed(|event| {
        // A failure here aborts the upgrade, and `open` then answers an error.
        let Ok(database) = event.database() else { return };
        let there = database.store_names();
        for store in ALL {
            if !there.iter().any(|name| name == store) {
                let _ = database.create_object_store(store, ObjectStoreParams::new());
            }
        }
    });
    request.await.map_err(|error| failed(&error))
}
