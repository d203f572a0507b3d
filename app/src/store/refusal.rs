//! What the hub refused: the document is fetched afresh, its commands are applied again, and what is refused by name
//! is set aside, to be shown, copied, retried or discarded.

use std::{collections::HashSet, rc::Rc, sync::Arc};

use docket_domain::DocumentId;
use docket_sync::client::{
    Renewed,
    outbox::{self, Entry, Replayed},
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Replica, SetAside, StoreError,
    browser::{self, now, random},
    database::{ChunkKey, DocumentRecord, EntryKey, Write},
    documents::join,
    generation::told_of,
};

impl Replica {
    /// The hub's copy of a document with refused changes is here.
    pub(super) fn renew(self: &Rc<Self>, id: DocumentId) {
        let replica = Rc::clone(self);
        spawn_local(async move {
            // One tab at a time: what another stored must be read before this one writes.
            let name = format!("docket:{}:{id}", replica.slug);
            let work = {
                let replica = Rc::clone(&replica);
                async move { replica.renew_stored(id).await }
            };
            if let Some(Err(error)) = browser::locked(&name, work).await {
                replica.trouble.set(Some(error.to_string()));
            }
        });
    }

    async fn renew_stored(self: &Rc<Self>, id: DocumentId) -> Result<(), StoreError> {
        let me = self.my_id().ok_or(StoreError::SignedOut)?;
        let chunks = self.database.chunks(id, &HashSet::new()).await?;
        let entries = self.database.entries_of(Some(id)).await?;
        let renewed = self.client.borrow_mut().renew(id, &join(&chunks), |copy, left| {
            outbox::replay(copy, &entries, left, &me)
        });
        let renewed = renewed.map_err(|problem| StoreError::Unreadable(id, problem.to_string()))?;
        let Some(Renewed {
            value: replayed,
            chunk,
            heads,
            acknowledged,
        }) = renewed
        else {
            return Ok(());
        };
        let key = ChunkKey::new(id, now().0, random());
        let mut writes: Vec<Write> = chunks.into_iter().map(|(key, _)| Write::NoChunk(key)).collect();
        let row = self.derived(id);
        if heads.is_empty() {
            writes.extend([Write::NoDocument(id), Write::NoRow(id)]);
        } else {
            writes.push(Write::Chunk(key.clone(), chunk));
            writes.push(Write::Document(id, DocumentRecord::new(&heads, &acknowledged)));
            writes.extend(row.as_ref().map(|row| self.row_write(row)));
        }
        writes.extend(self.replay_writes(id, &replayed));
        self.writer.write(writes).await?;
        *self.opened(id).seen.borrow_mut() = HashSet::from([key]);
        self.outbox.replace(id, entries);
        let aside = !replayed.aside.is_empty();
        let told = told_of(id, &replayed);
        self.take_replay(id, replayed);
        if aside && self.has_left(id) {
            let mut writes = Vec::new();
            self.gone(id, &mut writes);
            self.writer.write(writes).await?;
            self.rows.apply([(id, None)]);
            self.tell_tabs(&told);
            return Ok(());
        }
        if heads.is_empty() {
            self.rows.apply([(id, None)]);
        }
        self.show(id, row);
        let output = self.client.borrow_mut().stored(id);
        self.act(output);
        self.tell_tabs(&told);
        Ok(())
    }

    /// What a replay means for storage.
    pub(super) fn replay_writes(&self, id: DocumentId, replayed: &Replayed) -> Vec<Write> {
        let gone = replayed.aside.iter().map(|aside| aside.entry.id);
        let gone = gone
            .chain(replayed.done.iter().copied())
            .chain(replayed.moved.iter().map(|moved| moved.id));
        let mut writes: Vec<Write> = gone
            .map(|entry| {
                Write::NoEntry(EntryKey {
                    document: id,
                    id: entry,
                })
            })
            .collect();
        writes.extend(replayed.entries.iter().cloned().map(Write::Entry));
        // In one transaction, or a command would be in both documents, or in none.
        writes.extend(replayed.moved.iter().cloned().map(Write::Entry));
        let aside = replayed.aside.iter().cloned();
        writes.extend(aside.map(|one| Write::SetAside(aside_of(one))));
        writes
    }

    /// What a replay means for memory, once it is stored.
    pub(super) fn take_replay(self: &Rc<Self>, id: DocumentId, replayed: Replayed) {
        let gone: Vec<u64> = replayed
            .aside
            .iter()
            .map(|aside| aside.entry.id)
            .chain(replayed.done)
            .chain(replayed.moved.iter().map(|moved| moved.id))
            .collect();
        self.outbox.remove(id, &gone);
        for entry in replayed.entries {
            self.outbox.add(entry);
        }
        for entry in &replayed.moved {
            self.outbox.add(entry.clone());
        }
        self.follow_commands(&replayed.moved);
        self.show_aside(replayed.aside.into_iter().map(aside_of).collect());
        self.refresh_status();
    }

    /// Sets commands aside, and answers what is to be stored.
    pub(super) fn put_aside(&self, aside: Vec<SetAside>) -> Vec<Write> {
        let writes = aside.iter().cloned().map(Write::SetAside).collect();
        self.show_aside(aside);
        writes
    }

    fn show_aside(&self, aside: Vec<SetAside>) {
        if aside.is_empty() {
            return;
        }
        let mut all = self.set_aside.get_untracked().as_ref().clone();
        all.retain(|one| aside.iter().all(|new| new.id != one.id));
        all.extend(aside);
        self.set_aside.set(Arc::new(all));
    }

    pub(super) async fn retry(self: &Rc<Self>, id: &str) -> Result<(), StoreError> {
        let Some(aside) = self.aside(id) else {
            return Ok(());
        };
        let Some(command) = aside.command else {
            let sentence = "An imported record can’t be retried by itself. Import the file again.";
            return Err(StoreError::Command(sentence.to_owned()));
        };
        self.run(command).await?;
        self.discard(id).await
    }

    pub(super) async fn discard(self: &Rc<Self>, id: &str) -> Result<(), StoreError> {
        self.writer.write(vec![Write::NoSetAside(id.to_owned())]).await?;
        let mut all = self.set_aside.get_untracked().as_ref().clone();
        all.retain(|one| one.id != id);
        self.set_aside.set(Arc::new(all));
        self.refresh_status();
        self.tell_tabs(&[]);
        Ok(())
    }

    fn aside(&self, id: &str) -> Option<SetAside> {
        self.set_aside
            .with_untracked(|all| all.iter().find(|one| one.id == id).cloned())
    }
}

/// A command set aside.
pub(super) fn aside(entry: Entry, code: &str, message: &str) -> SetAside {
    aside_of(outbox::SetAside {
        entry,
        code: code.to_owned(),
        message: message.to_owned(),
    })
}

fn aside_of(aside: outbox::SetAside) -> SetAside {
    SetAside {
        id: format!("{:016x}", aside.entry.id),
        document: aside.entry.command.document,
        command: Some(aside.entry.command),
        code: aside.code,
        message: aside.message,
        at: now(),
    }
}
