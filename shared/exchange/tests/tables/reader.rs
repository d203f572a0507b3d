//! Rows and cells, in pieces of every size.

use docket_exchange::csv::{Damage, Reader, Row};
use proptest::prelude::*;

pub fn rows(file: &[u8], piece: usize) -> Vec<Row> {
    let mut reader = Reader::new();
    let mut rows = Vec::new();
    for piece in file.chunks(piece) {
        reader.feed(piece);
        rows.extend(std::iter::from_fn(|| reader.next_row()));
    }
    rows.extend(std::iter::from_fn(|| reader.finish()));
    assert_eq!(reader.consumed(), file.len() as u64);
    rows
}

fn cells(file: &str) -> Vec<Vec<String>> {
    let rows = rows(file.as_bytes(), 3);
    rows.into_iter().map(|row| row.cells.unwrap()).collect()
}

#[test]
fn files_of_every_program_are_read() {
    for (file, expected) in [
        ("a,b\n1,2\n", vec![vec!["a", "b"], vec!["1", "2"]]),
        ("a;b\r\n1;2", vec![vec!["a", "b"], vec!["1", "2"]]),
        ("a\tb\r1\t2\r", vec![vec!["a", "b"], vec!["1", "2"]]),
        (
            "a,b\r\n\r\n1,\"x\r\ny\"\r\n",
            vec![vec!["a", "b"], vec!["1", "x\r\ny"]],
        ),
        ("\"a;b\",\"c;;\"\n", vec![vec!["a;b", "c;;"]]),
        ("\"say \"\"hi\"\"\",,\n", vec![vec!["say \"hi\"", "", ""]]),
        ("sep=;\r\na,b;c\r\n", vec![vec!["a,b", "c"]]),
        ("sep=|\na|b\n", vec![vec!["a", "b"]]),
        ("\u{feff}a\n", vec![vec!["a"]]),
        ("one\ntwo, three\n", vec![vec!["one"], vec!["two", " three"]]),
        // A quote within a cell, and a cell that goes on after its quotes.
        ("5\" disk,\"a\" b\n", vec![vec!["5\" disk", "a b"]]),
        ("", vec![]),
        ("\r\n\n", vec![]),
    ] {
        assert_eq!(cells(file), expected, "{file:?}");
    }
}

#[test]
fn rows_know_their_line_and_their_bytes() {
    for end in ["\n", "\r\n", "\r"] {
        let file = ["", "a,b", "1,\"x", "y\"", "", "2,z", ""].join(end);
        for piece in 1..file.len() {
            let rows = rows(file.as_bytes(), piece);
            let found: Vec<_> = rows
                .iter()
                .map(|row| (row.line, String::from_utf8(row.raw.clone()).unwrap()))
                .collect();
            let multi = format!("1,\"x{end}y\"");
            let expected = [(2, "a,b"), (3, &multi), (6, "2,z")];
            assert_eq!(
                found,
                expected.map(|(line, raw)| (line, raw.to_owned())),
                "{end:?} {piece}"
            );
        }
    }
}

#[test]
fn damaged_characters_are_counted_in_their_rows() {
    let rows = rows(b"\xef\xbb\xbfa,b\n\xff,\xfe\nc,d\n", 2);
    let repaired: Vec<usize> = rows.iter().map(|row| row.repaired).collect();
    assert_eq!(repaired, [0, 2, 0]);
}

/// A quote that nobody closed costs its own line; what it would have swallowed is read.
#[test]
fn an_open_quote_costs_no_other_row() {
    for file in [
        // Closed by the next quote, in the same column: without care, one row with two texts in a cell.
        "k,t\n1,\"open\n2,plain\n3,\"quoted\"\n4,d\n",
        // Never closed.
        "k,t\n1,\"open\n2,plain\n3,quoted\n4,d\n",
    ] {
        for piece in [1, 5, 100] {
            let rows = rows(file.as_bytes(), piece);
            assert_eq!(rows.len(), 5);
            assert_eq!(rows[1].cells, Err(Damage::Unclosed));
            assert_eq!((rows[1].line, rows[1].raw.as_slice()), (2, &b"1,\"open"[..]));
            let keys: Vec<_> = rows[2..]
                .iter()
                .map(|row| row.cells.clone().unwrap()[0].clone())
                .collect();
            assert_eq!(keys, ["2", "3", "4"]);
            assert!(rows[2].doubtful && !rows[0].doubtful);
        }
    }
}

#[test]
fn a_row_that_is_too_large_is_refused_and_the_rest_is_read() {
    let huge = "x".repeat(17 * 1024 * 1024);
    let file = format!("a,b\n{huge},\"1\n2\"\nc,d\n");
    let rows = rows(file.as_bytes(), 1024 * 1024);
    assert_eq!(rows[1].cells, Err(Damage::TooLarge));
    assert_eq!((rows[1].line, rows[1].raw.len()), (2, 0));
    assert_eq!(rows.last().unwrap().cells.as_deref().unwrap(), ["c", "d"]);
    let commas = ",".repeat(60_000);
    let rows = super::reader::rows(format!("a\n{commas}\nb\n").as_bytes(), 10_000);
    assert_eq!(rows[1].cells, Err(Damage::TooLarge));
    assert!(rows[1].raw.is_empty());
    assert_eq!(rows[2].cells.as_deref().unwrap(), ["b"]);
}

#[test]
fn quotes_that_nobody_closes_take_linear_time() {
    for line in ["\"\n", "a,\"b\n", "\"x\" y\n", "a,\"x\"y,\"\n"] {
        let file = line.repeat(1024 * 1024 / line.len());
        assert!(!rows(file.as_bytes(), 65_536).is_empty());
    }
}

/// As every writer does it: quotes where they are needed, or everywhere.
fn written(table: &[Vec<String>], delimiter: char, end: &str, all: bool) -> String {
    let cell = |cell: &String| {
        let needed = cell.is_empty() || cell.contains(['"', ',', ';', '\t', '\r', '\n']);
        if all || needed {
            format!("\"{}\"", cell.replace('"', "\"\""))
        } else {
            cell.clone()
        }
    };
    let row = |row: &Vec<String>| {
        row.iter()
            .map(cell)
            .collect::<Vec<_>>()
            .join(&delimiter.to_string())
    };
    table.iter().map(|cells| row(cells) + end).collect()
}

fn table() -> impl Strategy<Value = Vec<Vec<String>>> {
    let cell = prop_oneof![any::<String>(), "[a-c\",;\t\r\n'=é𝄞 ]{0,8}", Just(String::new()),];
    (2_usize..5).prop_flat_map(move |width| {
        let row = prop::collection::vec(cell.clone(), width);
        prop::collection::vec(row, 0..6).prop_map(move |rows| {
            // The first line tells the delimiter.
            let header = (0..width).map(|column| format!("c{column}")).collect();
            [vec![header], rows].concat()
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 256 } else { 8_192 }))]

    #[test]
    fn what_is_written_is_read(
        table in table(),
        delimiter in prop_oneof![Just(','), Just(';'), Just('\t')],
        end in prop_oneof![Just("\n"), Just("\r\n"), Just("\r")],
        all in any::<bool>(),
        encoding in 0..4,
        piece in 1_usize..40,
    ) {
        let text = written(&table, delimiter, end, all);
        let marked = format!("\u{feff}{text}");
        let file = match encoding {
            0 => text.into_bytes(),
            1 => marked.into_bytes(),
            2 => marked.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            _ => marked.encode_utf16().flat_map(u16::to_be_bytes).collect(),
        };
        let found: Vec<_> = rows(&file, piece).into_iter().map(|row| row.cells.unwrap()).collect();
        prop_assert_eq!(found, table);
    }

    /// Any bytes: every byte of text is in some row, and the size of the pieces doesn't matter.
    #[test]
    fn any_bytes(file in prop::collection::vec(prop_oneof![any::<u8>(), Just(b'"'), Just(b','), Just(b'\n')], 0..200)) {
        let whole = rows(&file, 1_000);
        for piece in [1, 2, 7] {
            prop_assert_eq!(&rows(&file, piece), &whole);
        }
    }
}
