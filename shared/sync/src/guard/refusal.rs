//! Why a change is not taken, in a code for programs and a sentence for people.

use automerge::ChangeHash;
use docket_domain::{DocumentId, Role};

/// What becomes of one change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// It may be stored.
    Allowed,
    /// It is stored already.
    Stored,
    /// It may not be stored.
    Refused(Refusal),
    /// It depends, directly or not, on a change that was refused.
    Dependent {
        /// The refused (or itself dependent) change.
        on: ChangeHash,
    },
    /// It depends on changes that are neither stored nor brought with it: ask for them before refusing it.
    Incomplete {
        /// Those changes.
        missing: Vec<ChangeHash>,
    },
}

impl Verdict {
    /// May it be stored?
    #[must_use]
    pub const fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed)
    }

    /// Why it was refused, if it was.
    #[must_use]
    pub const fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }
}

/// Why a change was refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// A viewer wrote.
    #[error("Your role is to read: ask an admin of the workspace if you need to edit.")]
    ReadOnly,
    /// The role may not write there.
    #[error("As {} you can't change “{path}” here.", name(*role))]
    Forbidden {
        /// Where.
        path: String,
        /// The writer's role.
        role: Role,
    },
    /// A document that isn't Docket's, where these aren't taken.
    #[error("This workspace keeps Docket's own documents only.")]
    PlainNotAllowed,
    /// A document's first change is no layout's, and it isn't plain either.
    #[error("The document doesn't begin as a Docket document of its kind does: make it with Docket.")]
    FirstChange,
    /// The document's kind doesn't belong at this id.
    #[error("A document of this kind can't have this id: make it with Docket.")]
    WrongDocument,
    /// The actor belongs to somebody else.
    #[error("These edits were made under somebody else's name: they have to send them.")]
    ActorNotYours,
    /// The actor is one of the deterministic changes', and this isn't one of those.
    #[error("The edits carry an actor that is reserved for layouts and imports.")]
    ActorReserved,
    /// Another change holds this actor's sequence number.
    #[error("Two copies edited under one actor: edit again in a fresh copy.")]
    DuplicateSeq,
    /// The actor's sequence number or the operations' counters don't follow.
    #[error("The change doesn't follow from those it builds on: its {what} should be {expected}.")]
    OutOfOrder {
        /// Sequence number or first operation.
        what: &'static str,
        /// What it should have been.
        expected: u64,
    },
    /// An operation on something the document doesn't have, or that it can't be done to.
    #[error("The change has an operation that can't be: {why}.")]
    Impossible {
        /// What is wrong.
        why: &'static str,
    },
    /// The value isn't what belongs there.
    #[error("“{path}” should be {expected}.")]
    Malformed {
        /// Where.
        path: String,
        /// What belongs there.
        expected: &'static str,
    },
    /// The value is too long.
    #[error("“{path}” is too long: the most is {max} bytes.")]
    TooLarge {
        /// Where.
        path: String,
        /// The most bytes.
        max: usize,
    },
    /// The document would have more operations than one may.
    #[error("The document is full: too much was written in it. Go on in a new one.")]
    Full,
    /// Too many people, or too many copies of one, changed the same without knowing of one another.
    #[error("Too much was written here side by side ({what}): it is said again on top of what is there.")]
    Crowded {
        /// What there is too much of.
        what: &'static str,
    },
    /// An entry lacks what one has.
    #[error("An entry of “{path}” comes whole: it lacks “{lacks}”.")]
    NotWhole {
        /// Where.
        path: String,
        /// What it lacks.
        lacks: &'static str,
    },
    /// An event tells of a change that isn't there.
    #[error("The history says that “{field}” changed, and it doesn’t in this edit.")]
    NoSuchChange {
        /// The field.
        field: String,
    },
    /// The document has ended: it goes on in another.
    #[error("This goes on in another document: make the edit in {}.", next.url())]
    Moved {
        /// That document.
        next: DocumentId,
    },
    /// A container or entry was made anew, or deleted.
    #[error("“{path}” was made once and stays: edit what is in it.")]
    Container {
        /// Where.
        path: String,
    },
    /// Something that is set once was set again.
    #[error("“{path}” is set once, when it is made.")]
    AlreadySet {
        /// Where.
        path: String,
    },
    /// It was refused before: the command behind it was set aside, or carried out again in another change.
    #[error("This edit was refused before, and stays so. If you may make it now, make it again.")]
    Before,
    /// Somebody else's entry.
    #[error("“{path}” belongs to somebody else.")]
    NotYours {
        /// Where.
        path: String,
    },
    /// `by` names somebody else.
    #[error("“{path}” should name you, who wrote it.")]
    Forged {
        /// Where.
        path: String,
    },
}

impl Refusal {
    /// The code for programs. Codes are part of the protocol: never renamed.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::ReadOnly => "read-only",
            Self::Forbidden { .. } => "forbidden",
            Self::PlainNotAllowed => "plain-not-allowed",
            Self::FirstChange => "first-change",
            Self::WrongDocument => "wrong-document",
            Self::ActorNotYours => "actor-not-yours",
            Self::ActorReserved => "actor-reserved",
            Self::DuplicateSeq => "duplicate-seq",
            Self::OutOfOrder { .. } => "out-of-order",
            Self::Impossible { .. } => "impossible",
            Self::Malformed { .. } => "malformed",
            Self::TooLarge { .. } => "too-large",
            Self::Full => "full",
            Self::Crowded { .. } => crate::wire::CROWDED,
            Self::NotWhole { .. } => "not-whole",
            Self::NoSuchChange { .. } => "no-such-change",
            Self::Moved { .. } => crate::wire::MOVED,
            Self::Container { .. } => "container",
            Self::AlreadySet { .. } => "already-set",
            Self::Before => "refused-before",
            Self::NotYours { .. } => "not-yours",
            Self::Forged { .. } => "forged",
        }
    }
}

const fn name(role: Role) -> &'static str {
    match role {
        Role::Admin => "an admin",
        Role::Member => "a member",
        Role::Vendor => "a vendor",
        Role::Viewer => "a viewer",
    }
}
