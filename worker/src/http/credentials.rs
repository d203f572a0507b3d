//! `/members/{id}/credentials`: the devices and tokens by which a member comes in, listed and revoked one by one.

use docket_domain::MemberId;
use serde::Serialize;
use serde_json::json;
use worker::Response;

use super::{Asked, Caller};
use crate::{
    access::{
        audit,
        credentials::{self, Ended, Kind, Listed},
        members,
    },
    answer,
    error::Error,
};

#[derive(Serialize)]
struct Credentials {
    credentials: Vec<Listed>,
}

/// `GET /members/{id}/credentials`
pub(crate) fn list(asked: Asked, id: &MemberId) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.themselves_or_admin(id)?;
        let database = &caller.object().database;
        members::existing(database, id)?;
        let credentials = credentials::list(database, id, &caller.way.id, caller.object().now())?;
        answer::json(200, &Credentials { credentials })
    })
}

/// `DELETE /members/{id}/credentials/{credential}`
pub(crate) fn end(asked: Asked, id: &MemberId, credential: &str) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.themselves_or_admin(id)?;
        let database = &caller.object().database;
        let ended = database.atomically(|| {
            members::existing(database, id)?;
            let none = || Error::NotFound("there is no such token or session any more");
            let ended = credentials::end(database, id, credential)?.ok_or_else(none)?;
            let detail =
                json!({"id": credential, "session": ended.kind == Kind::Session, "name": ended.name});
            audit::note(
                database,
                caller.doing(),
                "credential-revoked",
                Some(id.as_str()),
                &detail,
            )?;
            Ok::<_, Error>(ended)
        })?;
        close(caller, &[ended]);
        answer::nothing()
    })
}

/// `DELETE /members/{id}/credentials?tokens=yes`: signs out everywhere.
pub(crate) fn end_all(asked: Asked, id: &MemberId) -> Result<Response, Error> {
    let tokens = asked
        .url()
        .query_pairs()
        .any(|(name, value)| name == "tokens" && value == "yes");
    asked.bare().in_turn(|caller| {
        caller.themselves_or_admin(id)?;
        let database = &caller.object().database;
        let ended = database.atomically(|| {
            members::existing(database, id)?;
            let ended = credentials::end_all(database, id, tokens)?;
            let of = |kind| ended.iter().filter(|ended| ended.kind == kind).count();
            let detail = json!({"sessions": of(Kind::Session), "others": of(Kind::Token)});
            audit::note(
                database,
                caller.doing(),
                "credentials-revoked",
                Some(id.as_str()),
                &detail,
            )?;
            Ok::<_, Error>(ended)
        })?;
        close(caller, &ended);
        answer::nothing()
    })
}

/// Closes the sockets that came by what has ended.
pub(super) fn close(caller: &Caller<'_>, ended: &[Ended]) {
    for ended in ended {
        caller
            .object()
            .close_credential(&ended.digest, "your access by this device or token was ended");
    }
}
