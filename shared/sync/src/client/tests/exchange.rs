//! What is sent when, and what counts as acknowledged.

use automerge::transaction::Transactable;

use super::*;
use crate::client::load;

#[test]
fn nothing_is_sent_before_it_is_stored() {
    let mut pair = Pair::new(Role::Member);
    pair.connect();
    let (_, entry) = pair.command(create());
    // A frame from the hub must not let the change slip out.
    let output = pair.client.here(Some(ISSUE), None);
    pair.take(output);
    pair.talk();
    assert_eq!(pair.sync_frames(), 0);
    assert!(pair.client.is_pending(ISSUE));
    let output = pair.client.stored(ISSUE);
    pair.take(output);
    pair.talk();
    let document = pair.client.document(ISSUE).unwrap();
    let heads = pair.client.acknowledged(ISSUE);
    assert_eq!(outbox::acknowledged(document, heads, &[entry]).len(), 1);
    assert!(!pair.client.is_pending(ISSUE));
}

#[test]
fn an_edit_made_off_line_travels_with_the_first_message() {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    pair.stored(2, comment("Also here."));
    pair.connect();
    assert!(!pair.client.is_pending(ISSUE));
    assert_eq!(pair.sync_frames(), 1, "{:?}", pair.sent);
}

#[test]
fn heads_that_contain_less_acknowledge_less() {
    let mut pair = Pair::new(Role::Member);
    let first = pair.stored(1, create());
    pair.connect();
    let second = pair.stored(2, comment("Also here."));
    let document = pair.client.document(ISSUE).unwrap();
    let heads = pair.client.acknowledged(ISSUE);
    let entries = [first, second];
    assert_eq!(outbox::acknowledged(document, heads, &entries), [1]);
    assert_eq!(outbox::acknowledged(document, &[], &entries), Vec::<u64>::new());
}

#[test]
fn a_closed_document_stays_until_all_is_acknowledged() {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    let output = pair.client.close(ISSUE);
    pair.take(output);
    assert_eq!(pair.client.documents().count(), 1);
    pair.connect();
    assert_eq!(pair.client.documents().count(), 0);
    let released = |frame: &Frame| matches!(frame, Frame::Release { documents } if *documents == [ISSUE]);
    assert!(pair.sent.iter().any(released));
}

#[test]
fn many_changes_go_in_several_messages() {
    let mut pair = Pair::new(Role::Member);
    pair.connect();
    let document = pair.client.create(ISSUE, |document| {
        outbox::carry_out(document, &Command::new(ISSUE, create()), &pair_context())?;
        for _ in 0..20 {
            // Text that can't be compressed.
            let body: String = (0..900)
                .map(|_| docket_domain::EntryId::random().to_string())
                .collect();
            outbox::carry_out(document, &Command::new(ISSUE, comment(&body)), &pair_context())?;
        }
        Ok::<_, docket_domain::CommandError>(())
    });
    assert_eq!(document.unwrap().changes.len(), 22);
    let output = pair.client.stored(ISSUE);
    let largest = output.send.iter().map(Vec::len).max().unwrap();
    assert!(output.send.len() > 1 && largest < 300_000, "{largest}");
    pair.take(output);
    pair.talk();
    assert!(!pair.client.is_pending(ISSUE));
}

fn pair_context() -> Context {
    Context {
        member: "anna".parse().unwrap(),
        now: NOW,
    }
}

#[test]
fn a_hub_that_owes_an_answer_is_given_up_after_a_while() {
    let mut client = client("tab");
    assert!(!client.tick(NOW).close);
    let _ = client.connected();
    assert!(!client.tick(NOW).close);
    assert!(!client.tick(NOW.plus(19_000)).close);
    assert!(client.tick(NOW.plus(20_000)).close);
}

#[test]
fn chunks_make_a_document_in_any_order() {
    let mut document = Automerge::new();
    let mut chunks = Vec::new();
    for n in 0..4 {
        let heads = document.get_heads();
        document
            .transact::<_, _, automerge::AutomergeError>(|tx| tx.put(automerge::ROOT, "n", n))
            .unwrap();
        chunks.push(document.save_after(&heads));
    }
    chunks.reverse();
    let loaded = load(chunks.iter().map(Vec::as_slice)).unwrap();
    assert_eq!(loaded.get_heads(), document.get_heads());
    // One whose dependencies never come hides nothing.
    let orphan = [chunks[3].as_slice(), chunks[0].as_slice()];
    assert_eq!(load(orphan).unwrap().get_changes(&[]).len(), 1);
}

#[test]
fn what_another_tab_stored_is_merged_and_not_stored_again() {
    let mut pair = Pair::new(Role::Member);
    let (edited, _) = pair.command(create());
    let mut other = client("other");
    let _ = other.open(ISSUE, None, &[]);
    let output = other.merge(ISSUE, &edited.chunk);
    let empty = |event: &Event| matches!(event, Event::Changed { chunk, .. } if chunk.is_empty());
    assert!(output.events.iter().any(empty));
    assert_eq!(other.document(ISSUE).unwrap().get_heads(), edited.heads);
    assert!(other.merge(ISSUE, &edited.chunk).events.is_empty());
}

/// One change in a hundred is in a Bloom filter by chance. Then the other side doesn't send it by itself.
#[test]
fn a_change_that_the_hubs_bloom_filter_holds_by_chance_is_sent_all_the_same() {
    let mut pair = Pair::new(Role::Member);
    pair.stored(1, create());
    pair.connect();
    pair.client.disconnected();
    let _ = pair.hub.disconnect(pair.socket, NOW);
    let base = pair.client.document(ISSUE).unwrap().clone();
    let hashes: Vec<_> = base
        .get_changes(&[])
        .iter()
        .map(automerge::Change::hash)
        .collect();
    let filter = automerge::sync::BloomFilter::from_hashes(hashes.iter());
    let unlucky = (0..100_000).find_map(|n| {
        let mut copy = base.fork();
        outbox::carry_out(
            &mut copy,
            &Command::new(ISSUE, comment(&n.to_string())),
            &pair_context(),
        )
        .unwrap();
        filter.contains_hash(&copy.get_heads()[0]).then_some(copy)
    });
    let mut unlucky = unlucky.expect("one in a hundred");
    let edited = pair
        .client
        .edit(ISSUE, |document| document.merge(&mut unlucky))
        .unwrap();
    assert_eq!(edited.changes.len(), 1);
    let output = pair.client.stored(ISSUE);
    pair.take(output);
    // With another epoch the exchange begins with the filter; a hub that takes nothing from a viewer asks for nothing.
    pair.hub.store_mut().workspace.epoch = "another".to_owned();
    pair.member.role = Role::Viewer;
    let member = pair.member.clone();
    pair.hub.store_mut().put_member(member.clone());
    pair.hub = Hub::new(pair.hub.store().clone(), Config::default()).unwrap();
    pair.connect();
    let refused = |event: &Event| matches!(event, Event::Refused { .. });
    assert!(pair.events.iter().any(refused), "{:?}", pair.events);
}
