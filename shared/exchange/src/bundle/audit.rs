//! The audit log in a bundle: a line of JSON for each entry, the oldest first.

use docket_domain::{MemberId, Timestamp, limits};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{BundleError, Name};

/// An entry of the audit log: who did what, when, and from where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Audited {
    /// Its number: later entries have greater ones.
    pub id: i64,
    /// When.
    pub at: Timestamp,
    /// Who; none for who came with the deployment's setup secret.
    #[serde(default)]
    pub by: Option<MemberId>,
    /// The network they asked from, as far as it is known: `203.0.113.0/24`.
    #[serde(default)]
    pub from: Option<String>,
    /// What: `member-changed`.
    pub what: String,
    /// With whom, or which document.
    #[serde(default)]
    pub subject: Option<String>,
    /// What there is to say of it.
    #[serde(default)]
    pub detail: Value,
}

impl Audited {
    /// As a line.
    #[must_use]
    pub fn line(&self) -> Vec<u8> {
        // What is in it can be written, and writing to a Vec doesn't fail.
        let mut line = serde_json::to_vec(self).unwrap_or_default();
        line.push(b'\n');
        line
    }

    /// Can a hub keep it?
    fn is_sound(&self) -> bool {
        let ids = 1..=limits::SAFE_INTEGER as i64;
        let short = |text: &Option<String>| text.as_ref().is_none_or(|text| text.len() <= limits::NAME);
        ids.contains(&self.id)
            && (0..=limits::LAST_TIME).contains(&self.at.0)
            && self
                .by
                .as_ref()
                .is_none_or(|by| by.as_str().parse::<MemberId>().is_ok())
            && self.what.len() <= limits::NAME
            && short(&self.from)
            && short(&self.subject)
    }
}

/// As many of the entries as fit, the latest; as lines, the oldest first.
pub(super) fn lines(entries: &[Audited]) -> Vec<u8> {
    let mut left = usize::try_from(Name::Audit.limit()).unwrap_or(usize::MAX);
    let mut lines = Vec::new();
    for entry in entries.iter().rev() {
        let line = entry.line();
        let Some(rest) = left.checked_sub(line.len()) else {
            break;
        };
        left = rest;
        lines.push(line);
    }
    lines.reverse();
    lines.concat()
}

/// The entries in these lines.
pub(super) fn read(content: &[u8]) -> Result<Vec<Audited>, BundleError> {
    let wrong = |why: String| BundleError::Content {
        name: Name::Audit,
        why,
    };
    let mut entries: Vec<Audited> = Vec::new();
    for line in content
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
    {
        let entry: Audited = serde_json::from_slice(line).map_err(|error| wrong(error.to_string()))?;
        if !entry.is_sound() || entries.last().is_some_and(|last| last.id >= entry.id) {
            return Err(wrong(
                "entries come in the order of their numbers, each once".to_owned(),
            ));
        }
        entries.push(entry);
    }
    Ok(entries)
}
