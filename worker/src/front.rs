//! The entry: answers for its health, and hands everything else to the workspace's object.

use docket_domain::WorkspaceSlug;
use serde::Serialize;
use worker::{Env, Headers, Method, Request, RequestInit, Response, Url};

use crate::{
    answer,
    error::{self, Error},
    route::{self, Place},
};

/// The binding of the objects that keep the workspaces.
const WORKSPACES: &str = "WORKSPACE";

#[derive(Serialize)]
struct Health {
    status: &'static str,
    version: &'static str,
}

/// Answers one request from outside.
pub(crate) async fn answer(request: Request, env: &Env) -> worker::Result<Response> {
    let secure = answer::is_secure(&request);
    match route::place(&request.path()) {
        Ok(Place::Health) => answer::either(secure, health(&request)),
        // What the object answers can't be changed any more.
        Ok(Place::Workspace { slug, sync, .. }) => match forward(request, env, &slug, sync).await {
            Ok(response) => Ok(response),
            Err(error) => answer::either(secure, Err(logged(error))),
        },
        Err(error) => answer::either(secure, Err(logged(error))),
    }
}

/// Tells the log what the asker isn't told.
fn logged(error: Error) -> Error {
    if let Some(detail) = error.detail() {
        error::log(error.code(), &detail);
    }
    error
}

fn health(request: &Request) -> Result<Response, Error> {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return Err(Error::Method);
    }
    let health = Health {
        status: "ok",
        version: env!("CARGO_PKG_VERSION"),
    };
    answer::json(200, &health)
}

async fn forward(request: Request, env: &Env, slug: &WorkspaceSlug, sync: bool) -> Result<Response, Error> {
    let object = env.durable_object(WORKSPACES)?.get_by_name(slug.as_str())?;
    let request = if sync { without_token(request)? } else { request };
    Ok(object.fetch_with_request(request).await?)
}

/// Stock automerge-repo clients can't set headers, so they put their token into the address. From here on it
/// travels as a header, because addresses are what logs keep.
fn without_token(request: Request) -> Result<Request, Error> {
    let url = request.url()?;
    if url.query().is_none() {
        return Ok(request);
    }
    let token = token(&url);
    let headers = Headers::new();
    for (name, value) in request.headers() {
        headers.append(&name, &value)?;
    }
    if let Some(token) = token {
        // A token in the address counts before the cookie that the browser adds by itself.
        headers.set("Authorization", &format!("Bearer {token}"))?;
    }
    let mut bare = url;
    bare.set_query(None);
    let mut init = RequestInit::new();
    init.with_method(request.method()).with_headers(headers);
    Ok(Request::new_with_init(bare.as_str(), &init)?)
}

fn token(url: &Url) -> Option<String> {
    url.query_pairs()
        .find(|(name, _)| name == "token")
        .map(|(_, value)| value.into_owned())
        // What can't stand in a header is no token of ours.
        .filter(|value| value.len() <= 128 && value.bytes().all(|byte| byte.is_ascii_graphic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_is_found_in_the_address() {
        let url = |text: &str| text.parse::<Url>().unwrap();
        assert_eq!(token(&url("https://x/sync/a?token=abc")), Some("abc".into()));
        assert_eq!(token(&url("https://x/sync/a?other=abc")), None);
        assert_eq!(token(&url("https://x/sync/a?token=a%0d%0ab")), None);
    }
}
