//! A WebSocket as a stream of events.

use futures_channel::mpsc::{self, UnboundedReceiver};
use js_sys::{ArrayBuffer, Uint8Array};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{BinaryType, CloseEvent, Event, MessageEvent, WebSocket};

/// What a socket tells.
#[derive(Debug)]
pub(super) enum Heard {
    /// It is open.
    Open,
    /// A frame came.
    Frame(Vec<u8>),
    /// It is closed, or never opened; with the hub's sentence, if it gave one.
    Closed(String),
}

/// A socket. Dropping it closes it.
#[derive(Debug)]
pub(super) struct Socket {
    inner: WebSocket,
    // They are called as long as the socket lives.
    _open: Closure<dyn FnMut(Event)>,
    _message: Closure<dyn FnMut(MessageEvent)>,
    _close: Closure<dyn FnMut(CloseEvent)>,
}

impl Socket {
    /// Begins to connect. None when the address is refused by the browser.
    pub(super) fn connect(address: &str) -> Option<(Self, UnboundedReceiver<Heard>)> {
        let inner = WebSocket::new(address).ok()?;
        inner.set_binary_type(BinaryType::Arraybuffer);
        let (sender, receiver) = mpsc::unbounded();
        // Sending fails only once nobody listens any more.
        let heard = sender.clone();
        let open = Closure::<dyn FnMut(Event)>::new(move |_| {
            let _ = heard.unbounded_send(Heard::Open);
        });
        let heard = sender.clone();
        let message = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            // Text is no frame: only a proxy or a mistake would send it.
            if let Ok(buffer) = message.data().dyn_into::<ArrayBuffer>() {
                let _ = heard.unbounded_send(Heard::Frame(Uint8Array::new(&buffer).to_vec()));
            }
        });
        let close = Closure::<dyn FnMut(CloseEvent)>::new(move |event: CloseEvent| {
            let _ = sender.unbounded_send(Heard::Closed(event.reason()));
        });
        inner.set_onopen(Some(open.as_ref().unchecked_ref()));
        inner.set_onmessage(Some(message.as_ref().unchecked_ref()));
        inner.set_onclose(Some(close.as_ref().unchecked_ref()));
        let socket = Self {
            inner,
            _open: open,
            _message: message,
            _close: close,
        };
        Some((socket, receiver))
    }

    /// Sends a frame. On a socket that isn't open it is lost, like every frame on its way: the sync sends again.
    pub(super) fn send(&self, frame: &[u8]) {
        if self.inner.ready_state() == WebSocket::OPEN {
            let _ = self.inner.send_with_u8_array(frame);
        }
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        self.inner.set_onopen(None);
        self.inner.set_onmessage(None);
        self.inner.set_onclose(None);
        // Closing a closed socket does nothing.
        let _ = self.inner.close();
    }
}
