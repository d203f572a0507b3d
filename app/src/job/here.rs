//! What is here of the workspace's documents, as a worker sees it.

use std::collections::{HashMap, HashSet};

use automerge::{Automerge, Change, ChangeHash};
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
    heads: HashMap<DocumentId, Vec<ChangeHash>>,
}

impl Here {
    /// Takes over what the page knows of the hub's heads, and reads those of what is stored on this device: only they
    /// tell of documents that the hub doesn't have yet.
    pub(super) async fn open(slug: WorkspaceSlug, known: Vec<Heads>) -> Result<Self, StoreError> {
        let database = Database::open(&slug).await?;
        let mut heads: HashMap<_, _> = known.into_iter().map(|it| (it.document, it.heads)).collect();
        for (document, record) in database.documents().await? {
            if let Some(heads) = heads.get_mut(&document)
                && !record.heads.is_empty()
            {
                *heads = record.heads;
            }
        }
        Ok(Self {
            database,
            slug,
            heads,
        })
    }

    /// The heads of a document that there is a row of.
    pub(super) fn heads(&self, id: DocumentId) -> Option<&[ChangeHash]> {
        self.heads.get(&id).map(Vec::as_slice)
    }

    /// The document: from this device, else from the hub.
    pub(super) async fn document(&self, id: DocumentId) -> Result<Automerge, StoreError> {
        if let Some(document) = self.stored(id).await? {
            return Ok(document);
        }
        let wanted = HeadsRecord {
            document: id,
            heads: Vec::new(),
        };
        let fetched = documents::fetch(&self.slug, &[wanted]).await;
        let fetched = fetched.map_err(|error| match error {
            StoreError::Unreachable => StoreError::NotHere(id),
            error => error,
        })?;
        let record = fetched.first().ok_or(StoreError::NotFound(id))?;
        client::load([record.chunk.as_slice()]).map_err(|error| StoreError::Unreadable(id, error.to_string()))
    }

    /// The document, if it is on this device.
    pub(super) async fn stored(&self, id: DocumentId) -> Result<Option<Automerge>, StoreError> {
        let chunks = self.database.chunks(id, &HashSet::new()).await?;
        if chunks.is_empty() {
            return Ok(None);
        }
        client::load(chunks.iter().map(|(_, chunk)| chunk.as_slice()))
            .map(Some)
            .map_err(|error| StoreError::Unreadable(id, error.to_string()))
    }

    /// What the page stores of a document that is here and was changed: the changes since `before`, and its row with
    /// what the hub said of it.
    pub(super) async fn changed(
        &self,
        id: DocumentId,
        document: &Automerge,
        before: &[ChangeHash],
    ) -> Result<Item, StoreError> {
        let record = self.database.document(id).await?.unwrap_or_default();
        let facts = self.database.facts(id).await?;
        let facts = facts.and_then(|bytes| minicbor::decode::<Facts>(&bytes).ok());
        let row = Row::derive(document, id, &facts.unwrap_or_default());
        let row =
            row.ok_or_else(|| StoreError::Unreadable(id, "it isn’t a record of Docket’s".to_owned()))?;
        let changes = document.get_changes(before);
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
