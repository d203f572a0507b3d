//! The hub's calls about devices and tokens.

use docket_domain::{MemberId, Timestamp, WorkspaceSlug};
use serde::{Deserialize, Serialize};

use crate::{
    connection::http::{self, Body},
    store::StoreError,
};

/// What it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Kind {
    /// A random text for programs, or to sign in with.
    Token,
    /// A browser that is signed in.
    Session,
    /// Something that a newer hub knows.
    #[serde(other)]
    Other,
}

/// A way in.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Credential {
    pub(super) id: String,
    pub(super) kind: Kind,
    #[serde(default)]
    pub(super) name: Option<String>,
    pub(super) made_at: Timestamp,
    /// Whoever made it, if not its owner.
    #[serde(default)]
    pub(super) made_by: Option<MemberId>,
    #[serde(default)]
    pub(super) used_at: Option<Timestamp>,
    /// The one by which this is asked.
    #[serde(default)]
    pub(super) current: bool,
}

#[derive(Deserialize)]
struct Credentials {
    credentials: Vec<Credential>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// All of a member's.
pub(super) async fn list(slug: &WorkspaceSlug, of: &MemberId) -> Result<Vec<Credential>, StoreError> {
    let path = format!("/members/{of}/credentials");
    let response = http::call("GET", slug, &path, Body::None).await?;
    Ok(http::json::<Credentials>(&response).await?.credentials)
}

/// Ends one.
pub(super) async fn revoke(slug: &WorkspaceSlug, of: &MemberId, id: &str) -> Result<(), StoreError> {
    let path = format!("/members/{of}/credentials/{id}");
    http::call("DELETE", slug, &path, Body::None).await.map(drop)
}

/// Ends all of them.
pub(super) async fn revoke_all(slug: &WorkspaceSlug, of: &MemberId) -> Result<(), StoreError> {
    let path = format!("/members/{of}/credentials?tokens=yes");
    http::call("DELETE", slug, &path, Body::None).await.map(drop)
}

/// Makes a token, which is shown once.
pub(super) async fn make(slug: &WorkspaceSlug, of: &MemberId, name: &str) -> Result<String, StoreError> {
    #[derive(Serialize)]
    struct Named<'a> {
        name: &'a str,
    }
    let path = format!("/members/{of}/tokens");
    // It has a text key only, so it can always be written.
    let body = serde_json::to_string(&Named { name: name.trim() }).unwrap_or_default();
    let response = http::call("POST", slug, &path, Body::Json(&body)).await?;
    Ok(http::json::<Token>(&response).await?.token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_newer_hub_tells_is_listed_all_the_same() {
        let text = r#"{"credentials": [
            {"id": "c1", "kind": "session", "name": "Firefox on Linux", "made_at": 1, "made_by": null, "used_at": 2, "expires_at": 3, "current": true},
            {"id": "c2", "kind": "passkey", "made_at": 1, "shape": "round"}
        ]}"#;
        let all: Credentials = serde_json::from_str(text).expect("it is read");
        let kinds: Vec<Kind> = all.credentials.iter().map(|one| one.kind).collect();
        assert_eq!(kinds, [Kind::Session, Kind::Other]);
        assert_eq!(
            all.credentials.first().map(|one| (one.current, one.used_at)),
            Some((true, Some(Timestamp(2))))
        );
    }
}
