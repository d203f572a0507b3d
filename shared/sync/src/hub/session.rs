//! What the hub keeps of a socket, small enough for a WebSocket's attachment: after hibernation it is all there is.

use docket_domain::{DocumentId, MemberId, Timestamp};
use minicbor::{Decode, Encode};

use super::Asker;
use crate::wire::{ID_LIMIT, PeerId};

/// How long a client may take to give the hub what it edited off line, and how wrong its clock may be, in milliseconds.
pub(super) const SETTLING: i64 = 60_000;

/// What is kept of a socket: what it said of itself, and how far it was told.
#[derive(Debug, Clone, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(super) struct Session {
    /// Whose socket it is; role and name are the store's.
    #[n(0)]
    pub(super) member: MemberId,
    /// The peer id given with `join`; none before.
    #[n(1)]
    peer: Option<String>,
    /// Does it understand Docket's own frames?
    #[n(2)]
    pub(super) docket: bool,
    /// The client's storage, if it named one: tells a member's devices apart.
    #[n(3)]
    pub(super) storage: Option<String>,
    /// How far it follows the catalogue.
    #[n(4)]
    pub(super) catalogue: Catalogue,
    /// The workspace's version up to which everything that concerns this socket was given to it as effects.
    #[n(5)]
    pub(super) told: u64,
    /// Since when what this client says to have done can be true: the hub's last contact with it before it connected.
    /// Where that isn't known, not before its way in was made; and not before it joined, since a client that was never
    /// here has nothing of ours that it could have worked on.
    #[n(6)]
    pub(super) before: Timestamp,
    /// When it joined.
    #[n(9)]
    pub(super) joined: Timestamp,
    /// When the hub last heard of it.
    #[n(10)]
    pub(super) heard: Timestamp,
    /// The document this person has open.
    #[n(7)]
    pub(super) document: Option<DocumentId>,
    /// The field this person edits.
    #[n(8)]
    pub(super) field: Option<String>,
    /// The version of Docket's frames that it understands; none for stock clients.
    #[n(11)]
    version: Option<u32>,
    /// When its way in was made.
    #[n(12)]
    #[cbor(default)]
    pub(super) issued: Timestamp,
    /// See [`Asker::lent`].
    #[n(13)]
    pub(super) lent: Option<Timestamp>,
}

/// How far a socket follows the catalogue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub(super) enum Catalogue {
    /// It doesn't.
    #[n(0)]
    Off,
    /// It reads what there is, batch by batch.
    #[n(1)]
    Reading,
    /// It has all, and is told of changes.
    #[n(2)]
    Live,
}

impl Session {
    /// The session of a socket that was just accepted.
    pub(super) fn new(asker: Asker<'_>, issued: Timestamp, told: u64) -> Self {
        Self {
            member: asker.member.clone(),
            issued,
            lent: asker.lent,
            peer: None,
            docket: false,
            storage: None,
            catalogue: Catalogue::Off,
            told,
            before: Timestamp(0),
            joined: Timestamp(0),
            heard: Timestamp(0),
            document: None,
            field: None,
            version: None,
        }
    }

    /// The session in an attachment; none if it isn't one of ours.
    pub(super) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        minicbor::decode(bytes).ok()
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        // Writing to a Vec doesn't fail.
        minicbor::to_vec(self).unwrap_or_default()
    }

    /// The peer id; none before `join`.
    pub(super) fn peer(&self) -> Option<PeerId> {
        PeerId::new(self.peer.clone()?).ok()
    }

    /// Is this its peer id?
    pub(super) fn is_peer(&self, peer: &PeerId) -> bool {
        self.peer.as_deref() == Some(peer.as_str())
    }

    pub(super) fn join(
        &mut self,
        peer: &PeerId,
        version: Option<u32>,
        storage: Option<String>,
        now: Timestamp,
    ) {
        self.joined = now;
        self.peer = Some(peer.as_str().to_owned());
        self.docket = version.is_some();
        self.version = version;
        self.storage = storage.filter(|storage| storage.len() <= ID_LIMIT);
    }

    /// Does it understand differences of presence?
    pub(super) fn tells_differences(&self) -> bool {
        self.version >= Some(2)
    }

    /// Under which name the store notes contact with this client; none when the client can't be told apart from the
    /// member's other devices.
    pub(super) fn client(&self) -> Option<String> {
        let storage = self.storage.as_ref()?;
        Some(format!("{}/{storage}", self.member))
    }

    /// The time up to which this client has surely given all its edits to the hub; none if that can't be told.
    pub(super) fn settled(&self) -> Option<Timestamp> {
        let settled = self.heard.plus(-SETTLING);
        (settled >= self.joined.plus(SETTLING)).then_some(settled)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_fits_an_attachment_and_is_read_again() {
        let member = "m".repeat(40).parse().unwrap();
        let mut session = Session::new(Asker::from(&member), Timestamp(7), u64::MAX);
        session.lent = Some(Timestamp(6));
        let peer = PeerId::new("p".repeat(ID_LIMIT)).unwrap();
        session.join(&peer, Some(2), Some("s".repeat(ID_LIMIT)), Timestamp(1));
        session.field = Some("f".repeat(ID_LIMIT));
        session.document = Some(DocumentId::from_bytes([9; 16]));
        let bytes = session.to_bytes();
        assert!(bytes.len() < 16_384, "{}", bytes.len());
        assert_eq!(Session::from_bytes(&bytes), Some(session));
    }

    #[test]
    fn an_attachment_of_somebody_else_is_none_of_ours() {
        assert_eq!(Session::from_bytes(b""), None);
        assert_eq!(Session::from_bytes(b"{}"), None);
    }
}
