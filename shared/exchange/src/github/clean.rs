//! What GitHub's JSON says of the interface, not of the issue.

use serde_json::Value;

/// Names and pictures of the interface, and what it computes.
const DROPPED: [&str; 12] = [
    "active_lock_reason",
    "color",
    "default",
    "gravatar_id",
    "issue_dependencies_summary",
    "node_id",
    "repository",
    "score",
    "sub_issues_summary",
    "url",
    "viewerDidAuthor",
    "includesCreatedEdit",
];

/// Takes out what says nothing about the issue, and reduces people to their logins.
pub(crate) fn clean(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(map) => {
            if let Some(login) = map.get_mut("login") {
                *value = login.take();
                return;
            }
            map.retain(|key, value| tells(key, value));
            map.values_mut().for_each(clean);
        }
        _ => {}
    }
}

/// Does a value tell something of the issue? No lock, and reactions that nobody had, don't.
pub(super) fn tells(name: &str, value: &Value) -> bool {
    let empty = match value {
        Value::Null | Value::Bool(false) => true,
        Value::Object(map) => {
            name == "reactions" && map.get("total_count").and_then(Value::as_u64) == Some(0)
        }
        _ => false,
    };
    !empty && !is_interface(name)
}

/// Is it the interface's, whatever the issue?
pub(super) fn is_interface(name: &str) -> bool {
    DROPPED.contains(&name) || name.ends_with("_url")
}
