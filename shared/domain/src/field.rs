//! An issue's scalar fields: their keys in the document, and which of them show conflicts.

use minicbor::{Decode, Encode};

/// A field of an issue that holds one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(index_only)]
pub enum Field {
    /// The title.
    #[n(0)]
    Title,
    /// See [`Severity`](crate::words::Severity).
    #[n(1)]
    Severity,
    /// See [`Priority`](crate::words::Priority).
    #[n(2)]
    Priority,
    /// See [`Status`](crate::words::Status).
    #[n(3)]
    Status,
    /// The part of the software.
    #[n(4)]
    Component,
    /// Who works on it.
    #[n(5)]
    Assignee,
    /// The reporter's organisation.
    #[n(6)]
    Organisation,
}

impl Field {
    /// All of them: two people's different values for one of these stay visible until somebody settles them.
    pub const ALL: [Self; 7] = [
        Self::Title,
        Self::Severity,
        Self::Priority,
        Self::Status,
        Self::Component,
        Self::Assignee,
        Self::Organisation,
    ];

    /// The field's key in the document.
    #[must_use]
    pub const fn key(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Severity => "severity",
            Self::Priority => "priority",
            Self::Status => "status",
            Self::Component => "component",
            Self::Assignee => "assignee",
            Self::Organisation => "organisation",
        }
    }

    /// The field with that key.
    #[must_use]
    pub fn parse(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.key() == key)
    }

    /// The field as people read it.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Title => "Title",
            Self::Severity => "Severity",
            Self::Priority => "Priority",
            Self::Status => "Status",
            Self::Component => "Component",
            Self::Assignee => "Assignee",
            Self::Organisation => "Organisation",
        }
    }
}
