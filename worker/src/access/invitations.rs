//! Invitations: a link for one use, good for two weeks.

use docket_domain::{Member, MemberId, Timestamp};

use super::{
    members::{self, Offer},
    naming,
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
    by: &MemberId,
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
        let proposed = naming::name(proposed)?;
        members::is_free(database, &proposed, None)?;
    }
    let secret = Secret::random()?;
    let expires = now.plus(LIFETIME);
    let json = serde_json::to_string(offer).map_err(|error| StoreError::Unexpected(error.to_string()))?;
    database.run(
        "INSERT INTO invitations (digest, offer, expires, made_by) VALUES (?, ?, ?, ?)",
        vec![
            blob(secret.digest().as_bytes()),
            text(json),
            integer(expires.0)?,
            text(by.as_str()),
        ],
    )?;
    Ok((secret, expires))
}

/// Uses an invitation up and makes the member; to be run atomically. Answers who had made it too, where that is known.
pub(crate) fn accept(
    database: &Database,
    secret: &Secret,
    name: &str,
    now: Timestamp,
) -> Result<(Member, Option<String>), Error> {
    let digest = secret.digest();
    let row = database.row(
        "DELETE FROM invitations WHERE digest = ? AND expires > ? RETURNING offer, made_by",
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
    let made_by = row.text_or_none()?;
    let own = offer.name.clone();
    let member = members::add(database, offer, &chosen)?;
    is_nobodys(database, &member.name, own.as_deref(), now)?;
    Ok((member, made_by))
}

/// Goes on only if the name isn't kept for somebody else who was invited by it.
fn is_nobodys(database: &Database, name: &str, own: Option<&str>, now: Timestamp) -> Result<(), Error> {
    let waiting = database.rows(
        "SELECT offer FROM invitations WHERE expires > ?",
        vec![integer(now.0)?],
    )?;
    for mut row in waiting {
        let offer: Offer =
            serde_json::from_str(&row.text()?).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        // One's own invitation may have been sent twice.
        let theirs = offer.name.as_deref().filter(|theirs| own != Some(theirs));
        if theirs.is_some_and(|theirs| naming::alike(theirs, name)) {
            return Err(Error::Conflict(
                "somebody else was invited by this name: take another".into(),
            ));
        }
    }
    Ok(())
}
