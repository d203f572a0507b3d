//! Answers: JSON with the headers that every answer of the API carries.

use serde::Serialize;
use worker::{Headers, Response, ResponseBuilder};

use crate::error::{self, Error};

/// Headers of every answer: nothing here is a page, nothing is kept by caches, nothing is guessed.
const HEADERS: [(&str, &str); 5] = [
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
];

#[derive(Serialize)]
struct Problem<'a> {
    error: Described<'a>,
}

#[derive(Serialize)]
struct Described<'a> {
    code: &'a str,
    message: &'a str,
}

/// A builder with the common headers set.
pub(crate) fn builder() -> Result<ResponseBuilder, Error> {
    let headers = Headers::new();
    for (name, value) in HEADERS {
        headers.set(name, value)?;
    }
    Ok(Response::builder().with_headers(headers))
}

/// `value` as JSON.
pub(crate) fn json(status: u16, value: &impl Serialize) -> Result<Response, Error> {
    Ok(builder()?.with_status(status).from_json(value)?)
}

/// Done, and nothing to say.
pub(crate) fn nothing() -> Result<Response, Error> {
    Ok(builder()?.with_status(204).empty())
}

/// The answer to a request that isn't done.
pub(crate) fn problem(error: &Error) -> worker::Result<Response> {
    if let Some(detail) = error.detail() {
        error::log(error.code(), &detail);
    }
    let message = error.to_string();
    let body = Problem {
        error: Described {
            code: error.code(),
            message: &message,
        },
    };
    let answered = builder().and_then(|builder| {
        let builder = match error.retry_after() {
            Some(seconds) => builder.with_header("Retry-After", &seconds.to_string())?,
            None => builder,
        };
        Ok(builder.with_status(error.status()).from_json(&body)?)
    });
    answered.or_else(|_| Response::error("the hub met an error of its own", 500))
}

/// An answer, whether it is done or not.
pub(crate) fn either(outcome: Result<Response, Error>) -> worker::Result<Response> {
    outcome.or_else(|error| problem(&error))
}
