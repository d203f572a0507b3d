//! `/{ws}`: making the workspace, and telling a member where they are.

use docket_domain::{DocumentId, Member, WorkspaceSlug};
use serde::{Deserialize, Serialize};
use serde_json::json;
use worker::Response;

use super::{Asked, Caller, Shown};
use crate::{
    access::{
        audit::{self, Doing},
        cookie,
        credentials::{self, Kind, Making, SESSION},
        members::{self, Offer},
        naming,
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
        let name = naming::one_line(&creation.name)?;
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
            let making = Making {
                kind: Kind::Token,
                member: &member.id,
                name: "",
                by: None,
                lent: None,
            };
            let (token, _) = credentials::make(database, &making, now)?;
            let doing = Doing {
                at: now,
                by: None,
                from: shown.from(),
            };
            audit::note(
                database,
                doing,
                "workspace-made",
                Some(member.id.as_str()),
                &json!({"name": name}),
            )?;
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

#[derive(Serialize)]
struct Renewed {
    epoch: String,
}

/// `POST /epoch`: after the database was set back to an earlier time. Every client compares all that it has with what is
/// here, and sends again what was lost.
pub(crate) fn renew(asked: Asked) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let database = &object.database;
        let epoch = database.atomically(|| {
            let epoch = store::renew_epoch(database)?;
            audit::note(database, caller.doing(), "epoch-renewed", None, &json!(null))?;
            Ok::<_, Error>(epoch)
        })?;
        object.close_all("the hub was set back: everything is compared anew");
        // It knows the epoch by heart.
        object.sleep();
        answer::json(200, &Renewed { epoch })
    })
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
        let cookies = renewed(&shown, caller)?;
        Ok(answer::builder_with(&cookies)?.from_json(&description)?)
    })
}

/// The cookie again, for a session that is past half of its time, or whose cookie is of the kind that was set before: who
/// comes back now and then stays signed in.
fn renewed(shown: &Shown, caller: &Caller<'_>) -> Result<Vec<String>, Error> {
    let Some(secret) = shown.session_secret() else {
        return Ok(Vec::new());
    };
    let object = caller.object();
    let now = object.now();
    let is_young = |expires| expires > now.plus(SESSION / 2);
    if caller.way.expires.is_none_or(is_young) && !shown.is_to_be_replaced() {
        return Ok(Vec::new());
    }
    credentials::renew(&object.database, &caller.digest, now)?;
    Ok(cookie::set(shown.slug(), secret, shown.is_secure()))
}
