//! Reading. Each call is one transaction of its own.

use std::collections::HashSet;

use docket_domain::{DocumentId, Member, Row};
use docket_sync::client::outbox::Entry;
use idb::{ObjectStore, Query, TransactionMode};
use minicbor::Decode;
use wasm_bindgen::JsValue;

use super::{
    ChunkKey, Database, DocumentRecord, ImportId, ImportRecord, RowRecord, StoredCursor,
    bytes::{from_cbor, from_js, to_js},
    failed, key, people, schema,
    write::range,
};
use crate::store::{SetAside, StoreError, meta};

impl Database {
    /// A single value by name; none if it is absent or of another form.
    pub(crate) async fn single<T: for<'b> Decode<'b, ()>>(
        &self,
        name: &str,
    ) -> Result<Option<T>, StoreError> {
        let value = self.value(schema::META, JsValue::from_str(name)).await?;
        Ok(value.as_ref().and_then(decoded))
    }

    /// Which rows are here.
    pub(crate) async fn cursor(&self) -> Result<StoredCursor, StoreError> {
        Ok(self.single(StoredCursor::NAME).await?.unwrap_or_default())
    }

    /// All rows that can be read, and the documents of those that can't: a newer app or hub made them.
    pub(crate) async fn rows(&self) -> Result<(Vec<(Row, RowRecord)>, Vec<DocumentId>), StoreError> {
        let (keys, values) = self.entries(schema::ROWS, None).await?;
        let (mut rows, mut passed) = (Vec::with_capacity(values.len()), Vec::new());
        for (key, value) in keys.iter().zip(&values) {
            match row(value) {
                Some(row) => rows.push(row),
                None => passed.extend(from_js(key).and_then(|key| key::document(&key))),
            }
        }
        Ok((rows, passed))
    }

    /// Who this device's copy belongs to, and everybody, with how many of them have a role that isn't known.
    pub(crate) async fn people(&self) -> Result<(Option<Member>, Vec<Member>, usize), StoreError> {
        let bytes = async |name: &str| -> Result<Option<Vec<u8>>, StoreError> {
            let value = self.value(schema::META, JsValue::from_str(name)).await?;
            Ok(value.as_ref().and_then(from_js))
        };
        let me = bytes(meta::ME).await?.and_then(|me| people::one(&me));
        let (members, passed) = people::all(&bytes(meta::MEMBERS).await?.unwrap_or_default());
        Ok((me.map(|(me, _)| me), members, passed))
    }

    /// What this device holds that the hub doesn't, counted: commands, imported documents, refused ones, drafts.
    pub(crate) async fn unsent(&self) -> Result<[usize; 4], StoreError> {
        let mut counts = [0; 4];
        let stores = [schema::OUTBOX, schema::UPLOADS, schema::SET_ASIDE, schema::DRAFTS];
        for (count, name) in counts.iter_mut().zip(stores) {
            let request = self.store(name)?.count(None).map_err(|error| failed(&error))?;
            *count = request.await.map_err(|error| failed(&error))? as usize;
        }
        Ok(counts)
    }

    /// The commands, sent or set aside, that this version can't read.
    pub(crate) async fn unreadable(&self) -> Result<Vec<Vec<u8>>, StoreError> {
        let outbox = self.values(schema::OUTBOX, None).await?;
        let outbox = outbox.iter().filter(|value| decoded::<Entry>(value).is_none());
        let aside = self.values(schema::SET_ASIDE, None).await?;
        let aside = aside.iter().filter(|value| decoded::<SetAside>(value).is_none());
        Ok(outbox.chain(aside).filter_map(from_js).collect())
    }

    /// One row.
    pub(crate) async fn row(&self, document: DocumentId) -> Result<Option<(Row, RowRecord)>, StoreError> {
        let value = self.value(schema::ROWS, to_js(document.as_bytes())).await?;
        Ok(value.as_ref().and_then(row))
    }

    /// What is known of all stored documents.
    pub(crate) async fn documents(&self) -> Result<Vec<(DocumentId, DocumentRecord)>, StoreError> {
        let (keys, values) = self.entries(schema::DOCUMENTS, None).await?;
        let pairs = keys.iter().zip(&values).filter_map(|(key, value)| {
            let document = key::document(&from_js(key)?)?;
            Some((document, decoded(value)?))
        });
        Ok(pairs.collect())
    }

    /// What is known of a stored document.
    pub(crate) async fn document(&self, id: DocumentId) -> Result<Option<DocumentRecord>, StoreError> {
        let value = self.value(schema::DOCUMENTS, to_js(id.as_bytes())).await?;
        Ok(value.as_ref().and_then(decoded))
    }

    /// What is known of each of these documents, in one transaction; none of one that isn't stored.
    pub(crate) async fn documents_of(
        &self,
        ids: &[DocumentId],
    ) -> Result<Vec<Option<DocumentRecord>>, StoreError> {
        let store = self.store(schema::DOCUMENTS)?;
        let requests = ids.iter().map(|id| store.get(Query::Key(to_js(id.as_bytes()))));
        let requests: Vec<_> = requests
            .collect::<Result<_, _>>()
            .map_err(|error| failed(&error))?;
        let mut records = Vec::with_capacity(ids.len());
        for request in requests {
            let value = request.await.map_err(|error| failed(&error))?;
            records.push(value.as_ref().and_then(decoded));
        }
        Ok(records)
    }

    /// The hub's facts about a document.
    pub(crate) async fn facts(&self, id: DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
        let value = self.value(schema::FACTS, to_js(id.as_bytes())).await?;
        Ok(value.as_ref().and_then(from_js))
    }

    /// A document's chunks but those already `seen`, oldest first.
    pub(crate) async fn chunks(
        &self,
        id: DocumentId,
        seen: &HashSet<ChunkKey>,
    ) -> Result<Vec<(ChunkKey, Vec<u8>)>, StoreError> {
        let mut chunks = self.chunks_of(&[id]).await?.pop().unwrap_or_default();
        chunks.retain(|(key, _)| !seen.contains(key));
        Ok(chunks)
    }

    /// The chunks of each of these documents, oldest first, in one transaction: all are in memory at once.
    pub(crate) async fn chunks_of(
        &self,
        ids: &[DocumentId],
    ) -> Result<Vec<Vec<(ChunkKey, Vec<u8>)>>, StoreError> {
        let store = self.store(schema::CHUNKS)?;
        let requests = ids.iter().map(|id| {
            let query = Some(Query::KeyRange(range(id.as_bytes())?));
            Ok((
                store.get_all_keys(query.clone(), None)?,
                store.get_all(query, None)?,
            ))
        });
        let requests: Vec<_> = requests
            .collect::<Result<_, _>>()
            .map_err(|error| failed(&error))?;
        let mut all = Vec::with_capacity(ids.len());
        for (keys, values) in requests {
            let keys = keys.await.map_err(|error| failed(&error))?;
            let values = values.await.map_err(|error| failed(&error))?;
            let pairs = keys.iter().zip(&values);
            let pairs = pairs.filter_map(|(key, value)| Some((ChunkKey(from_js(key)?), from_js(value)?)));
            all.push(pairs.collect());
        }
        Ok(all)
    }

    /// The commands that the hub hasn't acknowledged, of one document or all, each document's in their order.
    pub(crate) async fn entries_of(&self, document: Option<DocumentId>) -> Result<Vec<Entry>, StoreError> {
        let range = document.map(|document| range(document.as_bytes()));
        let range = range.transpose().map_err(|error| failed(&error))?;
        let values = self.values(schema::OUTBOX, range.map(Query::KeyRange)).await?;
        Ok(values.iter().filter_map(decoded).collect())
    }

    /// The imported documents that the hub doesn't have yet.
    pub(crate) async fn uploads(&self) -> Result<Vec<DocumentId>, StoreError> {
        let (keys, _) = self.entries(schema::UPLOADS, None).await?;
        Ok(keys
            .iter()
            .filter_map(|key| key::document(&from_js(key)?))
            .collect())
    }

    /// Is it an imported document that the hub doesn't have yet?
    pub(crate) async fn is_upload(&self, id: DocumentId) -> Result<bool, StoreError> {
        Ok(self.value(schema::UPLOADS, to_js(id.as_bytes())).await?.is_some())
    }

    /// The imports of this device, the last first.
    pub(crate) async fn imports(&self) -> Result<Vec<(ImportId, ImportRecord)>, StoreError> {
        let (keys, values) = self.entries(schema::IMPORTS, None).await?;
        let pairs = keys.iter().zip(&values).rev();
        Ok(pairs
            .filter_map(|(key, value)| Some((ImportId::from_key(&from_js(key)?)?, decoded(value)?)))
            .collect())
    }

    /// The documents that an import added.
    pub(crate) async fn imported(&self, import: ImportId) -> Result<Vec<DocumentId>, StoreError> {
        let range = range(import.as_bytes()).map_err(|error| failed(&error))?;
        let batches = self.values(schema::IMPORTED, Some(range.into())).await?;
        let bytes: Vec<u8> = batches.iter().filter_map(from_js).flatten().collect();
        let (ids, _) = bytes.as_chunks::<16>();
        Ok(ids.iter().copied().map(DocumentId::from_bytes).collect())
    }

    /// The commands set aside.
    pub(crate) async fn set_aside(&self) -> Result<Vec<SetAside>, StoreError> {
        let values = self.values(schema::SET_ASIDE, None).await?;
        let mut all: Vec<SetAside> = values.iter().filter_map(decoded).collect();
        all.sort_by_key(|aside| aside.at);
        Ok(all)
    }

    /// All drafts.
    pub(crate) async fn drafts(&self) -> Result<Vec<(String, String)>, StoreError> {
        let (keys, values) = self.entries(schema::DRAFTS, None).await?;
        let pairs = keys.iter().zip(&values);
        Ok(pairs
            .filter_map(|(key, value)| Some((key.as_string()?, value.as_string()?)))
            .collect())
    }

    /// The orders of all lists as last seen.
    pub(crate) async fn rankings(&self) -> Result<Vec<(DocumentId, Vec<u8>)>, StoreError> {
        let (keys, values) = self.entries(schema::RANKINGS, None).await?;
        let pairs = keys.iter().zip(&values);
        Ok(pairs
            .filter_map(|(key, value)| Some((key::document(&from_js(key)?)?, from_js(value)?)))
            .collect())
    }

    fn store(&self, name: &str) -> Result<ObjectStore, StoreError> {
        let transaction = self.inner.transaction(&[name], TransactionMode::ReadOnly);
        let transaction = transaction.map_err(|error| failed(&error))?;
        transaction.object_store(name).map_err(|error| failed(&error))
    }

    async fn value(&self, store: &str, key: JsValue) -> Result<Option<JsValue>, StoreError> {
        let request = self
            .store(store)?
            .get(Query::Key(key))
            .map_err(|error| failed(&error))?;
        request.await.map_err(|error| failed(&error))
    }

    async fn values(&self, store: &str, query: Option<Query>) -> Result<Vec<JsValue>, StoreError> {
        let request = self
            .store(store)?
            .get_all(query, None)
            .map_err(|error| failed(&error))?;
        request.await.map_err(|error| failed(&error))
    }

    /// Keys and values, in the same order: both requests are of one transaction.
    async fn entries(
        &self,
        store: &str,
        query: Option<Query>,
    ) -> Result<(Vec<JsValue>, Vec<JsValue>), StoreError> {
        let store = self.store(store)?;
        let keys = store
            .get_all_keys(query.clone(), None)
            .map_err(|error| failed(&error))?;
        let values = store.get_all(query, None).map_err(|error| failed(&error))?;
        let keys = keys.await.map_err(|error| failed(&error))?;
        Ok((keys, values.await.map_err(|error| failed(&error))?))
    }
}

fn row(value: &JsValue) -> Option<(Row, RowRecord)> {
    let record: RowRecord = decoded(value)?;
    Some((Row::from_bytes(&record.row).ok()?, record))
}

fn decoded<T: for<'b> Decode<'b, ()>>(value: &JsValue) -> Option<T> {
    from_cbor(&from_js(value)?)
}
