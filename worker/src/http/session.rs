//! `/session`: a cookie for a token, and logging out.

use docket_domain::{Member, WorkspaceSlug};
use serde::{Deserialize, Serialize};
use worker::{Request, Response};

use super::{Caller, ask, body};
use crate::{
    access::{
        cookie,
        credentials::{self, Kind},
        secret::Secret,
    },
    answer,
    error::Error,
    object::Object,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Beginning {
    token: String,
}

#[derive(Serialize)]
struct One<'a> {
    member: &'a Member,
}

/// `POST /session`
pub(crate) async fn begin(
    object: &Object,
    slug: &WorkspaceSlug,
    mut request: Request,
) -> Result<Response, Error> {
    ask::not_another_page(&request)?;
    if !object.is_claimed()? {
        return Err(Error::Unauthorized);
    }
    let beginning: Beginning = body::json(&mut request).await?;
    let now = object.now();
    let token = Secret::sent(&beginning.token).ok_or(Error::Unauthorized)?;
    let member = ask::by_token(object, &request, &token, now)?;
    let session = credentials::issue(&object.database, Kind::Session, &member.id, now)?;
    opened(&request, slug, &member, &session)
}

/// `DELETE /session`
pub(crate) fn end(
    object: &Object,
    slug: &WorkspaceSlug,
    caller: &Caller,
    request: &Request,
) -> Result<Response, Error> {
    if let Some(session) = &caller.session {
        credentials::end_session(&object.database, &session.digest)?;
        object.close_session(&session.digest);
    }
    let clear = cookie::clear(slug, ask::is_secure(request)?);
    Ok(answer::builder()?
        .with_status(204)
        .with_header("Set-Cookie", &clear)?
        .empty())
}

/// The answer that opens a session for `member`.
pub(crate) fn opened(
    request: &Request,
    slug: &WorkspaceSlug,
    member: &Member,
    session: &Secret,
) -> Result<Response, Error> {
    let set = cookie::set(slug, session, ask::is_secure(request)?);
    Ok(answer::builder()?
        .with_status(201)
        .with_header("Set-Cookie", &set)?
        .from_json(&One { member })?)
}
