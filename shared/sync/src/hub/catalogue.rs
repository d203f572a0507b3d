//! The catalogue on a socket: rows in batches, then every change to them.

use docket_domain::Timestamp;

use super::{Bytes, Effect, Hub, HubError, SocketId, Store, StoredRow, rule, session::Catalogue};
use crate::wire::{Frame, RowUpdate};

/// A batch of rows ends once it has so many bytes: 10,000 rows take a dozen frames, none of which takes long to read.
const BATCH_BYTES: usize = 256 * 1024;
/// Rows read from the store at once.
const READ: usize = 256;
/// A batch ends after so many rows were looked at, even if few were for this member.
const SCAN: usize = 4_096;

impl<S: Store> Hub<S> {
    /// A client has the catalogue up to `version` of `epoch`, and wants what came after. It is sent one batch; as long
    /// as there is more, it subscribes again with that batch's version.
    pub(super) fn subscribe(
        &mut self,
        socket: SocketId,
        epoch: Option<&str>,
        version: u64,
        now: Timestamp,
    ) -> Result<(), HubError> {
        let current = self.store.version()?;
        let Some(state) = self.sockets.get_mut(&socket).filter(|state| state.session.docket) else {
            return Err(HubError::Protocol("announce `docket` in your peerMetadata first"));
        };
        let same = epoch == Some(rule::epoch(&self.workspace, &state.member).as_str()) && version <= current;
        state.session.catalogue = Catalogue::Reading;
        self.changed.insert(socket);
        self.send_rows(socket, if same { version } else { 0 }, now)
    }

    /// Sends the batch of rows after `version`.
    pub(super) fn send_rows(
        &mut self,
        socket: SocketId,
        version: u64,
        now: Timestamp,
    ) -> Result<(), HubError> {
        let batch = self.rows_batch(socket, version, now)?;
        self.send_batch(socket, &batch);
        Ok(())
    }

    /// The batch of rows after `version` for a socket's member; nothing for a socket that is gone.
    pub(super) fn rows_batch(
        &self,
        socket: SocketId,
        version: u64,
        now: Timestamp,
    ) -> Result<RowsBatch, HubError> {
        let mut batch = RowsBatch::default();
        let Some(state) = self.sockets.get(&socket) else {
            return Ok(batch);
        };
        let member = &state.member;
        let mut rows = Vec::new();
        let (mut reached, mut size, mut seen) = (version, 0, 0);
        batch.more = 'batch: loop {
            let stored = self.store.rows(reached, READ)?;
            let last = stored.len() < READ;
            for stored in stored {
                if size >= BATCH_BYTES || seen >= SCAN {
                    break 'batch true;
                }
                reached = stored.meta.version;
                seen += 1;
                if stored.meta.purged && version > 0 {
                    let document = stored.document;
                    batch.frames.push(Frame::Purged { document }.encode().into());
                }
                if let Some(update) = update(stored, version, rule::may_read_row(member, now)) {
                    size += 100 + update.row.as_ref().map_or(0, Vec::len) + 34 * update.heads.len();
                    rows.push(update);
                }
            }
            if last {
                break false;
            }
        };
        if !batch.more {
            // Plain documents have versions too.
            reached = reached.max(self.store.version()?);
        }
        let rows = Frame::Rows {
            epoch: rule::epoch(&self.workspace, member),
            version: reached,
            rows,
            more: batch.more,
        };
        batch.frames.push(rows.encode().into());
        Ok(batch)
    }

    /// Sends a batch of rows.
    pub(super) fn send_batch(&mut self, socket: SocketId, batch: &RowsBatch) {
        let Some(state) = self.sockets.get_mut(&socket) else {
            return;
        };
        state.session.catalogue = if batch.more {
            Catalogue::Reading
        } else {
            Catalogue::Live
        };
        self.changed.insert(socket);
        let frames = batch.frames.iter().cloned();
        self.effects
            .extend(frames.map(|bytes| Effect::Send { socket, bytes }));
    }
}

/// A batch of rows for those who have the same view.
#[derive(Debug, Default)]
pub(super) struct RowsBatch {
    /// What to send, encoded.
    frames: Vec<Bytes>,
    /// Are there more rows than these? The client asks for them.
    more: bool,
}

/// What to tell of a row to somebody who was told up to version `told`; none when it isn't and wasn't for them.
fn update(stored: StoredRow, told: u64, may_read: impl Fn(&super::Meta) -> bool) -> Option<RowUpdate> {
    let may_read = may_read(&stored.meta);
    // As long as the epoch is the same, what isn't for them now was for them only if its audience changed since.
    let gone = told > 0 && (stored.meta.purged || stored.meta.audience_version > told);
    (may_read || gone).then(|| RowUpdate {
        document: stored.document,
        heads: if may_read { stored.meta.heads } else { Vec::new() },
        row: stored.row.filter(|_| may_read),
    })
}
