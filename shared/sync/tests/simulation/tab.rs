//! A tab: a client, its socket, and what the app's store does with the client's events.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use docket_domain::{Command, Context, DocumentId, Timestamp, generation};
use docket_sync::{
    client::{Actors, Client, Edited, Event, NotEdited, Output, Problem, outbox},
    hub::SocketId,
    wire::PeerId,
};

use super::{device::Device, random::Random};

/// What a tab wants of the world.
#[derive(Debug, Default)]
pub struct Wish {
    pub send: Vec<Vec<u8>>,
    pub close: bool,
    /// Chunks that were stored: the other tab gets a hint.
    pub hints: Vec<(DocumentId, Vec<u8>)>,
    /// An edit waits to be stored.
    pub flush: bool,
}

/// An edit that isn't stored yet.
#[derive(Debug)]
struct Unstored {
    chunk: Vec<u8>,
    entry: outbox::Entry,
}

#[derive(Debug)]
pub struct Tab {
    pub client: Client,
    pub socket: Option<SocketId>,
    /// Counts sockets, so that a reconnection planned for an earlier one isn't made.
    pub attempt: u64,
    unstored: VecDeque<Unstored>,
    /// Of documents that went on: where, when that was asked last.
    latest: BTreeMap<DocumentId, DocumentId>,
    pub problems: Vec<Problem>,
    pub refusals: usize,
}

impl Tab {
    /// A tab starts: it opens every document that has commands in the outbox.
    pub fn start(device: &mut Device, random: &mut Random) -> (Self, Wish) {
        let peer = PeerId::new(format!("tab-{}", random.bits())).unwrap();
        let client = Client::new(peer, Actors::new(random.bytes()), device.cursor.clone())
            .with_storage(device.member.to_string());
        let mut tab = Self {
            client,
            socket: None,
            attempt: 0,
            unstored: VecDeque::new(),
            latest: BTreeMap::new(),
            problems: Vec::new(),
            refusals: 0,
        };
        let mut wish = Wish::default();
        let documents: std::collections::BTreeSet<_> = device
            .outbox
            .values()
            .map(|entry| entry.command.document)
            .collect();
        for id in documents {
            wish.extend(tab.open(device, id));
        }
        (tab, wish)
    }

    /// Opens a document, and does again what was left undone of it.
    pub fn open(&mut self, device: &mut Device, id: DocumentId) -> Wish {
        let copy = device.load(id);
        let stored = device.documents.entry(id).or_default();
        let acknowledged = stored.acknowledged.clone();
        let output = self.client.open(id, Some(copy), &acknowledged);
        let mut wish = self.take(device, output);
        let Some(document) = self.client.document(id) else {
            // Nothing of it is here; so no command can be carried out, but one that creates it, and that one was lost.
            return wish;
        };
        device.acknowledge(id, document, self.client.acknowledged(id));
        let lost = outbox::lost(document, self.client.acknowledged(id), &device.entries(id));
        wish.extend(self.restore(device, id, &lost));
        wish
    }

    /// Carries out what was lost, or waited for this document.
    fn restore(&mut self, device: &mut Device, id: DocumentId, lost: &[outbox::Entry]) -> Wish {
        let mut wish = Wish::default();
        if lost.is_empty() {
            return wish;
        }
        let member = device.member.clone();
        let restored = self.client.edit(id, |document| {
            Ok::<_, std::convert::Infallible>(outbox::restore(document, lost, &member))
        });
        let Edited { value, chunk, .. } = restored.unwrap();
        let moved = moved(&value);
        device.append(id, chunk);
        device.store_replayed(value);
        let output = self.client.stored(id);
        wish.extend(self.take(device, output));
        wish.extend(self.follow(device, moved));
        wish
    }

    /// Commands went on to these documents.
    fn follow(&mut self, device: &mut Device, documents: BTreeSet<DocumentId>) -> Wish {
        let mut wish = Wish::default();
        for id in documents {
            wish.extend(self.open(device, id));
        }
        wish
    }

    /// The document in which one goes on now, as far as it is open here.
    pub fn current(&self, id: DocumentId) -> DocumentId {
        let mut current = id;
        while let Some(next) = self.client.document(current).and_then(generation::next) {
            current = next;
        }
        current
    }

    pub fn close(&mut self, device: &mut Device, id: DocumentId) -> Wish {
        let output = self.client.close(id);
        self.take(device, output)
    }

    /// A person gives a command. What can't be carried out, nobody is told of: it was never there.
    pub fn command(&mut self, device: &mut Device, mut command: Command, now: Timestamp) -> Wish {
        let known = self.latest.get(&command.document);
        let id = self.current(known.copied().unwrap_or(command.document));
        self.latest.insert(command.document, id);
        command.document = id;
        let mut wish = Wish::default();
        if self.client.document(id).is_none() && !command.creates() {
            wish.extend(self.open(device, id));
        }
        let context = Context {
            member: device.member.clone(),
            now,
        };
        let edited = if command.creates() {
            self.client
                .create(id, |document| outbox::carry_out(document, &command, &context))
        } else {
            let edited = self
                .client
                .edit(id, |document| outbox::carry_out(document, &command, &context));
            match edited {
                Ok(edited) => Ok(edited),
                Err(NotEdited::Change(error)) => Err(error),
                Err(NotEdited::Closed(_)) => return wish,
            }
        };
        if let Ok(edited) = edited {
            let entry = outbox::Entry {
                id: 0,
                command,
                at: now,
                changes: edited.changes,
            };
            self.unstored.push_back(Unstored {
                chunk: edited.chunk,
                entry,
            });
            wish.flush = true;
        }
        wish
    }

    /// The storage has written what it was given.
    pub fn flush(&mut self, device: &mut Device) -> Wish {
        let mut wish = Wish::default();
        while let Some(Unstored { chunk, entry }) = self.unstored.pop_front() {
            let id = entry.command.document;
            device.store_edit(chunk.clone(), entry);
            wish.hints.push((id, chunk));
            let output = self.client.stored(id);
            wish.extend(self.take(device, output));
        }
        wish
    }

    /// The other tab says that it stored something.
    pub fn hint(&mut self, device: &mut Device, id: DocumentId, chunk: &[u8]) -> Wish {
        let output = self.client.merge(id, chunk);
        self.take(device, output)
    }

    pub fn receive(&mut self, device: &mut Device, frame: &[u8]) -> Wish {
        let output = self.client.receive(frame);
        self.take(device, output)
    }

    pub fn take(&mut self, device: &mut Device, output: Output) -> Wish {
        let mut wish = Wish {
            send: output.send,
            close: output.close,
            ..Wish::default()
        };
        for event in output.events {
            wish.extend(self.happened(device, event));
        }
        wish
    }

    fn happened(&mut self, device: &mut Device, event: Event) -> Wish {
        let mut wish = Wish::default();
        match event {
            Event::Welcome { epoch, .. } => device.welcome(&epoch),
            Event::Changed { document, chunk, .. } => {
                if !chunk.is_empty() {
                    device.append(document, chunk.clone());
                    wish.hints.push((document, chunk));
                }
            }
            Event::Acknowledged { document, heads } => {
                if let Some(copy) = self.client.document(document) {
                    device.acknowledge(document, copy, &heads);
                    let entries = device.entries(document);
                    let arrived = outbox::arrived(copy, self.client.acknowledged(document), &entries);
                    wish.extend(self.restore(device, document, &arrived));
                }
            }
            Event::Rows {
                since,
                rows,
                cursor,
                complete,
            } => {
                let told: Vec<_> = rows
                    .iter()
                    .filter(|row| row.row.is_some())
                    .map(|row| row.document)
                    .collect();
                for id in device.store_rows(since, rows, cursor, complete) {
                    let output = self.client.drop_document(id);
                    wish.extend(self.take(device, output));
                }
                // The other tab dropped it when it was out of view, which this one may not have heard of.
                for id in told {
                    if let (false, Some(document)) = (device.has(id), self.client.document(id)) {
                        device.append(id, document.save());
                    }
                }
            }
            Event::Facts { document, facts } => {
                device.documents.entry(document).or_default().facts = facts;
            }
            Event::Refused { .. } => self.refusals += 1,
            Event::Fresh { document } => wish.extend(self.renew(device, document)),
            Event::Purged { document } => device.purge(document),
            Event::Problem(problem) => self.problems.push(problem),
            Event::Unavailable { document } => device.unavailable(document),
            Event::Members(_) | Event::Present(_) => {}
        }
        wish
    }

    /// Under the document's lock: what waits to be stored is stored, then chunks and outbox are read, and both are
    /// written back.
    fn renew(&mut self, device: &mut Device, id: DocumentId) -> Wish {
        let mut wish = self.flush(device);
        let stored = device.documents[&id].chunks.concat();
        let entries = device.entries(id);
        let member = device.member.clone();
        let renewed = self.client.renew(id, &stored, |document, left| {
            outbox::replay(document, &entries, left, &member)
        });
        let Some(renewed) = renewed.unwrap() else {
            return wish;
        };
        let moved = moved(&renewed.value);
        if device.store_renewed(id, renewed.chunk.clone(), renewed.value) {
            let output = self.client.drop_document(id);
            wish.extend(self.take(device, output));
            return wish;
        }
        if let Some(document) = self.client.document(id) {
            device.acknowledge(id, document, &renewed.acknowledged);
        }
        wish.hints.push((id, renewed.chunk));
        let output = self.client.stored(id);
        wish.extend(self.take(device, output));
        wish.extend(self.follow(device, moved));
        wish
    }
}

fn moved(replayed: &outbox::Replayed) -> BTreeSet<DocumentId> {
    let moved = replayed.moved.iter();
    moved.map(|entry| entry.command.document).collect()
}

impl Wish {
    pub fn extend(&mut self, other: Self) {
        self.send.extend(other.send);
        self.close |= other.close;
        self.hints.extend(other.hints);
        self.flush |= other.flush;
    }
}
