//! The text of Jira Cloud's rich documents (Atlassian Document Format).

use serde_json::Value;

/// A text field: a string, or the text of a rich document (Atlassian Document Format, whose root says `doc`). None
/// for what is neither.
pub(super) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(map) if map.get("type").and_then(Value::as_str) == Some("doc") => {
            let mut out = String::new();
            write(value, &mut out);
            out.truncate(out.trim_end().len());
            Some(out)
        }
        _ => None,
    }
}

/// Writes the text of a node: blocks end their line, list items begin with a dash. The node itself is kept beside.
fn write(node: &Value, out: &mut String) {
    let at = |key: &str| node.get(key).and_then(Value::as_str);
    let attribute = |key: &str| {
        node.get("attrs")
            .and_then(|attrs| attrs.get(key))
            .and_then(Value::as_str)
    };
    let kind = at("type").unwrap_or_default();
    match kind {
        "text" => {
            out.push_str(at("text").unwrap_or_default());
            let marks = node.get("marks").and_then(Value::as_array);
            let link = marks
                .into_iter()
                .flatten()
                .find_map(|mark| mark.get("attrs")?.get("href")?.as_str());
            if let Some(href) = link.filter(|href| Some(*href) != at("text")) {
                out.push_str(&format!(" ({href})"));
            }
        }
        "hardBreak" => out.push('\n'),
        "mention" | "emoji" | "status" => out.push_str(attribute("text").unwrap_or_default()),
        "inlineCard" | "blockCard" | "embedCard" => out.push_str(attribute("url").unwrap_or_default()),
        "rule" => out.push_str("----\n"),
        "listItem" | "taskItem" => out.push_str("- "),
        _ => {}
    }
    let children = node.get("content").and_then(Value::as_array);
    children.into_iter().flatten().for_each(|child| write(child, out));
    let block = matches!(
        kind,
        "paragraph"
            | "heading"
            | "codeBlock"
            | "blockCard"
            | "embedCard"
            | "listItem"
            | "taskItem"
            | "tableRow"
    );
    if block && !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    if kind == "tableCell" || kind == "tableHeader" {
        out.truncate(out.trim_end_matches('\n').len());
        out.push_str(" | ");
    }
}

#[cfg(test)]
mod tests {
    use super::text;
    use serde_json::json;

    #[test]
    fn rich_text_reads_as_lines() {
        let node = |text: &str| json!({"type": "text", "text": text});
        let paragraph = |child| json!({"type": "paragraph", "content": [child]});
        let document = json!({"type": "doc", "version": 1, "content": [
            paragraph(node("Hello")),
            {"type": "bulletList", "content": [
                {"type": "listItem", "content": [paragraph(node("one"))]},
                {"type": "listItem", "content": [paragraph(json!({"type": "mention", "attrs": {"text": "@ann"}}))]},
            ]},
            {"type": "paragraph", "content": [node("a"), {"type": "hardBreak"}, node("b")]},
        ]});
        assert_eq!(text(&document).unwrap(), "Hello\n- one\n- @ann\na\nb");
        assert_eq!(text(&json!({"type": "other"})), None);
    }
}
