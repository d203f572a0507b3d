//! Kinds of links, and how they read from either side. CSV has the kind alone.

/// Kinds, with the phrase read from the issue that has the link outward, and inward. Where a kind is here twice, the
/// first is written; both are understood.
const KINDS: [(&str, &str, &str); 9] = [
    ("Blocks", "blocks", "is blocked by"),
    ("Cloners", "clones", "is cloned by"),
    ("Cloners", "is cloned from", "is cloned into"),
    ("Depends", "depends on", "is depended on by"),
    ("Depends", "depends on", "is dependent of"),
    ("Duplicate", "duplicates", "is duplicated by"),
    ("Includes", "includes", "is included by"),
    ("Problem/Incident", "causes", "is caused by"),
    ("Relates", "relates to", "relates to"),
];

/// What stands for a kind's inward side where its phrase isn't known.
const INWARD: &str = " (inward)";

/// How a kind reads from the outward and from the inward side.
pub(super) fn phrases(kind: &str) -> (String, String) {
    let known = KINDS
        .iter()
        .find(|(name, ..)| name.eq_ignore_ascii_case(kind.trim()));
    match known {
        Some((_, outward, inward)) => ((*outward).to_owned(), (*inward).to_owned()),
        None => (kind.to_owned(), format!("{kind}{INWARD}")),
    }
}

/// The kind that a phrase belongs to, and whether it is the outward side.
pub(crate) fn kind(phrase: &str) -> (&str, bool) {
    for (name, outward, inward) in &KINDS {
        if phrase == *outward || phrase == *inward {
            return (name, phrase == *outward);
        }
    }
    match phrase.strip_suffix(INWARD) {
        Some(kind) => (kind, false),
        None => (phrase, true),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phrases_read_back() {
        for name in KINDS
            .map(|(name, ..)| name)
            .into_iter()
            .chain(["Gantt: start-finish"])
        {
            let (outward, inward) = phrases(name);
            assert_eq!(kind(&outward), (name, true));
            assert_eq!(kind(&inward), (name, name == "Relates"));
        }
    }
}
