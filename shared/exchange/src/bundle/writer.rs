//! Writing a bundle, one document at a time.

use docket_domain::{DocumentId, Timestamp};
use serde::Serialize;

use super::{
    About, Audited, BundleError, Document, Entry, FORMAT, Manifest, Name, Participant, State, audit,
    tar::{self, END},
};

/// Makes a bundle: begin it, give it one document after the other, finish it. Each call adds bytes to `out`, which the
/// caller sends on; kept are the manifest's lines, 64 bytes for each entry.
#[derive(Debug)]
pub struct Writer {
    modified: Timestamp,
    entries: Vec<Entry>,
    documents: u64,
    last: Option<DocumentId>,
}

impl Writer {
    /// Begins a bundle.
    ///
    /// # Errors
    /// When what is told of the workspace is larger than may be.
    pub fn begin(about: &About, out: &mut Vec<u8>) -> Result<Self, BundleError> {
        let mut writer = Self {
            modified: about.made_at,
            entries: Vec::new(),
            documents: 0,
            last: None,
        };
        writer.json(Name::About, about, out)?;
        Ok(writer)
    }

    /// Adds a document. They come in the order of ids.
    ///
    /// # Errors
    /// When it doesn't come after the one before, or is larger than may be.
    pub fn document(&mut self, document: &Document, out: &mut Vec<u8>) -> Result<(), BundleError> {
        let id = document.id;
        if self.last.is_some_and(|last| last >= id) {
            return Err(BundleError::Order(Name::Document(id)));
        }
        if let Some(row) = &document.row {
            self.entry(Name::Row(id), row, out)?;
        }
        self.entry(Name::Facts(id), &document.facts, out)?;
        self.entry(Name::Document(id), &document.changes, out)?;
        self.last = Some(id);
        self.documents += 1;
        Ok(())
    }

    /// Adds the audit log, oldest entry first: after all documents, and once. Of one that is larger than may be the oldest
    /// entries stay behind.
    ///
    /// # Errors
    /// When it can't be told as an entry.
    pub fn audit(&mut self, entries: &[Audited], out: &mut Vec<u8>) -> Result<(), BundleError> {
        self.entry(Name::Audit, &audit::lines(entries), out)
    }

    /// Ends the bundle. Members come in the order of ids.
    ///
    /// # Errors
    /// When these are larger than may be, or there are too many documents for a manifest.
    pub fn finish(
        mut self,
        members: &[Participant],
        state: &State,
        out: &mut Vec<u8>,
    ) -> Result<(), BundleError> {
        self.json(Name::Members, members, out)?;
        self.json(Name::State, state, out)?;
        let manifest = Manifest {
            format: FORMAT,
            documents: self.documents,
            entries: std::mem::take(&mut self.entries),
        };
        self.json(Name::Manifest, &manifest, out)?;
        out.extend_from_slice(&END);
        Ok(())
    }

    fn json<T: Serialize + ?Sized>(
        &mut self,
        name: Name,
        value: &T,
        out: &mut Vec<u8>,
    ) -> Result<(), BundleError> {
        let text = serde_json::to_vec(value).map_err(|error| BundleError::Content {
            name,
            why: error.to_string(),
        })?;
        self.entry(name, &text, out)
    }

    fn entry(&mut self, name: Name, content: &[u8], out: &mut Vec<u8>) -> Result<(), BundleError> {
        let entry = Entry::of(name, content);
        let size = entry.size;
        let header = tar::header(&name.to_string(), size, self.modified)
            .filter(|_| size <= name.limit())
            .ok_or(BundleError::TooLarge { name, size })?;
        out.extend_from_slice(&header);
        out.extend_from_slice(content);
        out.resize(out.len() + tar::padding(content.len()), 0);
        self.entries.push(entry);
        Ok(())
    }
}
