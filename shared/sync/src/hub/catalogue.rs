//! The catalogue on a socket: rows in batches, then every change to them.

use docket_domain::Timestamp;

use super::{Hub, HubError, SocketId, Store, StoredRow, rule, session::Catalogue};
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
        let Some(state) = self.sockets.get(&socket) else {
            return Ok(());
        };
        let member = state.member.clone();
        let (mut rows, mut purged) = (Vec::new(), Vec::new());
        let (mut reached, mut size, mut seen) = (version, 0, 0);
        let more = 'batch: loop {
            let batch = self.store.rows(reached, READ)?;
            let last = batch.len() < READ;
            for stored in batch {
                if size >= BATCH_BYTES || seen >= SCAN {
                    break 'batch true;
                }
                reached = stored.meta.version;
                seen += 1;
                if stored.meta.purged && version > 0 {
                    purged.push(stored.document);
                }
                if let Some(update) = update(stored, version, rule::may_read_row(&member, now)) {
                    size += 100 + update.row.as_ref().map_or(0, Vec::len) + 34 * update.heads.len();
                    rows.push(update);
                }
            }
            if last {
                break false;
            }
        };
        if !more {
            // Plain documents have versions too.
            reached = reached.max(self.store.version()?);
        }
        for document in purged {
            self.send(socket, &Frame::Purged { document });
        }
        let frame = Frame::Rows {
            epoch: rule::epoch(&self.workspace, &member),
            version: reached,
            rows,
            more,
        };
        self.send(socket, &frame);
        if let Some(state) = self.sockets.get_mut(&socket) {
            state.session.catalogue = if more { Catalogue::Reading } else { Catalogue::Live };
            self.changed.insert(socket);
        }
        Ok(())
    }
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
