//! One cell of CSV.

/// A text as a cell: quoted where it must be, and never a formula to whatever opens it.
pub(super) fn cell(text: &str) -> String {
    // A spreadsheet computes what begins so; an apostrophe makes it text, also to people who read the file.
    let formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let quoted = formula || text.contains(['"', ',', '\n', '\r']);
    let mark = if formula { "'" } else { "" };
    if quoted {
        format!("\"{mark}{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text() {
        assert_eq!(cell("=1+1"), "\"'=1+1\"");
        assert_eq!(cell("plain"), "plain");
        assert_eq!(cell("a \"b\", c"), "\"a \"\"b\"\", c\"");
    }
}
