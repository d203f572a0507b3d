//! The kinds of document.

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

/// What a document is: the value of its `kind`.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[serde(rename_all = "lowercase")]
#[cbor(index_only)]
pub enum Kind {
    /// The one document from which all others are found.
    #[n(0)]
    Workspace,
    /// An order of issues: the group's, or one organisation's.
    #[n(1)]
    List,
    /// A problem report.
    #[n(2)]
    Issue,
    /// What the group tells its technical group of one quarter.
    #[n(3)]
    Report,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Workspace, Self::List, Self::Issue, Self::Report];

    /// The kind as documents name it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Workspace => "workspace",
            Self::List => "list",
            Self::Issue => "issue",
            Self::Report => "report",
        }
    }

    /// The kind of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}
