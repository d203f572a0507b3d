//! Whatever a file holds: no panic, every record accounted for, and nothing comes in that the hub wouldn't take.

use docket_exchange::{Imported, Report};
use docket_sync::inspect::{self, Limits};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::{Store, import, issue, records, traps};

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        prop_oneof![
            Just("2020-02-29T10:00:00.000+0100"),
            Just("Done"),
            Just("doc"),
            Just("")
        ]
        .prop_map(Value::from),
    ];
    let name = prop_oneof![
        Just("name"),
        Just("key"),
        Just("id"),
        Just("type"),
        Just("content"),
        Just("text"),
        Just("comments"),
        Just("total"),
        Just("author"),
        Just("body"),
        Just("created"),
        Just("updated"),
        Just("outwardIssue"),
        Just("outward"),
        Just("histories"),
        Just("items"),
        Just("field"),
        Just("fromString"),
        Just("statusCategory"),
        Just("self"),
    ];
    leaf.prop_recursive(4, 40, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(name.clone().prop_map(str::to_owned), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

fn fields() -> impl Strategy<Value = Value> {
    let name = prop_oneof![
        Just("summary"),
        Just("description"),
        Just("status"),
        Just("priority"),
        Just("resolution"),
        Just("issuetype"),
        Just("created"),
        Just("updated"),
        Just("resolutiondate"),
        Just("assignee"),
        Just("reporter"),
        Just("creator"),
        Just("components"),
        Just("labels"),
        Just("versions"),
        Just("fixVersions"),
        Just("comment"),
        Just("issuelinks"),
        Just("attachment"),
        Just("parent"),
        Just("subtasks"),
        Just("project"),
        Just("system"),
        Just("key"),
        Just("url"),
        Just("customfield_1"),
        Just("a\u{0}b"),
        Just(""),
    ];
    prop::collection::btree_map(name.prop_map(str::to_owned), value(), 0..12)
        .prop_map(|map| Value::Object(map.into_iter().collect()))
}

fn sound(report: &Report, added: &[(docket_domain::DocumentId, Imported)]) {
    assert_eq!(report.incoming.len(), added.len());
    for (_, made) in added {
        for chunk in &made.changes {
            inspect::change(chunk, &Limits::default()).unwrap();
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 64 } else { 4_096 }))]

    #[test]
    fn any_bytes(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let (report, added) = import(&bytes, &mut Store::new());
        sound(&report, &added);
    }

    #[test]
    fn any_text_of_json(text in "[\\[\\]{}\",:\\\\ \nu0-9a-f]{0,80}") {
        let (report, added) = import(text.as_bytes(), &mut Store::new());
        sound(&report, &added);
    }

    /// Issues whose fields hold anything: each is reported once, and importing it again adds nothing.
    #[test]
    fn any_fields(fields in fields(), changelog in value(), number in value()) {
        let json = json!({"id": number, "key": "A-1", "changelog": changelog, "fields": fields}).to_string();
        let mut store = Store::new();
        let (report, added) = import(json.as_bytes(), &mut store);
        sound(&report, &added);
        assert_eq!(report.incoming.len() + report.refused.len(), 1, "{:?}", report);
        assert!(crate::guard::judged(&added), "{json}");
        let (again, added) = import(json.as_bytes(), &mut store);
        assert_eq!((added.len(), again.already.len()), (0, report.incoming.len()));
    }

    /// An issue that held anything holds anything else later: the hub takes the update (`import` asks it), and it is
    /// made once.
    #[test]
    fn any_update(fields in fields(), later in fields(), changelog in value()) {
        let json = |fields: &Value| json!({"id": 1, "key": "A-1", "changelog": changelog, "fields": fields}).to_string();
        let (was, is) = (json(&fields), json(&later));
        let (mut one, mut two) = (Store::new(), Store::new());
        import(was.as_bytes(), &mut one);
        import(was.as_bytes(), &mut two);
        let (report, added) = import(is.as_bytes(), &mut one);
        let hashes = |added: &crate::support::Added| added.iter().map(|(_, made)| made.hash).collect::<Vec<_>>();
        assert_eq!(hashes(&added), hashes(&import(is.as_bytes(), &mut two).1));
        let (again, added) = import(is.as_bytes(), &mut one);
        assert_eq!(added.len(), 0);
        let taken = report.updated.len() + report.already.len() + report.incoming.len();
        assert_eq!(again.already.len(), taken, "{again:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 12 } else { 256 }))]

    /// Real issues with bytes overwritten, taken out or doubled.
    #[test]
    fn damaged_files(at in 0_usize..150_000, length in 0_usize..30, with in "[\\[\\]{}\",:\\\\\n\u{0}x]{0,5}") {
        let mut json = traps()[..150_000].to_vec();
        let end = (at + length).min(json.len());
        json.splice(at..end, with.bytes());
        let found = records(&json, 50_000);
        assert!(!found.is_empty());
        let (report, added) = import(&json, &mut Store::new());
        sound(&report, &added);
        let listed = report.incoming.len() + report.refused.len() + report.repeated.len();
        assert_eq!(listed, found.len(), "every record is accounted for");
        // One damaged place costs at most the records that it touches, and the last one is cut.
        assert!(report.refused.len() <= 5, "{:?}", report.refused);
    }
}

#[test]
fn deep_nesting_is_refused() {
    let json = format!(
        "{{\"key\":\"A-1\",\"fields\":{{\"x\":{}{}}}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let (report, added) = import(json.as_bytes(), &mut Store::new());
    assert_eq!((added.len(), report.refused.len()), (0, 1));
    assert_eq!(report.refused[0].key.as_deref(), Some("A-1"));
}

#[test]
fn many_lines_that_are_none_take_linear_time() {
    let json = "{\n".repeat(2_000_000);
    let found = records(json.as_bytes(), 65_536);
    assert_eq!(found.len(), 1);
    let json = format!("{}{}", "[{\"a\":\n".repeat(100_000), issue("A-1", &json!({})));
    assert!(!records(json.as_bytes(), 65_536).is_empty());
}

/// Entries that all have one id are told apart in linear time.
#[test]
fn many_entries_of_one_id_take_linear_time() {
    let comments: Vec<_> = (0..40_000)
        .map(|n| json!({"id": "1", "body": n.to_string()}))
        .collect();
    let record = issue("A-1", &json!({"summary": "A", "comment": comments}));
    let mut plan = docket_exchange::Plan::new(crate::WORKSPACE, docket_exchange::Format::Jira);
    let began = std::time::Instant::now();
    let read = plan.read(records(record.as_bytes(), 65_536).remove(0));
    assert!(began.elapsed().as_secs() < 20, "{:?}", began.elapsed());
    let comments = read.unwrap().content.comments;
    assert_eq!(comments.len(), 40_000);
    assert!(comments.contains_key("1-9999"));
}

/// What a record swallowed that isn't closed is no record for each line that could be a value.
#[test]
fn many_lines_of_values_are_one_damaged_record() {
    let json = format!("{{\n{}{}\n", "1\n".repeat(1_000_000), issue("A-1", &json!({})));
    let found = records(json.as_bytes(), 65_536);
    assert_eq!(
        found
            .iter()
            .map(|record| record.value.is_ok())
            .collect::<Vec<_>>(),
        [false, true]
    );
    assert_eq!(found[1].line, 1_000_002);
    assert_eq!(
        found.iter().map(|record| record.raw.len() + 1).sum::<usize>(),
        json.len()
    );
}
