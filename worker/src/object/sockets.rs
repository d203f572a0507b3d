//! Sockets: what comes in goes to the hub, what the hub asks for is done.
//!
//! Waking is the normal path. A socket's number is its tag and what the hub keeps of it is its attachment, so that a
//! new object finds both again; nothing about sockets is known from memory alone.

use docket_domain::{Member, Role, Timestamp, limits};
use docket_sync::hub::{Effect, SocketId};
use worker::{
    Response, WebSocket, WebSocketIncomingMessage, WebSocketPair, WebSocketRequestResponsePair,
    js_sys::Uint8Array, worker_sys::ext::WebSocketExt,
};

use super::Object;
use crate::{access::secret::Digest, budget::reserved, error::Error, http::Caller};

/// Of a member's sockets, one that was silent for so long, in milliseconds, gives way to a new one. Somebody with many
/// tabs has them interrupted once in this time at most, and is told of the one too many after that; connections that are
/// dead, and that nobody closed, go first.
const SILENT: i64 = 15 * 60 * 1_000;

/// Closing codes (RFC 6455, section 7.4.1).
const UNSUPPORTED: u16 = 1003;
const POLICY: u16 = 1008;
const TROUBLE: u16 = 1011;

/// The `readyState` of a socket that neither side has closed.
const OPEN: u16 = 1;

/// What a socket's errors are noted as.
const EVENT: &str = "a socket's event failed";

impl Object {
    /// Accepts a socket for somebody, who is known by what they came in by, and from where.
    pub(crate) fn open_socket(&self, caller: &Caller<'_>) -> Result<Response, Error> {
        // Answered by the platform without waking the object.
        let pair = WebSocketRequestResponsePair::new("ping", "pong").map_err(worker::Error::from)?;
        self.state.set_websocket_auto_response(&pair);
        // The others wake before this one is there, so that it isn't taken for one of them.
        self.make_room(&caller.member)?;
        let pair = WebSocketPair::new()?;
        let id = number()?;
        let mut tags = vec![tag(id), credential_tag(&caller.digest)];
        tags.extend(caller.from().map(network_tag));
        let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
        self.state.accept_websocket_with_tags(&pair.server, &tags);
        let effects = self.with_hub(|hub, _| hub.connect(id, caller.asker(), caller.way.made_at))?;
        self.carry_out(effects);
        Ok(Response::from_websocket(pair.client)?)
    }

    /// Goes on if there is room for another socket of this member: of the last of all of them only for an admin.
    fn make_room(&self, member: &Member) -> Result<(), Error> {
        let (all, theirs, now) = self.with_hub(|hub, now| {
            let theirs: Vec<_> = hub.connections_of(&member.id).collect();
            (hub.connections(), theirs, now)
        })?;
        if theirs.len() >= limits::MEMBER_SOCKETS {
            let silent = longest_silent(theirs, now).ok_or_else(|| Error::Beyond {
                message: format!(
                    "you have {} connections open: close some of your tabs",
                    limits::MEMBER_SOCKETS
                ),
                after: 60,
            })?;
            self.carry_out(vec![Effect::Close {
                socket: silent,
                reason: "you have many connections open, and this one was silent the longest".into(),
            }]);
        } else if all >= reserved(limits::SOCKETS, member.role == Role::Admin) {
            return Err(Error::Full);
        }
        Ok(())
    }

    /// A frame came in.
    pub(super) fn message(&self, socket: &WebSocket, message: WebSocketIncomingMessage) {
        // It was cut off. Whoever doesn't read hasn't seen that, and what they go on sending would have others wait.
        if socket.as_ref().ready_state() != OPEN {
            return;
        }
        let WebSocketIncomingMessage::Binary(frame) = message else {
            return close(socket, UNSUPPORTED, "send binary frames, each one CBOR map");
        };
        let tags = self.state.get_tags(socket);
        self.database
            .ask_from(tags.iter().find_map(|tag| tag.strip_prefix('n')));
        match number_of(&tags) {
            Some(id) => match self.with_hub(|hub, now| hub.receive(id, &frame, now)) {
                Ok(effects) => self.carry_out(effects),
                Err(error) => self.fail(socket, &error),
            },
            None => close(
                socket,
                TROUBLE,
                "the hub lost track of this connection: connect again",
            ),
        }
    }

    /// A socket was closed by the other side, or broke.
    pub(super) fn closed(&self, socket: &WebSocket, code: usize) {
        if let Some(id) = self.id(socket) {
            match self.with_hub(|hub, now| hub.disconnect(id, now)) {
                Ok(effects) => self.carry_out(effects),
                Err(error) => self.note_error(EVENT, &error),
            }
        }
        // Completes the closing handshake; codes that stand for “none was sent” can't be sent back.
        let code = u16::try_from(code)
            .ok()
            .filter(|code| !matches!(code, 1005 | 1006 | 1015));
        close(socket, code.unwrap_or(1000), "");
    }

    /// Closes the sockets that came by a token or session which ends.
    pub(crate) fn close_credential(&self, credential: &Digest, reason: &str) {
        for socket in self.state.get_websockets_with_tag(&credential_tag(credential)) {
            close(&socket, POLICY, reason);
            if let Some(id) = self.id(&socket)
                && let Ok(effects) = self.with_hub(|hub, now| hub.disconnect(id, now))
            {
                self.carry_out(effects);
            }
        }
    }

    /// Closes all sockets: their clients connect again.
    pub(crate) fn close_all(&self, reason: &str) {
        for socket in self.state.get_websockets() {
            close(&socket, POLICY, reason);
            if let Some(id) = self.id(&socket)
                && let Ok(effects) = self.with_hub(|hub, now| hub.disconnect(id, now))
            {
                self.carry_out(effects);
            }
        }
    }

    /// How many sockets are open.
    pub(crate) fn open_sockets(&self) -> usize {
        self.state.get_websockets().len()
    }

    /// All sockets with their numbers, and what the hub kept of them.
    pub(super) fn sockets(&self) -> Vec<(SocketId, WebSocket, Vec<u8>)> {
        let sockets = self.state.get_websockets();
        let found = sockets.into_iter().filter_map(|socket| {
            let kept = socket.as_ref().deserialize_attachment().ok()?;
            let session = Uint8Array::new(&kept).to_vec();
            Some((self.id(&socket)?, socket, session))
        });
        found.collect()
    }

    /// Does what the hub asks for, in its order.
    pub(crate) fn carry_out(&self, effects: Vec<Effect>) {
        let mut waiting = std::collections::VecDeque::from(effects);
        while let Some(effect) = waiting.pop_front() {
            match effect {
                Effect::Send { socket, bytes } => {
                    // A socket that went meanwhile can't be sent to; that it went is told by an event of its own.
                    self.find(socket, |found| drop(found.send_with_bytes(bytes)));
                }
                Effect::Keep { socket, session } => self.find(socket, |found| keep(found, &session)),
                Effect::Close { socket, reason } => {
                    self.find(socket, |found| close(found, POLICY, &reason));
                    match self.with_hub(|hub, now| hub.disconnect(socket, now)) {
                        Ok(further) => waiting.extend(further),
                        Err(error) => self.note_error(EVENT, &error),
                    }
                }
                Effect::Tick { at } => self.set_tick(at),
                Effect::Alarm { at } => self.set_alarm(at),
            }
        }
    }

    fn fail(&self, socket: &WebSocket, error: &Error) {
        self.note_error(EVENT, error);
        match error {
            Error::Quota { message, .. } => close(socket, TROUBLE, message),
            _ => close(socket, TROUBLE, "the hub met an error: connect again"),
        }
    }

    fn find(&self, id: SocketId, act: impl FnOnce(&WebSocket)) {
        if let Some(socket) = self.state.get_websockets_with_tag(&tag(id)).first() {
            act(socket);
        }
    }

    fn id(&self, socket: &WebSocket) -> Option<SocketId> {
        number_of(&self.state.get_tags(socket))
    }
}

fn number_of(tags: &[String]) -> Option<SocketId> {
    let number = tags.iter().find_map(|tag| tag.strip_prefix('s')?.parse().ok());
    number.map(SocketId)
}

/// The socket that was silent for the longest time, if that is long.
fn longest_silent(
    sockets: impl IntoIterator<Item = (SocketId, Timestamp)>,
    now: Timestamp,
) -> Option<SocketId> {
    // One that hasn't joined yet is about to.
    let silent = sockets
        .into_iter()
        .filter(|(_, heard)| heard.0 > 0 && heard.plus(SILENT) < now);
    silent.min_by_key(|(_, heard)| *heard).map(|(socket, _)| socket)
}

/// A new socket's number: random, and exact in JavaScript.
fn number() -> Result<SocketId, Error> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))?;
    Ok(SocketId(u64::from_le_bytes(bytes) >> 11))
}

fn tag(id: SocketId) -> String {
    format!("s{}", id.0)
}

/// Sockets of a token or session are found by the beginning of its digest.
fn credential_tag(credential: &Digest) -> String {
    let start = credential
        .as_bytes()
        .first_chunk::<16>()
        .copied()
        .unwrap_or_default();
    format!("c{}", bs58::encode(start).into_string())
}

/// From where a socket was opened, for the audit log.
fn network_tag(network: &str) -> String {
    format!("n{network}")
}

fn keep(socket: &WebSocket, session: &[u8]) {
    let kept = socket
        .as_ref()
        .serialize_attachment(Uint8Array::from(session).into());
    if kept.is_err() {
        // Without it the socket couldn't be taken up again: better it begins anew now than then.
        close(
            socket,
            TROUBLE,
            "the hub couldn't keep this connection: connect again",
        );
    }
}

pub(super) fn close(socket: &WebSocket, code: u16, reason: &str) {
    // It may be closed already, which is what is wanted.
    drop(socket.close(Some(code), Some(reason)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_silent_gives_way_if_it_is_long() {
        let now = Timestamp(100 * SILENT);
        let at = |id, ago: i64| (SocketId(id), now.plus(-ago));
        let silent = [
            at(1, 10),
            at(2, SILENT + 1),
            at(3, SILENT + 2),
            (SocketId(4), Timestamp(0)),
        ];
        assert_eq!(longest_silent(silent, now), Some(SocketId(3)));
        assert_eq!(
            longest_silent([at(1, 10), (SocketId(4), Timestamp(0))], now),
            None
        );
    }

    #[test]
    fn numbers_are_exact_in_javascript() {
        for _ in 0..100 {
            assert!(number().unwrap().0 < 1 << 53);
        }
    }
}
