//! Who is signed in. The hub keeps the session and gives the browser a cookie that no script can read; this device
//! remembers who that was, so that the app opens without a network.

use docket_domain::{DocumentId, Member, WorkspaceSlug};
use docket_sync::wire::PeerId;
use serde::{Deserialize, Serialize};

use super::http::{self, Body};
use crate::store::{Database, StoreError, Write, meta, random_name, to_cbor};

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
    member: Member,
}

#[derive(Serialize)]
struct Token<'a> {
    token: &'a str,
}

#[derive(Serialize)]
struct Acceptance<'a> {
    secret: &'a str,
    name: &'a str,
}

/// Begins a session with a token, and remembers who that is.
///
/// # Errors
/// When the token is wrong, the hub can't be reached, or this device holds unsent changes of somebody else.
pub(crate) async fn with_token(slug: &WorkspaceSlug, token: &str) -> Result<Session, StoreError> {
    let body = text(&Token { token: token.trim() });
    begin(
        slug,
        "/session",
        &body,
        "This token isn’t valid. Check that you copied all of it.",
    )
    .await
}

/// Accepts an invitation: makes the member and begins their session. `secret` is what stands behind the `#` of the
/// link, `name` what others will see.
///
/// # Errors
/// When the invitation was used or has expired, or the hub can't be reached.
pub(crate) async fn accept_invitation(
    slug: &WorkspaceSlug,
    secret: &str,
    name: &str,
) -> Result<Session, StoreError> {
    let secret = secret.trim_start_matches('#');
    let body = text(&Acceptance {
        secret,
        name: name.trim(),
    });
    let wrong = "This invitation was used already or has expired. Ask for a new one.";
    begin(slug, "/invitations/accept", &body, wrong).await
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
        member,
    })
}

/// Ends the session at the hub.
pub(crate) async fn end(slug: &WorkspaceSlug) -> Result<(), StoreError> {
    match http::call("DELETE", slug, "/session", Body::None).await {
        // It has ended already.
        Ok(_) | Err(StoreError::SignedOut) => Ok(()),
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

async fn begin(slug: &WorkspaceSlug, path: &str, body: &str, wrong: &str) -> Result<Session, StoreError> {
    let begun = http::call("POST", slug, path, Body::Json(body)).await;
    begun.map_err(|error| match error {
        StoreError::SignedOut => StoreError::Refused(wrong.to_owned()),
        error => error,
    })?;
    let session = ask(slug).await?;
    remember(&session).await?;
    Ok(session)
}

/// Keeps who is signed in. Another person's data leaves the device first; their unsent changes forbid that.
async fn remember(session: &Session) -> Result<(), StoreError> {
    let database = Database::open(&session.slug).await?;
    let before: Option<Member> = database.single(meta::ME).await?;
    if before.is_some_and(|before| before.id != session.member.id) {
        let unsent = database.entries_of(None).await?.len() + database.uploads().await?.len();
        if unsent > 0 {
            return Err(StoreError::Unsent(unsent));
        }
        database.clear().await?;
    }
    let writes = [
        Write::Meta(meta::ME, to_cbor(&session.member)),
        Write::Meta(meta::WORKSPACE, to_cbor(&session.document)),
    ];
    database.write(&writes).await
}

fn text<T: Serialize>(value: &T) -> String {
    // These types have text keys only, so they can always be written.
    serde_json::to_string(value).unwrap_or_default()
}
