//! Honest people: each has five tabs, works in one of them, and edits every few seconds.

use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};

use automerge::ChangeHash;
use docket_domain::{
    Action, Command, DocumentId, EntryId, Role,
    command::{Place, Splice},
    words::Status,
};
use docket_peer::{Peer, PeerError};

use super::{Edit, Failure, PATIENCE, PEOPLE, Shared, member, peer};
use crate::{hub::Hub, random::Random};

/// The sockets of each.
pub(super) const SOCKETS: u64 = 1 + OTHER_TABS as u64;
/// Tabs that only look on.
const OTHER_TABS: usize = 4;

/// Somebody who works here.
pub(super) struct Person {
    pub(super) name: String,
    role: Role,
    n: u64,
    token: String,
}

/// An edit that isn't acknowledged yet.
struct Pending {
    phase: usize,
    at: Instant,
    document: DocumentId,
    changes: Vec<ChangeHash>,
}

impl Person {
    /// Signs the `n`th person up.
    pub(super) fn new(hub: &Hub, n: u64) -> Result<Self, Failure> {
        let role = match n % 20 {
            0 => Role::Admin,
            1..=11 => Role::Member,
            12..=16 => Role::Vendor,
            _ => Role::Viewer,
        };
        let name = format!("Person {n}");
        let (_, token) = member(hub, &name, role)?;
        Ok(Self { name, role, n, token })
    }

    /// Works until it is over, and then waits for what is still under way.
    pub(super) fn live(&self, shared: &Shared, seed: u64) -> Result<(), Failure> {
        let mut random = Random(seed);
        let mut desk = peer(&shared.sync, &self.token)?;
        let mut others = Vec::new();
        for _ in 0..OTHER_TABS {
            others.push(peer(&shared.sync, &self.token)?);
        }
        // Their own part of the documents, and some that others work on too.
        let step = usize::try_from(PEOPLE)?;
        let skip = usize::try_from(self.n)?;
        let mine: Vec<DocumentId> = shared.issues.iter().skip(skip).step_by(step).copied().collect();
        let both: Vec<DocumentId> = shared.issues.iter().take(10).copied().collect();
        let open: Vec<DocumentId> = mine.iter().chain(&both).chain([&shared.list]).copied().collect();
        for document in &open {
            desk.open(*document);
        }
        for (tab, document) in others.iter_mut().zip(&mine) {
            tab.open(*document);
        }
        let start = Instant::now();
        while !open.iter().all(|document| desk.document(*document).is_some()) {
            pump(&mut desk, &mut others)?;
            if start.elapsed() > PATIENCE {
                return Err("the documents didn't come".into());
            }
        }
        shared.ready.fetch_add(1, Ordering::SeqCst);
        // Everybody comes at once here; what is measured begins when all have come.
        while shared.ready.load(Ordering::SeqCst) < step && !shared.is_over() {
            pump(&mut desk, &mut others)?;
        }
        let mut pending = Vec::new();
        let mut next = Instant::now() + Duration::from_millis(random.below(4_000));
        while !shared.is_over() {
            pump(&mut desk, &mut others)?;
            settle(shared, &desk, &mut pending, false);
            if Instant::now() >= next && self.role != Role::Viewer {
                next = Instant::now() + Duration::from_millis(1_000 + random.below(4_000));
                let document = random.choose(&open).unwrap_or(shared.list);
                if !desk.is_pending(document) {
                    pending.extend(self.edit(shared, &mut desk, document, &mut random)?);
                }
            }
        }
        let end = Instant::now();
        while !pending.is_empty() && end.elapsed() < PATIENCE {
            pump(&mut desk, &mut others)?;
            settle(shared, &desk, &mut pending, false);
        }
        settle(shared, &desk, &mut pending, true);
        for tab in others.iter().chain([&desk]) {
            if tab.connections != 1 {
                shared.trouble(format!("{}: a socket was closed", self.name));
            }
            for refused in &tab.refused {
                shared.trouble(format!("{}: refused: {refused}", self.name));
            }
        }
        Ok(())
    }

    /// One edit, if there is one to be made just there.
    fn edit(
        &self,
        shared: &Shared,
        desk: &mut Peer,
        document: DocumentId,
        random: &mut Random,
    ) -> Result<Option<Pending>, Failure> {
        let action = if document == shared.list {
            // The agreed list isn't the vendors'.
            if self.role == Role::Vendor {
                return Ok(None);
            }
            Action::Rank {
                issues: random.choose(&shared.issues).into_iter().collect(),
                place: Place::At(usize::try_from(random.below(100))?),
            }
        } else {
            action(random)
        };
        let at = Instant::now();
        match desk.run(&Command::new(document, action)) {
            Ok(changes) => Ok(Some(Pending {
                phase: shared.phase.load(Ordering::SeqCst),
                at,
                document,
                changes,
            })),
            // It is so already, or may not follow what is.
            Err(PeerError::Command(_)) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn action(random: &mut Random) -> Action {
    match random.below(6) {
        0 => Action::SetTitle {
            title: format!("Title {}", random.below(u64::MAX)),
        },
        1 => Action::SetStatus {
            id: EntryId::random(),
            to: random.choose(Status::ALL).unwrap_or(Status::New),
            resolution: None,
            reason: None,
        },
        2 => Action::EditDescription {
            edits: vec![Splice {
                at: 0,
                removed: String::new(),
                inserted: "Seen again. ".to_owned(),
            }],
        },
        _ => Action::AddComment {
            id: EntryId::random(),
            body: format!("Comment {}", random.below(u64::MAX)),
        },
    }
}

/// The desk is looked at more often than the others.
fn pump(desk: &mut Peer, others: &mut [Peer]) -> Result<(), Failure> {
    desk.pump(Duration::from_millis(10))?;
    for tab in others {
        tab.pump(Duration::from_millis(1))?;
    }
    Ok(())
}

/// Takes note of what was acknowledged; or of everything, when there is no time left.
fn settle(shared: &Shared, desk: &Peer, pending: &mut Vec<Pending>, give_up: bool) {
    pending.retain(|edit| {
        let acknowledged = !desk.is_pending(edit.document);
        if !acknowledged && !give_up {
            return true;
        }
        // What others crowded out was done again.
        let again = |change: &ChangeHash| desk.again.get(change).cloned().unwrap_or_else(|| vec![*change]);
        if let Ok(mut edits) = shared.edits.lock() {
            edits.push(Edit {
                phase: edit.phase,
                took: edit.at.elapsed(),
                acknowledged,
                document: edit.document,
                changes: edit.changes.iter().flat_map(again).collect(),
            });
        }
        false
    });
}
