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
    /// The member; none for whoever has the setup secret.
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
        "credential-made" => "made a token",
        "credential-revoked" => "ended a session or token",
        "credentials-revoked" => "signed a member out everywhere",
        "invitation-made" => "made an invitation",
        "invitation-accepted" => "joined by an invitation",
        "session-begun" => "signed in by a token that somebody else had made",
        "people" => "said who people of another tracker are",
        "mappings" => "said what words of another tracker mean",
        "document-audience" => "set who may read a document",
        "document-purged" => "deleted a document for good",
        "epoch-renewed" => "renewed the epoch",
        other => return other.replace('-', " "),
    };
    known.to_owned()
}

/// The particulars of an entry in words: “name: Ann, role: member → admin”. Ids say nothing to people, and the file has
/// them.
pub(super) fn words(detail: &Value) -> String {
    match detail {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Object(fields) => match (fields.get("from"), fields.get("to"), fields.get("key")) {
            (Some(from), Some(to), key) => {
                let key = key.map(|key| format!("{}: ", words(key))).unwrap_or_default();
                format!("{key}{} → {}", or_nothing(from), or_nothing(to))
            }
            _ => {
                let said = fields
                    .iter()
                    .filter(|(name, _)| name.as_str() != "id")
                    .map(|(name, value)| (name.replace('_', " "), words(value)))
                    .filter(|(_, words)| !words.is_empty());
                let said: Vec<String> = said.map(|(name, words)| format!("{name}: {words}")).collect();
                said.join(", ")
            }
        },
        Value::Array(all) => all.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}

fn or_nothing(value: &Value) -> String {
    Some(words(value))
        .filter(|words| !words.is_empty())
        .unwrap_or_else(|| "nothing".to_owned())
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
        let detail = json!({"id": "m-1", "role": {"from": "member", "to": "vendor"}, "duties": [], "organisation": {"from": null, "to": "ornl"}});
        assert_eq!(
            words(&detail),
            "organisation: nothing → ornl, role: member → vendor"
        );
        let detail = json!({"changed": [{"key": "name", "from": "A", "to": "B"}], "more": null});
        assert_eq!(words(&detail), "changed: name: A → B");
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
