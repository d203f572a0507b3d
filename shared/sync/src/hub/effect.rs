//! What the hub asks its body to do.

use std::sync::Arc;

use docket_domain::Timestamp;

/// A socket's name, given by the hub's body when it accepts the socket: random, below 2⁵³, and the same after
/// hibernation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SocketId(pub u64);

/// A frame's bytes: one buffer, however many sockets it goes to.
pub type Bytes = Arc<[u8]>;

/// What to do, in this order. All of it follows from what is stored already, so that a crash between two effects loses
/// nothing that can't be asked for again.
#[derive(Clone, PartialEq, Eq)]
pub enum Effect {
    /// Send a binary frame.
    Send {
        /// To whom.
        socket: SocketId,
        /// The frame.
        bytes: Bytes,
    },
    /// Close a socket (code 1008), and then call [`Hub::disconnect`](super::Hub::disconnect).
    Close {
        /// Which.
        socket: SocketId,
        /// Why, in at most 123 bytes (RFC 6455, section 5.5).
        reason: String,
    },
    /// Keep this as the socket's attachment, for [`Hub::resume`](super::Hub::resume); at most 16 KB.
    Keep {
        /// Whose.
        socket: SocketId,
        /// The session.
        session: Vec<u8>,
    },
    /// Call [`Hub::tick`](super::Hub::tick) at this time or soon after. It may be forgotten when the hub is evicted.
    Tick {
        /// When.
        at: Timestamp,
    },
    /// Call [`Hub::alarm`](super::Hub::alarm) at this time or soon after, unless it is called earlier anyway.
    Alarm {
        /// When.
        at: Timestamp,
    },
}

impl std::fmt::Debug for Effect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Send { socket, bytes } => match crate::wire::Frame::decode(bytes) {
                Ok(frame) => write!(f, "Send to {}: {frame:?}", socket.0),
                Err(_) => write!(f, "Send to {}: {} bytes", socket.0, bytes.len()),
            },
            Self::Close { socket, reason } => write!(f, "Close {}: {reason}", socket.0),
            Self::Keep { socket, session } => write!(f, "Keep {} bytes for {}", session.len(), socket.0),
            Self::Tick { at } => write!(f, "Tick at {}", at.0),
            Self::Alarm { at } => write!(f, "Alarm at {}", at.0),
        }
    }
}
