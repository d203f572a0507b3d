//! Files of every shape, in pieces of every size.

use docket_exchange::{Format, Reason, Source, is_gzip};
use serde_json::json;

use crate::{Store, import, issue, records, traps};

fn keys(json: &str) -> Vec<String> {
    records(json.as_bytes(), 7)
        .into_iter()
        .map(|record| Format::Jira.key(&record).unwrap_or_else(|| "?".to_owned()))
        .collect()
}

#[test]
fn lines_arrays_and_answers_are_read() {
    let (a, b) = (
        issue("A-1", &json!({"labels": []})),
        issue("A-2", &json!({"issues": [1]})),
    );
    for json in [
        format!("{a}\n{b}\n"),
        format!("{a}{b}"),
        format!("\u{feff}{a}\r\n\r\n{b}"),
        format!("[{a},\n {b}]"),
        format!("{{\"expand\":\"issues\",\"total\":2,\"issues\":[{a},{b}],\"names\":{{\"x\":[\"]}}\"]}}}}"),
        format!("{{\"issues\" : [ {a} ], \"nextPageToken\":\"}}\"}}\n{{\"issues\":[{b}]}}"),
        format!("{{\"issues\":[]}}[{a}] {b}"),
        format!("{{\"issues\":{{\"issues\":[]}},\"key\":\"A-1\"}} {b}"),
    ] {
        assert_eq!(keys(&json), ["A-1", "A-2"], "{json}");
    }
    for nothing in ["", " \n", "[]", "{\"issues\":[]}"] {
        assert_eq!(keys(nothing), [] as [&str; 0], "{nothing}");
    }
}

#[test]
fn pieces_of_any_size_give_the_same_records() {
    let json = &traps()[..200_000];
    let whole = records(json, json.len());
    assert!(whole.len() > 5);
    for piece in [1, 2, 3, 4_096] {
        assert_eq!(records(json, piece), whole);
    }
}

#[test]
fn pretty_printed_issues_are_read() {
    let pretty = |key: &str| serde_json::to_string_pretty(&json!({"key": key, "fields": {}})).unwrap();
    assert_eq!(
        keys(&format!("{}\n{}", pretty("A-1"), pretty("A-2"))),
        ["A-1", "A-2"]
    );
    assert_eq!(records(pretty("A-1").as_bytes(), 5)[0].line, 1);
}

#[test]
fn a_damaged_record_costs_no_other() {
    let (a, b, c) = (
        issue("A-1", &json!({})),
        issue("A-2", &json!({})),
        issue("A-3", &json!({})),
    );
    let unclosed_text = "{\"id\":\"9\",\"key\":\"A-2\",\"fields\":{\"summary\":\"cut";
    for damaged in [
        unclosed_text,
        "{\"id\":\"9\",\"key\":\"A-2\",\"fields\":{\"labels\":[",
        "{\"id\":\"9\",\"key\":\"A-2\",\"fields\":{",
        "{\"id\":\"9\",\"key\":\"A-2\",,}",
    ] {
        let json = format!("{a}\n{damaged}\n{c}\n");
        let (report, added) = import(json.as_bytes(), &mut Store::new());
        assert_eq!(added.len(), 2, "{damaged}");
        assert_eq!(report.refused.len(), 1, "{damaged}: {:?}", report.refused);
        assert_eq!(
            (report.refused[0].line, report.refused[0].key.as_deref()),
            (2, Some("A-2"))
        );
        assert!(matches!(report.refused[0].reason, Reason::Unreadable(_)));
    }
    assert_eq!(keys(&format!("{a}\n{b}\n{unclosed_text}")), ["A-1", "A-2", "A-2"]);
}

#[test]
fn what_is_no_json_is_reported() {
    for (json, records) in [
        ("hello", 1),
        ("hello\nworld\n", 2),
        ("Key;Summary\nA-1;x\n", 2),
        ("\"a\"", 1),
    ] {
        let (report, added) = import(json.as_bytes(), &mut Store::new());
        assert_eq!(
            (added.len(), report.refused.len()),
            (0, records),
            "{json}: {report:?}"
        );
    }
    for json in [
        "{}",
        "[1,2]",
        "{\"key\":\"A-1\"}",
        "{\"key\":\" \",\"fields\":{}}",
        "[[{\"key\":\"A-1\"}]]",
        "null",
    ] {
        let (report, added) = import(json.as_bytes(), &mut Store::new());
        assert!(
            added.is_empty() && !report.refused.is_empty(),
            "{json}: {report:?}"
        );
    }
}

#[test]
fn a_record_that_is_too_large_is_passed_over() {
    let huge = "x".repeat(17 * 1024 * 1024);
    let huge = issue("A-1", &json!({"summary": huge}));
    let json = format!("{huge}\n{}\n", issue("A-2", &json!({})));
    let (report, added) = import(json.as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 1);
    assert_eq!(report.incoming[0].key, "A-2");
    assert!(matches!(report.refused[0].reason, Reason::TooLarge(_)));
}

/// A record that isn't closed swallows what follows, up to the largest record; that is given back line by line.
#[test]
fn swallowed_lines_are_given_back() {
    let summary = "x".repeat(1024 * 1024);
    let lines: Vec<String> = (0..20)
        .map(|n| issue(&format!("A-{n}"), &json!({"summary": summary})))
        .collect();
    let json = format!("{{\"key\":\"B-1\",\"fields\":[\n{}\n", lines.join("\n"));
    let records = records(json.as_bytes(), 65_536);
    assert_eq!(records.iter().filter(|record| record.value.is_ok()).count(), 20);
    assert_eq!(Format::Jira.key(&records[0]).as_deref(), Some("B-1"));
    assert_eq!(records.last().unwrap().line, 21);
}

#[test]
fn packed_files_are_recognised() {
    assert!(is_gzip(&[0x1f, 0x8b, 8]));
    assert!(!is_gzip(b"{"));
}

/// What is refused can be downloaded, mended and imported: it is all there, as it was in the file.
#[test]
fn refused_records_are_given_back_as_they_were() {
    let good = issue("A-1", &json!({}));
    let secret = issue("A-2", &json!({"security": {"name": "Staff"}}));
    let broken = "{\"key\":\"A-3\",,}";
    let pretty = "{\n\"key\": \"A-4\",\n\"fields\": {]\n}";
    let json = format!("{good}\n{secret}\n{broken}\n{pretty}\n");
    let (report, added) = import(json.as_bytes(), &mut Store::new());
    assert_eq!(added.len(), 1);
    let keys: Vec<_> = report.refused.iter().map(|it| it.key.as_deref()).collect();
    assert_eq!(keys, [Some("A-2"), Some("A-3"), None], "{:?}", report.refused);
    assert_eq!(
        String::from_utf8(report.mend.bytes).unwrap(),
        format!("{secret}\n{broken}\n{pretty}\n")
    );
    assert_eq!(report.mend.left_out, 0);
}

#[test]
fn files_are_known_by_what_they_begin_with() {
    for (beginning, format) in [
        (&traps()[..65_536], Some(Format::Jira)),
        (b"\xef\xbb\xbf[ {\"key\":\"A-1\",\"fields\":{", Some(Format::Jira)),
        (
            b"{\"expand\":\"names\",\"total\":0,\"issues\":[]}",
            Some(Format::Jira),
        ),
        (b"{\"text\":\"\\\"fields\\\": {\"}", None),
        (b"Key,Summary\nA-1,fields\n", Some(Format::Csv)),
        (b"\x89PNG\r\n\x1a\n\0\0,\0\r,\n", None),
        (b"", None),
    ] {
        assert_eq!(Format::detect(beginning, "export.json"), format);
    }
}

/// PowerShell 5 writes what it redirects in UTF-16.
#[test]
fn a_file_in_utf_16_is_read() {
    let lines = ["Größe 😀", "two"].map(|title| crate::issue("LU-1", &serde_json::json!({"summary": title})));
    let text = format!("\u{feff}{}\r\n", lines.join("\r\n"));
    for bytes in [u16::to_le_bytes, u16::to_be_bytes] {
        let file: Vec<u8> = text.encode_utf16().flat_map(bytes).collect();
        assert_eq!(Format::detect(&file, "issues.json"), Some(Format::Jira));
        for piece in [1, 2, 7, 65_536] {
            let mut source = Source::open(Format::Jira);
            let found = crate::support::records_from(&mut source, &file, piece);
            assert_eq!(found, records(lines.join("\r\n").as_bytes(), 100), "{piece}");
            assert_eq!(source.consumed(), file.len() as u64);
        }
    }
}
