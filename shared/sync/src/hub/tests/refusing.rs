//! What isn't taken, and how that is told.

use automerge::{ROOT, ReadDoc};
use docket_domain::{
    Kind, genesis,
    words::{Priority, Severity},
};

use super::*;
use crate::hub::PlainQuota;

pub(super) fn refusals(client: &Client) -> Vec<(ChangeHash, String)> {
    let refused = client.received.iter().filter_map(|frame| match frame {
        Frame::Refused { refused, .. } => Some(refused),
        _ => None,
    });
    refused
        .flatten()
        .map(|refusal| (refusal.change, refusal.code.clone()))
        .collect()
}

/// A world with an issue of ann's that everybody has.
pub(super) fn shared(clients: &mut [(&str, bool)]) -> (World, Vec<Client>) {
    let mut world = World::new();
    let mut ann = world.join("ann", false);
    ann.create(id(5), "Mount hangs", world.now);
    world.sync(&mut ann, id(5));
    let mut joined = Vec::new();
    for (member, docket) in clients {
        let mut client = world.join(member, *docket);
        world.sync(&mut client, id(5));
        joined.push(client);
    }
    (world, joined)
}

#[test]
fn a_refused_change_of_a_stock_client_ends_in_few_frames() {
    let (mut world, mut clients) = shared(&mut [("bob", false)]);
    let bob = &mut clients[0];
    let before = world.store().meta(id(5)).unwrap().unwrap();
    bob.edit(id(5), |tx| tx.put(ROOT, "severity", "catastrophic"));
    let frames = world.frames;
    world.sync(bob, id(5));
    assert!(world.frames - frames <= 5, "{}", world.frames - frames);
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap(), before);
    assert!(world.closed.is_empty());
    // What it does after that, on top of the refused change, ends as quickly.
    bob.title(id(5), "on top", world.now);
    let frames = world.frames;
    world.sync(bob, id(5));
    assert!(world.frames - frames <= 5, "{}", world.frames - frames);
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap(), before);
}

#[test]
fn a_stranded_stock_client_still_receives() {
    let (mut world, mut clients) = shared(&mut [("bob", false), ("cyd", false)]);
    let [bob, cyd] = &mut clients[..] else { panic!() };
    bob.edit(id(5), |tx| tx.put(ROOT, "severity", "catastrophic"));
    world.sync(bob, id(5));
    cyd.title(id(5), "from cyd", world.now);
    let frames = world.frames;
    world.sync(cyd, id(5));
    world.settle(&mut [bob, cyd]);
    assert!(world.frames - frames <= 8, "{}", world.frames - frames);
    let title = bob.copy(id(5)).get(ROOT, "title").unwrap().unwrap().0;
    assert_eq!(title.as_str(), Some("from cyd"));
}

#[test]
fn a_docket_client_learns_which_change_was_refused_and_what_depends_on_it() {
    let (mut world, mut clients) = shared(&mut [("ven", true)]);
    let ven = &mut clients[0];
    let severity = Action::SetSeverity {
        severity: Some(Severity::ALL[0]),
    };
    let forbidden = ven.act(id(5), severity, world.now);
    let dependent = ven.title(id(5), "on top", world.now);
    world.sync(ven, id(5));
    assert_eq!(refusals(ven), [(forbidden, "forbidden".to_owned())]);
    let dependents = ven.received.iter().find_map(|frame| match frame {
        Frame::Refused { dependents, .. } => Some(dependents.clone()),
        _ => None,
    });
    assert_eq!(dependents, Some(vec![dependent]));
}

#[test]
fn a_viewer_changes_nothing_and_receives_all() {
    for docket in [false, true] {
        let (mut world, mut clients) = shared(&mut [("eve", docket), ("bob", false)]);
        let [eve, bob] = &mut clients[..] else { panic!() };
        let before = world.store().meta(id(5)).unwrap().unwrap();
        let change = eve.title(id(5), "by eve", world.now);
        // By hand, since a stock client's Automerge wouldn't even send it to a hub that is read-only.
        let frame = eve.bring(id(5), change);
        world.receive(eve.socket, &frame);
        world.settle(&mut [eve, bob]);
        assert_eq!(world.store().meta(id(5)).unwrap().unwrap(), before);
        let told = if docket {
            vec![(change, "read-only".to_owned())]
        } else {
            Vec::new()
        };
        // Its own sync doesn't know of the message made by hand, and sends the change once more.
        let mut refused = refusals(eve);
        refused.dedup();
        assert_eq!(refused, told);
        bob.title(id(5), "by bob", world.now);
        world.sync(bob, id(5));
        world.settle(&mut [eve, bob]);
        let heads = bob.heads(id(5));
        assert!(eve.copy(id(5)).get_change_by_hash(&heads[0]).is_some());
    }
}

#[test]
fn a_viewer_s_edit_in_its_own_way_is_told_only_where_that_is_understood() {
    for docket in [false, true] {
        let (mut world, mut clients) = shared(&mut [("eve", docket)]);
        let eve = &mut clients[0];
        let change = eve.title(id(5), "by eve", world.now);
        let frames = world.frames;
        world.sync(eve, id(5));
        assert!(world.frames - frames <= 5, "{}", world.frames - frames);
        let told: Vec<_> = refusals(eve).into_iter().map(|(change, _)| change).collect();
        assert_eq!(told, if docket { vec![change] } else { Vec::new() });
    }
}

#[test]
fn a_viewer_can_t_make_a_document() {
    let mut world = World::new();
    let mut eve = world.join("eve", false);
    eve.create(id(6), "by eve", world.now);
    world.sync(&mut eve, id(6));
    assert_eq!(world.store().meta(id(6)).unwrap(), None);
    assert_eq!(world.store().version().unwrap(), 0);
}

#[test]
fn an_actor_of_somebody_else_is_refused() {
    let (mut world, mut clients) = shared(&mut [("bob", true)]);
    let bob = &mut clients[0];
    let ann = ActorId::from("ann-1".as_bytes());
    bob.copy(id(5)).set_actor(ann);
    let change = bob.title(id(5), "as ann", world.now);
    world.sync(bob, id(5));
    assert_eq!(refusals(bob), [(change, "actor-not-yours".to_owned())]);
}

#[test]
fn what_stays_incomplete_is_refused_and_the_talk_ends() {
    let (mut world, mut clients) = shared(&mut [("bob", true)]);
    let bob = &mut clients[0];
    bob.title(id(5), "never sent", world.now);
    let change = bob.title(id(5), "on top", world.now);
    let frame = bob.bring(id(5), change);
    world.inbox.clear();
    world.receive(bob.socket, &frame);
    let asked = world.inbox.remove(&bob.socket).unwrap();
    let Frame::Sync(data) = Frame::decode(&asked[0]).unwrap() else {
        panic!()
    };
    let asked = Message::decode(&data.data).unwrap();
    assert_eq!((asked.heads.len(), asked.need.len()), (0, 1));
    assert_eq!(refusals(bob), []);
    world.receive(bob.socket, &frame);
    bob.muted = true;
    world.settle(&mut [bob]);
    assert_eq!(refusals(bob), [(change, "incomplete".to_owned())]);
}

#[test]
fn a_change_that_can_t_be_read_is_refused_by_its_hash_and_the_others_are_taken() {
    let mut world = World::with(Config {
        limits: crate::inspect::Limits {
            operations: 100,
            ..crate::inspect::Limits::default()
        },
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let large = bob.edit(id(5), |tx| {
        let text = tx.get(ROOT, "description")?.unwrap().1;
        tx.splice_text(&text, 0, 0, &"x".repeat(200))
    });
    world.sync(&mut bob, id(5));
    assert_eq!(refusals(&bob), [(large, "too-much".to_owned())]);
    assert!(world.closed.is_empty());
}

#[test]
fn more_than_is_judged_at_once_comes_in_parts() {
    let mut world = World::with(Config {
        limits: crate::inspect::Limits {
            operations: 100,
            ..crate::inspect::Limits::default()
        },
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    for _ in 0..5 {
        bob.edit(id(5), |tx| {
            let text = tx.get(ROOT, "description")?.unwrap().1;
            tx.splice_text(&text, 0, 0, &"x".repeat(60))
        });
    }
    world.sync(&mut bob, id(5));
    assert_eq!(refusals(&bob), []);
    assert_eq!(
        world.store().meta(id(5)).unwrap().unwrap().heads,
        bob.heads(id(5))
    );
}

#[test]
fn a_document_can_t_outgrow_the_hub() {
    let mut world = World::with(Config {
        document: 20_000,
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let large = bob.edit(id(5), |tx| {
        let text = tx.get(ROOT, "description")?.unwrap().1;
        tx.splice_text(&text, 0, 0, &"x".repeat(200))
    });
    world.sync(&mut bob, id(5));
    assert_eq!(refusals(&bob), [(large, "document-full".to_owned())]);
}

/// Few operations can have many bytes, which memory isn't reckoned by.
#[test]
fn a_document_has_so_many_bytes() {
    let mut world = World::with(Config {
        bytes: 30_000,
        pieces: 2,
        ..Config::default()
    });
    let mut bob = world.join("bob", true);
    bob.create(id(5), "Mount hangs", world.now);
    world.sync(&mut bob, id(5));
    let comment = |bob: &mut Client| {
        // Bytes that don't shrink.
        let mut noise = 1_u32;
        let mut next = || {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            char::from(b' ' + (noise >> 24) as u8 % 90)
        };
        let body: String = (0..12_000).map(|_| next()).collect();
        bob.act(
            id(5),
            Action::AddComment {
                id: docket_domain::EntryId::random(),
                body,
            },
            Timestamp(1),
        )
    };
    for _ in 0..2 {
        comment(&mut bob);
        world.sync(&mut bob, id(5));
    }
    assert_eq!(refusals(&bob), []);
    // Put together it is smaller, but not what leaves in a bundle.
    world.now = world.now.plus(60_000);
    world.call(|hub, now| hub.alarm(now).unwrap());
    assert_eq!(world.store().meta(id(5)).unwrap().unwrap().pieces, 1);
    let large = comment(&mut bob);
    world.sync(&mut bob, id(5));
    assert_eq!(refusals(&bob), [(large, "document-full".to_owned())]);
    assert_eq!(world.hub().larger_than(20_000).unwrap(), Some(id(5)));
    assert_eq!(world.hub().larger_than(30_000).unwrap(), None);
}

/// A layout alone is stored when nothing else comes; here it would keep the quarter's report from ever being made.
#[test]
fn nothing_is_kept_in_a_reports_place() {
    let mut world = World::new();
    let report = docket_domain::read::Workspace::report(
        WORKSPACE,
        docket_domain::metrics::Quarter {
            year: 2026,
            quarter: 4,
        },
    );
    let layouts = genesis::create(Kind::Issue, report, ActorId::from([8; 16])).unwrap();
    let mut import = layouts.clone();
    import.set_actor(genesis::deterministic_actor(report, &[b"import"]));
    import
        .transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", "Imported"))
        .unwrap();
    let mut both = import.clone();
    both.set_actor(ActorId::from([7; 16]));
    both.merge(&mut layouts.clone()).unwrap();
    both.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "title", "Edited"))
        .unwrap();
    for copy in [layouts, import, both] {
        for who in ["bob", "ven", "ann"] {
            let mut client = world.join(who, true);
            client.put(report, copy.clone());
            world.sync(&mut client, report);
            assert_eq!(world.store().meta(report).unwrap(), None, "{who}");
        }
    }
    let mut bob = world.join("bob", true);
    let begun = genesis::create(Kind::Report, report, ActorId::from([9; 16])).unwrap();
    bob.put(report, begun);
    bob.edit(report, |tx| tx.put(ROOT, "quarter", "2026-Q4"));
    world.sync(&mut bob, report);
    let meta = world.store().meta(report).unwrap().unwrap();
    assert_eq!((meta.kind, meta.heads), (Some(Kind::Report), bob.heads(report)));
}

#[test]
fn plain_documents_have_a_quota() {
    let mut world = World::new();
    world.store().workspace.plain = Some(PlainQuota {
        documents: 1,
        bytes: 10_000,
    });
    world.evict();
    let mut bob = world.join("bob", true);
    for n in [7, 8] {
        bob.edit(id(n), |tx| tx.put(ROOT, "n", u64::from(n)));
        world.sync(&mut bob, id(n));
    }
    assert_eq!(refusals(&bob)[0].1, "quota");
    bob.edit(id(7), |tx| tx.put(ROOT, "text", "x".repeat(20_000)));
    world.sync(&mut bob, id(7));
    assert_eq!(refusals(&bob)[1].1, "quota");
    assert_eq!(world.store().plain_usage().unwrap().documents, 1);
}

#[test]
fn a_purged_document_doesn_t_come_back() {
    let (mut world, mut clients) = shared(&mut [("bob", true), ("cyd", false)]);
    world.call(|hub, now| hub.purge(id(5), now).unwrap());
    let [bob, cyd] = &mut clients[..] else { panic!() };
    world.settle(&mut [bob, cyd]);
    assert!(bob.received.contains(&Frame::Purged { document: id(5) }));
    assert!(matches!(cyd.received.last(), Some(Frame::DocUnavailable { .. })));
    for client in [bob, cyd] {
        client.title(id(5), "still here", world.now);
        client.renew(id(5));
        world.sync(client, id(5));
    }
    let meta = world.store().meta(id(5)).unwrap().unwrap();
    assert!(meta.purged && meta.heads.is_empty());
    assert!(world.store().content(id(5)).unwrap().chunks.is_empty());
}

#[test]
fn the_attacks_on_the_decoder_end_the_connection_and_nothing_else() {
    let bloom = |header: &[u8]| {
        let mut data = vec![0x42, 0, 0, 1, 0];
        data.push(header.len() as u8);
        data.extend_from_slice(header);
        data.push(0);
        data
    };
    for data in [
        // One entry, no bits per entry; one entry, 2³²−1 probes.
        bloom(&[1, 0, 7]),
        bloom(&[1, 10, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0]),
        vec![0x42],
        vec![0x42, 0xff, 0xff, 0xff, 0xff, 0x0f],
        vec![0],
    ] {
        let (mut world, clients) = shared(&mut [("bob", false)]);
        let before = world.store().meta(id(5)).unwrap();
        let frame = Frame::Sync(SyncData {
            document: id(5),
            sender: clients[0].peer.clone(),
            target: PeerId::new("hub").unwrap(),
            data,
        });
        world.receive(clients[0].socket, &frame);
        assert!(world.closed.contains_key(&clients[0].socket));
        assert_eq!(world.store().meta(id(5)).unwrap(), before);
    }
}

#[test]
fn a_priority_is_the_members() {
    let (mut world, mut clients) = shared(&mut [("bob", true)]);
    let bob = &mut clients[0];
    let priority = Action::SetPriority {
        priority: Some(Priority::ALL[0]),
    };
    bob.act(id(5), priority, world.now);
    world.sync(bob, id(5));
    assert_eq!(refusals(bob), []);
}

#[test]
fn a_document_that_is_refused_whole_ends_in_few_frames() {
    for docket in [false, true] {
        let mut world = World::new();
        let mut bob = world.join("bob", docket);
        // An issue where the workspace's own document belongs.
        bob.create(WORKSPACE, "Mount hangs", world.now);
        for round in 0..3 {
            let frames = world.frames;
            world.sync(&mut bob, WORKSPACE);
            assert!(world.frames - frames <= 6, "{}", world.frames - frames);
            assert_eq!(world.store().meta(WORKSPACE).unwrap(), None);
            bob.title(WORKSPACE, &format!("again {round}"), world.now);
        }
        assert_eq!(refusals(&bob).is_empty(), !docket);
    }
}

pub(super) fn sync_data(frame: Frame) -> SyncData {
    let Frame::Sync(data) = frame else { panic!() };
    data
}

#[test]
fn a_creation_that_is_refused_leaves_nothing() {
    for docket in [false, true] {
        let mut world = World::new();
        let mut ven = world.join("ven", docket);
        let new = docket_domain::command::NewIssue {
            title: "by ven".to_owned(),
            severity: Some(Severity::ALL[0]),
            ..NewIssue::default()
        };
        ven.create_with(id(6), new, world.now);
        let refused = ven.heads(id(6))[0];
        let frames = world.frames;
        world.sync(&mut ven, id(6));
        assert!(world.frames - frames <= 6, "{}", world.frames - frames);
        assert_eq!(world.store().meta(id(6)).unwrap(), None);
        assert_eq!(world.store().version().unwrap(), 0);
        let told = if docket {
            vec![(refused, "forbidden".to_owned())]
        } else {
            Vec::new()
        };
        assert_eq!(refusals(&ven), told);
    }
}

/// The rest of it may yet come: it is asked for, layout and all.
#[test]
fn a_creation_that_comes_in_two_parts_is_stored() {
    let mut world = World::new();
    let mut bob = world.join("bob", true);
    bob.create(id(6), "Mount hangs", world.now);
    bob.title(id(6), "in between", world.now);
    let last = bob.title(id(6), "by bob", world.now);
    let all = bob.copy(id(6)).get_changes(&[]);
    let chunk = |change: &automerge::Change| change.raw_bytes().to_vec();
    let some = vec![chunk(&all[0]), chunk(all.last().unwrap())];
    let frame = bob.message(id(6), vec![last], some);
    world.receive(bob.socket, &frame);
    assert_eq!(world.store().meta(id(6)).unwrap(), None);
    world.settle(&mut [&mut bob]);
    assert_eq!(refusals(&bob), []);
    assert_eq!(world.store().meta(id(6)).unwrap().unwrap().heads, [last]);
}
