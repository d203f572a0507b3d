//! The HTTP API: one file per resource, each a few handlers that check, do, and answer.
//!
//! `ask` finds out who asks, after the body came; `body` reads it, within a limit. A handler gets what was asked and
//! nothing else: the object is reached through a caller alone. What it does to access lives in `access`, what it does
//! to documents in the hub.

mod ask;
mod audit;
mod body;
mod bundle;
mod credentials;
mod documents;
mod export;
mod invitations;
mod members;
mod session;
mod socket;
mod statistics;
mod usage;
mod workspace;

use std::rc::Rc;

use futures_util::TryStream;
use worker::{Method, Request, Response};

use crate::{
    answer,
    error::Error,
    object::Object,
    route::{self, Place, Resource},
};

pub(crate) use ask::{Asked, Caller, Shown};

/// Answers one request to a workspace.
pub(crate) async fn answer(object: &Rc<Object>, request: Request) -> Result<Response, Error> {
    let Place::Workspace { slug, resource, .. } = route::place(&request.path())? else {
        return Err(Error::NotFound("there is nothing at this address"));
    };
    let method = request.method();
    let asked = Asked::new(object, slug, request)?;
    // What takes no credential, or takes it in another form.
    match (&resource, &method) {
        (Resource::Bundle, Method::Post) => return bundle::take(asked).await,
        (Resource::Workspace, Method::Post) => return workspace::create(asked).await,
        (Resource::Acceptance, Method::Post) => return invitations::accept(asked).await,
        (Resource::Session, Method::Post) => return session::begin(asked).await,
        _ => {}
    }
    asked.knock(|_| Ok(()))?;
    authenticated(resource, method, asked).await
}

/// What takes a member's credential. (`tests/worker/authority.test.mjs` reads these lines, and those above.)
async fn authenticated(resource: Resource, method: Method, asked: Asked) -> Result<Response, Error> {
    match (resource, method) {
        (Resource::Workspace, Method::Get) => workspace::describe(asked),
        (Resource::Socket, Method::Get) => socket::open(asked),
        (Resource::Members, Method::Get) => members::list(asked),
        (Resource::Members, Method::Post) => members::add(asked).await,
        (Resource::Member(id), Method::Patch) => members::amend(asked, id).await,
        (Resource::Member(id), Method::Delete) => members::revoke(asked, &id),
        (Resource::Tokens(id), Method::Post) => members::token(asked, id).await,
        (Resource::Credentials(id), Method::Get) => credentials::list(asked, &id),
        (Resource::Credentials(id), Method::Delete) => credentials::end_all(asked, &id),
        (Resource::Credential(id, credential), Method::Delete) => credentials::end(asked, &id, &credential),
        (Resource::Invitations, Method::Post) => invitations::issue(asked).await,
        (Resource::Session, Method::Delete) => session::end(asked),
        (Resource::Documents, Method::Get) => documents::list(asked),
        (Resource::Documents, Method::Post) => documents::differing(asked).await,
        (Resource::Documents, Method::Put) => documents::write(asked).await,
        (Resource::Document(id), Method::Delete) => documents::purge(asked, id),
        (Resource::Audience(id), Method::Put) => documents::audience(asked, id).await,
        (Resource::Audit, Method::Get) => audit::tell(asked),
        (Resource::Bundle, Method::Get) => bundle::give(asked),
        (Resource::Export, Method::Get) => export::issues(asked),
        (Resource::ListExport(id), Method::Get) => export::list(asked, id),
        (Resource::Statistics, Method::Get) => statistics::tell(asked),
        (Resource::Usage, Method::Get) => usage::tell(asked),
        (Resource::Largest, Method::Get) => usage::largest(asked),
        (Resource::Epoch, Method::Post) => workspace::renew(asked),
        _ => Err(Error::Method),
    }
}

/// A file to be saved under that name, streamed.
fn file(
    kind: &str,
    name: &str,
    batches: impl TryStream<Ok = Vec<u8>, Error = worker::Error> + 'static,
) -> Result<Response, Error> {
    let builder = answer::builder()?
        .with_header("Content-Type", kind)?
        .with_header("Content-Disposition", &format!("attachment; filename=\"{name}\""))?;
    Ok(builder.from_stream(batches)?)
}

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::Invalid(error.to_string())
}
