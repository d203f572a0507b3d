//! The catalogue on a socket: rows in batches, then every change to them.

use docket_domain::{DocumentId, Timestamp};

use super::{Bytes, Effect, Hub, HubError, Meta, SocketId, Store, rule, session::Catalogue};
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
        let from = if same { version } else { 0 };
        let goes_on = state.reached == Some(from);
        let member = state.member.id.clone();
        state.session.catalogue = Catalogue::Reading;
        self.changed.insert(socket);
        let batch = self.rows_batch(socket, from, now)?;
        // Who reads on waits for each batch. Who begins again and again has everybody else wait.
        if !goes_on && !self.budgets.looks(&member, batch.seen, now) {
            return Err(HubError::TooFast);
        }
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.reached = batch.more.then_some(batch.reached);
        }
        self.send_batch(socket, &batch);
        Ok(())
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
                if stored.meta.unknown && !stored.meta.purged {
                    // It isn't gone: a later version shows it again.
                    continue;
                }
                batch.personal |= rule::is_personal(&stored.meta);
                if stored.meta.purged && version > 0 && rule::could_read(member, &stored.meta, version, now) {
                    let document = stored.document;
                    batch.frames.push(Frame::Purged { document }.encode().into());
                }
                let may_read = rule::may_read(member, &stored.meta, now);
                // As long as the epoch is the same, what isn't for them now is here only if it was since they were told.
                let gone = version > 0 && !may_read && rule::could_read(member, &stored.meta, version, now);
                if may_read || gone {
                    let update = update(stored.document, &stored.meta, stored.row.as_ref(), may_read);
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
        (batch.seen, batch.reached) = (seen, reached);
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
    /// Is it for one member alone, since something in it is sealed?
    pub(super) personal: bool,
    /// How many rows were looked at, and up to which version.
    seen: usize,
    reached: u64,
}

impl RowsBatch {
    /// The bytes of its frames.
    pub(super) fn bytes(&self) -> usize {
        self.frames.iter().map(|frame| frame.len()).sum()
    }
}

/// What to tell of a row to somebody who may read it, or for whom it is gone.
pub(super) fn update(id: DocumentId, meta: &Meta, row: Option<&Vec<u8>>, may_read: bool) -> RowUpdate {
    RowUpdate {
        document: id,
        heads: if may_read { meta.heads.clone() } else { Vec::new() },
        row: row.filter(|_| may_read).cloned(),
    }
}
