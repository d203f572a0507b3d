//! What was sent, within a limit.

use futures_util::StreamExt;
use serde::de::DeserializeOwned;
use worker::Request;

use crate::error::Error;

/// The most bytes of a JSON body: names and settings, never documents.
const JSON: usize = 16 * 1024;

/// Reads a JSON body.
pub(crate) async fn json<T: DeserializeOwned>(request: &mut Request) -> Result<T, Error> {
    // Another site's form can't send this type without asking first.
    let kind = request.headers().get("Content-Type")?.unwrap_or_default();
    if !kind.starts_with("application/json") {
        return Err(Error::Invalid(
            "send JSON, with “Content-Type: application/json”".into(),
        ));
    }
    let bytes = bytes(request, JSON).await?;
    serde_json::from_slice(&bytes)
        .map_err(|error| Error::Invalid(format!("the JSON is not as expected: {error}")))
}

/// Reads a body of at most `limit` bytes.
pub(crate) async fn bytes(request: &mut Request, limit: usize) -> Result<Vec<u8>, Error> {
    if declared(request)?.is_some_and(|length| length > limit) {
        return Err(Error::TooLarge { limit });
    }
    let Ok(mut stream) = request.stream() else {
        return Ok(Vec::new());
    };
    let mut body = Vec::new();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk?;
        if body.len().saturating_add(chunk.len()) > limit {
            return Err(Error::TooLarge { limit });
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// The length that the headers declare.
pub(crate) fn declared(request: &Request) -> Result<Option<usize>, Error> {
    let header = request.headers().get("Content-Length")?;
    Ok(header.and_then(|length| length.parse().ok()))
}
