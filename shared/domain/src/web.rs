//! Web addresses in texts: where they stand, and which of them may be links.

/// The schemes that are links. Everything else (`javascript:`, `data:`, a relative path into this app) is text.
const SCHEMES: [&str; 3] = ["https:", "http:", "mailto:"];

/// The address, if it may be a link.
#[must_use]
pub fn allowed(address: &str) -> Option<String> {
    let address = address.trim();
    // Browsers pass over control characters inside a scheme; so an address with one is none.
    if address.chars().any(char::is_control) {
        return None;
    }
    let fits = |scheme: &&str| {
        let start = address.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    SCHEMES.iter().any(fits).then(|| address.to_owned())
}

/// Where the next web address begins in a plain text.
#[must_use]
pub fn find(text: &str) -> Option<usize> {
    let places = ["https://", "http://"]
        .into_iter()
        .filter_map(|scheme| text.find(scheme));
    places.min()
}

/// How many bytes the web address at the start of `text` has. Marks that end a sentence or a bracket aren't part of it.
#[must_use]
pub fn length(text: &str) -> usize {
    let ends = |c: char| c.is_whitespace() || matches!(c, '|' | ']' | '}' | '"' | '<' | '>' | ')');
    let address = text.split(ends).next().unwrap_or_default();
    address
        .trim_end_matches(['.', ',', ';', ':', '!', '?', '\'', '*'])
        .len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_and_mail_addresses_are_links() {
        assert!(allowed("https://a.example/x?y#z").is_some());
        assert!(allowed("HTTP://a.example").is_some());
        assert!(allowed("mailto:a@b.example").is_some());
        for wrong in [
            "javascript:alert(1)",
            "java\nscript:alert(1)",
            "data:text/html,x",
            "//a.example",
            "/w/x",
            "",
        ] {
            assert_eq!(allowed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn an_address_ends_before_the_sentence_does() {
        let text = "See https://a.example/b. Or [x|http://c.example]";
        let at = find(text).unwrap_or_default();
        assert_eq!(&text[at..at + length(&text[at..])], "https://a.example/b");
    }
}
