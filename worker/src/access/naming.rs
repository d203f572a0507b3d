//! Names of members: what one is, and which two look the same.
//!
//! A name is what others trust: who wrote this, who is an admin here. So a name has no letters that can't be seen, and
//! nobody takes one that looks like somebody else's.

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::error::Error;
use docket_domain::limits;

/// The longest name, in characters.
const LONGEST: usize = limits::MEMBER_NAME;

/// A new name as it is kept: trimmed and composed, of letters that can be seen.
pub(crate) fn name(text: &str) -> Result<String, Error> {
    let text = one_line(text)?;
    if text.chars().any(is_unseen) {
        return Err(Error::Invalid(
            "this name has invisible characters, or such as turn the direction of writing: type it anew"
                .into(),
        ));
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(Error::Invalid("a name has at least one letter or digit".into()));
    }
    Ok(text.nfc().collect())
}

/// A name as it is kept where it came to be before names had rules: trimmed, without control characters, not empty.
pub(crate) fn one_line(text: &str) -> Result<String, Error> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    if fits {
        Ok(text.to_owned())
    } else {
        Err(Error::Invalid(format!(
            "a name has 1 to {LONGEST} characters, on one line"
        )))
    }
}

/// What a token or a browser is called: as much of it as can be shown. None where nothing is left.
pub(crate) fn label(text: &str) -> Option<String> {
    let seen = |letter: &char| !letter.is_control() && !is_unseen(*letter);
    let label: String = text.trim().chars().filter(seen).take(LONGEST).collect();
    Some(label.trim().to_owned()).filter(|label| !label.is_empty())
}

/// Would people take the one name for the other?
pub(crate) fn alike(a: &str, b: &str) -> bool {
    let (a, b) = (Looks::of(a), Looks::of(b));
    a.small == b.small || a.as_written == b.as_written
}

/// What a name looks like: two that look the same have the same skeleton (Unicode Technical Standard 39, section 4), in
/// small letters or as they are written. Many a letter looks like another in one case only.
struct Looks {
    small: String,
    as_written: String,
}

impl Looks {
    fn of(name: &str) -> Self {
        // Wide and narrow forms, ligatures and other compatible letters are the letters they stand for.
        let plain: String = name.nfkc().filter(|letter| !is_unseen(*letter)).collect();
        let words: Vec<&str> = plain.split_whitespace().collect();
        let plain = words.join(" ");
        Self {
            small: skeleton(&plain.to_lowercase()).collect::<String>().to_lowercase(),
            as_written: skeleton(&plain).collect::<String>().to_lowercase(),
        }
    }
}

/// Can't it be seen, or does it change where others stand? Unicode's `Default_Ignorable_Code_Point` (DerivedCoreProperties,
/// version 17), the controls of direction among them; separators of lines, and the letter that is an empty pattern.
const fn is_unseen(letter: char) -> bool {
    matches!(
        letter,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
            // Private letters look like whatever a font has there.
            | '\u{e000}'..='\u{f8ff}'
            | '\u{f0000}'..='\u{10ffff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_one_line_of_what_can_be_seen() {
        assert_eq!(name("  Ada Lovelace ").unwrap(), "Ada Lovelace");
        assert_eq!(name("Jose\u{301}").unwrap(), "Jos\u{e9}");
        for right in ["Łukasz", "李小龍", "Ольга", "Ó Súilleabháin", "نور", "X"] {
            assert_eq!(name(right).unwrap(), right);
        }
        for wrong in [
            "",
            "   ",
            "a\nb",
            &"x".repeat(121),
            "Ad\u{200b}a",
            "Ada\u{200d}",
            "\u{202e}adA",
            "Ada\u{2066}",
            "Ada\u{e0041}",
            "Ada\u{3164}",
            "…",
        ] {
            assert!(name(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn names_that_look_the_same_are_alike() {
        for (a, b) in [
            ("Admin", "admin"),
            ("Admin", "ADMIN"),
            ("Admin", "Ａｄｍｉｎ"),
            ("Admin", "\u{410}dmin"),
            ("Admin", "Adm\u{456}n"),
            ("Admin", "Ad\u{200b}min"),
            ("Ada Lovelace", "Ada\u{a0}  Lovelace"),
            ("ADMIN", "ADMlN"),
            ("paul", "рaul"),
            ("José", "Jose\u{301}"),
            ("Straße", "straße"),
            ("Bill", "BiIl"),
        ] {
            assert!(alike(a, b), "{a:?} {b:?}");
        }
        for (a, b) in [
            ("Ada", "Adam"),
            ("José", "Jose"),
            ("Member 1", "Member 2"),
            ("Ann", "Anne"),
            ("Ольга", "Olga"),
        ] {
            assert!(!alike(a, b), "{a:?} {b:?}");
        }
    }

    #[test]
    fn a_label_is_what_can_be_shown_of_it() {
        assert_eq!(label(" Firefox on\u{202e} Linux\n").unwrap(), "Firefox on Linux");
        assert_eq!(label(" \u{200b}\n"), None);
        assert_eq!(label(&"x".repeat(500)).unwrap().len(), 120);
    }
}
