//! The hub's audit log.

use docket_domain::{Timestamp, WorkspaceSlug};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    connection::http::{self, Body},
    pages::router::encode,
    store::StoreError,
};

/// How many entries are fetched at a time.
const PAGE: usize = 100;

/// Something that was done.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    /// The member; none for the hub itself.
    #[serde(default)]
    pub(super) by: Option<String>,
    /// The address it came from.
    #[serde(default)]
    pub(super) from: Option<String>,
    pub(super) what: String,
    /// Whom or what it was done to.
    #[serde(default)]
    pub(super) subject: Option<String>,
    #[serde(default)]
    pub(super) detail: Value,
}

/// Some of the log.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Entries {
    pub(super) entries: Vec<Entry>,
    /// What to ask for next; none when that was all.
    pub(super) next: Option<String>,
}

#[derive(Deserialize)]
struct Answer {
    entries: Vec<Entry>,
    #[serde(default)]
    next: Value,
}

/// The entries before `before`, the last first; the very last where that is empty.
pub(super) async fn read(slug: &WorkspaceSlug, before: &str) -> Result<Entries, StoreError> {
    let path = format!("/audit?limit={PAGE}&before={}", encode(before));
    let response = http::call("GET", slug, &path, Body::None).await?;
    let Answer { entries, next } = http::json(&response).await?;
    Ok(Entries {
        entries,
        next: cursor(&next),
    })
}

/// Where the next entries begin: a number or a text.
fn cursor(next: &Value) -> Option<String> {
    match next {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// What was done, in words that stand behind a name. What a newer hub notes is said as it calls it.
pub(super) fn done(what: &str) -> String {
    let known = match what {
        "workspace-made" => "made the workspace",
        "workspace-restored" => "restored the workspace from a file",
        "bundle-exported" => "exported the whole workspace",
        "member-made" => "added a member",
        "member-changed" => "changed a member",
        "member-revoked" => "ended a member’s access",
        "token-made" => "made a token",
        "credential-revoked" => "ended a session or token",
        "credentials-revoked" => "signed a member out everywhere",
        "invitation-made" => "made an invitation",
        "invitation-accepted" => "joined by an invitation",
        "session-begun" => "signed in by a token that somebody else had made",
        "audience-set" => "set who may read a document",
        "document-purged" | "purged" => "deleted a document for good",
        "epoch-renewed" => "renewed the epoch",
        other => return other.replace('-', " "),
    };
    known.to_owned()
}

/// The particulars of an entry in words: “role: admin, name: Ann”.
pub(super) fn words(detail: &Value) -> String {
    match detail {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(fields) => {
            let fields = fields.iter().filter(|(_, value)| !value.is_null());
            let words: Vec<String> = fields
                .map(|(name, value)| format!("{}: {}", name.replace('_', " "), words(value)))
                .collect();
            words.join(", ")
        }
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn particulars_are_said_in_words() {
        assert_eq!(words(&Value::Null), "");
        assert_eq!(words(&json!("for good")), "for good");
        let detail = json!({"role": "admin", "made_by": null, "duties": ["board", "twg"], "count": 3});
        assert_eq!(words(&detail), "count: 3, duties: board, twg, role: admin");
    }

    #[test]
    fn what_a_newer_hub_notes_is_said_all_the_same() {
        assert_eq!(done("member-revoked"), "ended a member’s access");
        assert_eq!(done("vote-cast"), "vote cast");
    }

    #[test]
    fn the_log_goes_on_where_it_says() {
        assert_eq!(cursor(&json!(17)).as_deref(), Some("17"));
        assert_eq!(cursor(&json!("a17")).as_deref(), Some("a17"));
        assert_eq!(cursor(&Value::Null), None);
    }
}
