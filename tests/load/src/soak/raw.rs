//! A socket that says whatever it likes.

use std::{
    io::ErrorKind,
    net::TcpStream,
    time::{Duration, Instant},
};

use docket_sync::wire::{Frame, PeerId, PeerMetadata};
use tungstenite::{Message, WebSocket, client::IntoClientRequest, http::HeaderValue};

use super::{Failure, Shared};

pub(super) struct Raw {
    socket: WebSocket<TcpStream>,
    pub(super) peer: String,
    pub(super) sent: usize,
}

impl Raw {
    /// A socket of the attacker's that has joined; none when the hub doesn't want it.
    pub(super) fn open(shared: &Shared) -> Result<Option<Self>, Failure> {
        let mut request = shared.sync.as_str().into_client_request()?;
        let bearer = HeaderValue::from_str(&format!("Bearer {}", shared.vendor()?.1))?;
        request.headers_mut().insert("Authorization", bearer);
        let stream = TcpStream::connect(("127.0.0.1", shared.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(10)))?;
        let Ok((socket, _)) = tungstenite::client(request, stream) else {
            return Ok(None);
        };
        socket
            .get_ref()
            .set_read_timeout(Some(Duration::from_millis(5)))?;
        socket.get_ref().set_write_timeout(Some(Duration::from_secs(5)))?;
        let peer = format!("mallory-{}", docket_domain::DocumentId::random());
        let mut raw = Self {
            socket,
            peer,
            sent: 0,
        };
        let join = Frame::Join {
            sender: PeerId::new(raw.peer.as_str())?,
            metadata: PeerMetadata {
                docket: Some(2),
                storage_id: None,
                ephemeral: false,
            },
            versions: vec!["1".to_owned()],
        };
        Ok(raw.send(join.encode()).then_some(raw))
    }

    /// Answers whether the socket took it.
    pub(super) fn send(&mut self, frame: Vec<u8>) -> bool {
        self.sent += frame.len();
        self.socket.send(Message::binary(frame)).is_ok()
    }

    /// Reads what comes in that time and throws it away. Answers whether the socket is still open.
    pub(super) fn read(&mut self, time: Duration) -> bool {
        let until = Instant::now() + time;
        while Instant::now() < until {
            match self.socket.read() {
                Ok(Message::Close(_)) => return false,
                Ok(_) => {}
                Err(tungstenite::Error::Io(error))
                    if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {}
                Err(_) => return false,
            }
        }
        true
    }
}
