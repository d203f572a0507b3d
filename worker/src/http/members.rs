//! `/members`: who takes part.

use docket_domain::{Member, MemberId};
use serde::Serialize;
use worker::{Request, Response};

use super::{Caller, body};
use crate::{
    access::{
        credentials::{self, Kind},
        members::{self, Amendment, Offer},
    },
    answer,
    error::Error,
    object::Object,
};

#[derive(Serialize)]
struct Members {
    members: Vec<Member>,
}

#[derive(Serialize)]
struct One<'a> {
    member: &'a Member,
}

#[derive(Serialize)]
struct Token<'a> {
    token: &'a str,
}

/// `GET /members`
pub(crate) fn list(object: &Object) -> Result<Response, Error> {
    let members = members::all(&object.database)?;
    answer::json(200, &Members { members })
}

/// `POST /members`
pub(crate) async fn add(object: &Object, caller: &Caller, mut request: Request) -> Result<Response, Error> {
    caller.admin()?;
    let offer: Offer = body::json(&mut request).await?;
    let name = offer.name.clone().unwrap_or_default();
    let member = object
        .database
        .atomically(|| members::add(&object.database, offer, &name))?;
    object.member_changed(&member.id)?;
    answer::json(201, &One { member: &member })
}

/// `PATCH /members/{id}`
pub(crate) async fn amend(
    object: &Object,
    caller: &Caller,
    id: &MemberId,
    mut request: Request,
) -> Result<Response, Error> {
    caller.admin()?;
    let amendment: Amendment = body::json(&mut request).await?;
    let member = object
        .database
        .atomically(|| members::amend(&object.database, id, amendment))?;
    object.member_changed(&member.id)?;
    answer::json(200, &One { member: &member })
}

/// `DELETE /members/{id}`
pub(crate) fn revoke(object: &Object, caller: &Caller, id: &MemberId) -> Result<Response, Error> {
    caller.admin()?;
    let now = object.now();
    object
        .database
        .atomically(|| members::revoke(&object.database, id, now))?;
    object.member_changed(id)?;
    answer::nothing()
}

/// `POST /members/{id}/tokens`
pub(crate) fn token(object: &Object, caller: &Caller, id: &MemberId) -> Result<Response, Error> {
    if caller.member.id != *id {
        caller.admin()?;
    }
    let now = object.now();
    let secret = object.database.atomically(|| {
        let member = members::existing(&object.database, id)?;
        credentials::issue(&object.database, Kind::Token, &member.id, now)
    })?;
    let token = Token {
        token: secret.reveal(),
    };
    answer::json(201, &token)
}
