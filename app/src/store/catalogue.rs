//! The catalogue: which documents there are for this member, with their rows, and which have left.

use std::{rc::Rc, sync::Arc};

use docket_domain::{DocumentId, Row};
use docket_sync::{
    client::{
        Cursor,
        catalogue::{self, Standing},
    },
    wire::RowUpdate,
};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{
    Replica, Status, StoreError,
    database::{EntryKey, RowRecord, StoredCursor, Write},
    rows::Known,
};

impl Replica {
    pub(super) fn take_rows(
        self: &Rc<Self>,
        since: u64,
        rows: Vec<RowUpdate>,
        cursor: &Cursor,
        complete: bool,
    ) {
        let epoch: Option<Arc<str>> = cursor.epoch.as_deref().map(Into::into);
        let mut writes = Vec::with_capacity(rows.len() + 1);
        let mut shown = Vec::with_capacity(rows.len());
        let mut told = Vec::new();
        let mut changed = Vec::with_capacity(rows.len());
        let mut passed = self.passed.get_untracked();
        for update in rows {
            let id = update.document;
            let pending = self.outbox.is_pending(id);
            let Some(bytes) = update.row else {
                passed.no_row(id);
                if pending {
                    // What waits is judged first. If all of it is set aside, the document goes with it.
                    self.judged.replace(None);
                    let known = self.rows.known(id).unwrap_or_default();
                    self.rows.set_known(
                        id,
                        Known {
                            confirmed: None,
                            ..known
                        },
                    );
                    let row = self.rows.get(id).map(|row| row.get_untracked());
                    writes.extend(row.map(|row| self.row_write(&row)));
                } else {
                    self.gone(id, &mut writes);
                    shown.push((id, None));
                }
                continue;
            };
            told.extend(self.has(id).then_some(id));
            changed.push(id);
            self.rows.set_known(
                id,
                Known {
                    heads: update.heads.clone(),
                    confirmed: epoch.clone(),
                },
            );
            if catalogue::may_replace(pending) {
                // A row of a newer hub's making may not be readable; the old one stays.
                let Ok(row) = Row::from_bytes(&bytes) else {
                    passed.row(id);
                    continue;
                };
                passed.no_row(id);
                {
                    shown.push((id, Some(Arc::new(row))));
                    let record = RowRecord::new(bytes, &update.heads, cursor.epoch.clone());
                    writes.push(Write::Row(id, record));
                }
            } else if let Some(row) = self.rows.get(id) {
                writes.push(self.row_write(&row.get_untracked()));
            }
        }
        // Once, and not with every row that comes after: what leaves from then on is told by name.
        if let (true, Some(epoch)) = (complete, epoch)
            && self.judged.borrow().as_ref() != Some(&epoch)
        {
            let all = self.drop_unconfirmed(&epoch, &mut writes, &mut shown);
            self.judged.replace(all.then_some(epoch));
        }
        self.writer.later(vec![Write::Catalogue {
            since,
            cursor: StoredCursor::new(cursor, complete),
            writes,
        }]);
        self.store_again(told);
        self.rows.apply(shown);
        self.set_status(Status {
            complete,
            ..self.status.get_untracked()
        });
        self.refresh_status();
        if self.passed.with_untracked(|before| *before != passed) {
            self.passed.set(passed);
        }
        self.background.want(changed);
        if complete {
            self.follow_generations();
            self.fetch_soon();
        }
    }

    /// Another tab drops from storage what leaves this member's view, which this tab may never have heard of: when it
    /// is back, what is open here is stored again.
    fn store_again(self: &Rc<Self>, documents: Vec<DocumentId>) {
        if documents.is_empty() {
            return;
        }
        let replica = Rc::clone(self);
        spawn_local(async move {
            for id in documents {
                match replica.database.document(id).await {
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        let client = replica.client.borrow();
                        let copy = client.document(id).map(|copy| (copy.save(), copy.get_heads()));
                        drop(client);
                        if let Some((chunk, heads)) = copy {
                            replica.changed(id, chunk, &heads);
                        }
                    }
                    Err(error) => replica.trouble.set(Some(error.to_string())),
                }
            }
        });
    }

    /// All rows of the epoch are here: what none of them confirmed is gone. Answers whether that is judged for good:
    /// what the hub had, and only stays because changes of it wait, is judged again.
    fn drop_unconfirmed(
        self: &Rc<Self>,
        epoch: &str,
        writes: &mut Vec<Write>,
        shown: &mut Vec<(DocumentId, Option<Arc<Row>>)>,
    ) -> bool {
        let mut all = true;
        for (id, known) in self.rows.all_known() {
            let pending = self.outbox.is_pending(id);
            let confirmed = known.confirmed.as_deref();
            if catalogue::standing(confirmed, pending, epoch) == Standing::Gone {
                self.gone(id, writes);
                shown.push((id, None));
            } else if confirmed != Some(epoch) && !known.heads.is_empty() {
                all = false;
            }
        }
        all
    }

    /// The hub has no such document for this member any more, and nothing of it waits for the hub.
    pub(super) fn has_left(&self, id: DocumentId) -> bool {
        let known = self.rows.known(id).unwrap_or_default();
        let epoch = self.epoch.borrow();
        let epoch = epoch.as_deref().unwrap_or_default();
        catalogue::standing(known.confirmed.as_deref(), self.outbox.is_pending(id), epoch) == Standing::Gone
    }

    /// The hub has no such document for this member any more.
    pub(super) fn gone(self: &Rc<Self>, id: DocumentId, writes: &mut Vec<Write>) {
        writes.extend([Write::NoRow(id), Write::NoDocument(id)]);
        let output = self.client.borrow_mut().drop_document(id);
        self.act(output);
        self.arrived(id, &Err(StoreError::NotFound(id)));
        if let Some(opened) = self.open.borrow().get(&id) {
            opened.revision.update(|revision| *revision += 1);
        }
    }

    pub(super) fn purged(self: &Rc<Self>, id: DocumentId) {
        let entries = self.outbox.of(id);
        let ids: Vec<u64> = entries.iter().map(|entry| entry.id).collect();
        let mut writes = Vec::new();
        self.gone(id, &mut writes);
        self.outbox.remove(id, &ids);
        self.outbox.remove_upload(id);
        writes.push(Write::NoUpload(id));
        writes.extend(ids.into_iter().map(|entry| {
            Write::NoEntry(EntryKey {
                document: id,
                id: entry,
            })
        }));
        let sentence = "An administrator deleted this record for good.";
        let aside = entries
            .into_iter()
            .map(|entry| super::refusal::aside(entry, "purged", sentence));
        writes.extend(self.put_aside(aside.collect()));
        self.rows.apply([(id, None)]);
        self.store_and_tell(id, writes);
        self.refresh_status();
    }
}
