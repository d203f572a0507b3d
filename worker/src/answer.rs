//! Answers: JSON with the headers that every answer of the API carries.

use docket_domain::Member;
use serde::Serialize;
use worker::{Headers, Request, Response, ResponseBuilder};

use crate::error::Error;

/// Headers of every answer: nothing here is a page, nothing is kept by caches, nothing is guessed.
const HEADERS: [(&str, &str); 7] = [
    ("Cache-Control", "no-store"),
    (
        "Content-Security-Policy",
        "default-src 'none'; frame-ancestors 'none'",
    ),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
    ("Permissions-Policy", PERMISSIONS),
    ("Referrer-Policy", "no-referrer"),
    ("X-Content-Type-Options", "nosniff"),
];

/// What no page of this origin asks a browser for; `app/_headers` says the same of the app's own files.
const PERMISSIONS: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), \
     geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), \
     publickey-credentials-get=(), usb=(), xr-spatial-tracking=()";

/// Once a browser came over https, it comes by nothing else for a year (RFC 6797).
const TRANSPORT: (&str, &str) = ("Strict-Transport-Security", "max-age=31536000");

#[derive(Serialize)]
struct Problem<'a> {
    error: Described<'a>,
    /// Who is signed in, where that is the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    member: Option<&'a Member>,
}

#[derive(Serialize)]
struct Described<'a> {
    code: &'a str,
    message: &'a str,
}

/// A builder with the common headers set.
pub(crate) fn builder() -> Result<ResponseBuilder, Error> {
    builder_with(&[])
}

/// The same, with cookies to be set.
pub(crate) fn builder_with(cookies: &[String]) -> Result<ResponseBuilder, Error> {
    let headers = Headers::new();
    for (name, value) in HEADERS {
        headers.set(name, value)?;
    }
    for cookie in cookies {
        headers.append("Set-Cookie", cookie)?;
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
    let message = error.to_string();
    let member = match error {
        Error::SignedIn(member) => Some(&**member),
        _ => None,
    };
    let body = Problem {
        member,
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

/// An answer that was made here, whether it is done or not; with what belongs to it if it was asked for over https.
pub(crate) fn either(secure: bool, outcome: Result<Response, Error>) -> worker::Result<Response> {
    let mut response = outcome.or_else(|error| problem(&error))?;
    // The answer that opens a socket has no headers of its own.
    if secure && response.status_code() != 101 {
        response.headers_mut().set(TRANSPORT.0, TRANSPORT.1)?;
    }
    Ok(response)
}

/// Was the request encrypted on its way?
pub(crate) fn is_secure(request: &Request) -> bool {
    request.url().is_ok_and(|url| url.scheme() == "https")
}
