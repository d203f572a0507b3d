//! Refused changes: what is set aside, what is done again, and what is carried over as it is.

use super::*;
use crate::{
    client::outbox::{Entry, LeftBehind, Replayed},
    wire::Refusal,
};

/// Renews the issue as an owner does.
fn renew(pair: &mut Pair, entries: &[Entry]) -> Replayed {
    let fresh = |event: &Event| matches!(event, Event::Fresh { document } if *document == ISSUE);
    assert!(pair.events.iter().any(fresh), "{:?}", pair.events);
    let member = pair.member.id.clone();
    let renewed = pair.client.renew(ISSUE, &[], |document, left| {
        outbox::replay(document, entries, left, &member)
    });
    let renewed = renewed.unwrap().unwrap();
    let output = pair.client.stored(ISSUE);
    pair.take(output);
    pair.talk();
    renewed.value
}

/// An issue that the hub has, with the role that edits it then.
fn issue(role: Role) -> Pair {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    pair.connect();
    pair.client.disconnected();
    pair.member.role = role;
    let member = pair.member.clone();
    pair.hub.store_mut().put_member(member);
    let _ = pair.hub.disconnect(pair.socket, NOW);
    pair
}

#[test]
fn a_refused_command_is_set_aside_and_what_followed_is_done_again() {
    let mut pair = issue(Role::Vendor);
    let entries = [
        pair.stored(1, comment("Before.")),
        pair.stored(2, severity()),
        pair.stored(3, comment("After.")),
    ];
    pair.connect();
    let replayed = renew(&mut pair, &entries);
    assert_eq!(replayed.aside.len(), 1, "{replayed:?}");
    assert_eq!(replayed.aside[0].entry, entries[1]);
    assert!(!replayed.aside[0].message.is_empty());
    // What came before stands as it is: only what depended on the refused change was made again.
    let again: Vec<_> = replayed.entries.iter().map(|entry| entry.id).collect();
    assert_eq!(again, [3]);
    assert_ne!(replayed.entries[0].changes, entries[2].changes);
    assert!(!pair.client.is_pending(ISSUE));
    let document = pair.client.document(ISSUE).unwrap();
    let comments = docket_domain::read::Issue::read(document).comments;
    let mut bodies: Vec<_> = comments.into_iter().map(|comment| comment.body).collect();
    bodies.sort();
    assert_eq!(bodies, ["After.", "Before."]);
}

#[test]
fn an_edit_while_the_hubs_copy_is_fetched_is_not_lost() {
    let mut pair = issue(Role::Vendor);
    let mut entries = vec![pair.stored(1, severity())];
    pair.connect();
    entries.push(pair.stored(2, comment("Meanwhile.")));
    let replayed = renew(&mut pair, &entries);
    let again: Vec<_> = replayed.entries.iter().map(|entry| entry.id).collect();
    assert_eq!((replayed.aside.len(), again), (1, vec![2]));
    assert!(!pair.client.is_pending(ISSUE));
}

/// A title that somebody else set meanwhile isn't written over by one's own, done again: both are shown, to be settled.
#[test]
fn what_is_done_again_hides_no_conflict() {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    let title = |title: &str| Action::SetTitle {
        title: title.to_owned(),
    };
    let mut hub = pair.client.document(ISSUE).unwrap().fork();
    Command::new(ISSUE, title("Ann's"))
        .apply(&mut hub, &pair.context())
        .unwrap();
    let entries = [
        pair.stored(2, severity()),
        pair.stored(3, title("Mine")),
        pair.stored(4, title("Mine, better")),
    ];
    let mut left = LeftBehind {
        refused: vec![Refusal {
            change: entries[0].changes[0],
            code: "forbidden".to_owned(),
            message: "No.".to_owned(),
        }],
        changes: entries[0].changes.iter().copied().collect(),
        ..LeftBehind::default()
    };
    left.extend(pair.client.document(ISSUE).unwrap());
    let mut renewed = hub.fork();
    let replayed = outbox::replay(&mut renewed, &entries, &left, &pair.member.id);
    assert_eq!((replayed.aside.len(), replayed.entries.len()), (1, 2));
    let conflicts = docket_domain::read::conflicts(&renewed);
    let values: Vec<_> = conflicts[0]
        .candidates
        .iter()
        .filter_map(|it| it.value.as_deref())
        .collect();
    assert_eq!((conflicts.len(), values.len()), (1, 2), "{conflicts:?}");
    assert!(
        values.contains(&"Ann's") && values.contains(&"Mine, better"),
        "{values:?}"
    );
}

#[test]
fn a_refused_creation_leaves_no_document_behind() {
    let mut pair = Pair::new(Role::Viewer);
    let entries = [pair.stored(1, create()), pair.stored(2, comment("Text."))];
    pair.connect();
    let replayed = renew(&mut pair, &entries);
    assert_eq!(replayed.aside.len(), 2, "{replayed:?}");
    assert_eq!(replayed.aside[1].entry.command, entries[1].command);
    assert!(pair.client.document(ISSUE).is_none());
    assert!(!pair.client.is_pending(ISSUE));
}

#[test]
fn the_talk_about_a_refused_change_is_short() {
    let mut pair = issue(Role::Vendor);
    let entries = [pair.stored(1, severity())];
    let before = pair.sync_frames();
    pair.connect();
    let _ = renew(&mut pair, &entries);
    let frames = pair.sync_frames() - before;
    assert!(frames <= 5, "{frames} frames: {:?}", pair.sent);
}

#[test]
fn an_entry_survives_storage() {
    let mut pair = Pair::new(Role::Member);
    let entry = pair.stored(7, create());
    let bytes = minicbor::to_vec(&entry).unwrap();
    assert_eq!(minicbor::decode::<Entry>(&bytes).unwrap(), entry);
}

#[test]
fn a_command_whose_change_was_lost_is_done_again() {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    let base = pair.client.document(ISSUE).unwrap().clone();
    let entry = pair.stored(2, comment("Lost."));
    let lost = [entry];
    assert_eq!(outbox::lost(&base, &[], &lost), lost);
    let mut restored = base.fork();
    let replayed = outbox::restore(&mut restored, &lost, &pair.member.id);
    assert_eq!((replayed.entries.len(), replayed.aside.len()), (1, 0));
    assert!(outbox::lost(&restored, &[], &replayed.entries).is_empty());
}
