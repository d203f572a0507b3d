//! `/members`: who takes part.

use docket_domain::{Member, MemberId};
use serde::Serialize;
use worker::Response;

use super::Asked;
use crate::{
    access::{
        credentials::{self, Kind},
        members::{self, Amendment, Offer},
    },
    answer,
    error::Error,
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
pub(crate) fn list(asked: Asked) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        let members = members::all(&caller.object().database)?;
        answer::json(200, &Members { members })
    })
}

/// `POST /members`
pub(crate) async fn add(asked: Asked) -> Result<Response, Error> {
    asked.knock(|caller| caller.admin())?;
    let (shown, offer) = asked.json::<Offer>().await?;
    shown.in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let name = offer.name.clone().unwrap_or_default();
        let member = object
            .database
            .atomically(|| members::add(&object.database, offer, &name))?;
        object.member_changed(&member.id)?;
        answer::json(201, &One { member: &member })
    })
}

/// `PATCH /members/{id}`
pub(crate) async fn amend(asked: Asked, id: MemberId) -> Result<Response, Error> {
    asked.knock(|caller| caller.admin())?;
    let (shown, amendment) = asked.json::<Amendment>().await?;
    shown.in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let member = object
            .database
            .atomically(|| members::amend(&object.database, &id, amendment))?;
        object.member_changed(&member.id)?;
        answer::json(200, &One { member: &member })
    })
}

/// `DELETE /members/{id}`
pub(crate) fn revoke(asked: Asked, id: &MemberId) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let now = object.now();
        object
            .database
            .atomically(|| members::revoke(&object.database, id, now))?;
        object.member_changed(id)?;
        answer::nothing()
    })
}

/// `POST /members/{id}/tokens`
pub(crate) fn token(asked: Asked, id: &MemberId) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        if caller.member.id != *id {
            caller.admin()?;
        }
        let database = &caller.object().database;
        let now = caller.object().now();
        let secret = database.atomically(|| {
            let member = members::existing(database, id)?;
            credentials::issue(database, Kind::Token, &member.id, now)
        })?;
        let token = Token {
            token: secret.reveal(),
        };
        answer::json(201, &token)
    })
}
