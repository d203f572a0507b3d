//! Tokens and sessions: which secret stands for which member, and what is known of each.

use docket_domain::{MemberId, Timestamp};
use serde::Serialize;

use super::{
    naming,
    secret::{Digest, Secret},
};
use crate::{
    error::Error,
    store::{Database, Row, StoreError, blob, integer, optional, text},
};

/// How long a browser's session lasts; it is renewed when half of it has passed.
pub(crate) const SESSION: i64 = 90 * 24 * 60 * 60 * 1000;

/// The most sessions one member holds: the one that was unused for longest gives way to the next.
const SESSIONS: usize = 200;

/// The most tokens one member holds. None gives way by itself: a program somewhere needs it.
const TOKENS: usize = 50;

/// That one is used is noted once in so many milliseconds: each time is a row written.
const NOTED: i64 = 60 * 60 * 1000;

/// What kind of way in a secret is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
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

    fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "token" => Ok(Self::Token),
            "session" => Ok(Self::Session),
            other => Err(StoreError::Unexpected(format!(
                "a credential of the kind “{other}”"
            ))),
        }
    }
}

/// A way in to be made.
pub(crate) struct Making<'a> {
    /// What it is.
    pub(crate) kind: Kind,
    /// Whose it is.
    pub(crate) member: &'a MemberId,
    /// What they call it: a browser's short description, a token's purpose.
    pub(crate) name: &'a str,
    /// Who makes it; none for who came with the setup secret.
    pub(crate) by: Option<&'a MemberId>,
    /// When somebody else made the token that it is, or by which it is made.
    pub(crate) lent: Option<Timestamp>,
}

impl<'a> Making<'a> {
    /// A session that a member begins for themselves.
    pub(crate) const fn session(member: &'a MemberId, name: &'a str) -> Self {
        Self {
            kind: Kind::Session,
            member,
            name,
            by: Some(member),
            lent: None,
        }
    }
}

/// A way in that was found.
#[derive(Debug, Clone)]
pub(crate) struct Found {
    /// Its public id.
    pub(crate) id: String,
    /// Whose it is.
    pub(crate) member: MemberId,
    /// When it ends.
    pub(crate) expires: Option<Timestamp>,
    /// When it was made.
    pub(crate) made_at: Timestamp,
    /// See [`Making::lent`].
    pub(crate) lent: Option<Timestamp>,
    /// When it was last noted to be used.
    pub(crate) used_at: Option<Timestamp>,
}

/// A way in, as it is listed.
#[derive(Debug, Serialize)]
pub(crate) struct Listed {
    id: String,
    kind: Kind,
    name: String,
    made_at: Timestamp,
    made_by: Option<MemberId>,
    used_at: Option<Timestamp>,
    expires_at: Option<Timestamp>,
    /// Is it the one by which it is asked?
    current: bool,
}

/// A way in that was ended: its sockets are to be closed.
pub(crate) struct Ended {
    /// What was kept of its secret.
    pub(crate) digest: Digest,
    /// What it was.
    pub(crate) kind: Kind,
    /// What it was called.
    pub(crate) name: String,
}

/// Makes a way in. Answers its secret, and the sessions that gave way; to be run atomically.
pub(crate) fn make(
    database: &Database,
    making: &Making<'_>,
    now: Timestamp,
) -> Result<(Secret, Vec<Ended>), Error> {
    let secret = Secret::random()?;
    let ended = keep(database, making, &secret, now)?;
    Ok((secret, ended))
}

/// Makes this secret a way in.
pub(crate) fn keep(
    database: &Database,
    making: &Making<'_>,
    secret: &Secret,
    now: Timestamp,
) -> Result<Vec<Ended>, Error> {
    prune(database, now)?;
    let held = count(database, making.member, making.kind)?;
    let ended = match making.kind {
        Kind::Token if held >= TOKENS => {
            return Err(Error::Conflict(format!(
                "this member has {TOKENS} tokens already: revoke one that isn’t used any more, on the page of their devices and tokens or with DELETE …/members/{}/credentials/<id>",
                making.member
            )));
        }
        Kind::Token => Vec::new(),
        Kind::Session => give_way(database, making.member, (held + 1).saturating_sub(SESSIONS))?,
    };
    let expires = match making.kind {
        Kind::Token => None,
        Kind::Session => Some(integer(now.plus(SESSION).0)?),
    };
    let lent = making.lent.map(|at| integer(at.0)).transpose()?;
    database.run(
        "INSERT INTO credentials (digest, kind, member, expires, id, name, made_at, made_by, lent) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        vec![
            blob(secret.digest().as_bytes()),
            text(making.kind.as_str()),
            text(making.member.as_str()),
            optional(expires),
            text(public_id()?),
            text(naming::label(making.name).unwrap_or_default()),
            integer(now.0)?,
            optional(making.by.map(|member| text(member.as_str()))),
            optional(lent),
        ],
    )?;
    Ok(ended)
}

/// By which a way in is named where it is listed; it opens nothing.
fn public_id() -> Result<String, Error> {
    let mut bytes = [0_u8; 8];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The way in that `digest` is of, also of a member who was revoked.
pub(crate) fn find(
    database: &Database,
    kind: Kind,
    digest: &Digest,
    now: Timestamp,
) -> Result<Option<Found>, StoreError> {
    let row = database.row(
        "SELECT id, member, expires, made_at, lent, used_at FROM credentials WHERE digest = ? AND kind = ?",
        vec![blob(digest.as_bytes()), text(kind.as_str())],
    )?;
    let Some(mut row) = row else { return Ok(None) };
    let found = Found {
        id: row.text()?,
        member: member(&mut row)?,
        expires: row.integer_or_none()?.map(Timestamp),
        made_at: Timestamp(row.integer()?),
        lent: row.integer_or_none()?.map(Timestamp),
        used_at: row.integer_or_none()?.map(Timestamp),
    };
    Ok(Some(found).filter(|found| found.expires.is_none_or(|at| now < at)))
}

/// Notes that a way in is used, unless that was noted within the hour.
pub(crate) fn note_use(
    database: &Database,
    digest: &Digest,
    found: &Found,
    now: Timestamp,
) -> Result<(), StoreError> {
    if found.used_at.is_some_and(|at| now < at.plus(NOTED)) {
        return Ok(());
    }
    database.run(
        "UPDATE credentials SET used_at = ? WHERE digest = ?",
        vec![integer(now.0)?, blob(digest.as_bytes())],
    )
}

/// A member's ways in, the latest made first.
pub(crate) fn list(
    database: &Database,
    owner: &MemberId,
    current: &str,
    now: Timestamp,
) -> Result<Vec<Listed>, StoreError> {
    let rows = database.rows(
        "SELECT id, kind, name, made_at, made_by, used_at, expires FROM credentials \
         WHERE member = ? AND (expires IS NULL OR expires > ?) ORDER BY made_at DESC, id",
        vec![text(owner.as_str()), integer(now.0)?],
    )?;
    let read = |mut row: Row| {
        let id = row.text()?;
        Ok(Listed {
            current: id == current,
            id,
            kind: Kind::parse(&row.text()?)?,
            name: row.text()?,
            made_at: Timestamp(row.integer()?),
            made_by: row.text_or_none()?.map(|id| read_member(&id)).transpose()?,
            used_at: row.integer_or_none()?.map(Timestamp),
            expires_at: row.integer_or_none()?.map(Timestamp),
        })
    };
    rows.into_iter().map(read).collect()
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

/// Ends one of a member's ways in; none where there is none of that id.
pub(crate) fn end(database: &Database, owner: &MemberId, id: &str) -> Result<Option<Ended>, StoreError> {
    let ended = database.rows(
        "DELETE FROM credentials WHERE member = ? AND id = ? RETURNING digest, kind, name",
        vec![text(owner.as_str()), text(id)],
    )?;
    Ok(read_ended(ended)?.into_iter().next())
}

/// Ends all of a member's sessions, and their tokens too if that is wanted.
pub(crate) fn end_all(database: &Database, owner: &MemberId, tokens: bool) -> Result<Vec<Ended>, StoreError> {
    let kind = if tokens { "" } else { " AND kind = 'session'" };
    read_ended(database.rows(
        &format!("DELETE FROM credentials WHERE member = ?{kind} RETURNING digest, kind, name"),
        vec![text(owner.as_str())],
    )?)
}

/// Ends so many of a member's sessions, those that were unused for longest.
fn give_way(database: &Database, owner: &MemberId, many: usize) -> Result<Vec<Ended>, StoreError> {
    if many == 0 {
        return Ok(Vec::new());
    }
    let many = i64::try_from(many).unwrap_or(i64::MAX);
    read_ended(database.rows(
        "DELETE FROM credentials WHERE digest IN (SELECT digest FROM credentials \
         WHERE member = ? AND kind = 'session' ORDER BY MAX(made_at, COALESCE(used_at, 0)) LIMIT ?) \
         RETURNING digest, kind, name",
        vec![text(owner.as_str()), integer(many)?],
    )?)
}

fn count(database: &Database, owner: &MemberId, kind: Kind) -> Result<usize, StoreError> {
    let row = database.row(
        "SELECT COUNT(*) FROM credentials WHERE member = ? AND kind = ?",
        vec![text(owner.as_str()), text(kind.as_str())],
    )?;
    let count = row.map_or(Ok(0), |mut row| row.natural())?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

fn read_ended(rows: Vec<Row>) -> Result<Vec<Ended>, StoreError> {
    let read = |mut row: Row| {
        let digest = Digest::kept(&row.blob()?)
            .ok_or_else(|| StoreError::Unexpected("a digest of another length than 32".into()))?;
        Ok(Ended {
            digest,
            kind: Kind::parse(&row.text()?)?,
            name: row.text()?,
        })
    };
    rows.into_iter().map(read).collect()
}

fn member(row: &mut Row) -> Result<MemberId, StoreError> {
    read_member(&row.text()?)
}

fn read_member(id: &str) -> Result<MemberId, StoreError> {
    id.parse()
        .map_err(|_| StoreError::Unexpected("a credential of a malformed member id".into()))
}

/// Forgets sessions that have ended. Those of a member who was revoked stay: who comes by one is told.
fn prune(database: &Database, now: Timestamp) -> Result<(), StoreError> {
    database.run(
        "DELETE FROM credentials WHERE expires <= ? \
         AND member NOT IN (SELECT id FROM members WHERE revoked_at IS NOT NULL)",
        vec![integer(now.0)?],
    )
}
