//! Identifiers: parsed once at the edge, valid ever after.

use std::{fmt, str::FromStr};

use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Why a text is no identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// Not base58check of 16 bytes.
    #[error("“{0}” is not a document id: it should be base58check of 16 bytes")]
    Document(String),
    /// Not `automerge:` and a document id.
    #[error("“{0}” is not a document URL: it should begin with “automerge:”")]
    Url(String),
    /// A name with characters or a length that are not allowed.
    #[error("“{text}” is not a {what}: use 1 to {max} of a–z, 0–9 and “-”")]
    Name {
        /// What the name is for.
        what: &'static str,
        /// The text that was given.
        text: String,
        /// The most characters it may have.
        max: usize,
    },
}

/// A document's id: 16 bytes, written as automerge-repo does, in base58check.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Encode, Decode)]
#[cbor(transparent)]
pub struct DocumentId(#[cbor(with = "minicbor::bytes")] [u8; 16]);

impl DocumentId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().into_bytes())
    }

    /// The id that `name` has within this document's name space (UUID version 5).
    #[must_use]
    pub fn derive(self, name: &str) -> Self {
        Self(Uuid::new_v5(&Uuid::from_bytes(self.0), name.as_bytes()).into_bytes())
    }

    /// The id with these bytes.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The id's 16 bytes.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }

    /// The URL under which any automerge-repo client finds the document.
    #[must_use]
    pub fn url(&self) -> String {
        format!("automerge:{self}")
    }

    /// The id in an `automerge:` URL; heads after a `#` are passed over.
    ///
    /// # Errors
    /// When `url` is not such a URL.
    pub fn from_url(url: &str) -> Result<Self, IdError> {
        let text = url
            .strip_prefix("automerge:")
            .ok_or_else(|| IdError::Url(url.to_owned()))?;
        text.split('#').next().unwrap_or(text).parse()
    }
}

impl fmt::Display for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&bs58::encode(self.0).with_check().into_string())
    }
}

impl fmt::Debug for DocumentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for DocumentId {
    type Err = IdError;

    fn from_str(text: &str) -> Result<Self, IdError> {
        let wrong = || IdError::Document(text.chars().take(64).collect());
        // 16 bytes and 4 of checksum are at most 28 base58 digits.
        if text.len() > 28 {
            return Err(wrong());
        }
        let bytes = bs58::decode(text)
            .with_check(None)
            .into_vec()
            .map_err(|_| wrong())?;
        bytes.try_into().map(Self).map_err(|_| wrong())
    }
}

impl Serialize for DocumentId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DocumentId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $what:literal, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Encode, Decode)]
        #[cbor(transparent)]
        #[serde(transparent)]
        pub struct $type(String);

        impl $type {
            /// The name as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl FromStr for $type {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                let fits = (1..=$max).contains(&text.len())
                    && text.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-'));
                if fits {
                    Ok(Self(text.to_owned()))
                } else {
                    Err(IdError::Name { what: $what, text: text.chars().take(64).collect(), max: $max })
                }
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $type {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = String::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

name!(
    /// A workspace's name in addresses, such as `demo`.
    WorkspaceSlug, "workspace's name", 40
);
name!(
    /// A member's id, given by the hub.
    MemberId, "member id", 40
);
name!(
    /// An organisation's id, such as `ornl`.
    OrganisationId, "organisation's id", 40
);
name!(
    /// The key of a comment, an event or another entry within a document.
    EntryId, "entry id", 64
);

impl MemberId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(format!("m-{}", Uuid::new_v4().simple()))
    }
}

impl EntryId {
    /// A new random id.
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().simple().to_string())
    }
}

/// Who did something: a member, or somebody of another tracker (`jira:jdoe`), told apart by the colon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct PersonId(String);

impl PersonId {
    /// Somebody known to another tracker only.
    #[must_use]
    pub fn external(source: &str, name: &str) -> Self {
        Self(format!("{source}:{name}"))
    }

    /// The person as a document names them. Any text is taken: what isn't a member is external.
    #[must_use]
    pub fn from_stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The person as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Is this somebody of another tracker?
    #[must_use]
    pub fn is_external(&self) -> bool {
        self.0.contains(':')
    }
}

impl From<MemberId> for PersonId {
    fn from(member: MemberId) -> Self {
        Self(member.0)
    }
}

impl From<&MemberId> for PersonId {
    fn from(member: &MemberId) -> Self {
        Self(member.0.clone())
    }
}

impl PartialEq<MemberId> for PersonId {
    fn eq(&self, other: &MemberId) -> bool {
        self.0 == other.0
    }
}

/// A point in time: milliseconds since 1970-01-01T00:00:00Z.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Encode, Decode,
)]
#[cbor(transparent)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// Whole seconds, as Automerge keeps a change's time.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The time this many milliseconds later.
    #[must_use]
    pub const fn plus(self, milliseconds: i64) -> Self {
        Self(self.0.saturating_add(milliseconds))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_id_survives_writing_and_reading() {
        let id = DocumentId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(DocumentId::from_url(&id.url()), Ok(id));
    }

    #[test]
    fn a_mistyped_document_id_is_refused() {
        let mut text = DocumentId::from_bytes([7; 16]).to_string();
        text.pop();
        assert!(text.parse::<DocumentId>().is_err());
        assert!("".parse::<DocumentId>().is_err());
        assert!("z".repeat(1_000_000).parse::<DocumentId>().is_err());
    }

    #[test]
    fn names_are_checked() {
        assert!("open-sfs".parse::<WorkspaceSlug>().is_ok());
        for wrong in ["", "A", "a/b", "ä", &"a".repeat(41)] {
            assert!(wrong.parse::<WorkspaceSlug>().is_err(), "{wrong}");
        }
    }
}
