//! Writing documents: their pieces, their meta and their row, all or nothing.

use docket_domain::DocumentId;
use docket_sync::hub::{Content, Meta, Piece, Usage};
use worker::SqlStorageValue;

use super::{
    database::{Database, StoreError, blob, integer, optional},
    meta::{self, natural},
};

/// A row of SQLite's takes 2 MB here. A piece beyond this is laid into two.
const ROW_LIMIT: usize = 1_900_000;

/// Adds `pieces` after those that are there, or puts them in their place, and replaces meta and row. `usage` is what all
/// documents took before; answers what they take then.
pub(crate) fn write(
    database: &Database,
    document: DocumentId,
    keep: bool,
    pieces: &[Piece],
    meta: &Meta,
    row: Option<&[u8]>,
    usage: Usage,
) -> Result<Usage, StoreError> {
    database.atomically(|| {
        if !keep {
            database.run("DELETE FROM pieces WHERE document = ?", vec![id(document)])?;
        }
        for piece in pieces {
            if piece.chunk.len().saturating_add(piece.facts.len()) > ROW_LIMIT {
                lay(database, document, &piece.chunk, &[])?;
                lay(database, document, &[], &piece.facts)?;
            } else {
                lay(database, document, &piece.chunk, &piece.facts)?;
            }
        }
        describe(database, document, meta, row, usage)
    })
}

fn lay(database: &Database, document: DocumentId, chunk: &[u8], facts: &[u8]) -> Result<(), StoreError> {
    database.run(
        "INSERT INTO pieces (document, place, chunk, facts) \
         SELECT ?1, COALESCE(MAX(place) + 1, 0), ?2, ?3 FROM pieces WHERE document = ?1",
        vec![id(document), blob(chunk), blob(facts)],
    )
}

/// Writes meta and row, and what all documents take with it. Columns with an index of their own are left alone when they stay the same: SQLite writes an
/// index again for every column that a statement names.
fn describe(
    database: &Database,
    document: DocumentId,
    meta: &Meta,
    row: Option<&[u8]>,
    usage: Usage,
) -> Result<Usage, StoreError> {
    let found = database.row(
        &format!("SELECT {} FROM documents WHERE id = ?", meta::COLUMNS),
        vec![id(document)],
    )?;
    let before = found.map(|mut row| meta::read(&mut row)).transpose()?;
    let catalogued = optional(row.map(blob));
    let usage = changed(usage, before.as_ref(), meta);
    let stays = before.is_some_and(|before| {
        (before.kind, before.opens, before.number, before.purged)
            == (meta.kind, meta.opens, meta.number, meta.purged)
    });
    let mut bindings = meta::bind(meta)?;
    bindings.push(catalogued);
    bindings.push(id(document));
    let (day, rows) = database.today();
    bindings.extend([natural(usage.documents)?, natural(usage.bytes)?]);
    bindings.extend([integer(day)?, natural(rows)?]);
    let statement = if meta.unknown {
        // Its kind and its readers stay as they are written down.
        "UPDATE documents SET heads = ?2, audience_version = ?4, opens = ?5, number = ?6, version = ?7, \
         derivation = ?8, changes = ?9, ops = ?10, bytes = ?11, pieces = ?12, purged = ?13, former = ?14, \
         catalogued = ?15, all_documents = ?17, all_bytes = ?18, day = ?19, day_rows = ?20 WHERE id = ?16"
    } else if stays {
        "UPDATE documents SET heads = ?2, audience = ?3, audience_version = ?4, version = ?7, derivation = ?8, \
         changes = ?9, ops = ?10, bytes = ?11, pieces = ?12, former = ?14, catalogued = ?15, all_documents = ?17, \
         all_bytes = ?18, day = ?19, day_rows = ?20 WHERE id = ?16"
    } else {
        "INSERT INTO documents (kind, heads, audience, audience_version, opens, number, version, derivation, \
         changes, ops, bytes, pieces, purged, former, catalogued, id, all_documents, all_bytes, day, day_rows) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20) \
         ON CONFLICT (id) DO UPDATE SET kind = ?1, heads = ?2, audience = ?3, audience_version = ?4, opens = ?5, \
         number = ?6, version = ?7, derivation = ?8, changes = ?9, ops = ?10, bytes = ?11, pieces = ?12, \
         purged = ?13, former = ?14, catalogued = ?15, all_documents = ?17, all_bytes = ?18, day = ?19, \
         day_rows = ?20"
    };
    database.run(statement, bindings)?;
    Ok(usage)
}

/// What all documents take once one of them has changed.
fn changed(usage: Usage, before: Option<&Meta>, after: &Meta) -> Usage {
    let of = |meta: &Meta| match meta.purged {
        true => (0, 0),
        false => (1, meta.bytes),
    };
    let (before, after) = (before.map_or((0, 0), of), of(after));
    Usage {
        documents: (usage.documents + after.0).saturating_sub(before.0),
        bytes: (usage.bytes + after.1).saturating_sub(before.1),
    }
}

/// A document's content, its pieces joined.
pub(crate) fn read(database: &Database, document: DocumentId) -> Result<Content, StoreError> {
    let pieces = database.rows(
        "SELECT chunk, facts FROM pieces WHERE document = ? ORDER BY place",
        vec![id(document)],
    )?;
    let mut content = Content::default();
    for mut piece in pieces {
        content.chunks.append(&mut piece.blob()?);
        content.facts.append(&mut piece.blob()?);
    }
    Ok(content)
}

/// A document's id, to bind.
pub(crate) fn id(document: DocumentId) -> SqlStorageValue {
    blob(document.as_bytes())
}
