//! Who asks.

use docket_domain::{Member, Role, Timestamp, WorkspaceSlug};
use worker::{Method, Request};

use crate::{
    access::{
        cookie,
        credentials::{self, Kind},
        members, origin,
        secret::{Digest, Secret},
    },
    error::Error,
    object::Object,
};

/// Somebody who showed a valid way in.
pub(crate) struct Caller {
    /// Who they are.
    pub(crate) member: Member,
    /// The session they came with, if it was one.
    pub(crate) session: Option<Session>,
}

/// A browser's session.
pub(crate) struct Session {
    /// What is kept of its secret.
    pub(crate) digest: Digest,
    /// Its secret, to be set again when it is renewed.
    pub(crate) secret: Secret,
    /// When it ends.
    pub(crate) expires: Option<Timestamp>,
}

impl Caller {
    /// Goes on only for admins.
    pub(crate) fn admin(&self) -> Result<(), Error> {
        if self.member.role == Role::Admin {
            Ok(())
        } else {
            Err(Error::Forbidden("only an admin of the workspace may do this"))
        }
    }

    /// Goes on only for those who may write.
    pub(crate) fn writer(&self) -> Result<(), Error> {
        if self.member.role.writes() {
            Ok(())
        } else {
            Err(Error::Forbidden("a viewer reads, and writes nothing"))
        }
    }
}

/// Finds out who asks: by token, else by session.
pub(crate) fn caller(object: &Object, slug: &WorkspaceSlug, request: &Request) -> Result<Caller, Error> {
    let now = object.now();
    let sent = bearer(request)?;
    if !object.is_claimed()? {
        // Only who holds the deployment's secret is told that nobody has claimed this name.
        return Err(match sent {
            Some(secret) if object.is_setup_secret(&secret) => {
                Error::NotFound("there is no workspace of this name yet: make it with POST")
            }
            _ => Error::Unauthorized,
        });
    }
    match sent {
        Some(secret) => {
            let member = by_token(object, request, &secret, now)?;
            Ok(Caller {
                member,
                session: None,
            })
        }
        None => by_session(object, slug, request, now),
    }
}

/// Goes on only for who holds the secret with which this deployment's workspaces are made.
pub(crate) fn founder(object: &Object, request: &Request) -> Result<(), Error> {
    not_another_page(request)?;
    let (now, address) = (object.now(), address(request)?);
    if object.throttle.borrow().waits(&address, now) {
        return Err(Error::TooMany);
    }
    let secret = bearer(request)?.ok_or(Error::Unauthorized)?;
    if object.is_setup_secret(&secret) {
        return Ok(());
    }
    object.throttle.borrow_mut().wrong(&address, now);
    Err(Error::Unauthorized)
}

/// Whose token `secret` is.
pub(crate) fn by_token(
    object: &Object,
    request: &Request,
    secret: &Secret,
    now: Timestamp,
) -> Result<Member, Error> {
    let address = address(request)?;
    if object.throttle.borrow().waits(&address, now) {
        return Err(Error::TooMany);
    }
    let database = &object.database;
    let found = credentials::find(database, Kind::Token, &secret.digest(), now)?;
    let member = match found {
        Some(found) => members::get(database, &found.member)?,
        None => None,
    };
    if member.is_none() {
        object.throttle.borrow_mut().wrong(&address, now);
    }
    member.ok_or(Error::Unauthorized)
}

fn by_session(
    object: &Object,
    slug: &WorkspaceSlug,
    request: &Request,
    now: Timestamp,
) -> Result<Caller, Error> {
    let header = request.headers().get("Cookie")?.unwrap_or_default();
    let secret = cookie::read(&header, slug).ok_or(Error::Unauthorized)?;
    let digest = secret.digest();
    let database = &object.database;
    let found = credentials::find(database, Kind::Session, &digest, now)?.ok_or(Error::Unauthorized)?;
    let member = members::get(database, &found.member)?.ok_or(Error::Unauthorized)?;
    if request.method() != Method::Get || is_upgrade(request)? {
        own_page(request)?;
    }
    let session = Session {
        digest,
        secret,
        expires: found.expires,
    };
    Ok(Caller {
        member,
        session: Some(session),
    })
}

/// Goes on only if one of our own pages asks.
pub(crate) fn own_page(request: &Request) -> Result<(), Error> {
    let origin = request.headers().get("Origin")?;
    if origin::is_ours(origin.as_deref(), &request.url()?) {
        Ok(())
    } else {
        Err(Error::Origin)
    }
}

/// As [`own_page`], but programs, which send no origin, may ask too.
pub(crate) fn not_another_page(request: &Request) -> Result<(), Error> {
    if request.headers().has("Origin")? {
        own_page(request)
    } else {
        Ok(())
    }
}

/// Does the request ask for a WebSocket?
pub(crate) fn is_upgrade(request: &Request) -> Result<bool, Error> {
    let upgrade = request.headers().get("Upgrade")?;
    Ok(upgrade.is_some_and(|value| value.eq_ignore_ascii_case("websocket")))
}

/// Is the request encrypted on its way?
pub(crate) fn is_secure(request: &Request) -> Result<bool, Error> {
    Ok(request.url()?.scheme() == "https")
}

/// The secret in `Authorization: Bearer …`.
pub(crate) fn bearer(request: &Request) -> Result<Option<Secret>, Error> {
    let Some(header) = request.headers().get("Authorization")? else {
        return Ok(None);
    };
    let (scheme, secret) = header.split_once(' ').unwrap_or((&header, ""));
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::Unauthorized);
    }
    Secret::sent(secret.trim()).map(Some).ok_or(Error::Unauthorized)
}

/// The asker's network address, as Cloudflare tells it.
pub(crate) fn address(request: &Request) -> Result<String, Error> {
    Ok(request.headers().get("CF-Connecting-IP")?.unwrap_or_default())
}
