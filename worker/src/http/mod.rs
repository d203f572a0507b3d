//! The HTTP API: one file per resource, each a few handlers that check, do, and answer.
//!
//! `ask` reads who asks; `body` reads what was sent, within a limit. A handler gets the object and the caller; what
//! it does to access lives in `access`, what it does to documents in the hub.

mod ask;
mod body;
mod bundle;
mod documents;
mod export;
mod invitations;
mod members;
mod session;
mod socket;
mod statistics;
mod workspace;

use std::rc::Rc;

use docket_domain::WorkspaceSlug;
use futures_util::TryStream;
use worker::{Method, Request, Response};

use crate::{
    answer,
    error::Error,
    object::Object,
    route::{self, Place, Resource},
};

pub(crate) use ask::Caller;

/// Answers one request to the workspace `slug`.
pub(crate) async fn answer(object: &Rc<Object>, request: Request) -> Result<Response, Error> {
    let Place::Workspace { slug, resource, .. } = route::place(&request.path())? else {
        return Err(Error::NotFound("there is nothing at this address"));
    };
    let method = request.method();
    // What takes no credential, or takes it in another form.
    match (&resource, &method) {
        (Resource::Bundle, Method::Post) => return bundle::take(object, &slug, request).await,
        (Resource::Workspace, Method::Post) => return workspace::create(object, &slug, request).await,
        (Resource::Acceptance, Method::Post) => return invitations::accept(object, &slug, request).await,
        (Resource::Session, Method::Post) => return session::begin(object, &slug, request).await,
        _ => {}
    }
    let caller = ask::caller(object, &slug, &request)?;
    authenticated(object, &slug, resource, &caller, request).await
}

async fn authenticated(
    object: &Rc<Object>,
    slug: &WorkspaceSlug,
    resource: Resource,
    caller: &Caller,
    request: Request,
) -> Result<Response, Error> {
    match (resource, request.method()) {
        (Resource::Workspace, Method::Get) => workspace::describe(object, slug, caller, &request),
        (Resource::Socket, Method::Get) => socket::open(object, caller, &request),
        (Resource::Members, Method::Get) => members::list(object),
        (Resource::Members, Method::Post) => members::add(object, caller, request).await,
        (Resource::Member(id), Method::Patch) => members::amend(object, caller, &id, request).await,
        (Resource::Member(id), Method::Delete) => members::revoke(object, caller, &id),
        (Resource::Tokens(id), Method::Post) => members::token(object, caller, &id),
        (Resource::Invitations, Method::Post) => invitations::issue(object, slug, caller, request).await,
        (Resource::Session, Method::Delete) => session::end(object, slug, caller, &request),
        (Resource::Documents, Method::Get) => documents::list(object, caller, &request),
        (Resource::Documents, Method::Post) => documents::differing(object, caller, request).await,
        (Resource::Documents, Method::Put) => documents::write(object, caller, request).await,
        (Resource::Document(id), Method::Delete) => documents::purge(object, caller, id),
        (Resource::Audience(id), Method::Put) => documents::audience(object, caller, id, request).await,
        (Resource::Bundle, Method::Get) => bundle::give(object, slug, caller),
        (Resource::Export, Method::Get) => export::issues(object, slug, caller, &request),
        (Resource::ListExport(id), Method::Get) => export::list(object, slug, caller, id),
        (Resource::Statistics, Method::Get) => statistics::tell(object, caller),
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

/// A stream that breaks off: the asker sees that it does, and asks again.
fn broken(error: Error) -> worker::Error {
    let detail = error.detail().unwrap_or_else(|| error.to_string());
    crate::error::log("a streamed answer broke off", &detail);
    worker::Error::RustError("the answer broke off: ask again".into())
}

fn invalid(error: impl std::fmt::Display) -> Error {
    Error::Invalid(error.to_string())
}
