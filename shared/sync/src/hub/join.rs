//! Sockets come and go.

use docket_domain::{MemberId, Timestamp};

use super::{Bytes, Effect, Hub, HubError, Socket, SocketId, Store, rule, session::SETTLING};
use crate::wire::{DOCKET_VERSION, Frame, PEER_TAKEN, PROTOCOL_VERSION, PeerId, PeerMetadata};

impl<S: Store> Hub<S> {
    pub(super) fn join(
        &mut self,
        socket: SocketId,
        peer: &PeerId,
        metadata: PeerMetadata,
        versions: &[String],
        now: Timestamp,
    ) -> Result<(), HubError> {
        if !versions.iter().any(|version| version == PROTOCOL_VERSION) {
            return Err(HubError::Protocol("this hub speaks protocol version 1 only"));
        }
        if *peer == self.peer {
            return Err(HubError::Protocol("that peer id is the hub's own"));
        }
        self.replace(socket, peer)?;
        let Some(state) = self.sockets.get_mut(&socket) else {
            return Ok(());
        };
        let docket = metadata.docket.is_some();
        state
            .session
            .join(peer, metadata.docket, metadata.storage_id, now);
        self.presence.is_new_to(socket);
        let client = state.session.client();
        let known = match &client {
            Some(client) => self.store.contact(client)?,
            None => None,
        };
        state.session.before = known.unwrap_or_else(|| state.session.issued.max(now.plus(-SETTLING)));
        if let (Some(client), None) = (&client, known) {
            // From here on it may work off line, and is believed.
            self.store.set_contact(client, state.session.before)?;
        }
        self.changed.insert(socket);
        let welcome = Frame::Welcome {
            epoch: rule::epoch(&self.workspace, &state.member),
            workspace: self.workspace.document,
            member: state.member.id.clone(),
            now,
        };
        let answer = Frame::Peer {
            sender: self.peer.clone(),
            target: peer.clone(),
            metadata: PeerMetadata {
                // Clients keep what they know of a storage across connections: a restored store is another one.
                storage_id: Some(self.workspace.epoch.clone()),
                ephemeral: false,
                docket: docket.then_some(DOCKET_VERSION),
            },
            version: PROTOCOL_VERSION.to_owned(),
        };
        self.send(socket, &answer);
        if docket {
            self.send(socket, &welcome);
            let members = self.store.members()?;
            self.send(socket, &Frame::Members { members });
        }
        self.tell_presence(now)?;
        self.plan_work(now)
    }

    /// A client that connects again before its old socket was found dead keeps its peer id; nobody else may take it.
    fn replace(&mut self, socket: SocketId, peer: &PeerId) -> Result<(), HubError> {
        let member = self.sockets.get(&socket).map(|state| state.member.id.clone());
        let others = self
            .sockets
            .iter()
            .filter(|(id, state)| **id != socket && state.session.is_peer(peer))
            .map(|(id, state)| (*id, Some(&state.member.id) == member.as_ref()));
        for (other, same) in others.collect::<Vec<_>>() {
            if !same {
                return Err(HubError::Protocol(PEER_TAKEN));
            }
            self.close(other, "you connected again");
            self.drop_socket(other)?;
        }
        Ok(())
    }

    /// A socket was closed, by either side.
    pub fn disconnect(&mut self, socket: SocketId, now: Timestamp) -> Vec<Effect> {
        self.clock = now;
        // Nobody is left to be told of an error; what wasn't forgotten is when it is next met.
        let _ = self.drop_socket(socket).and_then(|()| self.tell_presence(now));
        self.finish()
    }

    /// Forgets a socket.
    pub(super) fn drop_socket(&mut self, socket: SocketId) -> Result<(), HubError> {
        self.peers.forget_socket(socket);
        self.presence.forget(socket);
        self.store.forget_socket(socket)?;
        let Some(state) = self.sockets.remove(&socket) else {
            return Ok(());
        };
        if let (Some(client), Some(settled)) = (state.session.client(), state.session.settled()) {
            self.store.set_contact(&client, settled)?;
        }
        Ok(())
    }

    /// A member was added, changed or revoked in the store: acts on their open sockets at once, and tells everybody.
    pub fn member_changed(&mut self, member: &MemberId, now: Timestamp) -> Vec<Effect> {
        self.clock = now;
        let changed = self.change_member(member, now);
        if let Err(error) = changed {
            // Better no connection than one with rights that are gone.
            for socket in self.sockets_of(member) {
                self.close(socket, &error.public());
            }
        }
        self.finish()
    }

    fn change_member(&mut self, member: &MemberId, now: Timestamp) -> Result<(), HubError> {
        let current = self.store.member(member)?;
        for socket in self.sockets_of(member) {
            let Some(state) = self.sockets.get_mut(&socket) else {
                continue;
            };
            match &current {
                None => {
                    self.close(socket, "you aren't a member of this workspace any more");
                    self.drop_socket(socket)?;
                }
                // What they may see or write is another: the client begins anew, with another epoch.
                Some(current) if rule::view(current) != rule::view(&state.member) => {
                    self.close(socket, "your role or organisation changed: connecting again");
                    self.drop_socket(socket)?;
                }
                Some(current) => state.member.member = current.clone(),
            }
        }
        let members = self.store.members()?;
        self.send_to_docket(&Frame::Members { members });
        self.tell_presence(now)
    }

    fn sockets_of(&self, member: &MemberId) -> Vec<SocketId> {
        let sockets = self
            .sockets
            .iter()
            .filter(|(_, state)| state.member.id == *member);
        sockets.map(|(id, _)| *id).collect()
    }

    /// Sends a frame to every Docket client.
    pub(super) fn send_to_docket(&mut self, frame: &Frame) {
        self.send_to_those(frame, |_| true);
    }

    /// Sends a frame to the Docket clients of those it is for.
    pub(super) fn send_to_those(&mut self, frame: &Frame, is_for: impl Fn(&Socket) -> bool) {
        let bytes: Bytes = frame.encode().into();
        let sockets = self
            .sockets
            .iter()
            .filter(|(_, state)| state.session.docket && is_for(state));
        self.effects.extend(sockets.map(|(id, _)| Effect::Send {
            socket: *id,
            bytes: bytes.clone(),
        }));
    }
}
