//! Carrying commands out: change the document, store bytes and command together, show, then send.

use std::rc::Rc;

use automerge::Automerge;
use docket_domain::{Command, CommandError, Context, DocumentId, Timestamp};
use docket_sync::client::{
    Edited, NotEdited,
    outbox::{self, Entry},
};

use super::{
    OpenDocument, Replica, StoreError,
    browser::{now, random},
    database::{ChunkKey, DocumentRecord, Write},
};

impl Replica {
    pub(super) async fn run(self: &Rc<Self>, mut command: Command) -> Result<(), StoreError> {
        command.document = self.rows.current(command.document);
        loop {
            match self.run_in(command).await? {
                None => return Ok(()),
                // It has just ended.
                Some(moved) => command = moved,
            }
        }
    }

    /// Carries a command out in its document; answers it for the next one, if that has ended.
    async fn run_in(self: &Rc<Self>, command: Command) -> Result<Option<Command>, StoreError> {
        let id = command.document;
        let member = self.my_id().ok_or(StoreError::SignedOut)?;
        let context = Context {
            member,
            now: self.now(),
        };
        let begins = command.creates() && !self.is_here(id).await?;
        // Kept until the end, so that the document stays in the sync.
        let document = if begins {
            OpenDocument::new(self, id, self.opened(id))
        } else {
            self.open_document(id).await?
        };
        let carry_out = |copy: &mut Automerge| outbox::carry_out(copy, &command, &context);
        let edited = if begins {
            self.client
                .borrow_mut()
                .create(id, carry_out)
                .map_err(NotEdited::Change)
        } else {
            self.client.borrow_mut().edit(id, carry_out)
        };
        let edited = match edited {
            Ok(edited) => edited,
            Err(NotEdited::Change(CommandError::Unchanged)) => return Ok(None),
            Err(NotEdited::Change(CommandError::Moved(document))) => {
                return Ok(Some(Command { document, ..command }));
            }
            Err(NotEdited::Change(error)) => return Err(error.into()),
            Err(NotEdited::Closed(id)) => return Err(StoreError::NotHere(id)),
        };
        self.store(command, context.now, edited).await?;
        drop(document);
        Ok(None)
    }

    async fn is_here(&self, id: DocumentId) -> Result<bool, StoreError> {
        Ok(self.has(id) || self.rows.get(id).is_some() || self.database.document(id).await?.is_some())
    }

    /// Stores an edit and its command together, shows it, and lets the sync send it.
    async fn store(
        self: &Rc<Self>,
        command: Command,
        at: Timestamp,
        edited: Edited<()>,
    ) -> Result<(), StoreError> {
        let id = command.document;
        let entry = Entry {
            id: self.outbox.next_id(),
            command,
            at,
            changes: edited.changes,
        };
        let key = ChunkKey::new(id, now().0, random());
        let acknowledged = self.client.borrow().acknowledged(id).to_vec();
        let mut writes = vec![
            Write::Chunk(key.clone(), edited.chunk),
            Write::Document(id, DocumentRecord::new(&edited.heads, &acknowledged)),
            Write::Entry(entry.clone()),
        ];
        let row = self.derived(id);
        writes.extend(row.as_ref().map(|row| self.row_write(row)));
        // In the outbox at once: a row of the hub's that comes meanwhile must not replace this one.
        self.outbox.add(entry.clone());
        if let Err(error) = self.writer.write(writes).await {
            self.outbox.remove(id, &[entry.id]);
            self.roll_back(id).await?;
            self.refresh_status();
            return Err(error);
        }
        self.opened(id).seen.borrow_mut().insert(key);
        self.show(id, row);
        let output = self.client.borrow_mut().stored(id);
        self.act(output);
        self.tell_tabs(&[id]);
        self.refresh_status();
        Ok(())
    }
}
