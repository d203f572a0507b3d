//! The hub's store, on SQLite.

use std::{cell::Cell, rc::Rc};

use automerge::ChangeHash;
use docket_domain::{DocumentId, Member, MemberId, Timestamp};
use docket_sync::hub::{
    Content, Meta, Note, Piece, PlainQuota, PlainUsage, SocketId, Store, StoreError as HubStoreError,
    StoredRow, Usage, Workspace,
};

use super::{
    barred, catalogue, content,
    database::{Database, StoreError},
    sockets, workspace,
};
use crate::access::{audit, members};

/// What the hub keeps for good.
pub(crate) struct Documents {
    database: Rc<Database>,
    plain: Option<PlainQuota>,
    /// What all documents take, once that was asked for. Nobody else writes them.
    usage: Cell<Option<Usage>>,
}

impl Documents {
    /// The documents in `database`; `plain` bounds those that aren't Docket's.
    pub(crate) const fn new(database: Rc<Database>, plain: Option<PlainQuota>) -> Self {
        Self {
            database,
            plain,
            usage: Cell::new(None),
        }
    }
}

impl Documents {
    fn known_usage(&self) -> Result<Usage, StoreError> {
        if let Some(usage) = self.usage.get() {
            return Ok(usage);
        }
        let usage = catalogue::usage(&self.database)?;
        self.usage.set(Some(usage));
        Ok(usage)
    }

    fn write(
        &self,
        document: DocumentId,
        keep: bool,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Answer<()> {
        let before = told(self.known_usage())?;
        // After an error nothing of it is there; and a transaction around this one may be taken back, with the hub.
        let after = content::write(&self.database, document, keep, pieces, meta, row, before);
        self.usage.set(after.as_ref().ok().copied());
        told(after.map(drop))
    }
}

type Answer<T> = Result<T, HubStoreError>;

fn told<T>(outcome: Result<T, StoreError>) -> Answer<T> {
    outcome.map_err(|error| match error {
        StoreError::Quota(_) => HubStoreError::quota(error),
        other => HubStoreError::new(other),
    })
}

impl Store for Documents {
    fn workspace(&self) -> Answer<Workspace> {
        let founded = told(workspace::founded(&self.database))?;
        Ok(Workspace {
            document: founded.document,
            epoch: founded.epoch,
            plain: self.plain,
        })
    }

    fn member(&self, id: &MemberId) -> Answer<Option<Member>> {
        told(members::get(&self.database, id))
    }

    fn members(&self) -> Answer<Vec<Member>> {
        told(members::all(&self.database))
    }

    fn contact(&self, client: &str) -> Answer<Option<Timestamp>> {
        told(sockets::contact(&self.database, client))
    }

    fn set_contact(&mut self, client: &str, at: Timestamp) -> Answer<()> {
        told(sockets::set_contact(&self.database, client, at))
    }

    fn barred(&self, member: &MemberId) -> Answer<Vec<ChangeHash>> {
        told(barred::barred(&self.database, member))
    }

    fn set_barred(&mut self, member: &MemberId, changes: &[ChangeHash]) -> Answer<()> {
        told(barred::set_barred(&self.database, member, changes))
    }

    fn version(&self) -> Answer<u64> {
        told(catalogue::version(&self.database))
    }

    fn last_number(&self) -> Answer<u64> {
        told(catalogue::last_number(&self.database))
    }

    fn meta(&self, document: DocumentId) -> Answer<Option<Meta>> {
        told(catalogue::meta(&self.database, document))
    }

    fn content(&self, document: DocumentId) -> Answer<Content> {
        told(content::read(&self.database, document))
    }

    fn row(&self, document: DocumentId) -> Answer<Option<Vec<u8>>> {
        told(catalogue::row(&self.database, document))
    }

    fn append(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Answer<()> {
        self.write(document, true, pieces, meta, row)
    }

    fn append_noted(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
        notes: &[Note],
    ) -> Answer<()> {
        if notes.is_empty() {
            return self.append(document, pieces, meta, row);
        }
        let before = told(self.known_usage())?;
        let after = self.database.atomically(|| {
            let after = content::write(&self.database, document, true, pieces, meta, row, before)?;
            let from = self.database.asked_from();
            notes
                .iter()
                .try_for_each(|note| audit::note_change(&self.database, note, from.as_deref()))?;
            Ok::<_, StoreError>(after)
        });
        self.usage.set(after.as_ref().ok().copied());
        told(after.map(drop))
    }

    fn replace(
        &mut self,
        document: DocumentId,
        pieces: &[Piece],
        meta: &Meta,
        row: Option<&[u8]>,
    ) -> Answer<()> {
        self.write(document, false, pieces, meta, row)
    }

    fn rows(&self, after: u64, limit: usize) -> Answer<Vec<StoredRow>> {
        told(catalogue::rows(&self.database, after, limit))
    }

    fn changed(&self, after: u64, limit: usize) -> Answer<Vec<DocumentId>> {
        told(catalogue::changed(&self.database, after, limit))
    }

    fn documents(&self, after: Option<DocumentId>, limit: usize) -> Answer<Vec<(DocumentId, Meta)>> {
        told(catalogue::documents(&self.database, after, limit))
    }

    fn purged(&self) -> Answer<Vec<DocumentId>> {
        told(catalogue::purged(&self.database))
    }

    fn underived(&self, derivation: u32, limit: usize) -> Answer<Vec<DocumentId>> {
        told(catalogue::underived(&self.database, derivation, limit))
    }

    fn scattered(&self, pieces: u64, limit: usize) -> Answer<Vec<DocumentId>> {
        told(catalogue::scattered(&self.database, pieces, limit))
    }

    fn next_opening(&self) -> Answer<Option<(Timestamp, DocumentId)>> {
        told(catalogue::next_opening(&self.database))
    }

    fn usage(&self) -> Answer<Usage> {
        told(self.known_usage())
    }

    fn plain_usage(&self) -> Answer<PlainUsage> {
        told(catalogue::plain_usage(&self.database))
    }

    fn subscribe(&mut self, socket: SocketId, document: DocumentId) -> Answer<()> {
        told(sockets::subscribe(&self.database, socket, document))
    }

    fn unsubscribe(&mut self, socket: SocketId, document: DocumentId) -> Answer<()> {
        told(sockets::unsubscribe(&self.database, socket, document))
    }

    fn is_subscribed(&self, socket: SocketId, document: DocumentId) -> Answer<bool> {
        told(sockets::is_subscribed(&self.database, socket, document))
    }

    fn subscribers(&self, document: DocumentId) -> Answer<Vec<SocketId>> {
        told(sockets::subscribers(&self.database, document))
    }

    fn subscriptions(&self, socket: SocketId) -> Answer<u64> {
        told(sockets::subscriptions(&self.database, socket))
    }

    fn forget_socket(&mut self, socket: SocketId) -> Answer<()> {
        told(sockets::forget(&self.database, socket))
    }
}
