//! `/audit`: who did what, for admins.

use docket_exchange::bundle::Audited;
use futures_util::stream;
use serde::Serialize;
use worker::Response;

use super::{Asked, Shown, file, invalid};
use crate::{access::audit, answer, error::Error};

/// How many entries are told where nothing else is asked for, and the most.
const USUAL: i64 = 200;
const MOST: i64 = 1_000;

#[derive(Serialize)]
struct Log {
    entries: Vec<Audited>,
    /// Go on after (or before) this entry; null when there are no more.
    next: Option<i64>,
}

#[derive(Default)]
struct Wanted {
    after: i64,
    before: Option<i64>,
    limit: Option<i64>,
    lines: bool,
}

/// `GET /audit?after=&limit=` from the oldest on, `?before=` from the latest back; `?format=jsonl` all of it.
pub(crate) fn tell(asked: Asked) -> Result<Response, Error> {
    let mut wanted = Wanted::default();
    for (name, value) in asked.url().query_pairs() {
        match &*name {
            "after" => wanted.after = value.parse().map_err(invalid)?,
            "before" if value.is_empty() => wanted.before = Some(audit::MOST_ID),
            "before" => wanted.before = Some(value.parse().map_err(invalid)?),
            "limit" => wanted.limit = Some(value.parse().map_err(invalid)?),
            "format" if value == "jsonl" => wanted.lines = true,
            "format" => return Err(Error::Invalid("“format” is “jsonl”, or isn’t given".into())),
            _ => {}
        }
    }
    let shown = asked.bare();
    shown.in_turn(|caller| caller.admin())?;
    if wanted.lines {
        let name = format!("{}-audit.jsonl", shown.slug());
        let start = (shown, wanted.after);
        return file("application/jsonl", &name, stream::try_unfold(Some(start), lines));
    }
    let limit = wanted.limit.unwrap_or(USUAL).clamp(1, MOST);
    shown.in_turn(|caller| {
        caller.admin()?;
        let database = &caller.object().database;
        let entries = match wanted.before {
            Some(before) => audit::before(database, before, limit)?,
            None => audit::after(database, wanted.after, limit)?,
        };
        let full = entries.len() as i64 == limit;
        let next = entries.last().map(|entry| entry.id).filter(|_| full);
        answer::json(200, &Log { entries, next })
    })
}

/// The next lines.
async fn lines(at: Option<(Shown, i64)>) -> worker::Result<Option<(Vec<u8>, Option<(Shown, i64)>)>> {
    let Some((shown, after)) = at else {
        return Ok(None);
    };
    let read = shown.in_turn(|caller| {
        caller.admin()?;
        Ok(audit::after(&caller.object().database, after, MOST)?)
    });
    let entries = read.map_err(shown.breaks())?;
    let next = entries.last().map(|entry| (shown, entry.id));
    Ok(Some((entries.iter().flat_map(Audited::line).collect(), next)))
}
