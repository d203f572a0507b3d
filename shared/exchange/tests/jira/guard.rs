//! The hub takes what the import makes.

use std::collections::HashSet;

use automerge::Automerge;
use docket_domain::{DocumentId, Facts, Member, MemberId, Role};
use docket_exchange::Imported;
use docket_sync::{
    guard::{self, Input},
    inspect::{self, Limits},
};

use crate::{ALOY, Store, TRAPS, WORKSPACE, changelogs, import};

fn member(role: Role) -> Member {
    Member {
        id: MemberId::random(),
        name: "Ann".to_owned(),
        role,
        organisation: None,
        duties: Vec::new(),
    }
}

/// Sends an issue to the hub; answers the refusals.
fn send(id: DocumentId, made: &Imported, role: Role) -> Vec<String> {
    let limits = Limits::default();
    let changes: Vec<_> = made
        .changes
        .iter()
        .map(|chunk| inspect::change(chunk, &limits).unwrap())
        .collect();
    let operations: usize = changes.iter().map(automerge::Change::len).sum();
    assert!(operations <= limits.operations);
    let judgement = guard::judge(&Input {
        workspace: WORKSPACE,
        document: id,
        stored: None,
        facts: &Facts::default(),
        member: &member(role),
        plain_allowed: false,
        barred: &HashSet::new(),
        changes: &changes,
    });
    let refused = judgement.verdicts.iter().filter(|verdict| !verdict.is_allowed());
    refused.map(|verdict| format!("{verdict:?}")).collect()
}

#[test]
fn every_imported_issue_passes_inspection_and_guard() {
    let logs: Vec<u8> = changelogs().into_iter().flat_map(|(_, json)| json).collect();
    let logs = import(&logs, &mut Store::new());
    for (report, added) in [
        (&ALOY.report, &ALOY.added),
        (&TRAPS.report, &TRAPS.added),
        (&logs.0, &logs.1),
    ] {
        for ((id, made), listed) in added.iter().zip(&report.incoming) {
            assert_eq!(send(*id, made, Role::Member), [] as [&str; 0], "{}", listed.key);
        }
    }
}

#[test]
fn vendors_and_viewers_do_not_import() {
    let added = &TRAPS.added;
    let (id, made) = &added[0];
    for role in [Role::Vendor, Role::Viewer] {
        assert!(!send(*id, made, role).is_empty());
    }
}

#[test]
fn the_changes_make_the_document() {
    let added = &TRAPS.added;
    for (_, made) in added {
        let mut document = Automerge::new();
        for chunk in &made.changes {
            document.load_incremental(chunk).unwrap();
        }
        assert_eq!(document.get_heads(), made.document.get_heads());
        assert_eq!(document.get_heads(), [made.hash]);
    }
}

/// Does the hub take all of these?
pub fn judged(added: &[(DocumentId, Imported)]) -> bool {
    added
        .iter()
        .all(|(id, made)| send(*id, made, Role::Member).is_empty())
}
