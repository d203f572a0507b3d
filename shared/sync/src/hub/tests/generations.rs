//! What is full goes on in a next generation, once, whatever happens meanwhile.

use automerge::{ROOT, transaction::Transactable};
use docket_domain::{
    Audience, Kind, OrganisationId, Row, command::Place, generation, generation::following, genesis, limits,
    read,
};

use super::*;
use crate::{
    hub::{Whole, documents::Loaded, generations::fullness},
    wire::{
        Refusal,
        record::{ChangesRecord, StoredRecord},
    },
};

/// A list is full after some hundred moves.
fn small() -> Config {
    Config {
        bytes: 20_000,
        ..Config::default()
    }
}

fn agreed() -> DocumentId {
    read::Workspace::agreed_list(WORKSPACE)
}

fn rank(n: u8, place: Place) -> Action {
    Action::Rank {
        issues: vec![id(n)],
        place,
    }
}

impl Client {
    /// Carries out a command that begins a document.
    fn begin(&mut self, document: DocumentId, action: Action, now: Timestamp) {
        let command = Command::new(document, action);
        let actor = ActorId::from(self.peer.as_str().as_bytes());
        let mut copy = command.begin(actor).unwrap();
        command.apply(&mut copy, &self.context(now)).unwrap();
        self.put(document, copy);
    }

    fn refused(&self, of: DocumentId) -> Vec<Refusal> {
        let refused = self.received.iter().filter_map(|frame| match frame {
            Frame::Refused {
                document, refused, ..
            } if *document == of => Some(refused.clone()),
            _ => None,
        });
        refused.flatten().collect()
    }
}

fn begin_list(world: &mut World, client: &mut Client, list: DocumentId, organisation: Option<&str>) {
    let create = Action::CreateList {
        name: "A list".to_owned(),
        organisation: organisation.map(|id| id.parse().unwrap()),
    };
    client.begin(list, create, world.now);
    world.sync(client, list);
}

/// Moves until one more fills the list.
fn fill(world: &mut World, client: &mut Client, list: DocumentId) {
    for n in 0.. {
        let action = rank(
            (n % 30) as u8,
            if n % 2 == 0 { Place::First } else { Place::Last },
        );
        client.act(list, action, world.now);
        world.sync(client, list);
        let meta = world.store().meta(list).unwrap().unwrap();
        assert!(row(world, list).next.is_none(), "{meta:?}");
        // A move takes some hundred bytes.
        if meta.bytes + 250 > world.config.bytes * limits::FULL_PERCENT / 100 {
            return;
        }
    }
}

/// Moves until the list has ended.
fn overflow(world: &mut World, client: &mut Client, list: DocumentId) {
    for n in 40..80 {
        client.act(list, rank(n, Place::First), world.now);
        world.sync(client, list);
        if row(world, list).next.is_some() {
            return;
        }
    }
    panic!("it goes on and on");
}

fn row(world: &mut World, document: DocumentId) -> Row {
    let row = world.store().row(document).unwrap().unwrap();
    Row::from_bytes(&row).unwrap()
}

fn stored(world: &mut World, document: DocumentId) -> Automerge {
    let content = world.store().content(document).unwrap();
    Automerge::load(&content.chunks).unwrap()
}

fn order(document: &Automerge) -> Vec<DocumentId> {
    let list = read::List::read(document);
    list.entries.iter().map(|entry| entry.issue).collect()
}

#[test]
fn a_full_list_goes_on_and_everybody_is_led_there() {
    let mut world = World::with(small());
    let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
    let (mut cyd, mut stock) = (world.join("cyd", true), world.join("cyd", false));
    let list = agreed();
    begin_list(&mut world, &mut ann, list, None);
    world.call(|hub, now| hub.set_audience(list, Audience::Group, now).unwrap());
    for client in [&mut bob, &mut cyd, &mut stock] {
        world.sync(client, list);
    }
    let subscribe = Frame::Subscribe {
        epoch: None,
        version: 0,
        derivation: 0,
    };
    world.receive(bob.socket, &subscribe);
    fill(&mut world, &mut ann, list);
    world.settle(&mut [&mut ann, &mut bob, &mut cyd, &mut stock]);
    // On its way when the list ends, and another that builds on it.
    cyd.act(list, rank(90, Place::First), world.now);
    cyd.act(list, rank(91, Place::First), world.now);
    overflow(&mut world, &mut ann, list);
    world.settle(&mut [&mut bob, &mut cyd, &mut stock]);

    let next = following(list);
    assert_eq!(row(&mut world, list).next, Some(next));
    let (old, new) = (stored(&mut world, list), stored(&mut world, next));
    assert_eq!(order(&old), order(&new));
    assert_eq!(
        (generation::next(&old), generation::previous(&new)),
        (Some(next), Some(list))
    );
    let meta = world.store().meta(next).unwrap().unwrap();
    assert_eq!((meta.kind, &meta.audience), (Some(Kind::List), &Audience::Group));
    // A stock client reads where it goes on at the root, and finds it there.
    assert_eq!(
        read::string(stock.copy(list), &ROOT, "next"),
        Some(format!("automerge:{next}"))
    );
    world.sync(&mut stock, next);
    assert_eq!(order(stock.copy(next)), order(&new));
    // Who follows the catalogue is told of both.
    let told: Vec<DocumentId> = bob
        .received
        .iter()
        .filter_map(|frame| match frame {
            Frame::Rows { rows, .. } => Some(rows.iter().map(|row| row.document)),
            _ => None,
        })
        .flatten()
        .collect();
    assert!(told.contains(&list) && told.contains(&next));
    // What comes late is refused by name, once, and what builds on it isn't judged.
    world.sync(&mut cyd, list);
    let refused = cyd.refused(list);
    assert_eq!(refused.len(), 1, "{refused:?}");
    assert_eq!(refused[0].code, "moved");
    assert!(refused[0].message.contains(&next.url()), "{}", refused[0].message);
    // What the hub wrote is nobody's.
    world.sync(&mut ann, next);
    let facts = ann.facts(next);
    assert!(
        facts
            .actors
            .iter()
            .all(|actor| actor.member.is_none() && actor.brought_by.is_none())
    );
    // There it is edited as before.
    ann.act(next, rank(90, Place::First), world.now);
    world.sync(&mut ann, next);
    assert_eq!(order(&stored(&mut world, next))[0], id(90));
    assert_eq!(ann.refused(next), []);
}

#[test]
fn what_is_stored_already_is_not_refused_when_it_comes_again() {
    let mut world = World::with(small());
    let mut ann = world.join("ann", true);
    begin_list(&mut world, &mut ann, agreed(), None);
    fill(&mut world, &mut ann, agreed());
    overflow(&mut world, &mut ann, agreed());
    let all = ann.bring_all(agreed());
    world.receive(ann.socket, &all);
    world.settle(&mut [&mut ann]);
    assert_eq!(ann.refused(agreed()), []);
}

/// The store fails, or the hub ends, after any number of writes: the next generation is there once, and the same.
#[test]
fn a_crash_at_any_write_leaves_what_can_be_finished() {
    let mut heads = Vec::new();
    let mut writes = 0;
    for survives in [true, false] {
        for fails_after in 0..8 {
            let mut world = World::with(small());
            let (mut ann, mut bob) = (world.join("ann", true), world.join("bob", true));
            begin_list(&mut world, &mut ann, agreed(), None);
            fill(&mut world, &mut ann, agreed());
            world.sync(&mut bob, agreed());
            let before = world.store().writes();
            // Enough to fill it at once.
            for n in 40..45 {
                ann.act(agreed(), rank(n, Place::First), world.now);
            }
            world.store().fail_after(Some(fails_after));
            let frame = ann.say(agreed()).unwrap();
            world.receive(ann.socket, &frame);
            world.store().fail_after(None);
            if fails_after == 7 {
                writes = world.store().writes() - before;
            }
            if survives {
                let now = world.now.plus(60_000);
                world.call(|hub, _| hub.alarm(now).unwrap());
            } else {
                world.evict();
            }
            // Whoever comes next brings what wasn't stored, and an edit of the old one.
            let mut again = world.join("ann", true);
            let copy = ann.copy(agreed()).clone();
            again.put(agreed(), copy);
            world.sync(&mut again, agreed());
            bob.act(agreed(), rank(50, Place::Last), world.now);
            world.sync(&mut bob, agreed());
            let codes: Vec<String> = bob
                .refused(agreed())
                .into_iter()
                .map(|refusal| refusal.code)
                .collect();
            let next = following(agreed());
            assert_eq!(row(&mut world, agreed()).next, Some(next), "after {fails_after}");
            let (old, new) = (stored(&mut world, agreed()), stored(&mut world, next));
            assert_eq!(order(&old), order(&new), "after {fails_after}");
            // It came before the end was begun, or after.
            if codes == ["moved"] {
                assert!(!order(&new).contains(&id(50)));
                heads.push((old.get_heads(), new.get_heads()));
            } else {
                assert!(
                    codes.is_empty() && order(&new).contains(&id(50)),
                    "after {fails_after}: {codes:?}"
                );
            }
            assert_eq!(world.store().meta(following(next)).unwrap(), None);
        }
    }
    assert!(
        writes >= 3,
        "the edit, the next document, the end of the old one: {writes}"
    );
    assert!(
        heads.len() > 12 && heads.iter().all(|one| *one == heads[0]),
        "{heads:?}"
    );
}

#[test]
fn no_member_ends_a_document_or_begins_the_next() {
    let mut world = World::new();
    let mut ann = world.join("ann", true);
    let (list, next) = (agreed(), following(agreed()));
    begin_list(&mut world, &mut ann, list, None);
    let codes = |client: &Client, of| -> Vec<String> {
        client
            .refused(of)
            .into_iter()
            .map(|refusal| refusal.code)
            .collect()
    };
    let before = ann.copy(list).clone();
    for key in ["next", "previous", "first"] {
        ann.received.clear();
        ann.put(list, before.clone());
        ann.copy(list).set_actor(ActorId::from(key.as_bytes()));
        ann.edit(list, |tx| tx.put(ROOT, key, next.url()));
        world.sync(&mut ann, list);
        assert_eq!(codes(&ann, list), ["forbidden"], "{key}");
    }
    // What the hub would write, brought by somebody.
    ann.received.clear();
    let mut ended = before.clone();
    generation::end(&mut ended, list, next).unwrap().unwrap();
    ann.put(list, ended);
    world.sync(&mut ann, list);
    assert_eq!(codes(&ann, list), ["actor-reserved"]);
    let mut begun = Automerge::new();
    begun
        .apply_changes(generation::begin(Kind::List, &before, list, next).unwrap())
        .unwrap();
    ann.put(next, begun);
    let frame = ann.bring_all(next);
    world.receive(ann.socket, &frame);
    world.settle(&mut [&mut ann]);
    assert_eq!(codes(&ann, next), ["actor-reserved"]);
    assert_eq!(world.store().meta(next).unwrap(), None);
    assert_eq!(row(&mut world, list).next, None);
}

#[test]
fn what_an_admin_puts_in_the_way_is_passed_over() {
    let mut world = World::with(small());
    let mut ann = world.join("ann", true);
    let list = agreed();
    begin_list(&mut world, &mut ann, list, None);
    // One is left there, one purged.
    let (first, second) = (following(list), following(following(list)));
    for squatted in [first, second] {
        ann.put(
            squatted,
            genesis::create(
                Kind::List,
                squatted,
                ActorId::from(squatted.as_bytes().as_slice()),
            )
            .unwrap(),
        );
        ann.act(squatted, rank(1, Place::First), world.now);
        let frame = ann.bring_all(squatted);
        world.receive(ann.socket, &frame);
        world.settle(&mut [&mut ann]);
        assert!(world.store().meta(squatted).unwrap().is_some());
    }
    world.call(|hub, now| hub.purge(second, now).unwrap());
    fill(&mut world, &mut ann, list);
    overflow(&mut world, &mut ann, list);
    let third = following(second);
    assert_eq!(row(&mut world, list).next, Some(third));
    assert_eq!(
        order(&stored(&mut world, list)),
        order(&stored(&mut world, third))
    );
    assert!(generation::fits(&stored(&mut world, third), third));
}

#[test]
fn rights_follow_from_the_first_generation() {
    let mut world = World::with(small());
    let (mut bob, mut cyd) = (world.join("bob", true), world.join("cyd", true));
    let ornl: OrganisationId = "ornl".parse().unwrap();
    let list = read::Workspace::organisation_list(WORKSPACE, &ornl);
    begin_list(&mut world, &mut bob, list, Some("ornl"));
    fill(&mut world, &mut bob, list);
    overflow(&mut world, &mut bob, list);
    let next = following(list);
    world.sync(&mut bob, next);
    world.sync(&mut cyd, next);
    bob.edit(next, |tx| tx.put(ROOT, "name", "ORNL first"));
    world.sync(&mut bob, next);
    assert_eq!(bob.refused(next), []);
    assert_eq!(row(&mut world, next).title, "ORNL first");
    cyd.act(next, rank(7, Place::First), world.now);
    world.sync(&mut cyd, next);
    assert_eq!(cyd.refused(next)[0].code, "forbidden");
}

/// Text that doesn't compress.
fn noise(seed: usize, length: usize) -> String {
    let mut state = seed as u64 + 1;
    let digit = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        char::from(b'!' + (state >> 33) as u8 % 90)
    };
    std::iter::repeat_with(digit).take(length).collect()
}

fn map(word: &str, seed: usize) -> Action {
    Action::MapWord {
        word: word.to_owned(),
        meaning: Some(noise(seed, 900)),
    }
}

/// A workspace in its second generation, and its agreed list in its third.
fn old_workspace() -> (World, Client) {
    let mut world = World::with(small());
    let mut ann = world.join("ann", true);
    let setup = Action::SetupWorkspace {
        name: "SWG".to_owned(),
        prefix: "SWG".to_owned(),
    };
    ann.begin(WORKSPACE, setup, world.now);
    world.sync(&mut ann, WORKSPACE);
    for n in 0.. {
        if row(&mut world, WORKSPACE).next.is_some() {
            break;
        }
        ann.act(WORKSPACE, map("jira/status/Parked", n), world.now);
        world.sync(&mut ann, WORKSPACE);
    }
    let mut list = agreed();
    begin_list(&mut world, &mut ann, list, None);
    for _ in 0..2 {
        fill(&mut world, &mut ann, list);
        overflow(&mut world, &mut ann, list);
        list = following(list);
        world.sync(&mut ann, list);
    }
    (world, ann)
}

#[test]
fn a_workspace_goes_on_under_its_own_id() {
    let (mut world, mut ann) = old_workspace();
    let next = following(WORKSPACE);
    assert_eq!(world.hub().current(WORKSPACE).unwrap(), next);
    world.sync(&mut ann, next);
    let cea = Action::AddOrganisation {
        id: "cea".parse().unwrap(),
        name: "CEA".to_owned(),
    };
    ann.act(next, cea, world.now);
    world.sync(&mut ann, next);
    assert_eq!(ann.refused(next), []);
    let workspace = world.hub().workspace().unwrap();
    assert_eq!(
        (workspace.name.as_str(), workspace.agreed),
        ("SWG", Some(agreed()))
    );
    assert_eq!(workspace.organisations.len(), 1);
    assert_eq!(workspace.mappings.len(), 1);
    // No generation of it can be purged.
    let now = world.now;
    for generation in [WORKSPACE, next] {
        assert!(world.hub().purge(generation, now).is_err());
    }
    // The list under its first id is the current one.
    let ann = member_id("ann");
    let list = world.hub().list_for(&ann, agreed(), now).unwrap();
    let current = following(following(agreed()));
    assert_eq!(list, read::List::read(&stored(&mut world, current)));
}

#[test]
fn an_edit_too_large_for_what_is_left_moves_as_well() {
    let mut world = World::with(small());
    let mut ann = world.join("ann", true);
    let setup = Action::SetupWorkspace {
        name: "SWG".to_owned(),
        prefix: "SWG".to_owned(),
    };
    ann.begin(WORKSPACE, setup, world.now);
    for n in 0..9 {
        ann.act(WORKSPACE, map("jira/status/Parked", n), world.now);
    }
    world.sync(&mut ann, WORKSPACE);
    assert!(row(&mut world, WORKSPACE).next.is_none());
    let mappings = read::object(ann.copy(WORKSPACE), &ROOT, "mappings").unwrap();
    let change = ann.edit(WORKSPACE, |tx| {
        (0..20).try_for_each(|n| tx.put(&mappings, format!("jira/status/{n}"), noise(n, 900)))
    });
    world.sync(&mut ann, WORKSPACE);
    assert!(row(&mut world, WORKSPACE).next.is_some());
    let refused = ann.refused(WORKSPACE);
    assert_eq!((refused[0].change, refused[0].code.as_str()), (change, "moved"));
}

/// What stands in it is most of it: another generation would be as full.
#[test]
fn what_has_no_room_in_a_next_generation_goes_on_until_it_is_full() {
    let mut world = World::with(small());
    let mut ann = world.join("ann", true);
    let setup = Action::SetupWorkspace {
        name: "SWG".to_owned(),
        prefix: "SWG".to_owned(),
    };
    ann.begin(WORKSPACE, setup, world.now);
    for n in 0..40 {
        ann.act(WORKSPACE, map(&format!("jira/status/{n}"), n), world.now);
        world.sync(&mut ann, WORKSPACE);
    }
    assert_eq!(row(&mut world, WORKSPACE).next, None);
    assert_eq!(ann.refused(WORKSPACE)[0].code, "document-full");
}

#[test]
fn what_is_done_with_a_document_is_done_with_all_its_generations() {
    let (mut world, _) = old_workspace();
    let generations: Vec<DocumentId> = generation::generations(agreed()).take(3).collect();
    world.call(|hub, now| hub.set_audience(generations[1], Audience::Group, now).unwrap());
    for generation in &generations {
        let meta = world.store().meta(*generation).unwrap().unwrap();
        assert_eq!(meta.audience, Audience::Group);
    }
    world.call(|hub, now| hub.purge(generations[0], now).unwrap());
    for generation in &generations {
        assert!(world.store().meta(*generation).unwrap().unwrap().purged);
    }
}

#[test]
fn generations_go_through_a_bundle() {
    let (mut here, _) = old_workspace();
    let (ann, now) = (member_id("ann"), here.now);
    let batch = here.hub().read_whole(&ann, None, now).unwrap();
    assert_eq!((batch.documents.len(), batch.next), (5, None));
    let mut there = World::with(small());
    for Whole {
        document,
        changes,
        facts,
        row,
    } in &batch.documents
    {
        let restored = there.hub().restore_document(*document, changes, facts, now);
        assert_eq!(&restored.unwrap(), row, "{document}");
    }
    let again = there.hub().read_whole(&ann, None, now).unwrap();
    assert_eq!(again.documents, batch.documents);
    assert_eq!(there.hub().workspace().unwrap(), here.hub().workspace().unwrap());
    // And goes on there.
    let mut ann = there.join("ann", true);
    let list = there.hub().current(agreed()).unwrap();
    there.sync(&mut ann, list);
    fill(&mut there, &mut ann, list);
    overflow(&mut there, &mut ann, list);
    assert_eq!(there.hub().current(agreed()).unwrap(), following(list));

    // A file that says what can't be.
    let (list, elsewhere) = (agreed(), following(following(agreed())));
    let document = stored(&mut here, list);
    let mut lies = document.clone();
    lies.set_actor(ActorId::from(b"somebody".as_slice()));
    lies.transact::<_, _, AutomergeError>(|tx| tx.put(ROOT, "first", elsewhere.url()))
        .unwrap();
    let changes: Vec<u8> = lies
        .get_changes(&[])
        .iter()
        .flat_map(|change| change.raw_bytes().to_vec())
        .collect();
    let mut facts = Facts::default();
    for change in lies.get_changes(&[]) {
        let receipt = docket_domain::facts::Receipt {
            max_op: change.max_op(),
            received: now,
            contact: now,
        };
        let member = member_id("ann");
        let author = if genesis::is_deterministic(change.actor_id()) {
            docket_domain::facts::Author::Nobody
        } else {
            docket_domain::facts::Author::Member(&member)
        };
        facts.record(change.actor_id(), author, receipt);
    }
    let facts = minicbor::to_vec(&facts).unwrap();
    let refused = there.hub().restore_document(list, &changes, &facts, now);
    assert!(refused.unwrap_err().to_string().contains("generations"));
}

/// Answers to a bulk write are those of sockets.
#[test]
fn a_bulk_write_is_told_that_a_document_moved() {
    let mut world = World::with(small());
    let mut ann = world.join("ann", true);
    begin_list(&mut world, &mut ann, agreed(), None);
    for n in 0..110 {
        let place = if n % 2 == 0 { Place::First } else { Place::Last };
        ann.act(agreed(), rank(n % 30, place), world.now);
    }
    let changes = ann.copy(agreed()).get_changes(&[]);
    let record = ChangesRecord {
        document: agreed(),
        changes: changes.iter().map(|change| change.raw_bytes().to_vec()).collect(),
    };
    let mut answers: Vec<StoredRecord> = Vec::new();
    for _ in 0..2 {
        let (answer, now) = (std::slice::from_ref(&record), world.now);
        let (stored, _) = world
            .hub()
            .write_documents(&member_id("ann"), answer, now)
            .unwrap();
        answers.extend(stored);
    }
    assert!(answers[0].refused.is_empty(), "one turn is taken whole");
    assert!(answers[1].refused.is_empty(), "and is there when it comes again");
    assert!(row(&mut world, agreed()).next.is_some());
    ann.act(agreed(), rank(77, Place::First), world.now);
    let change = ann.heads(agreed())[0];
    let chunk = ann.copy(agreed()).get_change_by_hash(&change).unwrap();
    let record = ChangesRecord {
        document: agreed(),
        changes: vec![chunk.raw_bytes().to_vec()],
    };
    let now = world.now;
    let (stored, _) = world
        .hub()
        .write_documents(&member_id("ann"), &[record], now)
        .unwrap();
    assert_eq!(stored[0].refused[0].code, "moved");
}

#[test]
fn the_fullest_of_its_limits_counts() {
    let config = Config::default();
    let meta = |changes, ops, bytes| crate::hub::Meta {
        changes,
        ops,
        bytes,
        ..Loaded::absent().meta
    };
    let none = Facts::default();
    assert_eq!(fullness(&meta(0, 0, 0), &none, &config), 0);
    assert_eq!(
        fullness(&meta(0, limits::OPERATIONS * 7 / 10, 0), &none, &config),
        70
    );
    assert_eq!(fullness(&meta(0, 0, limits::DOCUMENT / 2), &none, &config), 50);
    // A change takes memory, too: a little more of it than of its number.
    let changes = fullness(&meta(limits::CHANGES / 2, limits::CHANGES / 2, 0), &none, &config);
    assert!((50..60).contains(&changes), "{changes}");
    let mut facts = Facts::default();
    for n in 0..limits::ACTORS as u32 / 4 {
        let receipt = docket_domain::facts::Receipt {
            max_op: 1,
            received: Timestamp(0),
            contact: Timestamp(0),
        };
        let actor = ActorId::from(n.to_be_bytes().as_slice());
        facts.record(&actor, docket_domain::facts::Author::Nobody, receipt);
    }
    assert!((25..40).contains(&fullness(&meta(0, 0, 0), &facts, &config)));
}

/// At the limits as they are: some years of a group's moves.
#[test]
#[allow(clippy::print_stdout)]
fn a_list_ends_where_the_limits_are() {
    let mut world = World::new();
    let mut ann = world.join("ann", true);
    let list = agreed();
    begin_list(&mut world, &mut ann, list, None);
    let copy = ann.copy(list);
    let ranks = read::object(copy, &ROOT, "ranks").unwrap();
    // What a move writes, without reading the list for each.
    let places = docket_domain::Rank::between(None, None, 1_000, 1).unwrap();
    let mut moves = 0;
    let begun = std::time::Instant::now();
    while row(&mut world, list).next.is_none() {
        let copy = ann.copy(list);
        let before = copy.get_heads();
        for _ in 0..500 {
            moves += 1;
            let rank = &places[moves * 7 % places.len()];
            let issue = id((moves % 60) as u8).url();
            copy.transact::<_, _, AutomergeError>(|tx| tx.put(&ranks, issue, rank.as_str()))
                .unwrap();
        }
        let changes = copy.get_changes(&before);
        let record = ChangesRecord {
            document: list,
            changes: changes.iter().map(|change| change.raw_bytes().to_vec()).collect(),
        };
        world.now = world.now.plus(60_000);
        let now = world.now;
        let (stored, _) = world
            .hub()
            .write_documents(&member_id("ann"), &[record], now)
            .unwrap();
        assert_eq!(stored[0].refused, [], "after {moves} moves");
    }
    let next = following(list);
    let ended = world.store().meta(list).unwrap().unwrap();
    let goes_on = world.store().meta(next).unwrap().unwrap();
    println!(
        "ended after {moves} moves: {} changes, {} bytes; the next begins with {} bytes; {:.1} s",
        ended.changes,
        ended.bytes,
        goes_on.bytes,
        begun.elapsed().as_secs_f64(),
    );
    let percent = limits::CHANGES * limits::FULL_PERCENT / 100;
    assert!(
        (percent * 9 / 10..=percent + 500).contains(&ended.changes),
        "{}",
        ended.changes
    );
    assert!(ended.bytes < limits::DOCUMENT * limits::FULL_PERCENT / 100);
    assert_eq!(order(&stored(&mut world, list)), order(&stored(&mut world, next)));
    assert!(goes_on.bytes < 10_000, "{}", goes_on.bytes);
}
