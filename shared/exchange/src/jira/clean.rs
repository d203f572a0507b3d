//! What Jira's JSON says of the interface, not of the issue.

use serde_json::Value;

/// What says nothing about the issue: addresses and pictures of the interface.
const DROPPED: [&str; 6] = [
    "self",
    "expand",
    "iconUrl",
    "avatarUrls",
    "avatarId",
    "emailAddress",
];

/// Takes out what says nothing about the issue, and reduces people to who they are.
pub(crate) fn clean(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(map) => {
            if map.contains_key("displayName") || map.contains_key("accountId") {
                map.retain(|key, _| matches!(key.as_str(), "name" | "key" | "accountId" | "displayName"));
                return;
            }
            map.retain(|key, value| !DROPPED.contains(&key.as_str()) && !value.is_null());
            map.values_mut().for_each(clean);
        }
        _ => {}
    }
}
