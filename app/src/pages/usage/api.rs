//! The hub's calls about what a workspace uses, and about documents that are too large or can't be read.

use docket_domain::{DocumentId, Timestamp, WorkspaceSlug};
use serde::Deserialize;

use crate::{
    connection::http::{self, Body},
    store::StoreError,
};

/// How many documents are listed.
const LARGEST: usize = 50;

/// What is used of what may be.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Usage {
    pub(super) documents: u64,
    pub(super) bytes: u64,
    #[serde(default)]
    pub(super) quota: Quota,
    /// Rows that were written today, of the platform's quota of the day.
    #[serde(default)]
    pub(super) rows_today: u64,
    #[serde(default)]
    pub(super) rows_quota: Option<u64>,
    #[serde(default)]
    pub(super) sockets: u64,
    #[serde(default)]
    pub(super) errors: Vec<Failure>,
}

/// The most there may be.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
pub(super) struct Quota {
    #[serde(default)]
    pub(super) documents: Option<u64>,
    #[serde(default)]
    pub(super) bytes: Option<u64>,
}

/// Something that went wrong in the hub.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Failure {
    pub(super) at: Timestamp,
    #[serde(default)]
    pub(super) during: String,
    #[serde(default)]
    pub(super) detail: String,
}

/// A document as the hub stores it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Stored {
    pub(super) document: String,
    #[serde(default)]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) title: Option<String>,
    #[serde(default)]
    pub(super) number: Option<u64>,
    #[serde(default)]
    pub(super) bytes: u64,
    #[serde(default)]
    pub(super) changes: u64,
    #[serde(default)]
    pub(super) heads: u64,
    #[serde(default)]
    pub(super) row_bytes: u64,
    /// Why it can't be used, in words.
    #[serde(default)]
    pub(super) problem: Option<String>,
}

impl Stored {
    /// Its id, as paths have it.
    pub(super) fn id(&self) -> Option<DocumentId> {
        let plain = self.document.parse().ok();
        plain.or_else(|| DocumentId::from_url(&self.document).ok())
    }

    /// What people call it.
    pub(super) fn name(&self, prefix: &str) -> String {
        let title = self.title.clone().filter(|title| !title.trim().is_empty());
        let title = title.unwrap_or_else(|| match self.kind.as_deref() {
            Some(kind) => format!("Without a title ({kind})"),
            None => "A document that isn’t Docket’s".to_owned(),
        });
        match self.number {
            Some(number) => format!("{prefix}-{number} · {title}"),
            None => title,
        }
    }
}

#[derive(Deserialize)]
struct Largest {
    documents: Vec<Stored>,
}

/// What is used.
pub(super) async fn usage(slug: &WorkspaceSlug) -> Result<Usage, StoreError> {
    let response = http::call("GET", slug, "/usage", Body::None).await?;
    http::json(&response).await
}

/// The largest documents, and those that can't be read.
pub(super) async fn largest(slug: &WorkspaceSlug) -> Result<Vec<Stored>, StoreError> {
    let path = format!("/documents/largest?limit={LARGEST}");
    let response = http::call("GET", slug, &path, Body::None).await?;
    Ok(http::json::<Largest>(&response).await?.documents)
}

/// Drops a document for good.
pub(super) async fn purge(slug: &WorkspaceSlug, id: DocumentId) -> Result<(), StoreError> {
    http::call("DELETE", slug, &format!("/documents/{id}"), Body::None)
        .await
        .map(drop)
}

/// Has every client compare everything it has with the hub.
pub(super) async fn renew_epoch(slug: &WorkspaceSlug) -> Result<(), StoreError> {
    http::call("POST", slug, "/epoch", Body::None).await.map(drop)
}

/// How much of what may be is used, in hundredths; none without a limit.
pub(super) fn share(used: u64, most: Option<u64>) -> Option<u64> {
    most.filter(|most| *most > 0)
        .map(|most| u64::try_from(u128::from(used) * 100 / u128::from(most)).unwrap_or(u64::MAX))
}

/// A number of bytes as people say it.
pub(super) fn size(bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = bytes / (unit / 10);
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    match bytes {
        0..1_000 => format!("{bytes} bytes"),
        1_000..1_000_000 => format!("{} KB", bytes / 1_000),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_sizes() {
        assert_eq!(share(80, Some(100)), Some(80));
        assert_eq!(share(u64::MAX, Some(1)), Some(u64::MAX));
        assert_eq!((share(1, None), share(1, Some(0))), (None, None));
        assert_eq!(
            [12, 4_900, 10_900_000, 6_000_000_000].map(size),
            ["12 bytes", "4 KB", "10.9 MB", "6.0 GB"]
        );
    }

    #[test]
    fn a_poisoned_document_has_a_name_without_being_opened() {
        let text = r#"{"document": "4NMNnkMhL8jXrdJ9jamS58PAVdXu", "kind": "issue", "number": 42, "bytes": 10900000, "problem": "too many heads"}"#;
        let stored: Stored = serde_json::from_str(text).expect("it is read");
        assert_eq!(stored.name("SWG"), "SWG-42 · Without a title (issue)");
    }
}
