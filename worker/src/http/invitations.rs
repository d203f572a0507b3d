//! `/invitations`: links by which people come in.

use docket_domain::{Timestamp, WorkspaceSlug};
use serde::{Deserialize, Serialize};
use worker::{Request, Response};

use super::{Caller, ask, body, session};
use crate::{
    access::{
        credentials::{self, Kind},
        invitations,
        members::Offer,
        secret::Secret,
    },
    answer,
    error::Error,
    object::Object,
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
pub(crate) async fn issue(
    object: &Object,
    slug: &WorkspaceSlug,
    caller: &Caller,
    mut request: Request,
) -> Result<Response, Error> {
    caller.admin()?;
    let offer: Offer = body::json(&mut request).await?;
    let (secret, expires) = invitations::issue(&object.database, &offer, object.now())?;
    // The secret stands behind the `#`: browsers don't send that part to any server.
    let origin = request.url()?.origin().ascii_serialization();
    let link = format!("{origin}/join/{slug}#{}", secret.reveal());
    answer::json(201, &Invitation { link, expires })
}

/// `POST /invitations/accept`
pub(crate) async fn accept(
    object: &Object,
    slug: &WorkspaceSlug,
    mut request: Request,
) -> Result<Response, Error> {
    ask::not_another_page(&request)?;
    if !object.is_claimed()? {
        return Err(Error::Unauthorized);
    }
    let acceptance: Acceptance = body::json(&mut request).await?;
    let now = object.now();
    let address = ask::address(&request)?;
    if object.throttle.borrow().waits(&address, now) {
        return Err(Error::TooMany);
    }
    let secret = Secret::sent(&acceptance.secret).ok_or(Error::Unauthorized)?;
    let database = &object.database;
    let accepted = database.atomically(|| {
        let member = invitations::accept(database, &secret, &acceptance.name, now)?;
        let session = credentials::issue(database, Kind::Session, &member.id, now)?;
        Ok((member, session))
    });
    let (member, session) = accepted.inspect_err(|error| {
        if matches!(error, Error::Unauthorized) {
            object.throttle.borrow_mut().wrong(&address, now);
        }
    })?;
    object.member_changed(&member.id)?;
    session::opened(&request, slug, &member, &session)
}
