//! `GET /sync/{ws}`: the WebSocket.

use worker::{Request, Response};

use super::{Caller, ask};
use crate::{error::Error, object::Object};

/// Opens a socket for the caller.
pub(crate) fn open(object: &Object, caller: &Caller, request: &Request) -> Result<Response, Error> {
    if !ask::is_upgrade(request)? {
        return Err(Error::Upgrade);
    }
    let session = caller.session.as_ref().map(|session| &session.digest);
    object.open_socket(&caller.member.id, session)
}
