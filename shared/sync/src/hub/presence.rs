//! What is never stored: where people are, and ephemeral messages about documents.
//!
//! Presence is told as differences, and at most four times a second: whoever joins gets the whole list once, everybody
//! else what changed. So a workspace full of people who all come back at once is told of each of them once, not each of
//! them of all others each time.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use docket_domain::{DocumentId, Timestamp};

use super::{Bytes, Effect, Hub, HubError, Meta, SocketId, Store, rule};
use crate::wire::{Ephemeral, Frame, ID_LIMIT, PeerId, Person};

/// The largest ephemeral message that is relayed: cursors and selections take hundreds of bytes.
const EPHEMERAL_LIMIT: usize = 16 * 1024;

/// The least milliseconds between two tellings.
const PACE: i64 = 250;

/// The most people that are told of; of further ones, how many there are.
const MOST: usize = 256;

/// What was told of who is here.
#[derive(Debug, Default)]
pub(super) struct Presence {
    /// By view: members with the same view are told the same.
    told: BTreeMap<String, BTreeMap<PeerId, Person>>,
    /// Sockets that are to get the whole list: they have just joined, or the hub has just woken.
    fresh: BTreeSet<SocketId>,
    /// When it was told last; none if it never was.
    at: Option<Timestamp>,
    /// Is a later telling asked for?
    asked: bool,
}

impl Presence {
    /// A socket knows nothing yet.
    pub(super) fn is_new_to(&mut self, socket: SocketId) {
        self.fresh.insert(socket);
    }

    /// A socket is gone.
    pub(super) fn forget(&mut self, socket: SocketId) {
        self.fresh.remove(&socket);
    }
}

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
        let member = state.member.id.clone();
        let mut told = 0;
        for reader in self.readers(message.document, &meta, now)? {
            let Some(target) = self.peer_of(reader).filter(|_| reader != socket) else {
                continue;
            };
            let relayed = Ephemeral {
                target,
                ..message.clone()
            };
            told += message.data.len();
            self.send(reader, &Frame::Ephemeral(relayed));
        }
        if self.budgets.spreads(&member, told, now) {
            Ok(())
        } else {
            Err(HubError::TooFast)
        }
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

    /// Who is here, or where, has changed: tells it now, or soon if it was just told.
    pub(super) fn tell_presence(&mut self, now: Timestamp) -> Result<(), HubError> {
        match self.presence.at.map(|at| at.plus(PACE)) {
            // A clock that went back waits for nothing.
            Some(at) if now < at && at <= now.plus(PACE) => {
                if !std::mem::replace(&mut self.presence.asked, true) {
                    self.effects.push(Effect::Tick { at });
                }
                Ok(())
            }
            _ => self.tell_presence_now(now),
        }
    }

    /// The time that [`Effect::Tick`] named has come.
    pub fn tick(&mut self, now: Timestamp) -> Vec<Effect> {
        self.clock = now;
        if std::mem::take(&mut self.presence.asked) && self.tell_presence_now(now).is_err() {
            // It is told with the next change. Nothing that is kept depends on it.
            self.presence.told.clear();
        }
        if self.pace.take() && self.tell_rows(now).is_err() {
            // Who wasn't told is behind, which the next telling finds.
            self.recover(now);
        }
        self.finish()
    }

    /// Tells every Docket client who is here. Who they are is the sockets' truth; where they are is told only to those
    /// who may read it.
    fn tell_presence_now(&mut self, now: Timestamp) -> Result<(), HubError> {
        let mut metas: HashMap<DocumentId, Option<Meta>> = HashMap::new();
        for state in self.sockets.values() {
            if let Some(id) = state.session.document
                && !metas.contains_key(&id)
            {
                metas.insert(id, self.store.meta(id)?);
            }
        }
        let fresh = std::mem::take(&mut self.presence.fresh);
        let before = std::mem::take(&mut self.presence.told);
        self.presence.at = Some(now);
        self.presence.asked = false;
        let mut views: BTreeMap<String, View> = BTreeMap::new();
        let mut effects = Vec::new();
        for (id, state) in self.sockets.iter().filter(|(_, state)| state.session.docket) {
            let visible = |document: DocumentId| {
                let meta = metas.get(&document)?.as_ref()?;
                rule::shows_place(&state.member, meta, now).then_some(document)
            };
            let name = rule::view(&state.member);
            let known = before.get(&name);
            let view = views
                .entry(name)
                .or_insert_with(|| View::new(self.people(visible), known));
            let bytes = if !state.session.tells_differences() {
                view.list()
            } else if fresh.contains(id) || known.is_none() {
                Some(view.whole())
            } else {
                view.difference()
            };
            effects.extend(bytes.map(|bytes| Effect::Send { socket: *id, bytes }));
        }
        self.effects.extend(effects);
        self.presence.told = views
            .into_iter()
            .map(|(name, view)| (name, view.people))
            .collect();
        Ok(())
    }

    fn people(&self, visible: impl Fn(DocumentId) -> Option<DocumentId>) -> Vec<Person> {
        let people = self.sockets.values().filter_map(|state| {
            let document = state.session.document.and_then(&visible);
            Some(Person {
                member: state.member.id.clone(),
                name: state.member.name.clone(),
                // Whoever knew a peer's id could take it while that peer is away.
                peer: state.session.peer()?.alias(),
                document,
                field: document.and(state.session.field.clone()),
            })
        });
        people.collect()
    }
}

/// What members with one view are told, each form made once.
struct View {
    people: BTreeMap<PeerId, Person>,
    more: u64,
    changed: Vec<Person>,
    gone: Vec<PeerId>,
    list: Option<Bytes>,
    whole: Option<Bytes>,
    difference: Option<Bytes>,
}

impl View {
    fn new(all: Vec<Person>, known: Option<&BTreeMap<PeerId, Person>>) -> Self {
        let more = all.len().saturating_sub(MOST) as u64;
        let people: BTreeMap<_, _> = all
            .into_iter()
            .take(MOST)
            .map(|person| (person.peer.clone(), person))
            .collect();
        let known = known.into_iter().flatten();
        let known: BTreeMap<&PeerId, &Person> = known.collect();
        let changed = people
            .iter()
            .filter(|(peer, person)| known.get(peer) != Some(person))
            .map(|(_, person)| person.clone());
        let gone = known
            .keys()
            .filter(|peer| !people.contains_key(**peer))
            .map(|peer| (*peer).clone());
        Self {
            changed: changed.collect(),
            gone: gone.collect(),
            people,
            more,
            list: None,
            whole: None,
            difference: None,
        }
    }

    /// For clients that know no differences; none when nothing changed.
    fn list(&mut self) -> Option<Bytes> {
        let people = || self.people.values().cloned().collect();
        let list = self
            .list
            .get_or_insert_with(|| Frame::Present { people: people() }.encode().into());
        Some(list.clone())
    }

    fn whole(&mut self) -> Bytes {
        let frame = || Frame::Presence {
            whole: true,
            changed: self.people.values().cloned().collect(),
            gone: Vec::new(),
            more: self.more,
        };
        self.whole.get_or_insert_with(|| frame().encode().into()).clone()
    }

    fn difference(&mut self) -> Option<Bytes> {
        if self.changed.is_empty() && self.gone.is_empty() {
            return None;
        }
        let frame = || Frame::Presence {
            whole: false,
            changed: self.changed.clone(),
            gone: self.gone.clone(),
            more: self.more,
        };
        let difference = self.difference.get_or_insert_with(|| frame().encode().into());
        Some(difference.clone())
    }
}
