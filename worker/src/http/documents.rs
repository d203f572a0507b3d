//! `/documents`: documents in bulk, and what admins do with one as a whole.
//!
//! Bodies are streams of CBOR records (`docket_sync::wire::record`). What is read is sent batch by batch, as the asker
//! takes it; what is written is stored turn by turn, as it comes in.

use docket_domain::{Audience, DocumentId, Kind};
use docket_sync::{
    bulk::Reader,
    hub::{Batch, HubError, MOST_PARTIES, ReadBatch, Store, is_audience},
    wire::record::{ChangesRecord, HeadsRecord, RECORD_LIMIT, Record},
};
use std::time::Duration;

use futures_util::{TryStream, stream};
use serde_json::json;
use worker::{Delay, Response};

use super::{Asked, Shown, invalid};
use crate::{answer, error::Error};

/// A stream of CBOR items, one after the other (RFC 8742).
const RECORDS: &str = "application/cbor-seq";

/// The most bytes of one bulk write. Larger imports come in several.
const WRITE_LIMIT: usize = 32 * 1024 * 1024;

/// About as many bytes of answers to a bulk write are held. They can't leave before all of it was read: most clients
/// (browsers, over HTTP/1.1) read no answer while they send, and would wait for the hub as the hub for them. So beyond
/// these the rest of the write isn't stored, and gets no answer: it is to be sent again.
const ANSWERS: usize = 8 * 1024 * 1024;

/// The bytes in memory of an entry of a list of heads.
const LISTED: usize = 96;

/// The most records of a bulk write that are stored in one turn, and about how many bytes: those who follow the
/// catalogue are told once of each turn's, and nobody waits for long.
const TURN: usize = 50;
const TURN_BYTES: usize = 256 * 1024;

/// `GET /documents?after=&limit=`
pub(crate) fn list(asked: Asked) -> Result<Response, Error> {
    let (mut after, mut limit) = (None, usize::MAX);
    for (name, value) in asked.url().query_pairs() {
        match &*name {
            "after" => {
                let id: DocumentId = value.parse().map_err(invalid)?;
                after = Some(id);
            }
            "limit" => {
                let wrong = || Error::Invalid("“limit” is a whole number above 0".into());
                limit = value.parse().ok().filter(|limit| *limit > 0).ok_or_else(wrong)?;
            }
            _ => {}
        }
    }
    let start = Listing {
        shown: asked.bare(),
        after,
        left: limit,
    };
    records(stream::try_unfold(Some(start), Listing::step))
}

struct Listing {
    shown: Shown,
    after: Option<DocumentId>,
    left: usize,
}

impl Listing {
    async fn step(listing: Option<Self>) -> worker::Result<Option<(Vec<u8>, Option<Self>)>> {
        let Some(mut listing) = listing else {
            return Ok(None);
        };
        listing.shown.pace().await;
        let broken = listing.shown.breaks();
        let batch = listing.batch().map_err(&broken)?;
        listing.shown.send(batch.records.len()).map_err(broken)?;
        listing.left = listing.left.saturating_sub(batch.count);
        let more = batch.next.is_some() && listing.left > 0;
        listing.after = batch.next;
        Ok(Some((batch.records, more.then_some(listing))))
    }

    fn batch(&self) -> Result<ReadBatch, Error> {
        self.shown.in_turn(|caller| {
            let member = caller.asker();
            Ok(caller
                .object()
                .with_hub(|hub, now| hub.read_documents(member, self.after, self.left, now))??)
        })
    }
}

/// `POST /documents`: those that differ from the heads that are sent.
pub(crate) async fn differing(asked: Asked) -> Result<Response, Error> {
    let (shown, sent) = asked.bytes(RECORD_LIMIT).await?;
    shown.in_turn(|_| Ok(()))?;
    let start = Comparison {
        shown,
        listed: HeadsRecord::decode_request(&sent).map_err(invalid)?,
    };
    records(stream::try_unfold(start, Comparison::step))
}

struct Comparison {
    shown: Shown,
    listed: Vec<HeadsRecord>,
}

impl Comparison {
    async fn step(mut self) -> worker::Result<Option<(Vec<u8>, Self)>> {
        if self.listed.is_empty() {
            return Ok(None);
        }
        self.shown.pace().await;
        let broken = self.shown.breaks();
        let batch = self.batch().map_err(&broken)?;
        let held = self.listed.len() * LISTED + batch.records.len();
        self.shown.send(held).map_err(broken)?;
        // At least one, or this would never end.
        self.listed.drain(..batch.handled.clamp(1, self.listed.len()));
        Ok(Some((batch.records, self)))
    }

    fn batch(&self) -> Result<Batch, Error> {
        self.shown.in_turn(|caller| {
            let member = caller.asker();
            Ok(caller
                .object()
                .with_hub(|hub, now| hub.read_differing(member, &self.listed, now))??)
        })
    }
}

/// `PUT /documents`: changes, judged by the same guard as a socket's.
pub(crate) async fn write(asked: Asked) -> Result<Response, Error> {
    asked.knock(|caller| caller.writer())?;
    let (shown, mut pieces) = asked.pieces(WRITE_LIMIT)?;
    let mut reader = Reader::<ChangesRecord>::new();
    let mut writing = Writing::default();
    // Between two turns others get theirs.
    while let Some(piece) = pieces.next().await? {
        if writing.is_full() {
            continue;
        }
        reader.feed(&piece);
        while let Some(record) = reader.next_record().map_err(invalid)? {
            writing.take(record, &shown).await?;
        }
        shown.hold(reader.held() + writing.weight + writing.answers.len())?;
    }
    if !writing.is_full() {
        for record in reader.finish().map_err(invalid)? {
            writing.take(record, &shown).await?;
        }
        writing.store(&shown).await?;
    }
    shown.send(writing.answers.len())?;
    records_of(writing.answers)
}

/// A bulk write under way.
#[derive(Default)]
struct Writing {
    /// Records of the next turn, and the bytes of their changes.
    waiting: Vec<ChangesRecord>,
    weight: usize,
    answers: Vec<u8>,
}

impl Writing {
    const fn is_full(&self) -> bool {
        self.answers.len() >= ANSWERS
    }

    async fn take(&mut self, record: ChangesRecord, shown: &Shown) -> Result<(), Error> {
        self.weight += record.changes.iter().map(Vec::len).sum::<usize>();
        self.waiting.push(record);
        if self.waiting.len() >= TURN || self.weight >= TURN_BYTES {
            self.store(shown).await?;
        }
        Ok(())
    }

    /// Stores what waits, turn by turn.
    async fn store(&mut self, shown: &Shown) -> Result<(), Error> {
        let records = std::mem::take(&mut self.waiting);
        self.weight = 0;
        let mut rest = records.as_slice();
        while !rest.is_empty() && !self.is_full() {
            // At least one, or this would never end.
            let stored = self.turn(rest, shown)?.max(1);
            rest = rest.get(stored..).unwrap_or_default();
            // Others have waited as long as this took.
            Delay::from(Duration::ZERO).await;
        }
        Ok(())
    }

    /// Stores the first of these records, as one who may write now. Answers how many.
    fn turn(&mut self, records: &[ChangesRecord], shown: &Shown) -> Result<usize, Error> {
        shown.in_turn(|caller| {
            caller.writer()?;
            if caller.object().database.is_for_edits() {
                return Err(Error::quota(
                    "The hub's quota of the day is nearly used up, and what is left is kept for edits: import again after midnight UTC.",
                ));
            }
            let (object, member) = (caller.object(), caller.asker());
            object.database.ask_from(caller.from());
            let (stored, effects) =
                object.with_hub(|hub, now| hub.write_documents(member, records, now))??;
            object.carry_out(effects);
            self.answers.extend(stored.iter().flat_map(Record::encode));
            Ok(stored.len())
        })
    }
}

/// `DELETE /documents/{id}`
pub(crate) fn purge(asked: Asked, id: DocumentId) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let effects = object.hub_noting(caller.doing(), "document-purged", id, |hub, now| {
            let kind = hub.store().meta(id)?.and_then(|meta| meta.kind);
            Ok((hub.purge(id, now)?, json!({"kind": kind.map(Kind::as_str)})))
        });
        object.carry_out(effects.map_err(of_document)?);
        answer::nothing()
    })
}

/// `PUT /documents/{id}/audience`
pub(crate) async fn audience(asked: Asked, id: DocumentId) -> Result<Response, Error> {
    asked.knock(|caller| caller.admin())?;
    let (shown, audience) = asked.json::<Audience>().await?;
    shown.in_turn(|caller| {
        caller.admin()?;
        if !is_audience(&audience) {
            return Err(Error::Invalid(format!(
                "an audience has at most {MOST_PARTIES} organisations, and opens at a time in milliseconds since 1970"
            )));
        }
        let object = caller.object();
        let effects = object.hub_noting(caller.doing(), "document-audience", id, |hub, now| {
            let before = hub.store().meta(id)?.map(|meta| meta.audience);
            let effects = hub.set_audience(id, audience, now)?;
            let after = hub.store().meta(id)?.map(|meta| meta.audience);
            Ok((effects, json!({"from": before, "to": after})))
        });
        object.carry_out(effects.map_err(of_document)?);
        answer::nothing()
    })
}

fn records(
    batches: impl TryStream<Ok = Vec<u8>, Error = worker::Error> + 'static,
) -> Result<Response, Error> {
    let builder = answer::builder()?.with_header("Content-Type", RECORDS)?;
    Ok(builder.from_stream(batches)?)
}

fn records_of(bytes: Vec<u8>) -> Result<Response, Error> {
    let builder = answer::builder()?.with_header("Content-Type", RECORDS)?;
    Ok(builder.fixed(bytes))
}

pub(super) fn of_document(error: impl Into<Error>) -> Error {
    match error.into() {
        Error::Hub(HubError::NotFound(_)) => Error::NotFound("there is no such document in this workspace"),
        Error::Hub(HubError::Protocol(why)) => Error::Conflict(why.to_owned()),
        other => other,
    }
}
