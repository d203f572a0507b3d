//! `/{ws}`: making the workspace, and telling a member where they are.

use docket_domain::{DocumentId, Member, WorkspaceSlug};
use serde::{Deserialize, Serialize};
use worker::Response;

use super::{Asked, Caller, Shown};
use crate::{
    access::{
        cookie,
        credentials::{self, Kind, SESSION},
        members::{self, Offer},
    },
    answer,
    error::Error,
    object::Object,
    store::{self, Founded},
};

/// What stands before the numbers of issues where nothing else is asked for.
const PREFIX: &str = "SWG";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Creation {
    name: String,
    prefix: Option<String>,
    admin: FirstAdmin,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FirstAdmin {
    name: String,
}

#[derive(Serialize)]
struct Created<'a> {
    document: String,
    member: &'a Member,
    token: &'a str,
}

#[derive(Serialize)]
struct Description<'a> {
    slug: &'a WorkspaceSlug,
    name: String,
    document: String,
    epoch: String,
    member: &'a Member,
}

/// `POST /{ws}`: makes the workspace, once.
pub(crate) async fn create(asked: Asked) -> Result<Response, Error> {
    asked.knock_as_founder()?;
    let (shown, creation) = asked.json::<Creation>().await?;
    shown.as_founder(|object| {
        free(object, shown.slug())?;
        let name = members::name(&creation.name)?;
        let founded = Founded {
            document: DocumentId::random(),
            name: name.clone(),
            epoch: Founded::epoch(),
        };
        let (database, now) = (&object.database, object.now());
        let made = database.atomically(|| {
            store::migrate(database, now.0)?;
            // A bundle that began to be restored here, and was given up.
            store::restoring::clear(database)?;
            store::found(database, &founded, now)?;
            let member = members::add(database, Offer::admin(), &creation.admin.name)?;
            let token = credentials::issue(database, Kind::Token, &member.id, now)?;
            let prefix = creation.prefix.as_deref().unwrap_or(PREFIX);
            object.write_first_documents(&founded, &member, prefix)?;
            Ok::<_, Error>((member, token))
        });
        // What was taken back is forgotten in memory too.
        let (member, token) = made.inspect_err(|_| object.sleep())?;
        let created = Created {
            document: founded.document.url(),
            member: &member,
            token: token.reveal(),
        };
        answer::json(201, &created)
    })
}

/// Goes on only where no workspace is. To be asked after the last await: two that ask at once don't both find it free.
pub(super) fn free(object: &Object, slug: &WorkspaceSlug) -> Result<(), Error> {
    if object.is_claimed()? {
        Err(Error::Conflict(format!("the workspace “{slug}” exists already")))
    } else {
        Ok(())
    }
}

/// `GET /{ws}`: who asks, and where they are.
pub(crate) fn describe(asked: Asked) -> Result<Response, Error> {
    let shown = asked.bare();
    shown.in_turn(|caller| {
        let object = caller.object();
        let founded = store::founded(&object.database)?;
        let description = Description {
            slug: shown.slug(),
            name: object.name(&founded)?,
            document: founded.document.url(),
            epoch: founded.epoch,
            member: &caller.member,
        };
        let builder = match renewed(&shown, caller)? {
            Some(cookie) => answer::builder()?.with_header("Set-Cookie", &cookie)?,
            None => answer::builder()?,
        };
        Ok(builder.from_json(&description)?)
    })
}

/// The cookie again, for a session that is past half of its time: who comes back now and then stays signed in.
fn renewed(shown: &Shown, caller: &Caller<'_>) -> Result<Option<String>, Error> {
    let (Some(session), Some(secret)) = (&caller.session, shown.session_secret()) else {
        return Ok(None);
    };
    let object = caller.object();
    let now = object.now();
    if session
        .expires
        .is_none_or(|expires| expires > now.plus(SESSION / 2))
    {
        return Ok(None);
    }
    credentials::renew(&object.database, &session.digest, now)?;
    Ok(Some(cookie::set(shown.slug(), secret, shown.is_secure())))
}
