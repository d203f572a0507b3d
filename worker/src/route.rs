//! Addresses: which workspace is meant, and what in it.

use docket_domain::{DocumentId, MemberId, WorkspaceSlug};

use crate::error::Error;

/// Where a request goes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// `/api/v1/health`
    Health,
    /// Something in a workspace.
    Workspace {
        /// The workspace's name in addresses.
        slug: WorkspaceSlug,
        /// Is it the socket's address?
        sync: bool,
        /// What in the workspace.
        resource: Resource,
    },
}

/// What in a workspace an address names.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Resource {
    /// The workspace itself.
    Workspace,
    /// `/sync/{ws}`
    Socket,
    /// All members.
    Members,
    /// One member.
    Member(MemberId),
    /// A member's tokens.
    Tokens(MemberId),
    /// The ways in of a member.
    Credentials(MemberId),
    /// One of them, by its public id.
    Credential(MemberId, String),
    /// Who did what.
    Audit,
    /// Invitations.
    Invitations,
    /// Accepting an invitation.
    Acceptance,
    /// The browser's session.
    Session,
    /// Documents in bulk.
    Documents,
    /// One document.
    Document(DocumentId),
    /// A document's audience.
    Audience(DocumentId),
    /// The workspace as one file.
    Bundle,
    /// All issues, for other programs.
    Export,
    /// A list, as a table.
    ListExport(DocumentId),
    /// Figures for the people who run it.
    Statistics,
    /// How much there is, of how much there may be.
    Usage,
    /// The largest documents, and those in trouble.
    Largest,
    /// The store's epoch.
    Epoch,
}

/// Reads a path.
pub(crate) fn place(path: &str) -> Result<Place, Error> {
    const NOWHERE: Error = Error::NotFound("there is nothing at this address");
    if path == "/api/v1/health" {
        return Ok(Place::Health);
    }
    let (rest, sync) = match (
        path.strip_prefix("/sync/"),
        path.strip_prefix("/api/v1/workspaces/"),
    ) {
        (Some(rest), _) => (rest, true),
        (_, Some(rest)) => (rest, false),
        _ => return Err(NOWHERE),
    };
    let (slug, rest) = rest.split_once('/').unwrap_or((rest, ""));
    let slug: WorkspaceSlug = slug.parse().map_err(|_| NOWHERE)?;
    let resource = match (sync, rest) {
        (true, "") => Resource::Socket,
        (true, _) => return Err(NOWHERE),
        (false, rest) => resource(rest).ok_or(NOWHERE)?,
    };
    Ok(Place::Workspace { slug, sync, resource })
}

fn resource(path: &str) -> Option<Resource> {
    let mut parts = path.split('/');
    let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
    if let Some(fourth) = parts.next() {
        let credential = first == "members" && third == Some("credentials") && parts.next().is_none();
        let id = second.filter(|_| credential)?.parse().ok()?;
        let known = !fourth.is_empty() && fourth.len() <= 32;
        return known.then(|| Resource::Credential(id, fourth.to_owned()));
    }
    Some(match (first, second, third) {
        ("", None, None) => Resource::Workspace,
        ("members", None, None) => Resource::Members,
        ("members", Some(id), None) => Resource::Member(id.parse().ok()?),
        ("members", Some(id), Some("tokens")) => Resource::Tokens(id.parse().ok()?),
        ("members", Some(id), Some("credentials")) => Resource::Credentials(id.parse().ok()?),
        ("audit", None, None) => Resource::Audit,
        ("invitations", None, None) => Resource::Invitations,
        ("invitations", Some("accept"), None) => Resource::Acceptance,
        ("session", None, None) => Resource::Session,
        ("documents", None, None) => Resource::Documents,
        ("documents", Some("largest"), None) => Resource::Largest,
        ("documents", Some(id), None) => Resource::Document(id.parse().ok()?),
        ("documents", Some(id), Some("audience")) => Resource::Audience(id.parse().ok()?),
        ("bundle", None, None) => Resource::Bundle,
        ("export", None, None) => Resource::Export,
        ("lists", Some(id), Some("export")) => Resource::ListExport(id.parse().ok()?),
        ("statistics", None, None) => Resource::Statistics,
        ("usage", None, None) => Resource::Usage,
        ("epoch", None, None) => Resource::Epoch,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(path: &str) -> Option<Resource> {
        match place(path) {
            Ok(Place::Workspace { resource, .. }) => Some(resource),
            _ => None,
        }
    }

    #[test]
    fn addresses_are_read() {
        let base = "/api/v1/workspaces/demo";
        let id = DocumentId::from_bytes([1; 16]);
        assert_eq!(place("/api/v1/health").unwrap(), Place::Health);
        assert_eq!(named(base), Some(Resource::Workspace));
        assert_eq!(named("/sync/demo"), Some(Resource::Socket));
        assert_eq!(
            named(&format!("{base}/members/m-1")),
            Some(Resource::Member("m-1".parse().unwrap()))
        );
        assert_eq!(
            named(&format!("{base}/members/m-1/credentials/0a1b")),
            Some(Resource::Credential("m-1".parse().unwrap(), "0a1b".to_owned()))
        );
        assert_eq!(
            named(&format!("{base}/documents/{id}/audience")),
            Some(Resource::Audience(id))
        );
        assert_eq!(
            named(&format!("{base}/invitations/accept")),
            Some(Resource::Acceptance)
        );
    }

    #[test]
    fn other_addresses_lead_nowhere() {
        for path in [
            "/",
            "/api/v1/workspaces/",
            "/api/v1/workspaces/DEMO",
            "/api/v1/workspaces/demo/secrets",
            "/api/v1/workspaces/demo/members/m-1/tokens/x",
            "/api/v1/workspaces/demo/members/m-1/credentials/x/y",
            "/api/v1/workspaces/demo/documents/m-1/credentials/x",
            "/api/v1/workspaces/demo/documents/not-an-id",
            "/sync/demo/x",
            "/sync/",
        ] {
            assert!(place(path).is_err(), "{path}");
        }
    }
}
