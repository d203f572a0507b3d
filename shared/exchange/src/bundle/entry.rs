//! The entries of a bundle: what they are called, how large they may be, in which order they come.

use std::{fmt, str::FromStr};

use docket_domain::DocumentId;
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize, de};
use sha2::{Digest as _, Sha256};

const KB: u64 = 1 << 10;
const MB: u64 = 1 << 20;

/// What an entry is, and so what it is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
pub enum Name {
    /// `workspace.json`
    #[n(0)]
    About,
    /// `rows/<id>.cbor`
    #[n(1)]
    Row(#[n(0)] DocumentId),
    /// `facts/<id>.cbor`
    #[n(2)]
    Facts(#[n(0)] DocumentId),
    /// `documents/<id>.automerge`
    #[n(3)]
    Document(#[n(0)] DocumentId),
    /// `members.json`
    #[n(4)]
    Members,
    /// `state.json`
    #[n(5)]
    State,
    /// `manifest.json`
    #[n(6)]
    Manifest,
    /// `audit.jsonl`
    #[n(7)]
    Audit,
}

impl Name {
    /// The most bytes of such an entry: what a reader holds in memory.
    #[must_use]
    pub const fn limit(self) -> u64 {
        match self {
            Self::About => 64 * KB,
            Self::Row(_) => MB,
            // Read, these take six times as much.
            Self::Facts(_) | Self::Members | Self::State => 4 * MB,
            // Some 30,000 entries: with more, the oldest stay behind.
            Self::Audit => 8 * MB,
            Self::Document(_) => 32 * MB,
            // 150 bytes for each entry, three entries for each document: some 70,000 documents.
            Self::Manifest => 32 * MB,
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::About => f.write_str("workspace.json"),
            Self::Row(id) => write!(f, "rows/{id}.cbor"),
            Self::Facts(id) => write!(f, "facts/{id}.cbor"),
            Self::Document(id) => write!(f, "documents/{id}.automerge"),
            Self::Members => f.write_str("members.json"),
            Self::State => f.write_str("state.json"),
            Self::Manifest => f.write_str("manifest.json"),
            Self::Audit => f.write_str("audit.jsonl"),
        }
    }
}

impl FromStr for Name {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (folder, file) = text.split_once('/').unwrap_or(("", text));
        let (stem, extension) = file.rsplit_once('.').ok_or(())?;
        let id = || stem.parse::<DocumentId>().map_err(drop);
        Ok(match (folder, stem, extension) {
            ("", "workspace", "json") => Self::About,
            ("", "members", "json") => Self::Members,
            ("", "state", "json") => Self::State,
            ("", "manifest", "json") => Self::Manifest,
            ("", "audit", "jsonl") => Self::Audit,
            ("rows", _, "cbor") => Self::Row(id()?),
            ("facts", _, "cbor") => Self::Facts(id()?),
            ("documents", _, "automerge") => Self::Document(id()?),
            _ => return Err(()),
        })
    }
}

impl Serialize for Name {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|()| de::Error::custom("no entry of a bundle has this name"))
    }
}

/// The SHA-256 of an entry's bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Encode, Decode)]
#[cbor(transparent)]
pub struct Digest(#[cbor(with = "minicbor::bytes")] [u8; 32]);

impl Digest {
    /// That of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (pairs, rest) = text.as_bytes().as_chunks::<2>();
        let mut bytes = [0; 32];
        if !rest.is_empty() || pairs.len() != bytes.len() {
            return Err(());
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            // As it is written and not otherwise: `from_str_radix` would take a sign, and capitals.
            let digits = pair
                .iter()
                .all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
            let pair = std::str::from_utf8(pair).map_err(drop)?;
            *byte = u8::from_str_radix(pair, 16).ok().filter(|_| digits).ok_or(())?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: de::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|()| de::Error::custom("a SHA-256 has 64 digits"))
    }
}

/// An entry as the manifest lists it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Encode, Decode)]
pub struct Entry {
    /// What it is called.
    #[n(0)]
    pub name: Name,
    /// How many bytes it has.
    #[n(1)]
    pub size: u64,
    /// Their SHA-256.
    #[n(2)]
    pub sha256: Digest,
}

impl Entry {
    /// The entry of that name and content.
    #[must_use]
    pub fn of(name: Name, content: &[u8]) -> Self {
        Self {
            name,
            size: content.len() as u64,
            sha256: Digest::of(content),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        let id = DocumentId::from_bytes([7; 16]);
        for name in [
            Name::About,
            Name::Row(id),
            Name::Facts(id),
            Name::Document(id),
            Name::Members,
            Name::State,
            Name::Manifest,
            Name::Audit,
        ] {
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for other in [
            "",
            "rows/x.cbor",
            "../workspace.json",
            "documents/members.json",
            "manifest",
        ] {
            assert_eq!(other.parse::<Name>(), Err(()), "{other}");
        }
    }

    #[test]
    fn a_digest_is_written_in_one_way() {
        let digest = Digest::of(b"abc");
        let text = digest.to_string();
        assert!(text.starts_with("ba7816bf"), "{text}");
        assert_eq!(text.parse(), Ok(digest));
        assert!(text.to_uppercase().parse::<Digest>().is_err());
        assert!(text[1..].parse::<Digest>().is_err());
        assert!(format!("+{}", &text[1..]).parse::<Digest>().is_err());
    }
}
