//! Frames from the hub.

use automerge::sync::Message;
use docket_domain::{DocumentId, Facts};

use super::{Client, Cursor, Event, Output, Problem};
use crate::{
    inspect::{self, InspectError, Limits},
    wire::{
        FRAME_LIMIT, Frame, PEER_TAKEN, PROTOCOL_VERSION, PassedOver, PeerId, Person, RowUpdate, SyncData,
    },
};

impl Client {
    /// Takes in a frame. What the hub sends is bounded like everything from outside.
    pub fn receive(&mut self, frame: &[u8]) -> Output {
        self.link.heard();
        let mut output = Output::default();
        match Frame::decode_known(frame) {
            Ok((frame, passed)) => {
                if passed != PassedOver::default() {
                    output.events.push(Event::Problem(Problem::PassedOver(passed)));
                }
                self.take(frame, &mut output);
            }
            Err(error) => output.problem(error.into()),
        }
        output
    }

    fn take(&mut self, frame: Frame, output: &mut Output) {
        match frame {
            Frame::Peer { sender, version, .. } => {
                if version != PROTOCOL_VERSION {
                    output.problem(Problem::Version(version));
                } else if self.link.joined(sender) {
                    output.send.extend(self.here_frame());
                }
            }
            Frame::Welcome {
                epoch,
                workspace,
                member,
                now,
            } => {
                self.welcome(&epoch, output);
                output.events.push(Event::Welcome {
                    epoch,
                    workspace,
                    member,
                    now,
                });
            }
            Frame::Sync(data) | Frame::Request(data) => self.sync(&data, output),
            Frame::DocUnavailable { document, .. } => {
                if let Some(replica) = self.replicas.get_mut(&document) {
                    output.events.extend(replica.unavailable(document));
                }
            }
            Frame::Rows {
                epoch,
                version,
                rows,
                more,
            } => self.rows(epoch, version, rows, more, output),
            Frame::Members { members } => output.events.push(Event::Members(members)),
            Frame::Facts { document, facts } => match minicbor::decode::<Facts>(&facts) {
                Ok(facts) => output.events.push(Event::Facts { document, facts }),
                // A newer hub's; the socket is of use all the same.
                Err(error) => output
                    .events
                    .push(Event::Problem(Problem::Facts(document, error.to_string()))),
            },
            Frame::Refused {
                document,
                refused,
                dependents,
            } => {
                self.refused(document, refused, dependents, output);
                self.settle(document, output);
            }
            Frame::Purged { document } => {
                self.replicas.remove(&document);
                output.events.push(Event::Purged { document });
            }
            Frame::Present { people } => self.present(true, people, &[], output),
            Frame::Presence {
                whole, changed, gone, ..
            } => self.present(whole, changed, &gone, output),
            Frame::Error { message, .. } => {
                if message == PEER_TAKEN {
                    self.link.take_another_peer(&mut self.actors);
                }
                output.problem(Problem::Hub(message));
            }
            Frame::Leave { .. } => output.close = true,
            // What only a hub receives, what stock peers tell one another, and what a newer hub may send.
            Frame::Join { .. }
            | Frame::Subscribe { .. }
            | Frame::Release { .. }
            | Frame::Here { .. }
            | Frame::Ephemeral(_)
            | Frame::RemoteSubscriptionChange { .. }
            | Frame::RemoteHeadsChanged { .. }
            | Frame::Unknown { .. } => {}
        }
    }

    /// Takes in who is here. This tab isn't told of itself.
    fn present(&mut self, whole: bool, changed: Vec<Person>, gone: &[PeerId], output: &mut Output) {
        if whole {
            self.present.clear();
        }
        for peer in gone {
            self.present.remove(peer);
        }
        let own = self.link.peer();
        let others = changed
            .into_iter()
            .filter(|person| person.peer != *own && person.peer != own.alias());
        self.present
            .extend(others.map(|person| (person.peer.clone(), person)));
        output
            .events
            .push(Event::Present(self.present.values().cloned().collect()));
    }

    fn welcome(&mut self, epoch: &str, output: &mut Output) {
        if self.cursor.epoch.as_deref().is_some_and(|known| known != epoch) {
            self.cursor.version = 0;
            for replica in self.replicas.values_mut() {
                replica.forget_acknowledged();
            }
        }
        output.send.push(self.subscribe_frame());
        let ids: Vec<_> = self.replicas.keys().copied().collect();
        for id in ids {
            self.settle(id, output);
        }
    }

    fn subscribe_frame(&self) -> Vec<u8> {
        Frame::Subscribe {
            epoch: self.cursor.epoch.clone(),
            version: self.cursor.version,
            derivation: self.cursor.derivation,
        }
        .encode()
    }

    fn rows(&mut self, epoch: String, version: u64, rows: Vec<RowUpdate>, more: bool, output: &mut Output) {
        let since = if self.cursor.epoch.as_ref() == Some(&epoch) {
            self.cursor.version
        } else {
            0
        };
        self.cursor = Cursor {
            epoch: Some(epoch),
            version,
            derivation: self.cursor.derivation,
        };
        for row in rows.iter().filter(|row| row.row.is_some()) {
            output.extend(self.acknowledge(row.document, &row.heads));
            if let Some(replica) = self.replicas.get_mut(&row.document) {
                replica.is_told_of();
                self.settle(row.document, output);
            }
        }
        output.events.push(Event::Rows {
            since,
            rows,
            cursor: self.cursor.clone(),
            complete: !more,
        });
        if more {
            output.send.push(self.subscribe_frame());
        }
    }

    fn sync(&mut self, data: &SyncData, output: &mut Output) {
        let id = data.document;
        let Some(replica) = self.replicas.get_mut(&id) else {
            // It was on its way when the document was released.
            return;
        };
        match bounded(id, &data.data).and_then(|message| {
            replica
                .receive(id, message)
                .map_err(|error| Problem::Sync(id, error.to_string()))
        }) {
            Ok(events) => output.events.extend(events),
            Err(problem) => {
                // One document that can't be read is no reason to be without all others.
                output.events.push(Event::Problem(problem));
                output.events.extend(replica.unavailable(id));
            }
        }
        self.settle(id, output);
    }
}

/// What is taken in from a hub: more than the hub takes, since it may have to send a whole document at once.
const LIMITS: Limits = Limits {
    bytes: FRAME_LIMIT,
    changes: 200_000,
    operations: 4_000_000,
    hashes: 10_000,
    key: 65_536,
    change: FRAME_LIMIT,
    actor: 64,
};

/// Reads a sync message whose every part was inspected first.
fn bounded(id: DocumentId, data: &[u8]) -> Result<Message, Problem> {
    let problem = |error: InspectError| Problem::Sync(id, error.to_string());
    let message = inspect::message(data, &LIMITS).map_err(problem)?;
    inspect::changes(&message, &LIMITS).map_err(problem)?;
    let chunks: Vec<Vec<u8>> = message.chunks.iter().map(|chunk| chunk.to_vec()).collect();
    Ok(Message {
        changes: chunks.into(),
        ..message.without_changes()
    })
}
