//! Who is signed in. The hub keeps the session and gives the browser a cookie that no script can read; this device
//! remembers who that was, so that the app opens without a network.

use docket_domain::{DocumentId, Member, MemberId, WorkspaceSlug};
use docket_sync::wire::PeerId;
use serde::{Deserialize, Serialize};
use web_sys::Response;

use super::{
    device,
    http::{self, Body},
    member::ReadMember,
};
use crate::store::{StoreError, random_name};

/// Who is signed in to which workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Session {
    /// The workspace's name in addresses.
    pub(crate) slug: WorkspaceSlug,
    /// Its name for people.
    pub(crate) name: String,
    /// Its document.
    pub(crate) document: DocumentId,
    /// Who is signed in.
    pub(crate) member: Member,
}

/// What the hub tells of a session.
#[derive(Deserialize)]
struct Description {
    name: String,
    document: String,
    member: ReadMember,
}

/// Whose a token is.
#[derive(Deserialize)]
struct Answer {
    member: ReadMember,
}

#[derive(Serialize)]
struct Token<'a> {
    token: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    ask: bool,
    /// In whose place.
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<&'a MemberId>,
    /// What this browser is called in the list of devices.
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
}

#[derive(Serialize)]
struct Acceptance<'a> {
    secret: &'a str,
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    over: Option<&'a MemberId>,
}

const WRONG_TOKEN: &str = "This token isn’t valid. Check that you copied all of it.";

/// Asks whose a token is; nobody is signed in by that.
///
/// # Errors
/// When the token is wrong, or the hub can't be reached.
pub(crate) async fn whose(slug: &WorkspaceSlug, token: &str) -> Result<Member, StoreError> {
    let body = text(&Token {
        token: token.trim(),
        ask: true,
        over: None,
        name: None,
    });
    let response = post(slug, "/session", &body, WRONG_TOKEN).await?;
    Ok(http::json::<Answer>(&response).await?.member.into())
}

/// Begins a session with a token, in the place of the session of `over`: sets the cookie. Nothing is remembered; that
/// is [`person`](crate::store::person)' to do.
///
/// # Errors
/// When the token is wrong, the hub can't be reached, or somebody else is signed in ([`StoreError::SignedInAs`]).
pub(crate) async fn with_token(
    slug: &WorkspaceSlug,
    token: &str,
    over: Option<&MemberId>,
) -> Result<Session, StoreError> {
    let body = text(&Token {
        token: token.trim(),
        ask: false,
        over,
        name: Some(device::name()),
    });
    post(slug, "/session", &body, WRONG_TOKEN).await?;
    ask(slug).await
}

/// Accepts an invitation: makes the member and begins their session. `secret` is what stands behind the `#` of the
/// link, `name` what others will see, `over` in whose place.
///
/// # Errors
/// When the invitation was used or has expired, the hub can't be reached, or somebody else is signed in.
pub(crate) async fn accept_invitation(
    slug: &WorkspaceSlug,
    secret: &str,
    name: &str,
    over: Option<&MemberId>,
) -> Result<Session, StoreError> {
    let secret = secret.trim_start_matches('#');
    let body = text(&Acceptance {
        secret,
        name: name.trim(),
        over,
    });
    let wrong = "This invitation was used already or has expired. Ask for a new one.";
    post(slug, "/invitations/accept", &body, wrong).await?;
    ask(slug).await
}

/// Asks the hub who is signed in.
pub(crate) async fn ask(slug: &WorkspaceSlug) -> Result<Session, StoreError> {
    let response = http::call("GET", slug, "", Body::None).await?;
    let Description {
        name,
        document,
        member,
    } = http::json(&response).await?;
    let document = DocumentId::from_url(&document).map_err(|error| StoreError::Server {
        status: response.status(),
        message: error.to_string(),
    })?;
    Ok(Session {
        slug: slug.clone(),
        name,
        document,
        member: member.into(),
    })
}

/// Ends the session at the hub.
pub(crate) async fn end(slug: &WorkspaceSlug) -> Result<(), StoreError> {
    match http::call("DELETE", slug, "/session", Body::None).await {
        // It has ended already.
        Ok(_) | Err(StoreError::SignedOut | StoreError::Revoked) => Ok(()),
        Err(error) => Err(error),
    }
}

/// A peer id for this tab: the hub tells tabs apart by it.
pub(crate) fn peer() -> PeerId {
    loop {
        // Never empty and never too long, so the first try succeeds.
        if let Ok(peer) = PeerId::new(format!("docket-{}", random_name())) {
            return peer;
        }
    }
}

async fn post(slug: &WorkspaceSlug, path: &str, body: &str, wrong: &str) -> Result<Response, StoreError> {
    let answer = http::call("POST", slug, path, Body::Json(body)).await;
    answer.map_err(|error| match error {
        StoreError::SignedOut => StoreError::Refused(wrong.to_owned()),
        error => error,
    })
}

fn text<T: Serialize>(value: &T) -> String {
    // These types have text keys only, so they can always be written.
    serde_json::to_string(value).unwrap_or_default()
}
