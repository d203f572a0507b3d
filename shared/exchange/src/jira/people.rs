//! Who is named in a record.

use docket_domain::PersonId;
use serde_json::Value;

use super::{
    SYSTEM,
    fields::is_name,
    issue::Mapping,
    text::shortened,
    value::{digest, text_at},
};
use crate::content::NAME;

impl Mapping {
    /// The person's id here, with the name kept in the issue; none if nobody is named.
    pub(super) fn person(&mut self, value: &Value) -> Option<String> {
        let at = |key: &str| text_at(value, key).filter(|text| !text.trim().is_empty());
        // Jira's cloud has account numbers in place of names; what is neither has at least a name for people.
        let name = at("name")
            .or_else(|| at("accountId"))
            .or_else(|| at("key"))
            .or_else(|| at("displayName"))?;
        let mut id = PersonId::external(SYSTEM, &name).as_str().to_owned();
        if !is_name(&id) {
            id = PersonId::external(SYSTEM, &digest(&name)).as_str().to_owned();
        }
        // Texts mention people by their key, where that isn't their name.
        if let Some(key) = at("key").filter(|key| *key != name) {
            self.user_keys.insert(key, name.clone());
        }
        let shown = at("displayName").unwrap_or(name);
        self.content
            .people
            .entry(id.clone())
            .or_insert(shortened(&shown, NAME));
        Some(id)
    }
}
