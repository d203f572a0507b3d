//! The hub takes what the import makes.

use automerge::Automerge;
use docket_domain::{DocumentId, Role};
use docket_exchange::Imported;

use crate::{ALOY, Store, TRAPS, changelogs, import, support::send};

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
