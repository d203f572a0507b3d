//! A list for twenty years: a hundred thousand moves, and somebody who was away while it went on elsewhere.

use std::time::Instant;

use docket_domain::{
    Action, Command, DocumentId, Member, Role, command::Place as Rank, generation, read::List,
};
use docket_sync::hub::{Config, Store};

use super::{
    checks,
    device::End,
    world::{Place, World},
};

const WORKSPACE: DocumentId = DocumentId::from_bytes([7; 16]);
/// The issues of the list.
const ISSUES: u64 = 60;

fn place(device: usize) -> Place {
    Place { device, tab: 0 }
}

fn agreed() -> DocumentId {
    docket_domain::read::Workspace::agreed_list(WORKSPACE)
}

fn issue(n: u64) -> DocumentId {
    WORKSPACE.derive(&format!("issue {n}"))
}

/// Three members of the group, and a list that all have open.
fn begin(config: Config) -> World {
    let member = |id: &str, role| Member {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        role,
        organisation: None,
        duties: Vec::new(),
    };
    let members = vec![
        member("anna", Role::Admin),
        member("bert", Role::Member),
        member("carl", Role::Member),
    ];
    let mut world = World::new(1, WORKSPACE, members, config);
    let create = Action::CreateList {
        name: "Agreed".to_owned(),
        organisation: None,
    };
    world.command(place(0), Command::new(agreed(), create));
    world.run(5_000);
    for device in 0..3 {
        world.open(place(device), agreed());
    }
    world.run(5_000);
    world
}

fn rank(n: u64, place: Rank) -> Command {
    let issues = vec![issue(n)];
    Command::new(agreed(), Action::Rank { issues, place })
}

/// Moves that somebody makes one after the other.
fn some_moves(world: &mut World, device: usize, count: u64) {
    for _ in 0..count {
        let target = match world.random.below(4) {
            0 => Rank::First,
            1 => Rank::Last,
            2 => Rank::After(issue(world.random.below(ISSUES))),
            _ => Rank::At(usize::try_from(world.random.below(ISSUES)).unwrap()),
        };
        let n = world.random.below(ISSUES);
        world.command(place(device), rank(n, target));
    }
}

/// The moves that were made.
fn made(world: &World) -> usize {
    world.devices.iter().map(|device| device.ledger.len()).sum()
}

fn order(list: &List) -> Vec<DocumentId> {
    list.entries.iter().map(|entry| entry.issue).collect()
}

/// The same order everywhere, all moves stored, none refused. Answers the generations.
fn all_is_well(world: &mut World) -> Vec<DocumentId> {
    world.settle(1_000_000);
    for device in 0..3 {
        // A page follows from one generation to the next.
        let known = world.tabs[&place(device)].current(agreed());
        for generation in checks::generations(world, known) {
            world.open(place(device), generation);
            world.quiet(1_000_000);
        }
    }
    let generations = checks::generations(world, agreed());
    let stored: Vec<_> = generations
        .iter()
        .map(|id| {
            let content = world.server.store().content(*id).unwrap();
            docket_sync::client::load([content.chunks.as_slice()]).unwrap()
        })
        .collect();
    let current = *generations.last().unwrap();
    let expected = order(&List::read(stored.last().unwrap()));
    for device in 0..3 {
        let tab = &world.tabs[&place(device)];
        assert_eq!(tab.current(agreed()), current);
        let copy = tab.client.document(current).unwrap();
        assert_eq!(order(&List::read(copy)), expected, "device {device}");
        assert!(tab.problems.is_empty(), "{:?}", tab.problems);
        let kept = &world.devices[device];
        assert!(kept.outbox.is_empty());
        assert!(kept.aside.is_empty(), "{:?}", kept.aside);
        let ended = |fate: &super::device::Fate| matches!(fate.end, Some(End::Acknowledged | End::Done));
        assert!(kept.ledger.values().all(ended));
    }
    for (id, document) in generations.iter().zip(&stored) {
        assert!(generation::fits(document, *id));
    }
    generations
}

/// A hub whose lists end after some five hundred moves, not after twenty thousand as they do: what is read of a list takes
/// the longer the more was moved in it, and a test has to end. At the limits as they are, the hub's own test `generations`
/// has one end.
fn config() -> Config {
    Config {
        bytes: 150_000,
        ..Config::default()
    }
}

/// How it went, for people.
fn tell(world: &World, generations: &[DocumentId], begun: Instant) {
    let fates = || world.devices.iter().flat_map(|device| device.ledger.values());
    let moved = fates().filter(|fate| fate.entry.command.document != agreed() && fate.replays > 0);
    println!(
        "{} moves, {} generations; {} went on to a next one, after {} refusals; {:.1} s",
        made(world),
        generations.len(),
        moved.count(),
        world.tabs.values().map(|tab| tab.refusals).sum::<usize>(),
        begun.elapsed().as_secs_f64(),
    );
}

/// A hundred thousand moves by three. One is away while a list ends and the next begins, and moves on by itself.
#[test]
fn a_hundred_thousand_moves() {
    let begun = Instant::now();
    let mut world = begin(config());
    let (mut left, mut back) = (None, false);
    while made(&world) < 100_000 {
        let generations = checks::generations(&world, agreed()).len();
        match left {
            None if made(&world) > 50_000 => {
                world.partition(2);
                left = Some(generations);
            }
            Some(left) if !back && generations > left => {
                back = true;
                world.heal(2);
            }
            _ => {}
        }
        for device in 0..3 {
            let count = 40 + world.random.below(80);
            some_moves(&mut world, device, count);
        }
        world.run(400);
    }
    let generations = all_is_well(&mut world);
    tell(&world, &generations, begun);
    assert!(back && generations.len() > 40, "{}", generations.len());
}

/// Somebody makes five hundred moves without a network, while the list ends twice.
#[test]
fn five_hundred_moves_by_somebody_who_was_away_for_two_generations() {
    let begun = Instant::now();
    let mut world = begin(config());
    for device in 0..3 {
        some_moves(&mut world, device, 50);
    }
    world.run(5_000);
    world.partition(2);
    let mut mine = 0;
    while checks::generations(&world, agreed()).len() < 3 {
        some_moves(&mut world, 0, 40);
        some_moves(&mut world, 1, 40);
        if mine < 440 {
            some_moves(&mut world, 2, 20);
            mine += 20;
        }
        world.run(400);
    }
    some_moves(&mut world, 2, 440 - mine);
    // The last word: all of them, from the last to the first, and then the page is closed.
    for n in (0..ISSUES).rev() {
        world.command(place(2), rank(n, Rank::First));
    }
    world.run(5_000);
    world.kill_tab(place(2));
    world.start_tab(place(2));
    assert!(
        world.devices[2].outbox.len() > 400,
        "{}",
        world.devices[2].outbox.len()
    );
    let generations = all_is_well(&mut world);
    tell(&world, &generations, begun);
    let list = List::read(
        world.tabs[&place(0)]
            .client
            .document(*generations.last().unwrap())
            .unwrap(),
    );
    let wanted: Vec<DocumentId> = (0..ISSUES).map(issue).collect();
    assert_eq!(order(&list), wanted, "what was said last stands, in its order");
    let mine = &world.devices[2].ledger;
    assert!(
        mine.values()
            .filter(|fate| fate.end == Some(End::Acknowledged))
            .all(|fate| { fate.replays == 0 || fate.entry.command.document == *generations.last().unwrap() })
    );
}
