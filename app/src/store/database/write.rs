//! Writing: a list of writes in one transaction.

use docket_domain::DocumentId;
use docket_sync::client::{catalogue, outbox::Entry};
use idb::{
    KeyRange, ObjectStore, Query, Transaction, TransactionMode,
    request::{DeleteStoreRequest, PutStoreRequest},
};
use wasm_bindgen::JsValue;

use super::{
    ChunkKey, Database, DocumentRecord, EntryKey, ImportId, ImportRecord, RowRecord, StoredCursor,
    bytes::{from_cbor, from_js, to_cbor, to_js},
    failed, key, schema,
};
use crate::store::{SetAside, StoreError};

/// How many requests are placed before the page has its turn.
const PART: usize = 200;

/// One write. A list of them is one transaction.
#[derive(Debug)]
pub(crate) enum Write {
    /// A single value by name.
    Meta(&'static str, Vec<u8>),
    /// No such single value any more.
    NoMeta(&'static str),
    /// A document's row.
    Row(DocumentId, RowRecord),
    /// Rows of the catalogue that changed since a version, with the cursor; passed over when they don't join on to
    /// what is stored.
    Catalogue {
        since: u64,
        cursor: StoredCursor,
        writes: Vec<Write>,
    },
    /// The row is gone.
    NoRow(DocumentId),
    /// What is known of a stored document.
    Document(DocumentId, DocumentRecord),
    /// The hub's facts.
    Facts(DocumentId, Vec<u8>),
    /// A further chunk.
    Chunk(ChunkKey, Vec<u8>),
    /// A chunk that another one contains.
    NoChunk(ChunkKey),
    /// Everything of a document but its row: chunks, facts, what is known of it.
    NoDocument(DocumentId),
    /// A command that the hub hasn't acknowledged.
    Entry(Entry),
    /// It has, or it was set aside.
    NoEntry(EntryKey),
    /// An imported document that the hub doesn't have yet.
    Upload(DocumentId),
    /// It has.
    NoUpload(DocumentId),
    /// A command set aside.
    SetAside(SetAside),
    /// It was retried or discarded.
    NoSetAside(String),
    /// What was typed and isn't saved.
    Draft(String, String),
    /// It is saved.
    NoDraft(String),
    /// The order of a list: its issues' ids, one after the other.
    Ranking(DocumentId, Vec<u8>),
    /// How an import stands.
    Import(ImportId, ImportRecord),
    /// What an import added, a batch with its number: ids, one after the other.
    Imported(ImportId, u32, Vec<u8>),
}

impl Database {
    /// Writes all of `writes`, or nothing.
    pub(crate) async fn write(&self, writes: &[Write]) -> Result<(), StoreError> {
        let mut names = Vec::new();
        writes.iter().for_each(|write| write.stores(&mut names));
        names.sort_unstable();
        names.dedup();
        if names.is_empty() {
            return Ok(());
        }
        let transaction = self
            .inner
            .transaction(&names, TransactionMode::ReadWrite)
            .map_err(|error| failed(&error))?;
        if let Err(Failure::NotPlaced(error)) = request_all(writes, &transaction).await {
            // Aborting what is aborted already fails; either way nothing is written.
            let _ = transaction.abort();
            return Err(failed(&error));
        }
        match transaction.await {
            Ok(result) if result.is_committed() => Ok(()),
            Ok(_) => Err(StoreError::Full),
            Err(error) => Err(failed(&error)),
        }
    }
}

/// Places the requests of all writes. What fails aborts the transaction, and that answers.
async fn request_all(writes: &[Write], transaction: &Transaction) -> Result<(), Failure> {
    let mut placed = 0;
    for write in writes {
        let Write::Catalogue {
            since,
            cursor,
            writes: rows,
        } = write
        else {
            write.place(transaction, &mut placed).await?;
            continue;
        };
        let meta = transaction.object_store(schema::META)?;
        let name = JsValue::from_str(StoredCursor::NAME);
        let stored = meta.get(Query::Key(name))?.await?;
        let stored: StoredCursor = stored
            .and_then(|value| from_cbor(&from_js(&value)?))
            .unwrap_or_default();
        if catalogue::joins(&stored.cursor(), *since, &cursor.cursor()) {
            for row in rows {
                row.place(transaction, &mut placed).await?;
            }
            write.request(transaction)?;
        }
    }
    Ok(())
}

/// Why not all requests are placed.
enum Failure {
    NotPlaced(idb::Error),
    /// One of them failed, which aborts the transaction: its own answer tells more.
    Aborted,
}

impl From<idb::Error> for Failure {
    fn from(error: idb::Error) -> Self {
        Self::NotPlaced(error)
    }
}

/// A request that is placed.
pub(super) enum Placed {
    Put(PutStoreRequest),
    Delete(DeleteStoreRequest),
}

impl Placed {
    async fn done(self) -> Result<(), idb::Error> {
        match self {
            Self::Put(request) => request.await.map(drop),
            Self::Delete(request) => request.await,
        }
    }
}

impl Write {
    /// Adds the object stores that it is about.
    fn stores(&self, names: &mut Vec<&'static str>) {
        if let Self::Catalogue { writes, .. } = self {
            names.push(schema::META);
            writes.iter().for_each(|write| write.stores(names));
        } else {
            names.extend(self.own_stores());
        }
    }

    const fn own_stores(&self) -> &'static [&'static str] {
        match self {
            Self::Meta(..) | Self::NoMeta(_) | Self::Catalogue { .. } => &[schema::META],
            Self::Row(..) | Self::NoRow(_) => &[schema::ROWS],
            Self::Document(..) => &[schema::DOCUMENTS],
            Self::Facts(..) => &[schema::FACTS],
            Self::Chunk(..) | Self::NoChunk(_) => &[schema::CHUNKS],
            Self::NoDocument(_) => &[schema::CHUNKS, schema::DOCUMENTS, schema::FACTS],
            Self::Entry(_) | Self::NoEntry(_) => &[schema::OUTBOX],
            Self::Upload(_) | Self::NoUpload(_) => &[schema::UPLOADS],
            Self::SetAside(_) | Self::NoSetAside(_) => &[schema::SET_ASIDE],
            Self::Draft(..) | Self::NoDraft(_) => &[schema::DRAFTS],
            Self::Ranking(..) => &[schema::RANKINGS],
            Self::Import(..) => &[schema::IMPORTS],
            Self::Imported(..) => &[schema::IMPORTED],
        }
    }

    /// Places its request, and lets the page have its turn now and then: placing takes a tenth of a millisecond, and what
    /// isn't answered keeps the transaction open meanwhile.
    async fn place(&self, transaction: &Transaction, placed: &mut usize) -> Result<(), Failure> {
        let request = self.request(transaction)?;
        *placed += 1;
        if placed.is_multiple_of(PART) {
            request.done().await.map_err(|_| Failure::Aborted)?;
        }
        Ok(())
    }

    /// The last of its requests.
    pub(super) fn request(&self, transaction: &Transaction) -> Result<Placed, idb::Error> {
        let store = |name: &str| transaction.object_store(name);
        let first = self.own_stores().first().copied().unwrap_or(schema::META);
        let store_of_this = store(first)?;
        match self {
            // Its rows are written before.
            Self::Catalogue { cursor, .. } => put(
                &store_of_this,
                &JsValue::from_str(StoredCursor::NAME),
                &to_js(&to_cbor(cursor)),
            ),
            Self::Meta(name, value) => put(&store_of_this, &JsValue::from_str(name), &to_js(value)),
            Self::NoMeta(name) => delete(&store_of_this, JsValue::from_str(name)),
            Self::Row(document, record) => put(&store_of_this, &id(*document), &to_js(&to_cbor(record))),
            Self::Document(document, record) => put(&store_of_this, &id(*document), &to_js(&to_cbor(record))),
            Self::Facts(document, value) | Self::Ranking(document, value) => {
                put(&store_of_this, &id(*document), &to_js(value))
            }
            Self::Upload(document) => put(&store_of_this, &id(*document), &JsValue::TRUE),
            Self::NoRow(document) | Self::NoUpload(document) => delete(&store_of_this, id(*document)),
            Self::Chunk(key, value) => put(&store_of_this, &to_js(&key.0), &to_js(value)),
            Self::NoChunk(key) => delete(&store_of_this, to_js(&key.0)),
            Self::NoDocument(document) => {
                store_of_this.delete(range(document.as_bytes())?)?;
                delete(&store(schema::DOCUMENTS)?, id(*document))?;
                delete(&store(schema::FACTS)?, id(*document))
            }
            Self::Entry(entry) => {
                let key = EntryKey {
                    document: entry.command.document,
                    id: entry.id,
                };
                put(&store_of_this, &to_js(&key.to_bytes()), &to_js(&to_cbor(entry)))
            }
            Self::NoEntry(key) => delete(&store_of_this, to_js(&key.to_bytes())),
            Self::SetAside(aside) => put(
                &store_of_this,
                &JsValue::from_str(&aside.id),
                &to_js(&to_cbor(aside)),
            ),
            Self::Draft(place, text) => put(
                &store_of_this,
                &JsValue::from_str(place),
                &JsValue::from_str(text),
            ),
            Self::Import(import, record) => put(
                &store_of_this,
                &to_js(import.as_bytes()),
                &to_js(&to_cbor(record)),
            ),
            Self::Imported(import, number, ids) => {
                put(&store_of_this, &to_js(&import.batch(*number)), &to_js(ids))
            }
            Self::NoSetAside(name) | Self::NoDraft(name) => delete(&store_of_this, JsValue::from_str(name)),
        }
    }
}

fn id(document: DocumentId) -> JsValue {
    to_js(document.as_bytes())
}

fn put(store: &ObjectStore, key: &JsValue, value: &JsValue) -> Result<Placed, idb::Error> {
    store.put(value, Some(key)).map(Placed::Put)
}

fn delete(store: &ObjectStore, key: JsValue) -> Result<Placed, idb::Error> {
    store.delete(Query::Key(key)).map(Placed::Delete)
}

/// The keys of all that belongs to a document, or an import.
pub(super) fn range(id: &[u8; 16]) -> Result<KeyRange, idb::Error> {
    let (lower, upper) = key::bounds(id);
    KeyRange::bound(&to_js(&lower), &to_js(&upper), None, None)
}
