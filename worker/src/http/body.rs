//! What was sent, within a limit.

use std::{pin::pin, time::Duration};

use futures_util::{
    StreamExt,
    future::{Either, select},
};
use serde::de::DeserializeOwned;
use worker::{ByteStream, Date, Delay, Request};

use super::Shown;
use crate::error::Error;

/// The most bytes of a JSON body: names and settings, never documents.
const JSON: usize = 16 * 1024;

/// A body is waited for so long, in milliseconds, and longer by what has come of it at the slowest that is waited for, in
/// bytes per millisecond: what is held of an unfinished one is in others' way.
const PATIENCE: u64 = 20_000;
const SLOWEST: u64 = 4;

/// Reads a JSON body.
pub(super) async fn json<T: DeserializeOwned>(shown: &Shown, request: &mut Request) -> Result<T, Error> {
    if !is_json(request)? {
        return Err(not_json());
    }
    parsed(&bytes(shown, request, JSON).await?)
}

/// The same where a body isn't needed: nothing is the default.
pub(super) async fn json_or_nothing<T: DeserializeOwned + Default>(
    shown: &Shown,
    request: &mut Request,
) -> Result<T, Error> {
    let is_json = is_json(request)?;
    let bytes = bytes(shown, request, JSON).await?;
    match bytes.is_empty() {
        true => Ok(T::default()),
        false if is_json => parsed(&bytes),
        false => Err(not_json()),
    }
}

fn parsed<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes)
        .map_err(|error| Error::Invalid(format!("the JSON is not as expected: {error}")))
}

/// Another site's form can't send this type without asking first.
fn is_json(request: &Request) -> Result<bool, Error> {
    let kind = request.headers().get("Content-Type")?.unwrap_or_default();
    Ok(kind.starts_with("application/json"))
}

/// Reads a body of at most `limit` bytes. They count as the asker's as long as `shown` lives.
pub(super) async fn bytes(shown: &Shown, request: &mut Request, limit: usize) -> Result<Vec<u8>, Error> {
    let mut pieces = Pieces::of(request, limit)?;
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await? {
        shown.hold(body.len().saturating_add(piece.len()))?;
        body.extend_from_slice(&piece);
    }
    Ok(body)
}

fn not_json() -> Error {
    Error::Invalid("send JSON, with “Content-Type: application/json”".into())
}

/// A body, piece by piece as it comes.
pub(crate) struct Pieces {
    stream: Option<ByteStream>,
    limit: usize,
    size: usize,
    /// When it was begun, in milliseconds.
    begun: u64,
}

impl Pieces {
    /// The body of `request`, of at most `limit` bytes.
    pub(super) fn of(request: &mut Request, limit: usize) -> Result<Self, Error> {
        if declared(request)?.is_some_and(|length| length > limit) {
            return Err(Error::TooLarge { limit });
        }
        Ok(Self {
            // There is none without a body.
            stream: request.stream().ok(),
            limit,
            size: 0,
            begun: Date::now().as_millis(),
        })
    }

    /// The next piece; none when all of it came.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(stream) = &mut self.stream else {
            return Ok(None);
        };
        let until = self.begun + PATIENCE + self.size as u64 / SLOWEST;
        let left = until.saturating_sub(Date::now().as_millis());
        let patience = pin!(Delay::from(Duration::from_millis(left)));
        let Either::Left((next, _)) = select(stream.next(), patience).await else {
            return Err(Error::TooSlow);
        };
        let Some(piece) = next else {
            return Ok(None);
        };
        let piece = piece?;
        self.size = self.size.saturating_add(piece.len());
        if self.size > self.limit {
            return Err(Error::TooLarge { limit: self.limit });
        }
        Ok(Some(piece))
    }
}

/// The length that the headers declare.
fn declared(request: &Request) -> Result<Option<usize>, Error> {
    let header = request.headers().get("Content-Length")?;
    Ok(header.and_then(|length| length.parse().ok()))
}
