//! `GET /sync/{ws}`: the WebSocket.

use worker::Response;

use super::Asked;
use crate::error::Error;

/// Opens a socket for the caller.
pub(crate) fn open(asked: Asked) -> Result<Response, Error> {
    let shown = asked.bare();
    if !shown.is_upgrade() {
        return Err(Error::Upgrade);
    }
    shown.in_turn(|caller| caller.object().open_socket(caller))
}
