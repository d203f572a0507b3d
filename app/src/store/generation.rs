//! Where a document goes on, and what waits to be carried out there (docs/decisions/generations.md).
//!
//! Pages know a list, a report and the workspace by the id of the first generation, which never changes. Here they are
//! led to the present one: by the rows, in which each tells of the next.

use std::{collections::BTreeSet, rc::Rc};

use docket_domain::DocumentId;
use docket_sync::client::{
    Edited,
    outbox::{self, Entry, Replayed},
};
use wasm_bindgen_futures::spawn_local;

use super::{
    Replica, StoreError,
    browser::{self, now, random},
    database::{ChunkKey, DocumentRecord, EntryKey, Write},
    refusal,
};
use leptos::prelude::*;

impl Replica {
    /// Is it the generation in which the workspace goes on now?
    pub(super) fn is_workspace(&self, id: DocumentId) -> bool {
        let workspace = self.workspace_id.get_untracked();
        workspace.is_some_and(|workspace| self.rows.current(workspace) == id)
    }

    /// Opens what is in use in the generation in which it goes on now.
    pub(super) fn follow_generations(self: &Rc<Self>) {
        self.watch_lists();
        let Some(workspace) = self.workspace_id.get_untracked() else {
            return;
        };
        let replica = Rc::clone(self);
        let current = self.rows.current(workspace);
        spawn_local(async move { replica.keep_open(current).await });
    }

    /// Commands went on to the next document: they are carried out there as soon as it is here.
    pub(super) fn follow_commands(self: &Rc<Self>, moved: &[Entry]) {
        let documents: BTreeSet<DocumentId> = moved.iter().map(|entry| entry.command.document).collect();
        if documents.is_empty() {
            return;
        }
        self.follow_generations();
        let replica = Rc::clone(self);
        spawn_local(async move {
            for id in documents {
                match replica.hold(id).await {
                    Ok(document) => {
                        replica.carry_out_waiting(id);
                        // It stays in the sync until the hub has all of it.
                        drop(document);
                    }
                    Err(error) => replica.trouble.set(Some(error.to_string())),
                }
            }
        });
    }

    /// Carries out the commands that wait for this document, if it is here now.
    pub(super) fn carry_out_waiting(self: &Rc<Self>, id: DocumentId) {
        if self.waiting(id, &self.outbox.of(id)).is_empty() {
            return;
        }
        let replica = Rc::clone(self);
        spawn_local(async move {
            // One tab at a time: what another has carried out must not be carried out again.
            let name = format!("docket:{}:{id}", replica.slug);
            let work = {
                let replica = Rc::clone(&replica);
                async move { replica.carry_out_stored(id).await }
            };
            if let Some(Err(error)) = browser::locked(&name, work).await {
                replica.trouble.set(Some(error.to_string()));
            }
        });
    }

    fn waiting(&self, id: DocumentId, entries: &[Entry]) -> Vec<Entry> {
        let client = self.client.borrow();
        let Some(document) = client.document(id) else {
            return Vec::new();
        };
        outbox::arrived(document, client.acknowledged(id), entries)
    }

    async fn carry_out_stored(self: &Rc<Self>, id: DocumentId) -> Result<(), StoreError> {
        let me = self.my_id().ok_or(StoreError::SignedOut)?;
        let entries = self.database.entries_of(Some(id)).await?;
        self.merge_stored(id).await?;
        let waiting = self.waiting(id, &entries);
        if waiting.is_empty() {
            self.outbox.replace(id, entries);
            self.refresh_status();
            return Ok(());
        }
        let edited = self.client.borrow_mut().edit(id, |copy| {
            Ok::<_, std::convert::Infallible>(outbox::restore(copy, &waiting, &me))
        });
        // It was closed meanwhile: what waits is carried out when it is opened again.
        let Ok(Edited {
            value: replayed,
            chunk,
            heads,
            ..
        }) = edited
        else {
            return Ok(());
        };
        let acknowledged = self.client.borrow().acknowledged(id).to_vec();
        let key = ChunkKey::new(id, now().0, random());
        let row = self.derived(id);
        let mut writes = self.replay_writes(id, &replayed);
        if !chunk.is_empty() {
            writes.push(Write::Chunk(key.clone(), chunk));
            writes.push(Write::Document(id, DocumentRecord::new(&heads, &acknowledged)));
            writes.extend(row.as_ref().map(|row| self.row_write(row)));
        }
        if let Err(error) = self.writer.write(writes).await {
            self.roll_back(id).await?;
            return Err(error);
        }
        self.opened(id).seen.borrow_mut().insert(key);
        let told = told_of(id, &replayed);
        self.take_replay(id, replayed);
        self.show(id, row);
        let output = self.client.borrow_mut().stored(id);
        self.act(output);
        self.tell_tabs(&told);
        Ok(())
    }

    /// The hub has no such document for this member: what waits for it is set aside.
    pub(super) fn nowhere(self: &Rc<Self>, id: DocumentId) {
        let mut entries = self.outbox.of(id);
        entries.retain(outbox::waits);
        if entries.is_empty() {
            return;
        }
        let ids: Vec<u64> = entries.iter().map(|entry| entry.id).collect();
        self.outbox.remove(id, &ids);
        let mut writes: Vec<Write> = ids
            .into_iter()
            .map(|entry| {
                Write::NoEntry(EntryKey {
                    document: id,
                    id: entry,
                })
            })
            .collect();
        let sentence = "This goes on in a document that isn’t there for you: copy what you wrote.";
        let aside = entries
            .into_iter()
            .map(|entry| refusal::aside(entry, "not-found", sentence));
        writes.extend(self.put_aside(aside.collect()));
        self.store_and_tell(id, writes);
        self.refresh_status();
    }
}

/// The documents that other tabs are told of after a replay.
pub(super) fn told_of(id: DocumentId, replayed: &Replayed) -> Vec<DocumentId> {
    let moved = replayed.moved.iter().map(|entry| entry.command.document);
    let all: BTreeSet<DocumentId> = moved.chain([id]).collect();
    all.into_iter().collect()
}
