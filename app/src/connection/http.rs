//! Calls of the hub's HTTP API, with errors in words.

use js_sys::{Function, Promise, Reflect, Uint8Array};
use serde::{Deserialize, de::DeserializeOwned};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, RequestCredentials, RequestInit, Response};

use docket_domain::WorkspaceSlug;

use super::member::ReadMember;
use crate::store::{Hold, StoreError, now};

/// What a call sends.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Body<'a> {
    /// Nothing.
    None,
    /// JSON.
    Json(&'a str),
    /// CBOR.
    Cbor(&'a [u8]),
}

#[derive(Deserialize)]
struct Failure {
    error: Reason,
    /// Who is signed in, where that is the reason.
    #[serde(default)]
    member: Option<ReadMember>,
}

#[derive(Deserialize)]
struct Reason {
    #[serde(default)]
    code: String,
    message: String,
    #[serde(default)]
    member: Option<ReadMember>,
}

/// Calls `path` within the workspace and answers the response, if that is a success.
pub(crate) async fn call(
    method: &str,
    slug: &WorkspaceSlug,
    path: &str,
    body: Body<'_>,
) -> Result<Response, StoreError> {
    let request = request(method, body).map_err(|_| StoreError::Unreachable)?;
    let address = format!("/api/v1/workspaces/{slug}{path}");
    let answer = fetch(&address, &request).ok_or(StoreError::Unreachable)?;
    let response: Response = JsFuture::from(answer)
        .await
        .ok()
        .and_then(|response| response.dyn_into().ok())
        .ok_or(StoreError::Unreachable)?;
    if response.ok() {
        return Ok(response);
    }
    Err(failure(response).await)
}

/// The browser's `fetch`, which a worker has as well; it has no window.
fn fetch(address: &str, request: &RequestInit) -> Option<Promise> {
    let global = js_sys::global();
    let fetch: Function = Reflect::get(&global, &JsValue::from_str("fetch"))
        .ok()?
        .dyn_into()
        .ok()?;
    let answer = fetch.call2(&global, &JsValue::from_str(address), request).ok()?;
    answer.dyn_into().ok()
}

/// The JSON of a response.
pub(crate) async fn json<T: DeserializeOwned>(response: &Response) -> Result<T, StoreError> {
    let unreadable = || StoreError::Server {
        status: response.status(),
        message: "the answer can’t be read".to_owned(),
    };
    serde_json::from_str(&text(response).await?).map_err(|_| unreadable())
}

/// The bytes of a response.
pub(super) async fn bytes(response: &Response) -> Result<Vec<u8>, StoreError> {
    let promise = response.array_buffer().map_err(|_| StoreError::Unreachable)?;
    // It broke off on the way.
    let buffer = JsFuture::from(promise)
        .await
        .map_err(|_| StoreError::Unreachable)?;
    Ok(Uint8Array::new(&buffer).to_vec())
}

async fn text(response: &Response) -> Result<String, StoreError> {
    let promise = response.text().map_err(|_| StoreError::Unreachable)?;
    let text = JsFuture::from(promise)
        .await
        .map_err(|_| StoreError::Unreachable)?;
    Ok(text.as_string().unwrap_or_default())
}

async fn failure(response: Response) -> StoreError {
    let status = response.status();
    let after = response.headers().get("Retry-After").ok().flatten();
    let told = text(&response).await.unwrap_or_default();
    let failure: Option<Failure> = serde_json::from_str(&told).ok();
    let (code, message, member) = match failure {
        Some(Failure { error, member }) => (error.code, Some(error.message), member.or(error.member)),
        None => (String::new(), None, None),
    };
    let said = |otherwise: String| message.clone().unwrap_or(otherwise);
    match (status, code.as_str(), member) {
        (401, ..) => StoreError::SignedOut,
        (410, "revoked", _) => StoreError::Revoked,
        (409, "signed-in", Some(member)) => StoreError::SignedInAs(Box::new(member.into())),
        (429, ..) | (503, "quota", _) => StoreError::Wait {
            hold: Hold::told(status == 503, after.as_deref(), now()),
            message: said("The server asks to wait for a while.".to_owned()),
        },
        (400..=499, ..) if message.is_some() => StoreError::Refused(message.unwrap_or_default()),
        _ => StoreError::Server {
            status,
            message: said(response.status_text()),
        },
    }
}

fn request(method: &str, body: Body<'_>) -> Result<RequestInit, JsValue> {
    let request = RequestInit::new();
    request.set_method(method);
    request.set_credentials(RequestCredentials::SameOrigin);
    let headers = Headers::new()?;
    match body {
        Body::None => {}
        Body::Json(text) => {
            headers.set("Content-Type", "application/json")?;
            request.set_body(&JsValue::from_str(text));
        }
        Body::Cbor(bytes) => {
            headers.set("Content-Type", "application/cbor")?;
            request.set_body(&Uint8Array::from(bytes));
        }
    }
    request.set_headers(&headers);
    Ok(request)
}
