//! Clients and a hub in a world that goes wrong: whatever happens, once the network is whole again and all is quiet,
//! replicas are identical, nothing acknowledged is gone, nothing typed is lost or doubled, rows are the hub's, and
//! every exchange has ended.
//!
//! `DOCKET_SIMULATIONS=10000 cargo test --release -p docket-sync --test simulation` runs more of them; `DOCKET_TRACE=1`
//! prints every frame.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a test"
)]

mod checks;
mod device;
mod generations;
mod network;
mod plan;
mod random;
mod regressions;
mod server;
mod tab;
mod world;

use docket_domain::{Action, Command, DocumentId, Member, Role};
use docket_sync::hub::Config;
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use self::{
    device::End,
    plan::{Documents, Step},
    world::{Place, World},
};

/// Frames that may travel while a run settles: so many for each document, tab and command. A linear bound, far above
/// what is needed and far below what an endless talk would take.
const FRAMES_EACH: u64 = 60;

/// A world with an admin, two members and a vendor, a workspace, its list and two issues.
fn begin(seed: u64, config: Config) -> (World, Documents) {
    let workspace = DocumentId::from_bytes([7; 16]);
    let member = |id: &str, role, organisation: Option<&str>| Member {
        id: id.parse().unwrap(),
        name: id.to_owned(),
        role,
        organisation: organisation.map(|id| id.parse().unwrap()),
        duties: Vec::new(),
    };
    let members = vec![
        member("admin", Role::Admin, Some("ornl")),
        member("anna", Role::Member, Some("ornl")),
        member("bert", Role::Member, Some("cea")),
        member("vera", Role::Vendor, Some("ddn")),
    ];
    let mut world = World::new(seed, workspace, members, config);
    let mut documents = Documents::new(workspace);
    let admin = Place { device: 0, tab: 0 };
    let setup = Action::SetupWorkspace {
        name: "Open file systems".to_owned(),
        prefix: "SWG".to_owned(),
    };
    let list = Action::CreateList {
        name: "Agreed".to_owned(),
        organisation: None,
    };
    world.command(admin, Command::new(workspace, setup));
    world.command(admin, Command::new(documents.list, list));
    for _ in 0..2 {
        let create = documents.create();
        world.command(admin, create);
    }
    world.run(5_000);
    world.start_tab(Place { device: 1, tab: 1 });
    world.start_tab(Place { device: 3, tab: 1 });
    let places: Vec<Place> = world.tabs.keys().copied().collect();
    for place in places {
        world.open(place, documents.list);
        world.open(place, documents.issues[0]);
    }
    world.run(5_000);
    (world, documents)
}

/// Runs a plan, checks what came of it, and tells of it.
fn simulate(seed: u64, steps: &[Step]) -> Tally {
    simulate_with(seed, steps, server::config())
}

fn simulate_with(seed: u64, steps: &[Step], config: Config) -> Tally {
    let (mut world, mut documents) = begin(seed, config);
    for step in steps {
        plan::take(&mut world, &mut documents, step);
    }
    let entries: usize = world.devices.iter().map(|device| device.ledger.len()).sum();
    let things = (documents.issues.len() + 2) * (world.tabs.len() + 4) + entries;
    let limit = FRAMES_EACH * u64::try_from(things).unwrap();
    let before = world.frames;
    checks::settled(&mut world, &documents, limit);
    let ends = || world.devices.iter().flat_map(|device| device.ledger.values());
    let count = |end| ends().filter(|fate| fate.end == end).count();
    Tally {
        acknowledged: count(Some(End::Acknowledged)),
        aside: count(Some(End::Aside)),
        done: count(Some(End::Done)),
        waiting: count(None),
        generations: checks::generations(&world, documents.list).len(),
        replayed: ends().filter(|fate| fate.replays > 0).count(),
        refusals: world.tabs.values().map(|tab| tab.refusals).sum(),
        sockets: usize::try_from(world.sockets_made).unwrap(),
        frames: usize::try_from(world.frames).unwrap(),
        // In thousandths.
        of_limit: usize::try_from((world.frames - before) * 1_000 / limit).unwrap(),
    }
}

/// What happened in a run.
#[derive(Debug, Default)]
struct Tally {
    acknowledged: usize,
    aside: usize,
    done: usize,
    waiting: usize,
    generations: usize,
    replayed: usize,
    refusals: usize,
    sockets: usize,
    frames: usize,
    of_limit: usize,
}

/// The runs are worth something only if in them happens what the properties speak of.
#[test]
fn the_runs_are_eventful() {
    let mut runner = TestRunner::deterministic();
    let plans = proptest::collection::vec(plan::step(), 1..60);
    let mut all = Tally::default();
    for seed in 0..25 {
        let steps = plans.new_tree(&mut runner).unwrap().current();
        let tally = simulate(seed, &steps);
        all.acknowledged += tally.acknowledged;
        all.aside += tally.aside;
        all.done += tally.done;
        all.waiting += tally.waiting;
        all.replayed += tally.replayed;
        all.refusals += tally.refusals;
        all.sockets += tally.sockets;
        all.frames += tally.frames;
        all.of_limit = all.of_limit.max(tally.of_limit);
    }
    println!("{all:?}");
    assert!(
        all.acknowledged > 100 && all.aside > 10 && all.replayed > 0 && all.refusals > 10,
        "{all:?}"
    );
}

fn cases() -> u32 {
    let asked = std::env::var("DOCKET_SIMULATIONS").ok();
    asked.and_then(|text| text.parse().ok()).unwrap_or(60)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), max_shrink_iters: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_all_is_well_in_the_end(
        seed in any::<u64>(),
        steps in proptest::collection::vec(plan::step(), 1..60),
    ) {
        simulate(seed, &steps);
    }

    /// The same where a list is soon full: some dozen moves, by whom and however they come.
    #[test]
    fn whatever_happens_lists_go_on(
        seed in any::<u64>(),
        steps in proptest::collection::vec(plan::step(), 1..40),
        moves in proptest::collection::vec(plan::moves(), 20..100),
    ) {
        let steps = plan::among(&steps, &moves);
        simulate_with(seed, &steps, small());
    }
}

/// A hub on which a list is full after some dozen moves.
fn small() -> Config {
    Config {
        bytes: 6_000,
        ..server::config()
    }
}

#[test]
fn lists_go_on_in_the_runs() {
    let mut runner = TestRunner::deterministic();
    let plans = proptest::collection::vec(plan::step(), 1..40);
    let moves = proptest::collection::vec(plan::moves(), 100..200);
    let mut generations = Vec::new();
    for seed in 0..10 {
        let steps = plans.new_tree(&mut runner).unwrap().current();
        let moves = moves.new_tree(&mut runner).unwrap().current();
        let tally = simulate_with(seed, &plan::among(&steps, &moves), small());
        generations.push(tally.generations);
    }
    println!("generations: {generations:?}");
    assert!(generations.iter().sum::<usize>() > 20, "{generations:?}");
}
