//! The names in a piece of JSON, also of one that is cut off or damaged.

/// A name, as far as one can see without reading the whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    /// How many objects and arrays are open around it.
    pub(crate) depth: usize,
    /// The name, with its escapes.
    pub(crate) text: &'a [u8],
    /// What follows its colon.
    pub(crate) value: &'a [u8],
}

/// The names in `bytes`, in order. Texts between the quotes are no names, whatever they hold.
pub(crate) fn names(bytes: &[u8]) -> impl Iterator<Item = Name<'_>> {
    let (mut rest, mut depth) = (bytes, 0_usize);
    std::iter::from_fn(move || {
        loop {
            let at = rest
                .iter()
                .position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']'))?;
            let (byte, after) = rest.get(at..)?.split_first()?;
            rest = after;
            match byte {
                b'{' | b'[' => depth += 1,
                b'}' | b']' => depth = depth.saturating_sub(1),
                _ => {
                    let text = rest.get(..closing(rest)?)?;
                    rest = rest.get(text.len() + 1..)?;
                    if let Some(value) = rest.trim_ascii_start().strip_prefix(b":") {
                        let value = value.trim_ascii_start();
                        return Some(Name { depth, text, value });
                    }
                }
            }
        }
    })
}

/// Where the string that began before `rest` ends.
fn closing(rest: &[u8]) -> Option<usize> {
    let mut escaped = false;
    rest.iter().position(|byte| {
        let closes = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        closes
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_texts() {
        let found = |json: &str| -> Vec<(usize, String)> {
            names(json.as_bytes())
                .map(|name| (name.depth, String::from_utf8_lossy(name.text).into_owned()))
                .collect()
        };
        let name = |depth, text: &str| (depth, text.to_owned());
        assert_eq!(
            found(r#"[{"a" : "b\": {", "c":{"d":[]},"e"#),
            [name(2, "a"), name(2, "c"), name(3, "d")]
        );
        assert_eq!(found(r#"}}"x": 1"#), [name(0, "x")]);
        assert_eq!(found("no json"), []);
    }
}
