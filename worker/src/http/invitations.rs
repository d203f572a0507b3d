//! `/invitations`: links by which people come in.

use docket_domain::{MemberId, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::Response;

use super::{Asked, session};
use crate::{
    access::{
        audit::{self, Doing},
        credentials::{self, Making},
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
    /// The member who is signed in, and over whom this goes.
    #[serde(default)]
    over: Option<MemberId>,
    /// What the browser calls itself.
    #[serde(default)]
    device: String,
}

/// `POST /invitations`
pub(crate) async fn issue(asked: Asked) -> Result<Response, Error> {
    asked.knock(|caller| caller.admin())?;
    let (shown, offer) = asked.json::<Offer>().await?;
    shown.in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let database = &object.database;
        let (secret, expires) = database.atomically(|| {
            let issued = invitations::issue(database, &offer, &caller.member.id, object.now())?;
            audit::note(database, caller.doing(), "invitation-made", None, &json!(offer))?;
            Ok::<_, Error>(issued)
        })?;
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
    shown.as_anybody(|object, caller| {
        let now = object.now();
        let secret = Secret::sent(&acceptance.secret).ok_or_else(|| shown.wrong())?;
        let database = &object.database;
        let accepted = database.atomically(|| {
            let (member, made_by) = invitations::accept(database, &secret, &acceptance.name, now)?;
            // Taken back with all else: the invitation isn't used up by a question.
            session::over(caller, &member.id, acceptance.over.as_ref())?;
            let making = Making::session(&member.id, &acceptance.device);
            let (session, ended) = credentials::make(database, &making, now)?;
            let doing = Doing {
                at: now,
                by: Some(&member.id),
                from: shown.from(),
            };
            let detail = json!({"invited_by": made_by, "member": member});
            audit::note(
                database,
                doing,
                "invitation-accepted",
                Some(member.id.as_str()),
                &detail,
            )?;
            Ok((member, session, ended))
        });
        let (member, session, ended) = accepted.map_err(|error| match error {
            Error::Unauthorized => shown.wrong(),
            other => other,
        })?;
        object.member_changed(&member.id)?;
        session::replace(object, caller, &ended)?;
        session::opened(&shown, &member, &session)
    })
}
