//! Texts: a title on one line, and the text of Jira Cloud's rich documents.

use serde_json::Value;

use crate::content::TITLE;

/// A summary as a title: its line breaks and control characters as spaces, and not too long.
pub(super) fn title(summary: &str) -> String {
    let line: String = summary
        .chars()
        .map(|char| if breaks_line(char) { ' ' } else { char })
        .collect();
    shortened(line.trim(), TITLE)
}

fn breaks_line(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')
}

/// At most `max` bytes of a text: if it is longer, its beginning and an ellipsis.
pub(super) fn shortened(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max - '…'.len_utf8());
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// The beginning of a text, whole lines if possible, of at most `max` UTF-16 units.
pub(super) fn beginning(text: &str, max: usize) -> &str {
    let mut units = 0;
    let mut end = 0;
    for (at, char) in text.char_indices() {
        units += char.len_utf16();
        if units > max {
            break;
        }
        end = at + char.len_utf8();
    }
    let head = text.get(..end).unwrap_or_default();
    // A line that fills half of it is cut rather than left out.
    match head.rfind('\n') {
        Some(line) if line > end / 2 => head.get(..=line).unwrap_or(head),
        _ => head,
    }
}

/// A text field: a string, or the text of a rich document (Atlassian Document Format, whose root says `doc`). None
/// for what is neither.
pub(super) fn field(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Object(map) if map.get("type").and_then(Value::as_str) == Some("doc") => {
            let mut out = String::new();
            rich(value, &mut out);
            out.truncate(out.trim_end().len());
            Some(out)
        }
        _ => None,
    }
}

/// Writes the text of a node: blocks end their line, list items begin with a dash. The node itself is kept beside.
fn rich(node: &Value, out: &mut String) {
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
    children.into_iter().flatten().for_each(|child| rich(child, out));
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
    use super::*;
    use serde_json::json;

    #[test]
    fn a_title_is_one_line() {
        assert_eq!(title(" a\tb\r\nc\u{2028}d "), "a b  c d");
        assert_eq!(title("- =1+1"), "- =1+1");
        let long = title(&"é".repeat(800));
        assert!(long.len() <= TITLE && long.ends_with('…'));
    }

    #[test]
    fn a_beginning_ends_with_a_line_and_never_within_a_character() {
        assert_eq!(beginning("one\ntwo\nthree", 9), "one\ntwo\n");
        assert_eq!(beginning("a\nbbbbbbbbbbbb", 9), "a\nbbbbbbb");
        assert_eq!(beginning("😀😀", 3), "😀");
        assert_eq!(beginning("short", 9), "short");
    }

    #[test]
    fn rich_text_reads_as_lines() {
        let text = |text: &str| json!({"type": "text", "text": text});
        let paragraph = |child| json!({"type": "paragraph", "content": [child]});
        let document = json!({"type": "doc", "version": 1, "content": [
            paragraph(text("Hello")),
            {"type": "bulletList", "content": [
                {"type": "listItem", "content": [paragraph(text("one"))]},
                {"type": "listItem", "content": [paragraph(json!({"type": "mention", "attrs": {"text": "@ann"}}))]},
            ]},
            {"type": "paragraph", "content": [text("a"), {"type": "hardBreak"}, text("b")]},
        ]});
        assert_eq!(field(&document).unwrap(), "Hello\n- one\n- @ann\na\nb");
        assert_eq!(field(&json!({"type": "other"})), None);
    }
}
