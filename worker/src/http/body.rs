//! What was sent, within a limit.

use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use worker::{ByteStream, Request};

use crate::error::Error;

/// The most bytes of a JSON body: names and settings, never documents.
const JSON: usize = 16 * 1024;

/// Reads a JSON body.
pub(super) async fn json<T: DeserializeOwned>(request: &mut Request) -> Result<T, Error> {
    // Another site's form can't send this type without asking first.
    let kind = request.headers().get("Content-Type")?.unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(not_json());
    }
    let bytes = bytes(request, JSON).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::Invalid(format!("the JSON is not as expected: {error}")))
}

/// The same where a body isn't needed: nothing is the default.
pub(super) async fn json_or_nothing<T: DeserializeOwned + Default>(
    request: &mut Request,
) -> Result<T, Error> {
    let typed = request.headers().has("Content-Type")?;
    if typed {
        return json(request).await;
    }
    match bytes(request, JSON).await?.is_empty() {
        true => Ok(T::default()),
        false => Err(not_json()),
    }
}

/// Reads a body of at most `limit` bytes.
pub(super) async fn bytes(request: &mut Request, limit: usize) -> Result<Vec<u8>, Error> {
    let mut pieces = Pieces::of(request, limit)?;
    let mut body = Vec::new();
    while let Some(piece) = pieces.next().await? {
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
        })
    }

    /// The next piece; none when all of it came.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Error> {
        let Some(stream) = &mut self.stream else {
            return Ok(None);
        };
        let Some(piece) = stream.next().await else {
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
