//! What is never stored: where people are, and ephemeral messages about documents.

use std::collections::{BTreeMap, HashMap};

use docket_domain::{DocumentId, Timestamp};

use super::{Effect, Hub, HubError, Meta, SocketId, Store, rule};
use crate::wire::{Ephemeral, Frame, ID_LIMIT, Person};

/// The largest ephemeral message that is relayed: cursors and selections take hundreds of bytes.
const EPHEMERAL_LIMIT: usize = 64 * 1024;

impl<S: Store> Hub<S> {
    /// Relays an ephemeral message to the others that sync the document, if it is newer than the last one.
    pub(super) fn ephemeral(
        &mut self,
        socket: SocketId,
        message: &Ephemeral,
        now: Timestamp,
    ) -> Result<(), HubError> {
        let Some(meta) = self.store.meta(message.document)? else {
            return Ok(());
        };
        let Some(state) = self.sockets.get_mut(&socket) else {
            return Ok(());
        };
        let known = state.ephemeral.as_ref();
        let seen =
            known.is_some_and(|(session, count)| *session == message.session && *count >= message.count);
        let may_read = rule::may_read(&state.member, &meta, now);
        if seen || !may_read || message.data.len() > EPHEMERAL_LIMIT {
            return Ok(());
        }
        state.ephemeral = Some((message.session.clone(), message.count));
        for reader in self.readers(message.document, &meta, now)? {
            let Some(target) = self.peer_of(reader).filter(|_| reader != socket) else {
                continue;
            };
            let relayed = Ephemeral {
                target,
                ..message.clone()
            };
            self.send(reader, &Frame::Ephemeral(relayed));
        }
        Ok(())
    }

    /// Somebody tells where they are.
    pub(super) fn here(
        &mut self,
        socket: SocketId,
        document: Option<DocumentId>,
        field: Option<String>,
        now: Timestamp,
    ) -> Result<(), HubError> {
        let field = field.filter(|field| field.len() <= ID_LIMIT);
        let Some(state) = self.sockets.get_mut(&socket) else {
            return Ok(());
        };
        let session = &mut state.session;
        if session.document == document && session.field == field {
            return Ok(());
        }
        (session.document, session.field) = (document, field);
        self.changed.insert(socket);
        self.tell_presence(now)
    }

    /// Tells every Docket client who is here. Who they are is the sockets' truth; where they are is told only to those
    /// who may read it.
    pub(super) fn tell_presence(&mut self, now: Timestamp) -> Result<(), HubError> {
        let mut metas: HashMap<DocumentId, Option<Meta>> = HashMap::new();
        for state in self.sockets.values() {
            if let Some(id) = state.session.document
                && !metas.contains_key(&id)
            {
                metas.insert(id, self.store.meta(id)?);
            }
        }
        // Members with the same view see the same.
        let mut frames: BTreeMap<String, Vec<u8>> = BTreeMap::new();
        let mut effects = Vec::new();
        for (id, state) in self.sockets.iter().filter(|(_, state)| state.session.docket) {
            let visible = |document: DocumentId| {
                let meta = metas.get(&document)?.as_ref()?;
                rule::shows_place(&state.member, meta, now).then_some(document)
            };
            let bytes = frames
                .entry(rule::view(&state.member))
                .or_insert_with(|| self.people(visible).encode());
            effects.push(Effect::Send {
                socket: *id,
                bytes: bytes.clone(),
            });
        }
        self.effects.extend(effects);
        Ok(())
    }

    fn people(&self, visible: impl Fn(DocumentId) -> Option<DocumentId>) -> Frame {
        let people = self.sockets.values().filter_map(|state| {
            let document = state.session.document.and_then(&visible);
            Some(Person {
                member: state.member.id.clone(),
                name: state.member.name.clone(),
                peer: state.session.peer()?,
                document,
                field: document.and(state.session.field.clone()),
            })
        });
        Frame::Present {
            people: people.collect(),
        }
    }
}
