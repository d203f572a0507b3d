//! `/session`: a cookie for a token, and logging out.

use docket_domain::Member;
use serde::{Deserialize, Serialize};
use worker::Response;

use super::{Asked, Shown};
use crate::{
    access::{
        cookie,
        credentials::{self, Kind},
        secret::Secret,
    },
    answer,
    error::Error,
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
pub(crate) async fn begin(asked: Asked) -> Result<Response, Error> {
    asked.knock_as_anybody()?;
    let (shown, beginning) = asked.json::<Beginning>().await?;
    shown.as_anybody(|object, _| {
        let token = Secret::sent(&beginning.token).ok_or(Error::Unauthorized)?;
        let member = shown.by_token(&token)?;
        let session = credentials::issue(&object.database, Kind::Session, &member.id, object.now())?;
        opened(&shown, &member, &session)
    })
}

/// `DELETE /session`
pub(crate) fn end(asked: Asked) -> Result<Response, Error> {
    let shown = asked.bare();
    shown.in_turn(|caller| {
        if let Some(session) = &caller.session {
            let object = caller.object();
            credentials::end_session(&object.database, &session.digest)?;
            object.close_session(&session.digest);
        }
        let clear = cookie::clear(shown.slug(), shown.is_secure());
        Ok(answer::builder()?
            .with_status(204)
            .with_header("Set-Cookie", &clear)?
            .empty())
    })
}

/// The answer that opens a session for `member`.
pub(crate) fn opened(shown: &Shown, member: &Member, session: &Secret) -> Result<Response, Error> {
    let set = cookie::set(shown.slug(), session, shown.is_secure());
    Ok(answer::builder()?
        .with_status(201)
        .with_header("Set-Cookie", &set)?
        .from_json(&One { member })?)
}
