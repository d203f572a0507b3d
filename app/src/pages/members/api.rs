//! The hub's calls about members.

use docket_domain::{Member, MemberId, OrganisationId, Role, Timestamp, WorkspaceSlug};
use serde::{Deserialize, Serialize};

use crate::{
    connection::http::{self, Body},
    store::StoreError,
};

/// What somebody invited will be.
#[derive(Debug, Serialize)]
pub(super) struct Offer {
    pub(super) role: Role,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) organisation: Option<OrganisationId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) name: Option<String>,
}

/// A link for one use.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Invitation {
    pub(super) link: String,
    pub(super) expires: Timestamp,
}

#[derive(Deserialize)]
struct Members {
    members: Vec<Member>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

/// Everybody.
pub(super) async fn members(slug: &WorkspaceSlug) -> Result<Vec<Member>, StoreError> {
    let response = http::call("GET", slug, "/members", Body::None).await?;
    Ok(http::json::<Members>(&response).await?.members)
}

/// A link by which somebody comes in.
pub(super) async fn invite(slug: &WorkspaceSlug, offer: &Offer) -> Result<Invitation, StoreError> {
    let body = text(offer);
    let response = http::call("POST", slug, "/invitations", Body::Json(&body)).await?;
    http::json(&response).await
}

/// Changes a member's role.
pub(super) async fn set_role(slug: &WorkspaceSlug, id: &MemberId, role: Role) -> Result<(), StoreError> {
    #[derive(Serialize)]
    struct Amendment {
        role: Role,
    }
    let body = text(&Amendment { role });
    http::call("PATCH", slug, &format!("/members/{id}"), Body::Json(&body))
        .await
        .map(drop)
}

/// Ends a member's access.
pub(super) async fn revoke(slug: &WorkspaceSlug, id: &MemberId) -> Result<(), StoreError> {
    http::call("DELETE", slug, &format!("/members/{id}"), Body::None)
        .await
        .map(drop)
}

/// A new token for a member.
pub(super) async fn token(slug: &WorkspaceSlug, id: &MemberId) -> Result<String, StoreError> {
    let response = http::call("POST", slug, &format!("/members/{id}/tokens"), Body::None).await?;
    Ok(http::json::<Token>(&response).await?.token)
}

fn text<T: Serialize>(value: &T) -> String {
    // These types have text keys only, so they can always be written.
    serde_json::to_string(value).unwrap_or_default()
}
