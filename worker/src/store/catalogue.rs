//! Reading what is known of documents: one, or those after a version or an id.

use docket_domain::{DocumentId, Kind, Timestamp};
use docket_sync::hub::{Meta, PlainUsage, StoredRow, Usage};

use super::{
    content::id,
    database::{Database, StoreError, integer, optional},
    meta::{self, COLUMNS, natural},
    row::Row,
    workspace::document,
};

/// One document's meta.
pub(crate) fn meta(database: &Database, document: DocumentId) -> Result<Option<Meta>, StoreError> {
    let query = format!("SELECT {COLUMNS} FROM documents WHERE id = ?");
    let row = database.row(&query, vec![id(document)])?;
    row.map(|mut row| meta::read(&mut row)).transpose()
}

/// One document's row.
pub(crate) fn row(database: &Database, document: DocumentId) -> Result<Option<Vec<u8>>, StoreError> {
    let query = "SELECT catalogued FROM documents WHERE id = ?";
    match database.row(query, vec![id(document)])? {
        Some(mut row) => row.blob_or_none(),
        None => Ok(None),
    }
}

/// The greatest version.
pub(crate) fn version(database: &Database) -> Result<u64, StoreError> {
    first_natural(database, "SELECT COALESCE(MAX(version), 0) FROM documents")
}

/// The greatest number that was given, here or before the workspace was restored.
pub(crate) fn last_number(database: &Database) -> Result<u64, StoreError> {
    let here = first_natural(
        database,
        "SELECT COALESCE(MAX(number), 0) FROM documents WHERE number IS NOT NULL",
    )?;
    Ok(here.max(first_natural(database, "SELECT last_number FROM workspace")?))
}

/// Rows after a version.
pub(crate) fn rows(database: &Database, after: u64, limit: usize) -> Result<Vec<StoredRow>, StoreError> {
    let query = format!(
        "SELECT id, catalogued, {COLUMNS} FROM documents \
         WHERE version > ? AND (kind IS NOT NULL OR purged = 1) ORDER BY version LIMIT ?"
    );
    let rows = database.rows(&query, vec![natural(after)?, count(limit)?])?;
    let read = |mut row: Row| {
        Ok(StoredRow {
            document: document(&row.blob()?)?,
            row: row.blob_or_none()?,
            meta: meta::read(&mut row)?,
        })
    };
    rows.into_iter().map(read).collect()
}

/// Documents changed after a version.
pub(crate) fn changed(database: &Database, after: u64, limit: usize) -> Result<Vec<DocumentId>, StoreError> {
    let rows = database.rows(
        "SELECT id FROM documents WHERE version > ? ORDER BY version LIMIT ?",
        vec![natural(after)?, count(limit)?],
    )?;
    ids(rows)
}

/// Documents after an id.
pub(crate) fn documents(
    database: &Database,
    after: Option<DocumentId>,
    limit: usize,
) -> Result<Vec<(DocumentId, Meta)>, StoreError> {
    // Every id is greater than the empty one.
    let query = format!(
        "SELECT id, {COLUMNS} FROM documents WHERE id > COALESCE(?, x'') AND purged = 0 \
         ORDER BY id LIMIT ?"
    );
    let rows = database.rows(&query, vec![optional(after.map(id)), count(limit)?])?;
    let read = |mut row: Row| Ok((document(&row.blob()?)?, meta::read(&mut row)?));
    rows.into_iter().map(read).collect()
}

/// The documents that were purged.
pub(crate) fn purged(database: &Database) -> Result<Vec<DocumentId>, StoreError> {
    ids(database.rows(
        "SELECT id FROM documents WHERE purged = 1 ORDER BY id",
        Vec::new(),
    )?)
}

/// Documents whose row another version of the code derived. Looks through all of them, once per version.
pub(crate) fn underived(
    database: &Database,
    derivation: u32,
    limit: usize,
) -> Result<Vec<DocumentId>, StoreError> {
    let wanted = integer(i64::from(derivation))?;
    let known = first_natural(database, "SELECT derivation FROM derived")?;
    if known == u64::from(derivation) {
        return Ok(Vec::new());
    }
    let rows = database.rows(
        &format!(
            "SELECT id FROM documents WHERE kind IN ({}) AND purged = 0 AND derivation <> ? LIMIT ?",
            known_kinds()
        ),
        vec![wanted.clone(), count(limit)?],
    )?;
    if rows.is_empty() {
        database.run("UPDATE derived SET derivation = ?", vec![wanted])?;
    }
    ids(rows)
}

/// Documents that lie in many pieces.
pub(crate) fn scattered(
    database: &Database,
    pieces: u64,
    limit: usize,
) -> Result<Vec<DocumentId>, StoreError> {
    // Named again, the index's own condition lets SQLite use it.
    let indexed = if pieces >= 100 { "pieces >= 100 AND " } else { "" };
    let query = format!("SELECT id FROM documents WHERE {indexed} pieces >= ? LIMIT ?");
    ids(database.rows(&query, vec![natural(pieces)?, count(limit)?])?)
}

/// The document that opens next.
pub(crate) fn next_opening(database: &Database) -> Result<Option<(Timestamp, DocumentId)>, StoreError> {
    let row = database.row(
        "SELECT opens, id FROM documents WHERE opens IS NOT NULL AND purged = 0 ORDER BY opens LIMIT 1",
        Vec::new(),
    )?;
    row.map(|mut row| Ok((Timestamp(row.integer()?), document(&row.blob()?)?)))
        .transpose()
}

/// What all documents take, as the last one that was written tells; else all are looked at, once.
pub(crate) fn usage(database: &Database) -> Result<Usage, StoreError> {
    let told = "SELECT all_documents, all_bytes FROM documents ORDER BY version DESC LIMIT 1";
    if let Some(mut row) = database.row(told, Vec::new())?
        && let (Some(documents), Some(bytes)) = (row.natural_or_none()?, row.natural_or_none()?)
    {
        return Ok(Usage { documents, bytes });
    }
    let all = "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM documents WHERE purged = 0";
    database
        .row(all, Vec::new())?
        .map_or(Ok(Usage::default()), |mut row| {
            Ok(Usage {
                documents: row.natural()?,
                bytes: row.natural()?,
            })
        })
}

/// What plain documents take.
pub(crate) fn plain_usage(database: &Database) -> Result<PlainUsage, StoreError> {
    let row = database.row(
        "SELECT COUNT(*), COALESCE(SUM(bytes), 0) FROM documents WHERE kind IS NULL AND purged = 0",
        Vec::new(),
    )?;
    match row {
        Some(mut row) => Ok(PlainUsage {
            documents: row.natural()?,
            bytes: row.natural()?,
        }),
        None => Ok(PlainUsage::default()),
    }
}

/// How many documents and changes there are.
pub(crate) fn totals(database: &Database) -> Result<(u64, u64), StoreError> {
    let row = database.row(
        "SELECT COUNT(*), COALESCE(SUM(changes), 0) FROM documents WHERE purged = 0",
        Vec::new(),
    )?;
    row.map_or(Ok((0, 0)), |mut row| Ok((row.natural()?, row.natural()?)))
}

/// How many documents are of kinds that this version doesn't know.
pub(crate) fn unknown(database: &Database) -> Result<u64, StoreError> {
    let known = known_kinds();
    let query = format!("SELECT COUNT(*) FROM documents WHERE purged = 0 AND kind NOT IN ({known})");
    first_natural(database, &query)
}

/// The kinds that this version knows, as SQL.
fn known_kinds() -> String {
    let kinds: Vec<String> = Kind::ALL
        .iter()
        .map(|kind| format!("'{}'", kind.as_str()))
        .collect();
    kinds.join(", ")
}

/// A document that takes much, or is in trouble.
pub(crate) struct Large {
    /// The document.
    pub(crate) document: DocumentId,
    /// Its kind as it is written down; none for a plain one.
    pub(crate) kind: Option<String>,
    /// An issue's number.
    pub(crate) number: Option<u64>,
    /// The bytes of its changes.
    pub(crate) bytes: u64,
    /// How many changes it has.
    pub(crate) changes: u64,
    /// How many heads it has.
    pub(crate) heads: u64,
    /// The bytes of its row.
    pub(crate) row_bytes: u64,
}

/// The largest documents, of which nothing is read but what stands in columns.
pub(crate) fn largest(database: &Database, limit: usize) -> Result<Vec<Large>, StoreError> {
    let rows = database.rows(
        "SELECT id, kind, number, bytes, changes, LENGTH(heads) / 32, COALESCE(LENGTH(catalogued), 0) \
         FROM documents WHERE purged = 0 ORDER BY bytes DESC LIMIT ?",
        vec![count(limit)?],
    )?;
    let read = |mut row: Row| {
        Ok(Large {
            document: document(&row.blob()?)?,
            kind: row.text_or_none()?,
            number: row.natural_or_none()?,
            bytes: row.natural()?,
            changes: row.natural()?,
            heads: row.natural()?,
            row_bytes: row.natural()?,
        })
    };
    rows.into_iter().map(read).collect()
}

fn first_natural(database: &Database, query: &str) -> Result<u64, StoreError> {
    match database.row(query, Vec::new())? {
        Some(mut row) => row.natural(),
        None => Ok(0),
    }
}

fn ids(rows: Vec<Row>) -> Result<Vec<DocumentId>, StoreError> {
    rows.into_iter().map(|mut row| document(&row.blob()?)).collect()
}

fn count(limit: usize) -> Result<worker::SqlStorageValue, StoreError> {
    natural(limit as u64)
}
