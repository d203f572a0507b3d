//! Numbers in sentences.

/// A number with its thousands apart: 12,345.
pub(crate) fn number(n: usize) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A number of issues: `1 issue`, `1,499 issues`.
pub(crate) fn issues(n: usize) -> String {
    let word = if n == 1 { "issue" } else { "issues" };
    format!("{} {word}", number(n))
}
