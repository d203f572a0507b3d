//! What is here of the workspace's documents, as a worker sees it.

use std::collections::{HashMap, HashSet};

use automerge::{Automerge, Change, ChangeHash, ReadDoc};
use docket_domain::{DocumentId, Facts, Row, WorkspaceSlug};
use docket_sync::{client, wire::record::HeadsRecord};

use super::message::{Heads, Item};
use crate::{
    connection::documents,
    store::{Database, StoreError},
};

/// The documents that are here.
pub(super) struct Here {
    pub(super) database: Database,
    slug: WorkspaceSlug,
    /// Of every document that there is a row of: the heads that the hub told, none if it told none.
    hub: HashMap<DocumentId, Vec<ChangeHash>>,
    /// Of every document on this device: its heads.
    stored: HashMap<DocumentId, Vec<ChangeHash>>,
}

impl Here {
    /// Takes over what the page knows of the hub's heads, and reads those of what is stored on this device.
    pub(super) async fn open(slug: WorkspaceSlug, known: Vec<Heads>) -> Result<Self, StoreError> {
        let database = Database::open(&slug).await?;
        let stored = database.documents().await?.into_iter();
        Ok(Self {
            stored: stored
                .map(|(document, record)| (document, record.heads))
                .collect(),
            hub: known.into_iter().map(|it| (it.document, it.heads)).collect(),
            database,
            slug,
        })
    }

    /// The heads of a document that there is a row of: as it is on this device, else as the hub has it.
    pub(super) fn heads(&self, id: DocumentId) -> Option<&[ChangeHash]> {
        let hub = self.hub.get(&id)?;
        let stored = self.stored.get(&id).filter(|heads| !heads.is_empty());
        Some(stored.unwrap_or(hub))
    }

    /// Has this copy everything that the hub told of?
    pub(super) fn is_whole(&self, id: DocumentId, copy: &Automerge) -> bool {
        let has = |head: &ChangeHash| copy.get_change_by_hash(head).is_some();
        self.hub.get(&id).is_none_or(|heads| heads.iter().all(has))
    }

    /// The document: from this device, and what that lacks from the hub.
    pub(super) async fn document(&self, id: DocumentId) -> Result<Automerge, StoreError> {
        let stored = self.stored(id).await?;
        match stored {
            Some(copy) if self.is_whole(id, &copy) => Ok(copy),
            stored => self.fetched(id, stored).await,
        }
    }

    /// The document, if it is on this device.
    pub(super) async fn stored(&self, id: DocumentId) -> Result<Option<Automerge>, StoreError> {
        let chunks = self.database.chunks(id, &HashSet::new()).await?;
        if chunks.is_empty() {
            return Ok(None);
        }
        client::load(chunks.iter().map(|(_, chunk)| chunk.as_slice()))
            .map(Some)
            .map_err(|error| unreadable(id, error))
    }

    /// The hub's copy, with what is stored. Without a network what is stored has to do.
    async fn fetched(&self, id: DocumentId, stored: Option<Automerge>) -> Result<Automerge, StoreError> {
        let wanted = HeadsRecord {
            document: id,
            heads: Vec::new(),
        };
        let fetched = match (documents::fetch(&self.slug, &[wanted]).await, &stored) {
            (Err(StoreError::Unreachable), Some(_)) => Vec::new(),
            (Err(StoreError::Unreachable), None) => return Err(StoreError::NotHere(id)),
            (fetched, _) => fetched?,
        };
        let mut copy = stored.unwrap_or_default();
        for record in fetched {
            copy.load_incremental(&record.chunk)
                .map_err(|error| unreadable(id, error))?;
        }
        match copy.is_empty() {
            true => Err(StoreError::NotFound(id)),
            false => Ok(copy),
        }
    }

    /// What the page stores of a document that is here and was changed: what isn't on this device of it, and its row
    /// with what the hub said of it.
    pub(super) async fn changed(&self, id: DocumentId, document: &Automerge) -> Result<Item, StoreError> {
        let record = self.database.document(id).await?.unwrap_or_default();
        let facts = self.database.facts(id).await?;
        let facts = facts.and_then(|bytes| minicbor::decode::<Facts>(&bytes).ok());
        let row = Row::derive(document, id, &facts.unwrap_or_default());
        let row = row.ok_or_else(|| unreadable(id, "it isn’t a record of Docket’s"))?;
        let changes = document.get_changes(&record.heads);
        Ok(Item {
            document: id,
            begins: false,
            chunk: changes.iter().flat_map(Change::raw_bytes).copied().collect(),
            heads: document.get_heads(),
            acknowledged: record.acknowledged,
            row: row.to_bytes(),
        })
    }
}

pub(super) fn unreadable(id: DocumentId, error: impl std::fmt::Display) -> StoreError {
    StoreError::Unreadable(id, error.to_string())
}
