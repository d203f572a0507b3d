//! `/session`: a cookie for a token, and signing out.

use docket_domain::{Member, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::Response;

use super::{Asked, Caller, Shown};
use crate::{
    access::{
        audit::{self, Doing},
        cookie,
        credentials::{self, Ended, Making},
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
    /// Only who would be signed in is asked.
    #[serde(default)]
    ask: bool,
    /// The member who is signed in, and over whom this goes.
    #[serde(default)]
    over: Option<MemberId>,
    /// What the browser calls itself.
    #[serde(default)]
    name: String,
}

#[derive(Serialize)]
struct One<'a> {
    member: &'a Member,
}

#[derive(Serialize)]
struct Answered<'a> {
    /// Who would be signed in.
    member: &'a Member,
    /// Who is.
    signed_in: Option<&'a Member>,
}

/// `POST /session`
pub(crate) async fn begin(asked: Asked) -> Result<Response, Error> {
    asked.knock_as_anybody()?;
    let (shown, beginning) = asked.json::<Beginning>().await?;
    shown.as_anybody(|object, caller| {
        let token = Secret::sent(&beginning.token).ok_or_else(|| shown.wrong())?;
        let (member, way) = shown.by_token(&token)?;
        if beginning.ask {
            let signed_in = caller.map(|caller| &caller.member);
            let answered = Answered {
                member: &member,
                signed_in,
            };
            return answer::json(200, &answered);
        }
        over(caller, &member.id, beginning.over.as_ref())?;
        let (database, now) = (&object.database, object.now());
        let (session, ended) = database.atomically(|| {
            if way.lent.is_some() {
                // Whoever made that token may be who comes in by it.
                let doing = Doing {
                    at: now,
                    by: Some(&member.id),
                    from: shown.from(),
                };
                let detail = json!({"credential": way.id});
                audit::note(
                    database,
                    doing,
                    "session-begun",
                    Some(member.id.as_str()),
                    &detail,
                )?;
            }
            let making = Making {
                lent: way.lent,
                ..Making::session(&member.id, &beginning.name)
            };
            credentials::make(database, &making, now)
        })?;
        replace(object, caller, &ended)?;
        opened(&shown, &member, &session)
    })
}

/// Goes on only if nobody else is signed in here, or that is known.
pub(super) fn over(
    caller: Option<&Caller<'_>>,
    member: &MemberId,
    over: Option<&MemberId>,
) -> Result<(), Error> {
    match caller.map(|caller| &caller.member) {
        Some(here) if here.id != *member && over != Some(&here.id) => {
            Err(Error::SignedIn(Box::new(here.clone())))
        }
        _ => Ok(()),
    }
}

/// Ends the session in whose place another one is, and closes the sockets of those that gave way.
pub(super) fn replace(object: &Object, caller: Option<&Caller<'_>>, ended: &[Ended]) -> Result<(), Error> {
    if let Some(caller) = caller {
        credentials::end_session(&object.database, &caller.digest)?;
        object.close_credential(&caller.digest, "somebody signed in again here");
    }
    for ended in ended {
        object.close_credential(&ended.digest, "you signed in on many devices: this one gave way");
    }
    Ok(())
}

/// `DELETE /session`
pub(crate) fn end(asked: Asked) -> Result<Response, Error> {
    let shown = asked.bare();
    shown.in_turn(|caller| {
        if caller.is_session {
            let object = caller.object();
            credentials::end_session(&object.database, &caller.digest)?;
            object.close_credential(&caller.digest, "you signed out");
        }
        let clear = cookie::clear(shown.slug(), shown.is_secure());
        Ok(answer::builder_with(&clear)?.with_status(204).empty())
    })
}

/// The answer that opens a session for `member`: the last thing that is done, and all else has been.
pub(crate) fn opened(shown: &Shown, member: &Member, session: &Secret) -> Result<Response, Error> {
    let set = cookie::set(shown.slug(), session, shown.is_secure());
    Ok(answer::builder_with(&set)?
        .with_status(201)
        .from_json(&One { member })?)
}
