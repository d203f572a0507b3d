//! Addresses: every page has one, and each is a value before it is a text.

use std::fmt;

use docket_domain::{DocumentId, MemberId, OrganisationId, WorkspaceSlug, metrics::Quarter};

/// Where somebody is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Address {
    /// No workspace yet: choose one.
    Home,
    /// An invitation to a workspace; its secret is in the fragment.
    Join(WorkspaceSlug),
    /// A page of a workspace.
    In(WorkspaceSlug, Page),
    /// No page of Docket's.
    Nowhere,
}

/// A page of a workspace.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Page {
    /// A list of priorities.
    List(Whose),
    /// All issues.
    Issues,
    /// One issue.
    Issue(DocumentId),
    /// A new issue.
    New,
    /// Support performance in figures.
    Figures,
    /// The quarterly reports.
    Reports,
    /// One of them.
    Report(Quarter),
    /// Import from another tracker.
    Import,
    /// Files of everything.
    Export,
    /// Who takes part.
    Members,
    /// One of them: their devices and tokens.
    Member(MemberId),
    /// Who changed members, rights and access, and when.
    Audit,
    /// What the workspace uses of what it may.
    Usage,
    /// Refused changes.
    Refused,
    /// Issues with conflicts.
    Conflicts,
    /// Appearance, this device, signing out.
    Settings,
}

/// Whose list it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum Whose {
    /// The group's: agreed by all.
    Agreed,
    /// One organisation's.
    Organisation(OrganisationId),
}

impl Address {
    /// The address in a path; the query and the fragment are not part of it.
    pub(crate) fn parse(path: &str) -> Self {
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [] => Some(Self::Home),
            ["join", slug] => slug.parse().ok().map(Self::Join),
            ["w", slug, rest @ ..] => slug
                .parse()
                .ok()
                .zip(Page::parse(rest))
                .map(|(slug, page)| Self::In(slug, page)),
            _ => None,
        }
        .unwrap_or(Self::Nowhere)
    }
}

impl Page {
    fn parse(parts: &[&str]) -> Option<Self> {
        match parts {
            [] | ["list", "agreed"] => Some(Self::List(Whose::Agreed)),
            ["list", organisation] => organisation.parse().ok().map(Whose::Organisation).map(Self::List),
            ["issues"] => Some(Self::Issues),
            ["issue", id] => id.parse().ok().map(Self::Issue),
            ["new"] => Some(Self::New),
            ["figures"] => Some(Self::Figures),
            ["reports"] => Some(Self::Reports),
            ["report", quarter] => quarter.parse().ok().map(Self::Report),
            ["import"] => Some(Self::Import),
            ["export"] => Some(Self::Export),
            ["members"] => Some(Self::Members),
            ["member", id] => id.parse().ok().map(Self::Member),
            ["audit"] => Some(Self::Audit),
            ["usage"] => Some(Self::Usage),
            ["refused"] => Some(Self::Refused),
            ["conflicts"] => Some(Self::Conflicts),
            ["settings"] => Some(Self::Settings),
            _ => None,
        }
    }

    /// The page's address in a workspace.
    pub(crate) fn of(self, slug: &WorkspaceSlug) -> String {
        Address::In(slug.clone(), self).to_string()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Home | Self::Nowhere => f.write_str("/"),
            Self::Join(slug) => write!(f, "/join/{slug}"),
            Self::In(slug, page) => write!(f, "/w/{slug}/{page}"),
        }
    }
}

impl fmt::Display for Page {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::List(Whose::Agreed) => f.write_str("list/agreed"),
            Self::List(Whose::Organisation(id)) => write!(f, "list/{id}"),
            Self::Issues => f.write_str("issues"),
            Self::Issue(id) => write!(f, "issue/{id}"),
            Self::New => f.write_str("new"),
            Self::Figures => f.write_str("figures"),
            Self::Reports => f.write_str("reports"),
            Self::Report(quarter) => write!(f, "report/{quarter}"),
            Self::Import => f.write_str("import"),
            Self::Export => f.write_str("export"),
            Self::Members => f.write_str("members"),
            Self::Member(id) => write!(f, "member/{id}"),
            Self::Audit => f.write_str("audit"),
            Self::Usage => f.write_str("usage"),
            Self::Refused => f.write_str("refused"),
            Self::Conflicts => f.write_str("conflicts"),
            Self::Settings => f.write_str("settings"),
        }
    }
}
