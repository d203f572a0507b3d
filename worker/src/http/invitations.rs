//! `/invitations`: links by which people come in.

use docket_domain::Timestamp;
use serde::{Deserialize, Serialize};
use worker::Response;

use super::{Asked, session};
use crate::{
    access::{
        credentials::{self, Kind},
        invitations,
        members::Offer,
        secret::Secret,
    },
    answer,
    error::Error,
};

#[derive(Serialize)]
struct Invitation {
    link: String,
    expires: Timestamp,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Acceptance {
    secret: String,
    #[serde(default)]
    name: String,
}

/// `POST /invitations`
pub(crate) async fn issue(asked: Asked) -> Result<Response, Error> {
    asked.knock(|caller| caller.admin())?;
    let (shown, offer) = asked.json::<Offer>().await?;
    shown.in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let (secret, expires) = invitations::issue(&object.database, &offer, object.now())?;
        // The secret stands behind the `#`: browsers don't send that part to any server.
        let origin = shown.url().origin().ascii_serialization();
        let link = format!("{origin}/join/{}#{}", shown.slug(), secret.reveal());
        answer::json(201, &Invitation { link, expires })
    })
}

/// `POST /invitations/accept`
pub(crate) async fn accept(asked: Asked) -> Result<Response, Error> {
    asked.knock_as_anybody()?;
    let (shown, acceptance) = asked.json::<Acceptance>().await?;
    shown.as_anybody(|object, _| {
        let now = object.now();
        let secret = Secret::sent(&acceptance.secret).ok_or(Error::Unauthorized)?;
        let database = &object.database;
        let accepted = database.atomically(|| {
            let member = invitations::accept(database, &secret, &acceptance.name, now)?;
            let session = credentials::issue(database, Kind::Session, &member.id, now)?;
            Ok((member, session))
        });
        let (member, session) = accepted.map_err(|error| match error {
            Error::Unauthorized => shown.wrong(),
            other => other,
        })?;
        object.member_changed(&member.id)?;
        session::opened(&shown, &member, &session)
    })
}
