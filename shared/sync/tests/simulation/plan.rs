//! What happens in a run: a list of steps, as proptest makes and shrinks it.

use docket_domain::{
    Action, Audience, Command, DocumentId, EntryId, Member, Role,
    command::{NewIssue, Place as Rank, Splice},
    words::{Severity, Status},
};
use proptest::prelude::*;

use super::{
    server::Fault,
    world::{Place, World},
};

/// One step. Devices, tabs and documents are counted from 0, round and round.
#[derive(Debug, Clone)]
pub enum Step {
    /// Somebody edits.
    Edit(usize, usize, usize, What),
    /// A tab opens or closes a document.
    Open(usize, usize, usize),
    Close(usize, usize, usize),
    /// Milliseconds pass.
    Run(u16),
    /// A socket breaks.
    Lose(usize, usize),
    Partition(usize),
    Heal(usize),
    KillTab(usize, usize),
    StartTab(usize, usize),
    KillHub,
    Evict,
    Fault(Fault),
    /// The member of a device is revoked, or comes back.
    Revoke(usize),
    SetRole(usize, Role),
    /// Who may read an issue changes.
    SetAudience(usize, Readers),
    /// An issue is dropped for good.
    Purge(usize),
    /// The store gets another epoch: every row comes afresh.
    NewEpoch,
}

/// Who may read an issue.
#[derive(Debug, Clone, Copy)]
pub enum Readers {
    Everybody,
    Group,
    Cea,
}

/// What the hub refuses to a vendor.
fn presumption() -> impl Strategy<Value = What> {
    prop_oneof![
        proptest::sample::select(Severity::ALL.to_vec()).prop_map(What::Severity),
        (0..8_usize).prop_map(What::Rank),
    ]
}

/// What somebody does.
#[derive(Debug, Clone)]
pub enum What {
    Comment,
    Title,
    Describe,
    Status(Status),
    Label(u8, bool),
    /// Not a vendor's to do: the hub refuses it to them.
    Severity(Severity),
    Create,
    /// Puts an issue at a place of the agreed list; not a vendor's to do either.
    Rank(usize),
    Delete(bool),
}

pub fn what() -> impl Strategy<Value = What> {
    prop_oneof![
        4 => Just(What::Comment),
        2 => Just(What::Title),
        4 => Just(What::Describe),
        2 => proptest::sample::select(Status::ALL.to_vec()).prop_map(What::Status),
        1 => (0..3_u8, any::<bool>()).prop_map(|(label, on)| What::Label(label, on)),
        2 => proptest::sample::select(Severity::ALL.to_vec()).prop_map(What::Severity),
        2 => Just(What::Create),
        2 => (0..8_usize).prop_map(What::Rank),
        1 => any::<bool>().prop_map(What::Delete),
    ]
}

fn readers() -> impl Strategy<Value = Readers> {
    proptest::sample::select(vec![Readers::Everybody, Readers::Group, Readers::Cea])
}

/// Rights shrink and grow.
fn role() -> impl Strategy<Value = Role> {
    proptest::sample::select(vec![Role::Viewer, Role::Vendor, Role::Member, Role::Admin])
}

pub fn fault() -> impl Strategy<Value = Fault> {
    prop_oneof![
        Just(Fault::Panic),
        (0..3_u64).prop_map(Fault::Write),
        (0..4_usize).prop_map(Fault::Kill),
    ]
}

pub fn step() -> impl Strategy<Value = Step> {
    let place = || (0..4_usize, prop_oneof![3 => Just(0_usize), 1 => Just(1_usize)]);
    prop_oneof![
        30 => (place(), 0..6_usize, what()).prop_map(|((d, t), id, what)| Step::Edit(d, t, id, what)),
        6 => (0..2_usize, 0..6_usize, presumption()).prop_map(|(t, id, what)| Step::Edit(3, t, id, what)),
        4 => (place(), 0..6_usize).prop_map(|((d, t), id)| Step::Open(d, t, id)),
        2 => (place(), 0..6_usize).prop_map(|((d, t), id)| Step::Close(d, t, id)),
        12 => (1..400_u16).prop_map(Step::Run),
        1 => Just(Step::Run(20_000)),
        3 => place().prop_map(|(d, t)| Step::Lose(d, t)),
        2 => (0..4_usize).prop_map(Step::Partition),
        2 => (0..4_usize).prop_map(Step::Heal),
        2 => place().prop_map(|(d, t)| Step::KillTab(d, t)),
        3 => place().prop_map(|(d, t)| Step::StartTab(d, t)),
        1 => Just(Step::KillHub),
        3 => Just(Step::Evict),
        3 => fault().prop_map(Step::Fault),
        1 => (1..4_usize).prop_map(Step::Revoke),
        2 => (0..4_usize, readers()).prop_map(|(id, readers)| Step::SetAudience(id, readers)),
        1 => (1..6_usize).prop_map(Step::Purge),
        1 => Just(Step::NewEpoch),
        2 => (1..4_usize, role()).prop_map(|(d, role)| Step::SetRole(d, role)),
    ]
}

/// Somebody ranks an issue, and a moment passes.
pub fn moves() -> impl Strategy<Value = Step> {
    let place = (0..3_usize, prop_oneof![3 => Just(0_usize), 1 => Just(1_usize)]);
    prop_oneof![
        3 => (place, 0..6_usize, 0..8_usize).prop_map(|((d, t), id, at)| Step::Edit(d, t, id, What::Rank(at))),
        1 => (1..400_u16).prop_map(Step::Run),
    ]
}

/// `moves` with `steps` spread among them.
pub fn among(steps: &[Step], moves: &[Step]) -> Vec<Step> {
    let mut all = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let range = place * moves.len() / steps.len()..(place + 1) * moves.len() / steps.len();
        all.extend_from_slice(&moves[range]);
        all.push(step.clone());
    }
    all
}

/// The documents of a run: the list, and issues.
#[derive(Debug)]
pub struct Documents {
    pub workspace: DocumentId,
    pub list: DocumentId,
    pub issues: Vec<DocumentId>,
    /// Words that people typed, each of its own.
    words: u64,
}

impl Documents {
    pub fn new(workspace: DocumentId) -> Self {
        Self {
            workspace,
            list: workspace.derive("list:agreed"),
            issues: Vec::new(),
            words: 0,
        }
    }

    pub fn word(&mut self) -> String {
        self.words += 1;
        format!("w{:04}.", self.words)
    }

    pub fn create(&mut self) -> Command {
        let title = self.word();
        // As random as a new issue's id is, and the same in each run.
        let mut id = *self.workspace.derive(&title).as_bytes();
        id[6] = (id[6] & 0x0f) | 0x40;
        let id = DocumentId::from_bytes(id);
        self.issues.push(id);
        Command::new(
            id,
            Action::CreateIssue(Box::new(NewIssue {
                title,
                description: "The server hangs.".to_owned(),
                ..NewIssue::default()
            })),
        )
    }
}

/// Takes one step.
pub fn take(world: &mut World, documents: &mut Documents, step: &Step) {
    let place = |device: usize, tab: usize| Place {
        device: device % world.devices.len(),
        tab,
    };
    let issue = |documents: &Documents, n: usize| documents.issues[n % documents.issues.len()];
    match step {
        Step::Edit(device, tab, id, what) => {
            let place = place(*device, *tab);
            let id = issue(documents, *id);
            let command = command(world, documents, place, id, what);
            world.command(place, command);
        }
        Step::Open(device, tab, id) => world.open(place(*device, *tab), issue(documents, *id)),
        Step::Close(device, tab, id) => world.close(place(*device, *tab), issue(documents, *id)),
        Step::Run(milliseconds) => world.run(i64::from(*milliseconds)),
        Step::Lose(device, tab) => world.lose(place(*device, *tab)),
        Step::Partition(device) => world.partition(*device),
        Step::Heal(device) => world.heal(*device),
        Step::KillTab(device, tab) => world.kill_tab(place(*device, *tab)),
        Step::StartTab(device, tab) => world.start_tab(place(*device, *tab)),
        Step::KillHub => world.kill_hub(),
        Step::Evict => world.evict_hub(),
        Step::Fault(fault) => world.set_fault(Some(*fault)),
        Step::Revoke(device) => {
            let member = world.members[*device].clone();
            let back = world.revoked.contains(device).then_some(member);
            world.put_member(*device, back);
        }
        Step::SetAudience(id, readers) => {
            let (id, now) = (issue(documents, *id), world.now);
            let audience = match readers {
                Readers::Everybody => Audience::Public,
                Readers::Group => Audience::Group,
                Readers::Cea => Audience::Organisation {
                    organisation: "cea".parse().unwrap(),
                },
            };
            // An issue that the hub doesn't have yet has no audience.
            world.at_hub(|hub| hub.set_audience(id, audience, now).unwrap_or_default());
        }
        Step::Purge(id) => {
            let (id, now) = (issue(documents, *id), world.now);
            world.at_hub(|hub| hub.purge(id, now).unwrap_or_default());
        }
        Step::NewEpoch => world.new_epoch(),
        Step::SetRole(device, role) => {
            if world.is_member(*device) {
                let member = Member {
                    role: *role,
                    ..world.members[*device].clone()
                };
                world.put_member(*device, Some(member));
            }
        }
    }
}

fn command(world: &World, documents: &mut Documents, place: Place, id: DocumentId, what: &What) -> Command {
    let key =
        |documents: &mut Documents| -> EntryId { documents.word().trim_end_matches('.').parse().unwrap() };
    let action = match what {
        What::Comment => Action::AddComment {
            id: key(documents),
            body: documents.word(),
        },
        What::Title => Action::SetTitle {
            title: documents.word(),
        },
        What::Describe => {
            let description = world
                .tabs
                .get(&place)
                .and_then(|tab| tab.client.document(id))
                .map(|document| docket_domain::read::Issue::read(document).description)
                .unwrap_or_default();
            let word = documents.word();
            // Between the words, so that none is torn.
            let spots: Vec<usize> = description.match_indices('.').map(|(at, _)| at + 1).collect();
            let at = spots
                .get(usize::from(word.as_bytes()[4]) % spots.len().max(1))
                .copied();
            Action::EditDescription {
                edits: vec![Splice {
                    at: at.unwrap_or(0),
                    removed: String::new(),
                    inserted: word,
                }],
            }
        }
        What::Status(to) => Action::SetStatus {
            id: key(documents),
            to: *to,
            resolution: Some(docket_domain::words::Resolution::Fixed),
            reason: Some("It must be.".to_owned()),
        },
        What::Label(label, on) => Action::SetLabel {
            label: format!("label {label}"),
            on: *on,
        },
        What::Severity(severity) => Action::SetSeverity {
            severity: Some(*severity),
        },
        What::Create => return documents.create(),
        What::Rank(n) => {
            return Command::new(
                documents.list,
                Action::Rank {
                    issues: vec![id],
                    place: Rank::At(*n),
                },
            );
        }
        What::Delete(true) => Action::Delete,
        What::Delete(false) => Action::Restore,
    };
    Command::new(id, action)
}
