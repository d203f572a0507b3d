//! Texts: a title on one line, names and descriptions that aren't too long.

use crate::content::TITLE;

/// A text as a title: its line breaks and control characters as spaces, and not too long.
pub(crate) fn title(text: &str) -> String {
    let line: String = text
        .chars()
        .map(|char| if breaks_line(char) { ' ' } else { char })
        .collect();
    shortened(line.trim(), TITLE)
}

fn breaks_line(char: char) -> bool {
    char.is_control() || matches!(char, '\u{2028}' | '\u{2029}')
}

/// At most `max` bytes of a text: if it is longer, its beginning and an ellipsis.
pub(crate) fn shortened(text: &str, max: usize) -> String {
    if text.len() <= max {
        return text.to_owned();
    }
    let end = text.floor_char_boundary(max - '…'.len_utf8());
    format!("{}…", text.get(..end).unwrap_or_default())
}

/// The beginning of a text, whole lines if possible, of at most `max` UTF-16 units.
pub(crate) fn beginning(text: &str, max: usize) -> &str {
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

#[cfg(test)]
mod tests {
    use super::*;

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
}
