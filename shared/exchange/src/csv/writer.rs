//! Writes rows.

/// What a spreadsheet takes for the beginning of a formula.
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];

/// Appends a row to `out`, as RFC 4180 has it, each cell harmless to the spreadsheet that opens the file: [`bare`] is
/// the other way.
pub(crate) fn write<'a>(out: &mut Vec<u8>, cells: impl IntoIterator<Item = &'a str>) {
    let before = out.len();
    for (index, text) in cells.into_iter().enumerate() {
        if index > 0 {
            out.push(b',');
        }
        cell(out, text);
    }
    // An empty line is no row.
    if out.len() == before {
        out.extend_from_slice(b"\"\"");
    }
    out.extend_from_slice(b"\r\n");
}

fn cell(out: &mut Vec<u8>, text: &str) {
    let guard = if is_formula(text) { "'" } else { "" };
    let spaced = text.starts_with(' ') || text.ends_with(' ');
    if !spaced && !text.contains(['"', ',', ';', '\t', '\r', '\n']) {
        out.extend_from_slice(guard.as_bytes());
        out.extend_from_slice(text.as_bytes());
        return;
    }
    out.push(b'"');
    out.extend_from_slice(guard.as_bytes());
    for (index, part) in text.split('"').enumerate() {
        if index > 0 {
            out.extend_from_slice(b"\"\"");
        }
        out.extend_from_slice(part.as_bytes());
    }
    out.push(b'"');
}

/// A cell without the apostrophe that keeps it from being a formula. One that had an apostrophe of its own there was
/// given a second, so nothing is lost.
pub(crate) fn bare(mut cell: String) -> String {
    if cell.starts_with('\'') && is_formula(&cell) {
        cell.remove(0);
    }
    cell
}

/// Would a spreadsheet compute it, now or once an apostrophe is taken off?
fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(cells: &[&str]) -> String {
        let mut out = Vec::new();
        write(&mut out, cells.iter().copied());
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn what_would_be_computed_begins_with_an_apostrophe() {
        for (cell, written) in [
            ("=1+1", "'=1+1\r\n"),
            ("-2", "'-2\r\n"),
            ("@x", "'@x\r\n"),
            ("+a,b", "\"'+a,b\"\r\n"),
            ("\tx", "\"'\tx\"\r\n"),
            ("'=x", "''=x\r\n"),
            ("'x", "'x\r\n"),
            ("a\"b", "\"a\"\"b\"\r\n"),
            (" x", "\" x\"\r\n"),
            ("", "\"\"\r\n"),
        ] {
            assert_eq!(row(&[cell]), written);
        }
        assert_eq!(row(&["", "x", ""]), ",x,\r\n");
    }

    #[test]
    fn the_apostrophe_comes_off_again() {
        for cell in ["=", "'=", "''-x", "'", "''", "'x", "x", "", "\r", "'\t"] {
            let guarded = format!("{}{cell}", if is_formula(cell) { "'" } else { "" });
            assert_eq!(bare(guarded), cell);
        }
    }
}
