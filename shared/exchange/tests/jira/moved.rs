//! Issues that moved to another project there: their key is another one since.

use docket_exchange::{Existing, Format, Placed, Plan, Remark};
use serde_json::{Value, json};

use crate::{Store, WORKSPACE, import, records};

fn moved(id: &str, key: &str, keys: &[[&str; 2]]) -> String {
    let histories: Vec<Value> = keys
        .iter()
        .enumerate()
        .map(|(place, [from, to])| {
            json!({
                "id": place.to_string(), "created": format!("2020-01-0{}T00:00:00.000+0000", place % 9 + 1),
                "items": [{"field": "Key", "fromString": from, "toString": to}],
            })
        })
        .collect();
    json!({"id": id, "key": key, "changelog": {"histories": histories}, "fields": {"summary": "A"}})
        .to_string()
}

fn said(report: &docket_exchange::Report) -> Vec<&Remark> {
    let remarks = report.remarks.iter().map(|it| &it.remark);
    remarks.filter(|it| matches!(it, Remark::Moved(_))).collect()
}

#[test]
fn an_issue_that_moved_names_the_one_that_is_here() {
    let mut store = Store::new();
    import(moved("10010", "LU-10", &[]).as_bytes(), &mut store);
    let was = Remark::Moved("LU-10".to_owned());
    let twice = moved("10010", "EX-3", &[["LU-10", "MID-1"], ["MID-1", "EX-3"]]);
    let (report, added) = import(twice.as_bytes(), &mut store);
    assert_eq!((added.len(), said(&report)), (1, vec![&was]));
    // It is said once.
    let (report, _) = import(twice.as_bytes(), &mut store);
    assert_eq!((report.already.len(), said(&report)), (1, vec![]));
    // Another issue had the key, or nobody.
    for file in [
        moved("20020", "EX-4", &[["LU-10", "EX-4"]]),
        moved("10011", "EX-5", &[["LU-11", "EX-5"]]),
    ] {
        let (report, added) = import(file.as_bytes(), &mut store);
        assert_eq!((added.len(), said(&report)), (1, vec![]));
    }
    // Both in one file.
    let both = [
        moved("10010", "LU-10", &[]),
        moved("10010", "EX-3", &[["LU-10", "EX-3"]]),
    ];
    let (report, added) = import(both.join("\n").as_bytes(), &mut Store::new());
    assert_eq!((added.len(), said(&report)), (2, vec![&was]));
}

/// With rows alone the document under the old key has to be looked into; many old keys ask for few.
#[test]
fn old_keys_ask_for_few_documents() {
    let names: Vec<String> = (0..500).map(|n| format!("LU-{n}")).collect();
    let keys: Vec<[&str; 2]> = names.iter().map(|name| [name.as_str(), "EX-1"]).collect();
    let mut plan = Plan::new(WORKSPACE, Format::Jira);
    let incoming = plan
        .read(records(moved("7", "EX-1", &keys).as_bytes(), 65_536).remove(0))
        .unwrap();
    let here = std::cell::RefCell::new(std::collections::BTreeMap::new());
    let document = automerge::Automerge::new();
    for _ in 0..100 {
        let placed = plan.place(&incoming, |id| match here.borrow().get(&id) {
            _ if id == Plan::document(WORKSPACE, "jira", "EX-1") => Existing::Nothing,
            Some(()) => Existing::Document(&document),
            None => Existing::Heads(&[]),
        });
        match placed {
            Placed::Needs(id) => here.borrow_mut().insert(id, ()),
            Placed::Add(_) => {
                assert!((1..=8).contains(&here.borrow().len()));
                return;
            }
            other => panic!("{other:?}"),
        };
    }
    panic!("it asks for ever");
}
