//! Secrets: 256 random bits, shown once, kept as a digest.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::error::Error;

/// The first characters of every secret of Docket's, by which scanners for leaked secrets know them.
const MARK: &str = "dkt_";

/// As many base58 digits hold 250 random bits.
const DIGITS: usize = 43;

/// Longer texts can't be a secret; they aren't hashed.
const LONGEST: usize = 128;

/// A secret in the clear. It is never logged.
pub(crate) struct Secret(String);

impl Secret {
    /// A new secret.
    pub(crate) fn random() -> Result<Self, Error> {
        let mut bytes = [0_u8; 32];
        getrandom::fill(&mut bytes).map_err(|error| Error::Internal(format!("no random bytes: {error}")))?;
        Ok(Self(format!("{MARK}{}", bs58::encode(bytes).into_string())))
    }

    /// The secret that somebody sent.
    pub(crate) fn sent(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= LONGEST).then(|| Self(text.to_owned()))
    }

    /// A secret that a program made for itself, so that it is known where the answer is lost: of the form of ours, and as
    /// long.
    pub(crate) fn chosen(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(MARK).filter(|digits| digits.len() >= DIGITS)?;
        bs58::decode(digits).into_vec().ok()?;
        Self::sent(text)
    }

    /// What is kept of it.
    pub(crate) fn digest(&self) -> Digest {
        Digest(Sha256::digest(self.0.as_bytes()).into())
    }

    /// The text, for the one answer that carries it.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// A secret's SHA-256. Looking it up takes a time that depends on the digest alone, and who can choose secrets
/// can't choose the beginnings of their digests.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Digest([u8; 32]);

impl Digest {
    /// The one that these bytes, which were kept, are.
    pub(crate) fn kept(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// The bytes to look up.
    pub(crate) const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Are they of one secret? Takes the same time wherever they differ.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.0.iter().zip(other.0).fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_differ_and_are_long() {
        let (a, b) = (Secret::random().unwrap(), Secret::random().unwrap());
        assert!(!a.digest().is(&b.digest()));
        assert!(a.reveal().len() >= 40, "{}", a.reveal().len());
    }

    #[test]
    fn a_sent_secret_has_the_digest_it_was_kept_with() {
        let made = Secret::random().unwrap();
        let sent = Secret::sent(made.reveal()).unwrap();
        assert!(made.digest().is(&sent.digest()));
    }

    #[test]
    fn a_chosen_secret_has_the_form_of_ours() {
        let chosen = format!("dkt_{}", "5".repeat(43));
        assert_eq!(Secret::chosen(&chosen).unwrap().reveal(), chosen);
        for wrong in [
            "".to_owned(),
            "dkt_".to_owned(),
            format!("dkt_{}", "5".repeat(42)),
            format!("dkt_{}0", "5".repeat(43)),
            format!("dkt_{} ", "5".repeat(43)),
            "5".repeat(47),
            format!("dkt_{}", "5".repeat(125)),
        ] {
            assert!(Secret::chosen(&wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_not_shown_by_accident() {
        let made = Secret::random().unwrap();
        assert!(!format!("{made:?}").contains(made.reveal()));
        assert!(Secret::sent("").is_none());
        assert!(Secret::sent(&"x".repeat(129)).is_none());
    }
}
