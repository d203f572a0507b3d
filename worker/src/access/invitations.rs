//! Invitations: a link for one use, good for two weeks.

use docket_domain::{Member, Timestamp};

use super::{
    members::{self, Offer},
    secret::Secret,
};
use crate::{
    error::Error,
    store::{Database, StoreError, blob, integer, text},
};

/// How long an invitation is good.
const LIFETIME: i64 = 14 * 24 * 60 * 60 * 1000;

/// The most invitations that wait at a time.
const MOST: usize = 500;

/// Makes an invitation. Answers its secret and when it ends.
pub(crate) fn issue(
    database: &Database,
    offer: &Offer,
    now: Timestamp,
) -> Result<(Secret, Timestamp), Error> {
    database.run(
        "DELETE FROM invitations WHERE expires <= ?",
        vec![integer(now.0)?],
    )?;
    if database.rows("SELECT 1 FROM invitations", Vec::new())?.len() >= MOST {
        return Err(Error::Conflict(format!(
            "{MOST} invitations wait already: let some be used or end"
        )));
    }
    if let Some(proposed) = &offer.name {
        members::name(proposed)?;
    }
    let secret = Secret::random()?;
    let expires = now.plus(LIFETIME);
    let json = serde_json::to_string(offer).map_err(|error| StoreError::Unexpected(error.to_string()))?;
    database.run(
        "INSERT INTO invitations (digest, offer, expires) VALUES (?, ?, ?)",
        vec![blob(secret.digest().as_bytes()), text(json), integer(expires.0)?],
    )?;
    Ok((secret, expires))
}

/// Uses an invitation up and makes the member; to be run atomically.
pub(crate) fn accept(
    database: &Database,
    secret: &Secret,
    name: &str,
    now: Timestamp,
) -> Result<Member, Error> {
    let digest = secret.digest();
    let row = database.row(
        "DELETE FROM invitations WHERE digest = ? AND expires > ? RETURNING offer",
        vec![blob(digest.as_bytes()), integer(now.0)?],
    )?;
    let Some(mut row) = row else {
        return Err(Error::Unauthorized);
    };
    let offer: Offer =
        serde_json::from_str(&row.text()?).map_err(|error| StoreError::Unexpected(error.to_string()))?;
    let chosen = match name.trim() {
        "" => offer.name.clone().unwrap_or_default(),
        chosen => chosen.to_owned(),
    };
    members::add(database, offer, &chosen)
}
