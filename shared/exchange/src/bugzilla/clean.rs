//! What Bugzilla's JSON says of people and of the interface, reduced to what the bug needs.

use serde_json::Value;

/// Where people are named, by their logins.
const LOGINS: [&str; 9] = [
    "added",
    "attacher",
    "author",
    "creator",
    "name",
    "removed",
    "requestee",
    "setter",
    "who",
];

/// Takes out what is not set, contents of files and addresses.
pub(crate) fn clean(value: &mut Value) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(clean),
        Value::Object(map) => {
            map.retain(|key, value| {
                let unset = value.is_null() || matches!(value.as_str(), Some("---" | "--"));
                !unset
                    && !matches!(key.as_str(), "data" | "email" | "nick" | "type_id")
                    && !key.ends_with("_detail")
            });
            // Of a change, only the values of a field of people are logins.
            let people = match map.get("field_name").and_then(Value::as_str) {
                Some(field) => is_of_people(field),
                None => true,
            };
            for (key, value) in map {
                match value {
                    Value::String(text) if LOGINS.contains(&key.as_str()) => {
                        if people || key == "who" {
                            *text = without_hosts(text);
                        }
                    }
                    value => clean(value),
                }
            }
        }
        _ => {}
    }
}

/// Does a field hold logins? A flag does in its brackets: `needinfo?(jdoe)`.
pub(super) fn is_of_people(field: &str) -> bool {
    matches!(
        field,
        "assigned_to" | "cc" | "flagtypes.name" | "mentors" | "qa_contact" | "reporter" | "bug_mentor"
    )
}

/// Logins without what follows their at signs.
pub(super) fn without_hosts(logins: &str) -> String {
    let mut parts = logins.split('@');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        out.push_str(
            part.trim_start_matches(|char: char| char.is_alphanumeric() || matches!(char, '.' | '-')),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn addresses_stay_out() {
        let mut value = json!([
            {"who": "a@example.org", "changes": [
                {"field_name": "cc", "added": "b@example.org, c", "removed": ""},
                {"field_name": "summary", "added": "mail to x@example.org"},
            ]},
            {"name": "needinfo", "setter": "d@mail.example.org", "type_id": 3, "status": "?"},
            {"email": "e@example.org", "data": "AAAA", "cf_x": "---"},
        ]);
        clean(&mut value);
        let expected = json!([
            {"who": "a", "changes": [
                {"field_name": "cc", "added": "b, c", "removed": ""},
                {"field_name": "summary", "added": "mail to x@example.org"},
            ]},
            {"name": "needinfo", "setter": "d", "status": "?"},
            {},
        ]);
        assert_eq!(value, expected);
        assert_eq!(
            without_hosts("needinfo?(a@b.org), review+"),
            "needinfo?(a), review+"
        );
    }
}
