//! What the hub keeps of sockets and clients: which documents a socket syncs, when a client was last heard of.

use docket_domain::{DocumentId, Timestamp};
use docket_sync::hub::SocketId;

use super::{
    content::id,
    database::{Database, StoreError, integer, text},
    meta::natural,
};

/// The most clients remembered for one member.
const CLIENTS: i64 = 100;

/// When a client was last in contact.
pub(crate) fn contact(database: &Database, client: &str) -> Result<Option<Timestamp>, StoreError> {
    let row = database.row("SELECT at FROM contacts WHERE client = ?", vec![text(client)])?;
    row.map(|mut row| row.integer().map(Timestamp)).transpose()
}

/// Notes that a client was in contact. Of many clients of one member the longest silent are forgotten.
pub(crate) fn set_contact(database: &Database, client: &str, at: Timestamp) -> Result<(), StoreError> {
    database.atomically(|| {
        let known = contact(database, client)?.is_some();
        database.run(
            "INSERT INTO contacts (client, at) VALUES (?, ?) ON CONFLICT (client) DO UPDATE SET at = excluded.at",
            vec![text(client), integer(at.0)?],
        )?;
        if known {
            return Ok(());
        }
        let member = client.split('/').next().unwrap_or_default();
        // “0” follows “/”: between the two is every client of the member's.
        database.run(
            "DELETE FROM contacts WHERE client IN (SELECT client FROM contacts \
             WHERE client >= ? AND client < ? ORDER BY at DESC LIMIT -1 OFFSET ?)",
            vec![
                text(format!("{member}/")),
                text(format!("{member}0")),
                integer(CLIENTS)?,
            ],
        )
    })
}

/// Notes that a socket syncs a document.
pub(crate) fn subscribe(
    database: &Database,
    socket: SocketId,
    document: DocumentId,
) -> Result<(), StoreError> {
    database.run(
        "INSERT OR IGNORE INTO subscriptions (document, socket) VALUES (?, ?)",
        vec![id(document), natural(socket.0)?],
    )
}

/// Notes that it doesn't any more.
pub(crate) fn unsubscribe(
    database: &Database,
    socket: SocketId,
    document: DocumentId,
) -> Result<(), StoreError> {
    database.run(
        "DELETE FROM subscriptions WHERE document = ? AND socket = ?",
        vec![id(document), natural(socket.0)?],
    )
}

/// Does a socket sync a document?
pub(crate) fn is_subscribed(
    database: &Database,
    socket: SocketId,
    document: DocumentId,
) -> Result<bool, StoreError> {
    let row = database.row(
        "SELECT 1 FROM subscriptions WHERE document = ? AND socket = ?",
        vec![id(document), natural(socket.0)?],
    )?;
    Ok(row.is_some())
}

/// The sockets that sync a document.
pub(crate) fn subscribers(database: &Database, document: DocumentId) -> Result<Vec<SocketId>, StoreError> {
    let rows = database.rows(
        "SELECT socket FROM subscriptions WHERE document = ?",
        vec![id(document)],
    )?;
    rows.into_iter()
        .map(|mut row| row.natural().map(SocketId))
        .collect()
}

/// How many documents a socket syncs.
pub(crate) fn subscriptions(database: &Database, socket: SocketId) -> Result<u64, StoreError> {
    let row = database.row(
        "SELECT COUNT(*) FROM subscriptions WHERE socket = ?",
        vec![natural(socket.0)?],
    )?;
    row.map_or(Ok(0), |mut row| row.natural())
}

/// Forgets a socket.
pub(crate) fn forget(database: &Database, socket: SocketId) -> Result<(), StoreError> {
    database.run(
        "DELETE FROM subscriptions WHERE socket = ?",
        vec![natural(socket.0)?],
    )
}

/// The sockets that sync anything, also such as went without a word.
pub(crate) fn known(database: &Database) -> Result<Vec<SocketId>, StoreError> {
    let rows = database.rows("SELECT DISTINCT socket FROM subscriptions", Vec::new())?;
    rows.into_iter()
        .map(|mut row| row.natural().map(SocketId))
        .collect()
}
