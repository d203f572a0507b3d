//! Who is named in a bug.

use serde_json::{Map, Value};

use super::{bug::Reading, clean::without_hosts};
use crate::json::value::text_at;

impl Reading {
    /// Learns people's names from the objects that stand beside their logins, also of those who attached files.
    pub(super) fn learn_names(&mut self, object: &Map<String, Value>) {
        for (_, detail) in object.iter().filter(|(key, _)| key.ends_with("_detail")) {
            self.learn(detail);
        }
        let attachments = object.get("attachments").and_then(Value::as_array);
        for attachment in attachments.into_iter().flatten().filter_map(Value::as_object) {
            self.learn_names(attachment);
        }
    }

    fn learn(&mut self, detail: &Value) {
        let people = detail
            .as_array()
            .map_or(std::slice::from_ref(detail), Vec::as_slice);
        for person in people {
            let login = text_at(person, "name").or_else(|| text_at(person, "email"));
            let name = text_at(person, "real_name").filter(|name| !name.trim().is_empty());
            if let (Some(login), Some(name)) = (login, name) {
                self.names.entry(without_hosts(&login)).or_insert(name);
            }
        }
    }

    /// The person's id here, by their login; none if it is that of nobody.
    pub(super) fn person(&mut self, login: &str) -> Option<String> {
        let login = without_hosts(login);
        let login = login.trim();
        if login.is_empty() || login == "nobody" {
            return None;
        }
        let shown = self.names.get(login).map_or(login, String::as_str);
        Some(self.out.person(login, shown))
    }

    /// Who is named under the first of these names that is there.
    pub(super) fn named(&mut self, object: &mut Map<String, Value>, keys: &[&str]) -> Option<String> {
        let mut logins = keys.iter().filter_map(|key| object.remove(*key));
        let login = logins.find_map(|login| login.as_str().map(str::to_owned))?;
        self.person(&login)
    }
}
