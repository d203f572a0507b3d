//! Tokens and sessions: which secret stands for which member.

use docket_domain::{MemberId, Timestamp};

use super::secret::{Digest, Secret};
use crate::{
    error::Error,
    store::{Database, StoreError, blob, integer, optional, text},
};

/// How long a browser's session lasts; it is renewed when half of it has passed.
pub(crate) const SESSION: i64 = 90 * 24 * 60 * 60 * 1000;

/// The most tokens and sessions one member holds.
const MOST: usize = 200;

/// What kind of way in a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For programs: sent in `Authorization`, or by stock clients in the socket's address.
    Token,
    /// For browsers: sent in a cookie.
    Session,
}

impl Kind {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Session => "session",
        }
    }
}

/// A way in that was found.
pub(crate) struct Found {
    /// Whose it is.
    pub(crate) member: MemberId,
    /// When it ends.
    pub(crate) expires: Option<Timestamp>,
}

/// Makes a way in for `member`.
pub(crate) fn issue(
    database: &Database,
    kind: Kind,
    member: &MemberId,
    now: Timestamp,
) -> Result<Secret, Error> {
    let secret = Secret::random()?;
    keep(database, kind, member, &secret, now)?;
    Ok(secret)
}

/// Makes this secret a way in for `member`.
pub(crate) fn keep(
    database: &Database,
    kind: Kind,
    member: &MemberId,
    secret: &Secret,
    now: Timestamp,
) -> Result<(), Error> {
    prune(database, now)?;
    let held = database.rows(
        "SELECT 1 FROM credentials WHERE member = ?",
        vec![text(member.as_str())],
    )?;
    if held.len() >= MOST {
        let message =
            format!("this member has {MOST} tokens and sessions already: revoke the member and invite anew");
        return Err(Error::Conflict(message));
    }
    let expires = match kind {
        Kind::Token => None,
        Kind::Session => Some(integer(now.plus(SESSION).0)?),
    };
    database.run(
        "INSERT INTO credentials (digest, kind, member, expires) VALUES (?, ?, ?, ?)",
        vec![
            blob(secret.digest().as_bytes()),
            text(kind.as_str()),
            text(member.as_str()),
            optional(expires),
        ],
    )?;
    Ok(())
}

/// Whose `digest` is.
pub(crate) fn find(
    database: &Database,
    kind: Kind,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let row = database.row(
        "SELECT member, expires FROM credentials WHERE digest = ? AND kind = ?",
        vec![blob(digest.as_bytes()), text(kind.as_str())],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let member = row
        .text()?
        .parse()
        .map_err(|_| StoreError::Unexpected("a credential of a malformed member id".into()))?;
    let expires = row.integer_or_none()?.map(Timestamp);
    Ok(Some(Found { member, expires }).filter(|found| found.expires.is_none_or(|at| now < at)))
}

/// Lets a session last longer.
pub(crate) fn renew(database: &Database, digest: &Digest, now: Timestamp) -> Result<(), StoreError> {
    database.run(
        "UPDATE credentials SET expires = ? WHERE digest = ? AND kind = 'session'",
        vec![integer(now.plus(SESSION).0)?, blob(digest.as_bytes())],
    )
}

/// Ends one session.
pub(crate) fn end_session(database: &Database, digest: &Digest) -> Result<(), StoreError> {
    database.run(
        "DELETE FROM credentials WHERE digest = ? AND kind = 'session'",
        vec![blob(digest.as_bytes())],
    )
}

/// Ends all of a member's tokens and sessions.
pub(crate) fn end_all(database: &Database, member: &MemberId) -> Result<(), StoreError> {
    database.run(
        "DELETE FROM credentials WHERE member = ?",
        vec![text(member.as_str())],
    )
}

fn prune(database: &Database, now: Timestamp) -> Result<(), StoreError> {
    database.run(
        "DELETE FROM credentials WHERE expires <= ?",
        vec![integer(now.0)?],
    )
}
