//! What must be true once the network is whole and all is quiet.

use std::collections::{BTreeMap, BTreeSet};

use automerge::{Automerge, ChangeHash};
use docket_domain::{Action, DocumentId, Facts, Row, read::Issue};
use docket_sync::{client::outbox::Entry, hub::Store};

use super::{
    device::End,
    plan::Documents,
    world::{Place, TABS, World},
};

/// A document as the hub has it.
struct Stored {
    document: Automerge,
    heads: Vec<ChangeHash>,
    row: Option<Vec<u8>>,
}

/// Opens every document everywhere, lets all settle, and checks.
pub fn settled(world: &mut World, documents: &Documents, limit: u64) {
    world.settle(limit);
    let ids: Vec<DocumentId> = generations(world, documents.workspace)
        .into_iter()
        .chain(generations(world, documents.list))
        .chain(documents.issues.iter().copied())
        .collect();
    let places: Vec<Place> = world.tabs.keys().copied().collect();
    for place in &places {
        for id in &ids {
            world.open(*place, *id);
        }
    }
    world.quiet(limit);
    let hub = at_hub(world, &ids);
    nothing_is_lost(world, &hub);
    replicas_are_identical(world, &hub);
    rows_are_the_hubs(world, &hub);
    nobody_had_a_problem(world);
}

/// The document's generations that the hub has.
pub fn generations(world: &World, first: DocumentId) -> Vec<DocumentId> {
    let store = world.server.store();
    let next = |id: &DocumentId| Row::from_bytes(&store.row(*id).unwrap()?).unwrap().next;
    std::iter::successors(Some(first), next).collect()
}

fn at_hub(world: &World, ids: &[DocumentId]) -> BTreeMap<DocumentId, Stored> {
    let store = world.server.store();
    let mut hub = BTreeMap::new();
    for id in ids {
        let Some(meta) = store.meta(*id).unwrap() else {
            continue;
        };
        if meta.purged {
            continue;
        }
        let content = store.content(*id).unwrap();
        let document = Automerge::load(&content.chunks).unwrap();
        assert_eq!(
            sorted(&document),
            meta.heads,
            "the hub's heads are those of what it stored"
        );
        let stored = Stored {
            document,
            heads: meta.heads,
            row: store.row(*id).unwrap(),
        };
        hub.insert(*id, stored);
    }
    hub
}

fn sorted(document: &Automerge) -> Vec<ChangeHash> {
    let mut heads = document.get_heads();
    heads.sort_unstable();
    heads
}

/// Was the document purged? Then what was acknowledged of it is gone, as it should be.
fn is_purged(world: &World, id: DocumentId) -> bool {
    let meta = world.server.store().meta(id).unwrap();
    meta.is_some_and(|meta| meta.purged)
}

fn nothing_is_lost(world: &World, hub: &BTreeMap<DocumentId, Stored>) {
    for (number, device) in world.devices.iter().enumerate() {
        for (id, hash) in device.promised.iter().filter(|(id, _)| !is_purged(world, *id)) {
            let stored = hub.get(id).expect("an acknowledged document is there");
            let found = stored.document.get_change_meta_by_hash(hash);
            assert!(
                found.is_some(),
                "device {number}: {hash} of {id} was acknowledged and is gone"
            );
        }
        for (entry, fate) in &device.ledger {
            let command = &fate.entry.command;
            match fate.end {
                Some(End::Acknowledged) if is_purged(world, command.document) => {}
                Some(End::Acknowledged) => {
                    let stored = hub
                        .get(&command.document)
                        .expect("an acknowledged document is there");
                    for hash in &fate.entry.changes {
                        let found = stored.document.get_change_meta_by_hash(hash);
                        assert!(
                            found.is_some(),
                            "device {number}: entry {entry} is gone: {command:?}"
                        );
                    }
                }
                Some(End::Aside) => {
                    let aside = device.aside.iter().filter(|aside| aside.entry.id == *entry);
                    let texts: Vec<_> = aside.map(|aside| &aside.entry.command).collect();
                    assert_eq!(texts, [command], "what is set aside is intact");
                }
                Some(End::Done) => assert!(
                    !types(&command.action)
                        || is_purged(world, command.document)
                        || hub
                            .get(&command.document)
                            .is_some_and(|stored| has_all(stored, &fate.entry)),
                    "device {number}: typed text can't have been there already: {command:?}"
                ),
                None => {
                    assert!(
                        device.outbox.contains_key(entry),
                        "device {number}: entry {entry} is nowhere"
                    );
                    assert!(
                        !world.is_member(number) || !world.may_read(number, command.document),
                        "device {number}: entry {entry} is still in the outbox: {command:?}"
                    );
                }
            }
        }
    }
    nothing_is_doubled(world, hub);
}

/// Does the command hold text that somebody typed?
const fn types(action: &Action) -> bool {
    matches!(
        action,
        Action::AddComment { .. } | Action::EditDescription { .. } | Action::CreateIssue(_)
    )
}

fn has_all(stored: &Stored, entry: &Entry) -> bool {
    let mut changes = entry.changes.iter();
    changes.all(|hash| stored.document.get_change_meta_by_hash(hash).is_some())
}

/// What was typed is in the hub's document once for each acknowledged command, and for no other.
fn nothing_is_doubled(world: &World, hub: &BTreeMap<DocumentId, Stored>) {
    for (id, stored) in hub {
        if docket_domain::read::kind(&stored.document) != Some(docket_domain::Kind::Issue) {
            continue;
        }
        let issue = Issue::read(&stored.document);
        let (mut comments, mut characters) = (BTreeSet::new(), 0);
        let fates = world.devices.iter().flat_map(|device| device.ledger.values());
        for fate in fates.filter(|fate| fate.entry.command.document == *id) {
            // The tab of somebody who was revoked, or who doesn't see it any more, may have given the hub what it never
            // heard of again.
            let unheard = matches!(fate.end, None | Some(End::Done)) && has_all(stored, &fate.entry);
            if fate.end != Some(End::Acknowledged) && !unheard {
                continue;
            }
            match &fate.entry.command.action {
                Action::AddComment { body, .. } => assert!(comments.insert(body.clone())),
                Action::EditDescription { edits } => {
                    characters += edits.iter().map(|edit| edit.inserted.len()).sum::<usize>();
                }
                Action::CreateIssue(new) => characters += new.description.len(),
                _ => {}
            }
        }
        let found: Vec<String> = issue
            .comments
            .iter()
            .map(|comment| comment.body.clone())
            .collect();
        let once: BTreeSet<String> = found.iter().cloned().collect();
        assert_eq!(once.len(), found.len(), "no comment stands twice");
        assert_eq!(once, comments, "all acknowledged comments and no others");
        assert_eq!(
            issue.description.len(),
            characters,
            "no text is missing or doubled: {}",
            issue.description
        );
    }
}

fn replicas_are_identical(world: &World, hub: &BTreeMap<DocumentId, Stored>) {
    for device in 0..world.devices.len() {
        if !world.is_member(device) {
            continue;
        }
        for tab in 0..TABS {
            let Some(tab) = world.tabs.get(&Place { device, tab }) else {
                continue;
            };
            assert!(tab.client.is_live(), "device {device} is connected");
            for (id, stored) in hub.iter().filter(|(id, _)| world.may_read(device, **id)) {
                let copy = tab.client.document(*id).expect("an open document is there");
                assert_eq!(sorted(copy), stored.heads, "device {device}, {id}");
                assert_eq!(
                    copy.hydrate(None),
                    stored.document.hydrate(None),
                    "device {device}, {id}"
                );
                assert!(
                    !tab.client.is_pending(*id),
                    "device {device}, {id}: all is acknowledged"
                );
            }
        }
        for (id, stored) in hub.iter().filter(|(id, _)| world.may_read(device, **id)) {
            let copy = world.devices[device].load(*id);
            assert_eq!(sorted(&copy), stored.heads, "storage of device {device}, {id}");
        }
    }
}

fn rows_are_the_hubs(world: &World, hub: &BTreeMap<DocumentId, Stored>) {
    for (number, device) in world.devices.iter().enumerate() {
        if !world.is_member(number) {
            continue;
        }
        let expected: BTreeMap<DocumentId, Row> = hub
            .iter()
            .filter(|(id, _)| world.may_read(number, **id))
            .filter_map(|(id, stored)| Some((*id, Row::from_bytes(stored.row.as_ref()?).unwrap())))
            .collect();
        // What left this member's view with edits in the outbox stays here, for the edits' sake.
        let rows: BTreeMap<DocumentId, Row> = device
            .rows
            .iter()
            .filter(|(id, _)| world.may_read(number, **id) || !device.is_pending(**id))
            .map(|(id, row)| (*id, Row::from_bytes(&row.row).unwrap()))
            .collect();
        assert_eq!(rows, expected, "rows of device {number}");
        for (id, row) in &expected {
            assert_eq!(
                device.rows[id].heads, hub[id].heads,
                "device {number}, heads of {id}'s row"
            );
            let facts: &Facts = &device.documents[id].facts;
            let derived = Row::derive(&device.load(*id), *id, facts);
            assert_eq!(
                derived.as_ref(),
                Some(row),
                "device {number} derives the same row of {id}"
            );
        }
    }
}

fn nobody_had_a_problem(world: &World) {
    for (place, tab) in &world.tabs {
        for problem in &tab.problems {
            // The hub closes sockets when it fails, and when somebody's role changes; nothing else may be wrong.
            let expected = matches!(problem, docket_sync::client::Problem::Hub(_));
            assert!(expected, "{place:?}: {problem}");
        }
    }
}
