//! The hub's calls about members.

use docket_domain::{Member, MemberId, OrganisationId, Role, Timestamp, WorkspaceSlug};
use serde::{Deserialize, Serialize};

use crate::{
    connection::{
        http::{self, Body},
        member::ReadMember,
    },
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
    members: Vec<ReadMember>,
}

/// Everybody, and of each whether the role is none that this version knows.
pub(super) async fn members(slug: &WorkspaceSlug) -> Result<Vec<(Member, bool)>, StoreError> {
    let response = http::call("GET", slug, "/members", Body::None).await?;
    let members = http::json::<Members>(&response).await?.members.into_iter();
    Ok(members
        .map(|read| {
            let newer = read.is_unknown_role();
            (read.into(), newer)
        })
        .collect())
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

fn text<T: Serialize>(value: &T) -> String {
    // These types have text keys only, so they can always be written.
    serde_json::to_string(value).unwrap_or_default()
}
