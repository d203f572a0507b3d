//! `GET /usage` and `GET /documents/largest`: how much there is, of how much there may be, and what is in trouble.

use docket_domain::{DocumentId, Kind, Row, limits};
use docket_sync::hub::{HubError, Store, Usage};
use serde::Serialize;
use worker::Response;

use super::{Asked, invalid};
use crate::{
    answer,
    error::Error,
    object::Object,
    store::{self, errors::Noted},
};

/// Documents that are told of without being asked for a number, and at most.
const SOME: usize = 20;
const MOST: usize = 200;

#[derive(Serialize)]
struct Told {
    documents: u64,
    bytes: u64,
    /// Documents of kinds that this version doesn't know: they are kept, and nobody reads or writes them.
    unknown: u64,
    quota: Quota,
    /// Rows written on this day (UTC), as far as this workspace knows.
    rows_today: u64,
    /// As many as may be, if this deployment says.
    rows_quota: Option<u64>,
    sockets: usize,
    errors: Vec<Noted>,
}

#[derive(Serialize)]
struct Quota {
    documents: u64,
    bytes: u64,
}

/// `GET /usage`
pub(crate) fn tell(asked: Asked) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let usage = object.with_hub(|hub, _| hub.store().usage())?;
        let Usage { documents, bytes } = usage.map_err(HubError::from)?;
        let most = object.quota();
        let told = Told {
            documents,
            bytes,
            unknown: store::unknown(&object.database)?,
            quota: Quota {
                documents: most.documents,
                bytes: most.bytes,
            },
            rows_today: object.database.today().1,
            rows_quota: object.database.rows_a_day(),
            sockets: object.open_sockets(),
            errors: object.last_errors()?,
        };
        answer::json(200, &told)
    })
}

#[derive(Serialize)]
struct Largest {
    documents: Vec<Large>,
}

#[derive(Serialize)]
struct Large {
    document: DocumentId,
    kind: Option<String>,
    title: Option<String>,
    number: Option<u64>,
    bytes: u64,
    changes: u64,
    heads: u64,
    row_bytes: u64,
    /// What is wrong with it, in words; null: nothing that is known.
    problem: Option<&'static str>,
}

/// `GET /documents/largest?limit=`. None of them is loaded, so that one that can't be is told of too.
pub(crate) fn largest(asked: Asked) -> Result<Response, Error> {
    let mut limit = SOME;
    for (name, value) in asked.url().query_pairs() {
        if name == "limit" {
            limit = value.parse().map_err(invalid)?;
        }
    }
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let found = store::largest(&object.database, limit.min(MOST))?;
        let documents = found.into_iter().map(|found| describe(object, found));
        let largest = Largest {
            documents: documents.collect::<Result<_, _>>()?,
        };
        answer::json(200, &largest)
    })
}

fn describe(object: &Object, found: store::Large) -> Result<Large, Error> {
    let known = found.kind.as_deref().map(Kind::parse);
    let row = match known {
        Some(Some(_)) => store::row(&object.database, found.document)?,
        _ => None,
    };
    let readable = row.as_deref().map(Row::from_bytes);
    let failed = object.with_hub(|hub, _| hub.has_failed(found.document))?;
    let problem = match (&known, &readable) {
        (Some(None), _) => Some("this version doesn't know its kind"),
        (_, Some(Err(_))) => Some("its row can't be read"),
        (Some(Some(_)), None) => Some("it has no row"),
        _ if failed => Some("what is stored of it is damaged"),
        _ if found.heads > limits::HEADS as u64 => Some("too many copies of it stand side by side"),
        _ if found.row_bytes > limits::ROW as u64 => Some("its row is too large"),
        _ if found.bytes > limits::DOCUMENT / 100 * limits::FULL_PERCENT
            || found.changes > limits::CHANGES / 100 * limits::FULL_PERCENT =>
        {
            Some("it is nearly full")
        }
        _ => None,
    };
    Ok(Large {
        document: found.document,
        kind: found.kind,
        title: readable.and_then(Result::ok).map(|row| row.title),
        number: found.number,
        bytes: found.bytes,
        changes: found.changes,
        heads: found.heads,
        row_bytes: found.row_bytes,
        problem,
    })
}
