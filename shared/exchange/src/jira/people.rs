//! Who is named in a record.

use serde_json::Value;

use super::issue::Reading;
use crate::json::value::text_at;

impl Reading {
    /// The person's id here, with the name kept in the issue; none if nobody is named.
    pub(super) fn person(&mut self, value: &Value) -> Option<String> {
        let at = |key: &str| text_at(value, key).filter(|text| !text.trim().is_empty());
        // Jira's cloud has account numbers in place of names; what is neither has at least a name for people.
        let name = at("name")
            .or_else(|| at("accountId"))
            .or_else(|| at("key"))
            .or_else(|| at("displayName"))?;
        // Texts mention people by their key, where that isn't their name.
        if let Some(key) = at("key").filter(|key| *key != name) {
            self.user_keys.insert(key, name.clone());
        }
        let shown = at("displayName").unwrap_or_else(|| name.clone());
        Some(self.out.person(&name, &shown))
    }
}
