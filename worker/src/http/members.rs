//! `/members`: who takes part.

use docket_domain::{Member, MemberId};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use worker::Response;

use super::Asked;
use crate::{
    access::{
        audit,
        credentials::{self, Kind, Making},
        members::{self, Amendment, Offer},
        naming,
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

/// What a token is to be called.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Named {
    #[serde(default)]
    name: String,
}

/// What of a member has changed: from, to.
fn changed(before: &Member, after: &Member) -> Map<String, Value> {
    let fields = |member: &Member| match json!(member) {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    let (before, after) = (fields(before), fields(after));
    let changed = after.into_iter().filter_map(|(field, to)| {
        let from = before.get(&field)?;
        (*from != to).then(|| (field, json!({"from": from, "to": to})))
    });
    changed.collect()
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
        let database = &object.database;
        let member = database.atomically(|| {
            let member = members::add(database, offer, &name)?;
            let id = Some(member.id.as_str());
            audit::note(database, caller.doing(), "member-made", id, &json!(member))?;
            Ok::<_, Error>(member)
        })?;
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
        let database = &object.database;
        let member = database.atomically(|| {
            let (before, member) = members::amend(database, &id, amendment)?;
            let changed = changed(&before, &member);
            if !changed.is_empty() {
                let detail = Value::Object(changed);
                audit::note(
                    database,
                    caller.doing(),
                    "member-changed",
                    Some(id.as_str()),
                    &detail,
                )?;
            }
            Ok::<_, Error>(member)
        })?;
        object.member_changed(&member.id)?;
        answer::json(200, &One { member: &member })
    })
}

/// `DELETE /members/{id}`
pub(crate) fn revoke(asked: Asked, id: &MemberId) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let (database, now) = (&object.database, object.now());
        database.atomically(|| {
            let member = members::revoke(database, id, now)?;
            audit::note(
                database,
                caller.doing(),
                "member-revoked",
                Some(id.as_str()),
                &json!(member),
            )?;
            Ok::<_, Error>(())
        })?;
        object.member_changed(id)?;
        answer::nothing()
    })
}

/// `POST /members/{id}/tokens`
pub(crate) async fn token(asked: Asked, id: MemberId) -> Result<Response, Error> {
    let (shown, named) = asked.json_or_nothing::<Named>().await?;
    shown.in_turn(|caller| {
        caller.themselves_or_admin(&id)?;
        let (object, by) = (caller.object(), &caller.member.id);
        let (database, now) = (&object.database, object.now());
        let secret = database.atomically(|| {
            let member = members::existing(database, &id)?;
            let making = Making {
                kind: Kind::Token,
                member: &member.id,
                name: &named.name,
                by: Some(by),
                lent: if *by == id { caller.way.lent } else { Some(now) },
            };
            let (secret, _) = credentials::make(database, &making, now)?;
            let detail = json!({"name": naming::label(&named.name)});
            audit::note(
                database,
                caller.doing(),
                "credential-made",
                Some(id.as_str()),
                &detail,
            )?;
            Ok::<_, Error>(secret)
        })?;
        let token = Token {
            token: secret.reveal(),
        };
        answer::json(201, &token)
    })
}
