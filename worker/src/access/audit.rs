//! The audit log: who did what with people, their rights and documents as a whole, when, and from where.
//!
//! An entry is written in the same transaction as what it tells. Of what people write in documents nothing stands here:
//! that is the documents' own history.

use docket_domain::{MemberId, Timestamp, limits};
use docket_exchange::bundle::Audited;
use docket_sync::hub::Note;
use serde_json::{Value, json};

use crate::store::{Database, Row, StoreError, integer, optional, text};

/// The most entries that are kept.
const MOST: i64 = 50_000;

/// No entry has a greater number.
pub(crate) const MOST_ID: i64 = limits::SAFE_INTEGER as i64;

/// How long they are kept: two years.
const KEPT: i64 = 2 * 365 * 24 * 60 * 60 * 1000;

/// The most entries of one member: nobody can wash out what others did.
const OF_ONE: i64 = 10_000;

/// The most bytes of all details.
const BYTES: i64 = 64_000_000;

/// Old entries are looked for with every so manieth new one.
const PRUNED: i64 = 100;

/// Who does something, when and from where.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Doing<'a> {
    /// When.
    pub(crate) at: Timestamp,
    /// Who; none for who came with the setup secret.
    pub(crate) by: Option<&'a MemberId>,
    /// The network they asked from, if it is known.
    pub(crate) from: Option<&'a str>,
}

/// Notes that something is done: `what`, with whom or which document, and what there is to say of it.
pub(crate) fn note(
    database: &Database,
    doing: Doing<'_>,
    what: &str,
    subject: Option<&str>,
    detail: &Value,
) -> Result<(), StoreError> {
    let row = database.row(
        "INSERT INTO audit (at, who, source, what, subject, detail) VALUES (?, ?, ?, ?, ?, ?) RETURNING id",
        vec![
            integer(doing.at.0)?,
            optional(doing.by.map(|member| text(member.as_str()))),
            optional(doing.from.map(text)),
            text(what),
            optional(subject.map(text)),
            text(detail.to_string()),
        ],
    )?;
    let id = row.map_or(Ok(0), |mut row| row.integer())?;
    if id % PRUNED == 0 {
        prune(database, id, doing)?;
    }
    Ok(())
}

/// Notes what the hub tells of a change to the workspace's document.
pub(crate) fn note_change(database: &Database, note: &Note, from: Option<&str>) -> Result<(), StoreError> {
    let changed = note
        .changed
        .iter()
        .map(|(key, before, after)| json!({"key": key, "from": before, "to": after}));
    let detail = json!({"changed": changed.collect::<Vec<_>>(), "more": note.more});
    let doing = Doing {
        at: note.at,
        by: Some(&note.by),
        from,
    };
    self::note(database, doing, note.what, None, &detail)
}

fn prune(database: &Database, last: i64, doing: Doing<'_>) -> Result<(), StoreError> {
    database.run("DELETE FROM audit WHERE id <= ?", vec![integer(last - MOST)?])?;
    database.run(
        "DELETE FROM audit WHERE id < (SELECT id FROM audit WHERE at >= ? ORDER BY id LIMIT 1)",
        vec![integer(doing.at.0 - KEPT)?],
    )?;
    database.run(
        "DELETE FROM audit WHERE id <= (SELECT id FROM \
         (SELECT id, SUM(LENGTH(detail)) OVER (ORDER BY id DESC) AS size FROM audit) \
         WHERE size > ? ORDER BY id DESC LIMIT 1)",
        vec![integer(BYTES)?],
    )?;
    let Some(by) = doing.by else { return Ok(()) };
    database.run(
        "DELETE FROM audit WHERE who = ?1 AND id <= \
         (SELECT id FROM audit WHERE who = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
        vec![text(by.as_str()), integer(OF_ONE)?],
    )
}

/// The entries after one, oldest first.
pub(crate) fn after(database: &Database, after: i64, limit: i64) -> Result<Vec<Audited>, StoreError> {
    read_all(database.rows(
        "SELECT id, at, who, source, what, subject, detail FROM audit WHERE id > ? ORDER BY id LIMIT ?",
        vec![integer(after)?, integer(limit)?],
    )?)
}

/// The latest entries that are about so many bytes as lines, the oldest of them first.
pub(crate) fn latest(database: &Database, bytes: u64) -> Result<Vec<Audited>, StoreError> {
    let mut all = Vec::new();
    let (mut size, mut before_it) = (0_u64, MOST_ID);
    while size < bytes {
        let entries = before(database, before_it, 500)?;
        let Some(last) = entries.last() else { break };
        before_it = last.id;
        size += entries.iter().map(|entry| entry.line().len() as u64).sum::<u64>();
        all.extend(entries);
    }
    all.reverse();
    Ok(all)
}

/// The entries before one, latest first.
pub(crate) fn before(database: &Database, before: i64, limit: i64) -> Result<Vec<Audited>, StoreError> {
    read_all(database.rows(
        "SELECT id, at, who, source, what, subject, detail FROM audit WHERE id < ? ORDER BY id DESC LIMIT ?",
        vec![integer(before)?, integer(limit)?],
    )?)
}

/// Takes in the entries of a bundle, in the place of those that are here; to be run atomically.
pub(crate) fn restore(database: &Database, entries: &[Audited]) -> Result<(), StoreError> {
    database.run("DELETE FROM audit", Vec::new())?;
    for entry in entries {
        database.run(
            "INSERT INTO audit (id, at, who, source, what, subject, detail) VALUES (?, ?, ?, ?, ?, ?, ?)",
            vec![
                integer(entry.id)?,
                integer(entry.at.0)?,
                optional(entry.by.as_ref().map(|by| text(by.as_str()))),
                optional(entry.from.as_deref().map(text)),
                text(entry.what.as_str()),
                optional(entry.subject.as_deref().map(text)),
                text(entry.detail.to_string()),
            ],
        )?;
    }
    Ok(())
}

fn read_all(rows: Vec<Row>) -> Result<Vec<Audited>, StoreError> {
    rows.into_iter().map(read).collect()
}

fn read(mut row: Row) -> Result<Audited, StoreError> {
    Ok(Audited {
        id: row.integer()?,
        at: Timestamp(row.integer()?),
        by: row
            .text_or_none()?
            .map(|id| id.parse())
            .transpose()
            .map_err(|_| StoreError::Unexpected("an entry of a malformed member id".into()))?,
        from: row.text_or_none()?,
        what: row.text()?,
        subject: row.text_or_none()?,
        detail: serde_json::from_str(&row.text()?)
            .map_err(|error| StoreError::Unexpected(error.to_string()))?,
    })
}
