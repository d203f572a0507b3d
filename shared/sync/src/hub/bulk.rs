//! Documents in bulk, for HTTP: reading what is stored as it is, and writing through the same gate as sockets do.

use std::collections::HashMap;

use automerge::ChangeHash;
use docket_domain::{DocumentId, Timestamp, limits};

use super::{
    Asker, Effect, Hub, HubError, Meta, Store,
    asker::Viewer,
    documents::{Loaded, facts},
    intake::{Bringer, Intake, claimed_hash, encoded, out_of_reach},
    rule,
};
use crate::wire::{
    Refusal,
    record::{ChangesRecord, DocumentRecord, HeadsRecord, Record, StoredRecord},
};

/// A batch ends once it has so many bytes: what an answer holds in memory at a time.
pub(super) const BATCH_BYTES: usize = 1_000_000;
/// Documents looked up at once.
pub(super) const READ: usize = 128;
/// Rounds in which one record's changes are judged: more operations than that belong into several records.
const ROUNDS: usize = 2;
/// Once so many operations were judged, the records after that come with the next call: others have their turn before.
const WORK: usize = limits::TURN_OPERATIONS / 2;

/// A part of a bulk answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadBatch {
    /// [`DocumentRecord`]s, one after the other; may be empty though there is more.
    pub records: Vec<u8>,
    /// How many there are.
    pub count: usize,
    /// Go on after this document; none when all is read.
    pub next: Option<DocumentId>,
}

/// A part of the answer to a list of heads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// [`DocumentRecord`]s, one after the other.
    pub records: Vec<u8>,
    /// How many entries of the list it answers, from its beginning: go on with the rest. At least one.
    pub handled: usize,
}

impl<S: Store> Hub<S> {
    /// The Docket documents that a member may read, in the order of ids, after `after`: at most `limit`, and about a
    /// megabyte.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub fn read_documents<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        after: Option<DocumentId>,
        limit: usize,
        now: Timestamp,
    ) -> Result<ReadBatch, HubError> {
        let member = self.reader(asker)?;
        let mut batch = ReadBatch {
            records: Vec::new(),
            count: 0,
            next: after,
        };
        let documents = self.store.documents(after, READ)?;
        let all = documents.len() < READ;
        for (id, meta) in documents {
            if batch.count >= limit || batch.records.len() >= BATCH_BYTES {
                return Ok(batch);
            }
            if meta.kind.is_some() && rule::may_read(&member, &meta, now) {
                batch.records.extend(self.record(id, &meta)?.encode());
                batch.count += 1;
            }
            batch.next = Some(id);
        }
        if all {
            batch.next = None;
        }
        Ok(batch)
    }

    /// Those of the listed documents whose heads differ, as far as the member may read them; about a megabyte.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub fn read_differing<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        listed: &[HeadsRecord],
        now: Timestamp,
    ) -> Result<Batch, HubError> {
        let member = self.reader(asker)?;
        let mut batch = Batch {
            records: Vec::new(),
            handled: 0,
        };
        for HeadsRecord { document, heads } in listed {
            if batch.records.len() >= BATCH_BYTES || batch.handled >= READ * 10 {
                break;
            }
            batch.handled += 1;
            let meta = self.store.meta(*document)?;
            let Some(meta) = meta.filter(|meta| rule::may_read(&member, meta, now)) else {
                continue;
            };
            if !same(&meta.heads, heads) {
                batch.records.extend(self.record(*document, &meta)?.encode());
            }
        }
        Ok(batch)
    }

    /// Stores changes of documents, judged as those of sockets are, and relays them; those who follow the catalogue are
    /// told of all of them at once. Of the times that the changes claim none counts, but that of the receipt; those of
    /// an import stand. Answers for the records in their order, at least for the first: once the answers have about a
    /// megabyte, or much was judged, the rest isn't looked at, and is to be given again.
    ///
    /// # Errors
    /// When there is no such member, or the store fails. Changes that aren't taken are told in the answers.
    pub fn write_documents<'a>(
        &mut self,
        asker: impl Into<Asker<'a>>,
        records: &[ChangesRecord],
        now: Timestamp,
    ) -> Result<(Vec<StoredRecord>, Vec<Effect>), HubError> {
        let written = self.write_records(asker, records, now);
        self.conclude(written, now)
    }

    fn write_records<'a>(
        &mut self,
        asker: impl Into<Asker<'a>>,
        records: &[ChangesRecord],
        now: Timestamp,
    ) -> Result<Vec<StoredRecord>, HubError> {
        let member = self.reader(asker)?;
        // Where a document comes several times, its facts are told once.
        let last: HashMap<DocumentId, usize> =
            records.iter().map(|record| record.document).zip(0..).collect();
        let (mut stored, mut size, mut work) = (Vec::new(), 0, 0);
        for (at, record) in records.iter().enumerate() {
            let with_facts = last.get(&record.document) == Some(&at);
            let (answer, judged) = self.write_record(&member, record, with_facts, now)?;
            work += judged;
            size += answer.facts.len() + answer.heads.len() * 32;
            stored.push(answer);
            if size >= BATCH_BYTES || work >= WORK {
                break;
            }
        }
        self.tell_rows(now)?;
        Ok(stored)
    }

    fn write_record(
        &mut self,
        member: &Viewer,
        record: &ChangesRecord,
        with_facts: bool,
        now: Timestamp,
    ) -> Result<(StoredRecord, usize), HubError> {
        let id = record.document;
        let meta = self.store.meta(id)?;
        if let Some(meta) = meta.filter(|meta| !rule::may_read(member, meta, now)) {
            let purged = meta.purged && rule::could_read(member, &meta, 0, now);
            return Ok((refused(record, purged), record.changes.len()));
        }
        let bringer = Bringer {
            member,
            // Nothing is known of when this client was here before, so no time that it claims can be believed: that of
            // the receipt counts. Imports are nobody's, and keep the times of their tracker.
            contact: now,
            now,
            // A bulk call is bounded turn by turn, and others have theirs between them.
            counted: false,
        };
        let mut loaded = self.load(id)?.unwrap_or_else(Loaded::absent);
        let chunks: Vec<&[u8]> = record.changes.iter().map(Vec::as_slice).collect();
        let mut rest = chunks.as_slice();
        let mut all = Intake::default();
        for _ in 0..ROUNDS {
            let mut intake = self.intake(id, &mut loaded, rest, bringer)?;
            intake.give_up();
            rest = rest.get(intake.handled..).unwrap_or_default();
            all.stored |= intake.stored;
            all.work += intake.work;
            all.refused.append(&mut intake.refused);
            all.dependents.append(&mut intake.dependents);
            if rest.is_empty() {
                break;
            }
        }
        all.refused.extend(rest.iter().map(|chunk| Refusal {
            change: claimed_hash(chunk),
            code: "too-much".to_owned(),
            message: "Too much at once: send it in several records.".to_owned(),
        }));
        if all.stored {
            self.tell_subscribers(id, &mut loaded, None, now)?;
        }
        // What stored nothing isn't answered with megabytes; but whoever sends it again because the answer was lost is told
        // all the same.
        let again = !record.changes.is_empty() && all.refused.is_empty() && all.dependents.is_empty();
        let tells = with_facts && !loaded.is_absent() && (all.stored || again);
        let stored = StoredRecord {
            document: id,
            heads: loaded.meta.heads.clone(),
            facts: if tells { encoded(&loaded.facts) } else { Vec::new() },
            refused: all.refused,
            dependents: all.dependents,
        };
        if !loaded.is_absent() {
            self.documents.put(id, loaded);
        }
        Ok((stored, all.work))
    }

    pub(super) fn reader<'a>(&self, asker: impl Into<Asker<'a>>) -> Result<Viewer, HubError> {
        let Asker { member, lent } = asker.into();
        let found = self.store.member(member)?;
        let member = found.ok_or(HubError::Protocol(
            "you aren't a member of this workspace any more",
        ))?;
        Ok(Viewer { member, lent })
    }

    /// A document as it is stored, without loading it.
    fn record(&self, id: DocumentId, meta: &Meta) -> Result<DocumentRecord, HubError> {
        let content = self.store.content(id)?;
        Ok(DocumentRecord {
            document: id,
            heads: meta.heads.clone(),
            facts: encoded(&facts(id, meta, &content.facts)?),
            chunk: content.chunks,
        })
    }
}

fn same(stored: &[ChangeHash], theirs: &[ChangeHash]) -> bool {
    stored.len() == theirs.len() && theirs.iter().all(|head| stored.contains(head))
}

fn refused(record: &ChangesRecord, purged: bool) -> StoredRecord {
    let refused = record.changes.iter().map(|chunk| {
        if purged {
            Refusal {
                change: claimed_hash(chunk),
                code: "purged".to_owned(),
                message: "The document was purged: it can't come back.".to_owned(),
            }
        } else {
            out_of_reach(chunk)
        }
    });
    StoredRecord {
        document: record.document,
        heads: Vec::new(),
        facts: Vec::new(),
        refused: refused.collect(),
        dependents: Vec::new(),
    }
}
