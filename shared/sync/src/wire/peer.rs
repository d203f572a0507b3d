//! Peers: who speaks on a socket, in automerge-repo's sense.

use std::fmt;

use sha2::{Digest, Sha256};

use super::{ID_LIMIT, WireError};

/// A peer's id: any text of 1 to 256 bytes, chosen by the peer, unique among those connected.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(String);

impl PeerId {
    /// The peer id with that text.
    ///
    /// # Errors
    /// When it is empty or longer than 256 bytes.
    pub fn new(text: impl Into<String>) -> Result<Self, WireError> {
        let text = text.into();
        if text.is_empty() || text.len() > ID_LIMIT {
            return Err(WireError::Field("peer id"));
        }
        Ok(Self(text))
    }

    /// What others are told of this peer: tells it apart from others and gives nobody its id.
    #[must_use]
    pub fn alias(&self) -> Self {
        let digest = Sha256::digest(self.0.as_bytes());
        let digits = digest.iter().take(12).map(|byte| format!("{byte:02x}"));
        Self(digits.collect())
    }

    /// The id as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for PeerId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

/// What a peer says of itself in `join` and `peer`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PeerMetadata {
    /// The id of the storage behind the peer; none if it has none, or doesn't say.
    pub storage_id: Option<String>,
    /// Will the peer's storage be gone when it disconnects?
    pub ephemeral: bool,
    /// The version of Docket's frames that the peer understands; none for stock automerge-repo peers.
    pub docket: Option<u32>,
}
