//! A workspace on its way out of a bundle: how far that was read, and that nothing of it is served yet.

use docket_domain::EntryId;

use super::{
    database::{Database, StoreError, blob, text},
    meta::natural,
};

/// A row of SQLite's takes 2 MB here.
const ROW: usize = 1_000_000;

/// A restore that has begun.
pub(crate) struct Restoring {
    /// New with each beginning.
    pub(crate) restore: String,
    /// How far the bundle was read, as its reader wrote it down.
    pub(crate) progress: Vec<u8>,
}

/// A new restore's name.
pub(crate) fn name() -> String {
    EntryId::random().to_string()
}

/// Which restore is under way; none when none is.
pub(crate) fn under_way(database: &Database) -> Result<Option<String>, StoreError> {
    let row = database.row("SELECT restore FROM restoring LIMIT 1", Vec::new())?;
    row.map(|mut row| row.text()).transpose()
}

/// The restore that is under way, and how far it has come.
pub(crate) fn restoring(database: &Database) -> Result<Option<Restoring>, StoreError> {
    let Some(restore) = under_way(database)? else {
        return Ok(None);
    };
    let mut progress = Vec::new();
    for mut row in database.rows("SELECT progress FROM restoring ORDER BY place", Vec::new())? {
        progress.append(&mut row.blob()?);
    }
    Ok(Some(Restoring { restore, progress }))
}

/// Notes how far a restore has come.
pub(crate) fn note(database: &Database, restoring: &Restoring) -> Result<(), StoreError> {
    database.atomically(|| {
        over(database)?;
        for (place, part) in (0..).zip(restoring.progress.chunks(ROW)) {
            database.run(
                "INSERT INTO restoring (place, restore, progress) VALUES (?, ?, ?)",
                vec![natural(place)?, text(restoring.restore.as_str()), blob(part)],
            )?;
        }
        Ok(())
    })
}

/// The restore is over: what is there is the workspace.
pub(crate) fn over(database: &Database) -> Result<(), StoreError> {
    database.run("DELETE FROM restoring", Vec::new())
}

/// Drops everything, so that nobody has claimed this place.
pub(crate) fn clear(database: &Database) -> Result<(), StoreError> {
    database.atomically(|| {
        for table in [
            "restoring",
            "workspace",
            "members",
            "credentials",
            "invitations",
            "documents",
            "pieces",
            "contacts",
            "subscriptions",
            "barred",
            "audit",
        ] {
            database.run(&format!("DELETE FROM {table}"), Vec::new())?;
        }
        Ok(())
    })
}
