//! What leaves to be read by people and other programs: issues and rows, shown one by one to whoever writes them down.

use automerge::Automerge;
use docket_domain::{DocumentId, Facts, Kind, Row, Timestamp, read::List};

use super::{
    Asker, Hub, HubError, Store,
    bulk::{BATCH_BYTES, READ},
    documents::Loaded,
    rule,
};

impl<S: Store> Hub<S> {
    /// Shows issues that a member may read, the deleted too, in the order of ids after `after`: those that make up about
    /// a megabyte. Answers after which to go on; none when all were shown.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub fn show_issues<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        after: Option<DocumentId>,
        now: Timestamp,
        mut show: impl FnMut(DocumentId, &Automerge, &Facts),
    ) -> Result<Option<DocumentId>, HubError> {
        let member = self.reader(asker)?;
        let documents = self.store.documents(after, READ)?;
        let all = documents.len() < READ;
        let (mut size, mut last) = (0, after);
        for (id, meta) in documents {
            if size >= BATCH_BYTES {
                return Ok(last);
            }
            last = Some(id);
            if meta.kind == Some(Kind::Issue) && rule::may_read(&member, &meta, now) {
                let content = self.store.content(id)?;
                size += content.chunks.len();
                let loaded = Loaded::read(id, meta, &content)?;
                show(id, &loaded.document, &loaded.facts);
            }
        }
        Ok(last.filter(|_| !all))
    }

    /// Shows the rows of all documents that a member may read.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub fn show_rows<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        now: Timestamp,
        mut show: impl FnMut(&Row),
    ) -> Result<(), HubError> {
        let member = self.reader(asker)?;
        let mut reached = 0;
        loop {
            let rows = self.store.rows(reached, READ)?;
            let last = rows.len() < READ;
            for stored in rows {
                reached = stored.meta.version;
                let row = stored.row.filter(|_| rule::may_read(&member, &stored.meta, now));
                if let Some(row) = row {
                    show(&read_row(stored.document, &row)?);
                }
            }
            if last {
                return Ok(());
            }
        }
    }

    /// A document's row, if there is one and the member may read it.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub fn row_for<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        id: DocumentId,
        now: Timestamp,
    ) -> Result<Option<Row>, HubError> {
        let member = self.reader(asker)?;
        let meta = self.store.meta(id)?;
        if !meta.is_some_and(|meta| rule::may_read(&member, &meta, now)) {
            return Ok(None);
        }
        let row = self.store.row(id)?;
        row.map(|row| read_row(id, &row)).transpose()
    }

    /// A list, for a member who may read it.
    ///
    /// # Errors
    /// When there is no such list, or not for this member, or the store fails.
    pub fn list_for<'a>(
        &mut self,
        asker: impl Into<Asker<'a>>,
        id: DocumentId,
        now: Timestamp,
    ) -> Result<List, HubError> {
        let member = self.reader(asker)?;
        let id = self.current(id)?;
        let meta = self.store.meta(id)?;
        let is_list =
            meta.is_some_and(|meta| meta.kind == Some(Kind::List) && rule::may_read(&member, &meta, now));
        let loaded = if is_list { self.load(id)? } else { None };
        let loaded = loaded.ok_or(HubError::NotFound(id))?;
        let list = List::read(&loaded.document);
        self.documents.put(id, loaded);
        Ok(list)
    }
}

fn read_row(id: DocumentId, row: &[u8]) -> Result<Row, HubError> {
    Row::from_bytes(row).map_err(|_| HubError::Damaged(id))
}
