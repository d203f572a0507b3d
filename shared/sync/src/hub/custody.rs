//! What admins do with a document as a whole: purge it, and say who may read it.

use docket_domain::{Audience, DocumentId, Kind, Timestamp};

use super::{Effect, Hub, HubError, Meta, Socket, Store, rule};
use crate::wire::Frame;

impl<S: Store> Hub<S> {
    /// Drops a document for good (somebody pasted a password), and tells every client. Its id can't be used again.
    ///
    /// # Errors
    /// When there is no such document, it is the workspace's own, or the store fails.
    pub fn purge(&mut self, document: DocumentId, now: Timestamp) -> Result<Vec<Effect>, HubError> {
        let all = match self.generations_of(document) {
            // What can't be loaded can be purged all the same; which document it goes on in, nobody can tell.
            Err(HubError::Document(..) | HubError::Damaged(_)) => Ok(vec![document]),
            all => all,
        };
        let purged = all.and_then(|all| {
            all.into_iter()
                .try_for_each(|generation| self.purge_document(generation, now))
        });
        Ok(self.conclude(purged, now)?.1)
    }

    fn purge_document(&mut self, id: DocumentId, now: Timestamp) -> Result<(), HubError> {
        let meta = self.stored_meta(id)?;
        if meta.kind == Some(Kind::Workspace) {
            return Err(HubError::Protocol("the workspace's own document can't be purged"));
        }
        let tombstone = self.bury(id, meta)?;
        self.peers.forget_document(id);
        // To whoever may have it; to the others not even that it was there.
        let has = |socket: &Socket| rule::could_read(&socket.member, &tombstone, socket.session.told, now);
        self.send_to_those(&Frame::Purged { document: id }, has);
        for socket in self.store.subscribers(id)? {
            self.store.unsubscribe(socket, id)?;
            let stock = self
                .sockets
                .get(&socket)
                .is_some_and(|state| !state.session.docket);
            if stock {
                self.unavailable(socket, id);
            }
        }
        self.tell_row(id, &tombstone, now)
    }

    /// Puts a tombstone in a document's place.
    pub(super) fn bury(&mut self, id: DocumentId, meta: Meta) -> Result<Meta, HubError> {
        let version = self.store.version()? + 1;
        let tombstone = Meta {
            heads: Vec::new(),
            opens: None,
            version,
            changes: 0,
            ops: 0,
            bytes: 0,
            pieces: 0,
            purged: true,
            ..meta
        };
        self.store.replace(id, &[], &tombstone, None)?;
        self.documents.take(id);
        Ok(tombstone)
    }

    /// Sets who may read a document, and tells everybody whose view that changes. Who reads a sealed one is fixed here: the
    /// members that its organisation has now.
    ///
    /// # Errors
    /// When there is no such document, it is sealed and would open earlier or to others, nobody could read it, or the store
    /// fails.
    pub fn set_audience(
        &mut self,
        document: DocumentId,
        audience: Audience,
        now: Timestamp,
    ) -> Result<Vec<Effect>, HubError> {
        let set = self.generations_of(document).and_then(|all| {
            all.into_iter()
                .try_for_each(|generation| self.change_audience(generation, audience.clone(), now))
        });
        Ok(self.conclude(set, now)?.1)
    }

    fn change_audience(
        &mut self,
        id: DocumentId,
        audience: Audience,
        now: Timestamp,
    ) -> Result<(), HubError> {
        let mut meta = self.stored_meta(id)?;
        let version = self.store.version()? + 1;
        let audience = self.fixed(audience, &meta.audience, now)?;
        meta.opens = opens(&audience, now);
        meta.replace_audience(audience, version, now);
        self.rewrite_meta(id, &meta)?;
        for socket in self.store.subscribers(id)? {
            let Some(state) = self.sockets.get(&socket) else {
                continue;
            };
            if !rule::may_read(&state.member, &meta, now) {
                self.store.unsubscribe(socket, id)?;
                self.peers.forget(socket, id);
                self.unavailable(socket, id);
            }
        }
        if meta.kind.is_some() {
            // It says whether its document is restricted.
            self.derive(id, now)?;
        } else {
            self.tell_row(id, &meta, now)?;
        }
        if let Some(loaded) = self.load(id)? {
            let meta = loaded.meta.clone();
            for socket in self.readers(id, &meta, now)? {
                self.changed.insert(socket);
                self.tell_facts(socket, id, &loaded);
            }
            self.documents.put(id, loaded);
        }
        self.plan_work(now)
    }

    /// An audience that takes the place of `before`, with its readers fixed if it is a sealed one.
    fn fixed(&self, mut audience: Audience, before: &Audience, now: Timestamp) -> Result<Audience, HubError> {
        if let Audience::Sealed {
            organisation: theirs,
            until: opens,
            readers: fixed,
            since: sealed,
        } = before
            && *opens > now
        {
            match &mut audience {
                Audience::Sealed {
                    organisation,
                    until,
                    readers,
                    since,
                } if organisation == theirs && *until >= *opens => {
                    readers.clone_from(fixed);
                    *since = *sealed;
                    return Ok(audience);
                }
                _ => {
                    return Err(HubError::Protocol(
                        "this document is sealed: until its time it can be sealed for longer, or purged, and nothing else",
                    ));
                }
            }
        }
        if let Audience::Sealed {
            organisation,
            readers,
            since,
            ..
        } = &mut audience
        {
            let members = self.store.members()?.into_iter();
            let theirs = members.filter(|member| member.organisation.as_ref() == Some(organisation));
            *readers = theirs.map(|member| member.id).collect();
            *since = now;
            if readers.is_empty() {
                return Err(HubError::Protocol(
                    "nobody of that organisation is a member: nobody could read what is sealed for it",
                ));
            }
        }
        Ok(audience)
    }

    /// Writes a document's meta alone; its content and row stay.
    pub(super) fn rewrite_meta(&mut self, id: DocumentId, meta: &Meta) -> Result<(), HubError> {
        let row = self.store.row(id)?;
        let loaded = self.documents.take(id);
        self.store.append(id, &[], meta, row.as_deref())?;
        if let Some(mut loaded) = loaded {
            loaded.facts.audience = meta.audience.clone();
            loaded.meta = meta.clone();
            self.documents.put(id, loaded);
        }
        Ok(())
    }

    fn stored_meta(&self, id: DocumentId) -> Result<Meta, HubError> {
        let meta = self.store.meta(id)?.filter(|meta| !meta.purged);
        meta.ok_or(HubError::NotFound(id))
    }
}

/// When a document with that audience opens to more people by itself; none if it doesn't, or has.
pub(super) fn opens(audience: &Audience, now: Timestamp) -> Option<Timestamp> {
    match audience {
        Audience::Sealed { until, .. } if *until > now => Some(*until),
        _ => None,
    }
}
