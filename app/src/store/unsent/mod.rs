//! What this device holds that the hub doesn't: changes on their way, changes it refused, what was typed and isn't saved.
//! Before any of it leaves the device it is offered as a file.

mod file;
pub(crate) mod words;

use std::collections::{BTreeSet, HashSet};

use docket_domain::{DocumentId, Timestamp, WorkspaceSlug, read::Workspace};

use self::file::{Change, File, Imported, Typed, Untaken};
use super::{
    StoreError,
    browser::now,
    database::Database,
    documents,
    engine::engine,
    replica::{self, meta},
};

/// The most bytes of untaken changes in a file: an import of thousands of issues is made again from its own file.
const MOST: usize = 20_000_000;

/// How much there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Counts {
    /// Changes that the hub hasn't stored, imported issues among them.
    pub(crate) changes: usize,
    /// Changes that it refused, set aside.
    pub(crate) refused: usize,
    /// Texts that were typed and not saved.
    pub(crate) drafts: usize,
}

/// A file to be saved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SavedFile {
    /// Its name.
    pub(crate) name: String,
    /// Its content.
    pub(crate) text: String,
}

impl Counts {
    pub(super) async fn of(database: &Database) -> Result<Self, StoreError> {
        let [commands, uploads, refused, drafts] = database.unsent().await?;
        Ok(Self {
            changes: commands + uploads,
            refused,
            drafts,
        })
    }

    /// Is there anything?
    pub(crate) const fn any(self) -> bool {
        self.changes + self.refused + self.drafts > 0
    }

    /// In words: “3 unsent changes, 1 refused change and 2 drafts”; empty if there is nothing.
    pub(crate) fn words(self) -> String {
        let kinds = [
            (self.changes, "unsent change"),
            (self.refused, "refused change"),
            (self.drafts, "draft"),
        ];
        let there = kinds.into_iter().filter(|(count, _)| *count > 0);
        let mut words: Vec<String> = there
            .map(|(count, what)| format!("{count} {what}{}", if count == 1 { "" } else { "s" }))
            .collect();
        let last = words.pop().unwrap_or_default();
        match words.is_empty() {
            true => last,
            false => format!("{} and {last}", words.join(", ")),
        }
    }
}

/// All of it as a file; none if there is nothing.
///
/// # Errors
/// When storage can't be read, or the code for it isn't here.
pub(crate) async fn save(slug: WorkspaceSlug) -> Result<Option<SavedFile>, StoreError> {
    (engine().await?.unsent)(slug).await
}

/// As [`save`]. It reads documents, and so belongs to the engine.
pub(super) async fn gather(slug: WorkspaceSlug) -> Result<Option<SavedFile>, StoreError> {
    let database = Database::open(&slug).await?;
    if !Counts::of(&database).await?.any() {
        return Ok(None);
    }
    let (me, members, _) = database.people().await?;
    let workspace: Option<Workspace> = database.single(meta::NAMES).await?;
    let names = words::Names {
        workspace: &workspace.unwrap_or_else(replica::nothing),
        members: &members,
    };
    let entries = database.entries_of(None).await?;
    let aside = database.set_aside().await?;
    let drafts = database.drafts().await?;
    let uploads = database.uploads().await?;
    let mut untaken = Vec::new();
    let mut left = MOST;
    let documents: BTreeSet<DocumentId> = entries.iter().map(|entry| entry.command.document).collect();
    for document in documents.into_iter().chain(uploads.iter().copied()) {
        let changes = untaken_changes(&database, document).await?;
        let size: usize = changes.iter().map(Vec::len).sum();
        if !changes.is_empty() && size <= left {
            left -= size;
            untaken.push(Untaken::new(document, &changes));
        }
    }
    let mut titles = std::collections::HashMap::new();
    for (row, _) in database.rows().await?.0 {
        titles.insert(row.document, row.title);
    }
    let title = |document: DocumentId| titles.get(&document).cloned();
    let changes = entries.iter().map(|entry| {
        let data = minicbor::to_vec(entry).unwrap_or_default();
        Change::new(
            &names,
            title(entry.command.document),
            &entry.command,
            entry.at,
            &data,
        )
    });
    let refused = aside.iter().map(|aside| {
        let data = minicbor::to_vec(aside).unwrap_or_default();
        Change::refused(&names, title(aside.document), aside, &data)
    });
    let file = File {
        format: file::FORMAT,
        version: 1,
        workspace: slug.to_string(),
        member: me.map(|me| me.name),
        saved_at: file::time(now()),
        changes: changes.collect(),
        refused: refused.collect(),
        drafts: drafts
            .into_iter()
            .map(|(place, text)| Typed { place, text })
            .collect(),
        imported: uploads
            .iter()
            .map(|id| Imported {
                document: id.to_string(),
                title: title(*id),
            })
            .collect(),
        untaken,
        unreadable: database
            .unreadable()
            .await?
            .iter()
            .map(|bytes| file::hex(bytes))
            .collect(),
    };
    Ok(Some(SavedFile {
        name: name(&slug, now()),
        text: file.text(),
    }))
}

/// The changes of a document that the hub hasn't acknowledged. One that can't be read has none: its commands stand in
/// the file all the same.
async fn untaken_changes(database: &Database, id: DocumentId) -> Result<Vec<Vec<u8>>, StoreError> {
    let chunks = database.chunks(id, &HashSet::new()).await?;
    let Ok(Some(copy)) = documents::read(&chunks) else {
        return Ok(Vec::new());
    };
    let known = database.document(id).await?.unwrap_or_default().acknowledged;
    let known: Vec<_> = known
        .into_iter()
        .filter(|hash| copy.get_change_meta_by_hash(hash).is_some())
        .collect();
    let changes = copy.get_changes(&known);
    Ok(changes.iter().map(|change| change.raw_bytes().to_vec()).collect())
}

/// `docket-demo-unsent-2026-12-01.json`
fn name(slug: &WorkspaceSlug, at: Timestamp) -> String {
    let day = file::time(at);
    let day = day.split('T').next().unwrap_or_default();
    format!("docket-{slug}-unsent-{day}.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_said_in_words() {
        let words = |changes, refused, drafts| {
            Counts {
                changes,
                refused,
                drafts,
            }
            .words()
        };
        assert_eq!(words(0, 0, 0), "");
        assert_eq!(words(3, 0, 0), "3 unsent changes");
        assert_eq!(words(1, 0, 1), "1 unsent change and 1 draft");
        assert_eq!(words(2, 1, 2), "2 unsent changes, 1 refused change and 2 drafts");
        assert!(!Counts::default().any());
    }
}
