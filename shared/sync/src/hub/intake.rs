//! Changes from outside become stored ones: inspected, judged, numbered, noted in the facts, and written in one go.

use std::collections::HashSet;

use automerge::{Automerge, Change, ChangeHash, ReadDoc};
use docket_domain::{
    DocumentId, Facts, Kind, Member, Role, Row, Timestamp,
    facts::{Author, Receipt},
    generation, genesis, limits, read, row,
};
use sha2::{Digest, Sha256};

use super::{
    Hub, HubError, Meta, PIECE_LIMIT, Piece, Store, Usage,
    documents::{Loaded, contact_by_dependencies, weight},
    generations, noting,
};
use crate::{
    guard::{self, Nature, Verdict},
    inspect::{self, InspectError, Limits},
    wire::{CROWDED, Refusal},
};

/// The code for changes that a document has no room for.
const FULL: &str = "document-full";

/// Operations of a stored document that cost as much to look at, when its row is derived, as one to judge.
const DERIVED_AT_ONCE: u64 = 32;
/// Bytes of a row that cost nothing beside that, and of a longer one, those that cost as much as one operation.
const SHORT_ROW: usize = 4_096;
const ROW_BYTES: usize = 4;
/// The bytes that an actor takes in a document's facts at most, beside its receipts: itself and a member's id or two.
pub(super) const PER_ACTOR: usize = 64 + 2 * 48 + 16;
/// The bytes that a receipt takes there at most: three integers.
pub(super) const PER_RECEIPT: usize = 28;

/// Who brings changes, and when.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bringer<'a> {
    pub(super) member: &'a Member,
    /// Since when the client may have made what it brings, as far as the connection tells.
    pub(super) contact: Timestamp,
    pub(super) now: Timestamp,
    /// Is the work counted against what the member may ask for?
    pub(super) counted: bool,
}

/// What came of changes.
#[derive(Debug, Default)]
pub(super) struct Intake {
    /// Is anything stored now that wasn't?
    pub(super) stored: bool,
    pub(super) refused: Vec<Refusal>,
    pub(super) dependents: Vec<ChangeHash>,
    /// Of those, the ones that build on what may come again, though it was refused: layouts and imports.
    pub(super) orphans: Vec<ChangeHash>,
    /// Changes that didn't arrive, and on which some depend.
    pub(super) missing: Vec<ChangeHash>,
    /// Those that depend on them.
    pub(super) incomplete: Vec<ChangeHash>,
    /// There were more than are judged at once: the rest has to be sent again.
    pub(super) overflow: bool,
    /// How many of the chunks were looked at.
    pub(super) handled: usize,
    /// How many operations they have, and what deriving from them costs beside.
    pub(super) work: usize,
}

impl Intake {
    /// Refuses what is still incomplete: it was asked for again, and didn't come.
    pub(super) fn give_up(&mut self) {
        self.refused.extend(self.incomplete.drain(..).map(|change| {
            Refusal {
                change,
                code: "incomplete".to_owned(),
                message: "Changes that this one builds on never reached the hub: edit again in a fresh copy."
                    .to_owned(),
            }
        }));
        self.missing.clear();
    }

    /// The changes that may never come in, once their author is told of what was refused: all others depend on them.
    pub(super) fn barred(&self) -> Vec<ChangeHash> {
        let refused = self.refused.iter().map(|refusal| refusal.change);
        refused.chain(self.orphans.iter().copied()).collect()
    }

    /// Is there anything that can't be stored, or not yet?
    const fn is_partial(&self) -> bool {
        !(self.refused.is_empty() && self.dependents.is_empty() && self.incomplete.is_empty())
    }

    fn refuse_as(&mut self, change: &Change, refusal: &guard::Refusal) {
        self.refuse(change.hash(), refusal.code(), refusal.to_string());
    }

    fn refuse(&mut self, change: ChangeHash, code: &str, message: String) {
        self.refused.push(Refusal {
            change,
            code: code.to_owned(),
            message,
        });
    }
}

impl Loaded {
    /// A document that the hub doesn't have yet.
    pub(super) fn absent() -> Self {
        let meta = Meta {
            kind: None,
            unknown: false,
            heads: Vec::new(),
            audience: docket_domain::Audience::default(),
            audience_version: 0,
            former: Vec::new(),
            opens: None,
            number: None,
            version: 0,
            derivation: 0,
            changes: 0,
            ops: 0,
            bytes: 0,
            pieces: 0,
            purged: false,
        };
        Self {
            document: Automerge::new(),
            meta,
            facts: Facts::default(),
        }
    }

    /// Notes that these changes are in the document now, and in these pieces.
    pub(super) fn grow(&mut self, changes: &[Change], pieces: &[Piece], version: u64) {
        let meta = &mut self.meta;
        meta.heads = sorted(self.document.get_heads());
        meta.version = version;
        meta.changes += changes.len() as u64;
        meta.ops += operations(changes);
        meta.bytes += pieces.iter().map(|piece| piece.chunk.len() as u64).sum::<u64>();
        meta.pieces += pieces.len() as u64;
    }

    /// Is it one that the hub doesn't have yet?
    pub(super) const fn is_absent(&self) -> bool {
        self.meta.version == 0
    }
}

impl<S: Store> Hub<S> {
    /// Takes in changes, each a chunk of its own. After an error `loaded` is of no use.
    pub(super) fn intake(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        chunks: &[&[u8]],
        bringer: Bringer<'_>,
    ) -> Result<Intake, HubError> {
        let mut intake = Intake::default();
        // What was begun before a crash is finished first, or it wouldn't be what it was begun as.
        let full = generations::fullness(&loaded.meta, &loaded.facts, &self.config);
        intake.stored = self.end_if_full(id, loaded, full, bringer.now)?;
        let changes = inspected(chunks, &self.config.limits, &mut intake)?;
        if changes.is_empty() {
            return Ok(intake);
        }
        // What is derived afterwards is derived from all of it.
        let derived = usize::try_from(loaded.meta.ops / DERIVED_AT_ONCE).unwrap_or(usize::MAX);
        let operations = changes.iter().map(Change::len).sum::<usize>() + derived;
        intake.work = operations;
        let (member, now) = (&bringer.member.id, bringer.now);
        if bringer.counted && !self.budgets.judges(member, changes.len(), operations, now) {
            return Err(HubError::TooFast);
        }
        let stored = (!loaded.is_absent()).then(|| (&loaded.document, loaded.nature()));
        let barred = self.barred(&bringer.member.id)?;
        let judgement = guard::judge(&guard::Input {
            workspace: self.workspace.document,
            document: id,
            stored,
            facts: &loaded.facts,
            member: bringer.member,
            plain_allowed: self.workspace.plain.is_some(),
            barred: &barred,
            changes: &changes,
        });
        let anybodys: HashSet<ChangeHash> = changes
            .iter()
            .filter(|change| genesis::is_deterministic(change.actor_id()))
            .map(Change::hash)
            .collect();
        let mut allowed = Vec::new();
        for (change, verdict) in changes.into_iter().zip(judgement.verdicts) {
            match verdict {
                Verdict::Allowed => allowed.push(change),
                Verdict::Stored => {}
                Verdict::Refused(refusal) => {
                    intake.refuse_as(&change, &refusal);
                }
                Verdict::Dependent { on } => {
                    intake.dependents.push(change.hash());
                    intake
                        .orphans
                        .extend(anybodys.contains(&on).then(|| change.hash()));
                }
                Verdict::Incomplete { missing } => {
                    intake.incomplete.push(change.hash());
                    intake.missing.extend(missing);
                }
            }
        }
        let Some(nature) = judgement.nature.filter(|_| !allowed.is_empty()) else {
            return Ok(intake);
        };
        if loaded.is_absent() && intake.is_partial() && is_bare(id, nature, &allowed)? {
            // Its creation was refused, or is still to come, with the layouts: an empty document isn't kept instead.
            return Ok(intake);
        }
        if let Some((code, message)) =
            is_crowded(loaded, &allowed).or(self.is_full(loaded, nature, &allowed, bringer)?)
        {
            let moved = code == FULL && self.go_on(id, loaded, bringer.now)?;
            intake.stored |= moved;
            for change in &allowed {
                match generation::next(&loaded.document).filter(|_| moved) {
                    Some(next) => intake.refuse_as(change, &guard::Refusal::Moved { next }),
                    None => intake.refuse(change.hash(), code, message.to_owned()),
                }
            }
            return Ok(intake);
        }
        // What a change depends on has lower counters than it.
        allowed.sort_by_key(Change::start_op);
        self.persist(id, loaded, nature, &allowed, bringer)?;
        intake.stored = true;
        self.end_if_full(id, loaded, full, bringer.now)?;
        Ok(intake)
    }

    /// Why there is no room for these changes; none if there is.
    fn is_full(
        &mut self,
        loaded: &Loaded,
        nature: Nature,
        allowed: &[Change],
        bringer: Bringer<'_>,
    ) -> Result<Option<(&'static str, &'static str)>, HubError> {
        let changes = loaded.meta.changes + allowed.len() as u64;
        let ops = loaded.meta.ops + operations(allowed);
        let too_long = loaded.meta.bytes + bytes(allowed) > self.config.bytes
            || changes > limits::CHANGES
            || weight(changes, ops) > self.config.document;
        if too_long || !facts_fit(&loaded.facts, allowed) {
            return Ok(Some((
                FULL,
                "This document has grown to its limit: continue in a new one.",
            )));
        }
        let more = Usage {
            documents: u64::from(loaded.is_absent()),
            bytes: bytes(allowed),
        };
        if self.is_workspace_full(more, bringer.member)? {
            return Ok(Some((
                "quota",
                "The workspace is full: an admin can purge what isn't needed, or have its quota raised.",
            )));
        }
        if !self.stored.take(bringer.member, more, bringer.now) {
            return Ok(Some((
                "quota",
                "You have stored as much as one member stores in a day: go on tomorrow, or ask an admin to.",
            )));
        }
        let Some(quota) = self.workspace.plain.filter(|_| nature == Nature::Plain) else {
            return Ok(None);
        };
        let usage = self.store.plain_usage()?;
        let documents = usage.documents + u64::from(loaded.is_absent());
        let full = documents > quota.documents || usage.bytes + bytes(allowed) > quota.bytes;
        Ok(full.then_some((
            "quota",
            "The workspace keeps no more documents that aren't Docket's: ask an admin to purge some.",
        )))
    }

    /// Would the workspace have more than it may, or than is there for those who aren't admins?
    fn is_workspace_full(&self, more: Usage, member: &Member) -> Result<bool, HubError> {
        let Usage { documents, bytes } = self.config.quota;
        let share = |all: u64| match member.role {
            Role::Admin => all,
            _ => all.saturating_mul(100 - limits::RESERVE_PERCENT as u64) / 100,
        };
        let usage = self.store.usage()?;
        let full = more.documents > 0 && usage.documents + more.documents > share(documents);
        Ok(full || usage.bytes + more.bytes > share(bytes))
    }

    /// Applies allowed changes and writes them, with what follows from them, in one go.
    fn persist(
        &mut self,
        id: DocumentId,
        loaded: &mut Loaded,
        nature: Nature,
        allowed: &[Change],
        bringer: Bringer<'_>,
    ) -> Result<(), HubError> {
        let failed = |error| HubError::Document(id, Box::new(error));
        let mut noted = Facts::default();
        let layouts = layouts(id, nature, allowed)?;
        let is_workspace = nature == Nature::Docket(Kind::Workspace);
        let before = is_workspace.then(|| read::Workspace::read(&loaded.document));
        for change in allowed {
            let actor = change.actor_id();
            let author = if !genesis::is_deterministic(actor) {
                Author::Member(&bringer.member.id)
            } else if layouts.contains(&change.hash()) {
                Author::Nobody
            } else {
                Author::Import(Some(&bringer.member.id))
            };
            let known = contact_by_dependencies(loaded, change, &bringer.member.id);
            let receipt = Receipt {
                max_op: change.max_op(),
                received: bringer.now,
                contact: bringer.contact.max(known).min(bringer.now),
            };
            noted.record(actor, author, receipt);
            loaded.facts.record(actor, author, receipt);
        }
        loaded
            .document
            .apply_changes(allowed.iter().cloned())
            .map_err(failed)?;
        // The guard allows only what follows on what is there; were it wrong, changes would wait unseen.
        if !loaded.document.get_missing_deps(&[]).is_empty() {
            return Err(HubError::Damaged(id));
        }
        let meta = &mut loaded.meta;
        if let Nature::Docket(kind) = nature {
            meta.kind = Some(kind);
            meta.derivation = row::DERIVATION;
            if kind == Kind::Issue && meta.number.is_none() && !is_bare(id, nature, allowed)? {
                meta.number = Some(self.store.last_number()? + 1);
                loaded.facts.number = meta.number;
            }
        }
        let chunk: Vec<u8> = allowed
            .iter()
            .flat_map(|change| change.raw_bytes())
            .copied()
            .collect();
        let pieces = pieces(&chunk, &encoded(&noted));
        loaded.grow(allowed, &pieces, self.store.version()? + 1);
        let row = Row::derive(&loaded.document, id, &loaded.facts).map(|row| row.to_bytes());
        // Small changes of an issue with a very long history are as much work each. What was done already stands: it is
        // the next message that has to wait.
        let long = row
            .as_ref()
            .map_or(0, |row| row.len().saturating_sub(SHORT_ROW) / ROW_BYTES);
        if bringer.counted && long > 0 {
            self.budgets.judges(&bringer.member.id, 0, long, bringer.now);
        }
        let notes = before.map_or_else(Vec::new, |before| {
            let after = read::Workspace::read(&loaded.document);
            noting::notes(&before, &after, &bringer.member.id, bringer.now)
        });
        self.store
            .append_noted(id, &pieces, &loaded.meta, row.as_deref(), &notes)?;
        let meta = loaded.meta.clone();
        self.plan_compaction(&meta, bringer.now);
        Ok(())
    }
}

/// Reads changes; those that don't pass are refused one by one, so that the sender learns which.
fn inspected(chunks: &[&[u8]], limits: &Limits, intake: &mut Intake) -> Result<Vec<Change>, HubError> {
    let mut left = *limits;
    let mut changes = Vec::new();
    for chunk in chunks {
        let found = match inspect::change(chunk, &left) {
            _ if changes.len() >= limits::TURN_CHANGES => {
                intake.overflow = true;
                break;
            }
            // Too much beside the others: is it by itself?
            Err(InspectError::TooMuch { .. }) if left.operations < limits.operations => {
                match inspect::change(chunk, limits) {
                    Ok(_) => {
                        intake.overflow = true;
                        break;
                    }
                    error => error,
                }
            }
            found => found,
        };
        intake.handled += 1;
        match found {
            Ok(change) => {
                left.operations = left.operations.saturating_sub(change.len());
                changes.push(change);
            }
            // Damaged on its way, so nobody knows which change it was.
            Err(error @ (InspectError::Checksum | InspectError::Truncated)) => return Err(error.into()),
            Err(error) => intake.refuse(claimed_hash(chunk), error.code(), error.to_string()),
        }
    }
    Ok(changes)
}

/// The hash of a change that can't be read: that of the chunk's bytes after magic and checksum (Automerge's binary
/// format, "Chunk container").
pub(super) fn claimed_hash(chunk: &[u8]) -> ChangeHash {
    ChangeHash(Sha256::digest(chunk.get(8..).unwrap_or_default()).into())
}

/// Why a change of a document that isn't there, or not for its author, isn't taken.
pub(super) fn out_of_reach(chunk: &[u8]) -> Refusal {
    Refusal {
        change: claimed_hash(chunk),
        code: "not-found".to_owned(),
        message: "The document isn't there any more, or not for you: copy what you wrote.".to_owned(),
    }
}

/// Why these changes would leave too many copies side by side; none if they don't.
fn is_crowded(loaded: &Loaded, allowed: &[Change]) -> Option<(&'static str, &'static str)> {
    let mut heads: HashSet<ChangeHash> = loaded.document.get_heads().into_iter().collect();
    heads.extend(allowed.iter().map(Change::hash));
    for change in allowed {
        for dependency in change.deps() {
            heads.remove(dependency);
        }
    }
    // Those of an older hub may be more already: what makes them fewer, or no more, is taken.
    let most = limits::HEADS.max(loaded.meta.heads.len());
    (heads.len() > most).then_some((
        CROWDED,
        "Many people changed this without knowing of one another: it is said again on top of what is there.",
    ))
}

/// Is there room to tell who brought these changes, and when?
fn facts_fit(facts: &Facts, allowed: &[Change]) -> bool {
    let new: HashSet<&[u8]> = allowed
        .iter()
        .map(|change| change.actor_id().to_bytes())
        .filter(|actor| facts.actors.get(actor).is_none())
        .collect();
    let actors = facts.actors.len() + new.len();
    // At most one receipt for each actor that is met.
    let met: HashSet<&[u8]> = allowed
        .iter()
        .map(|change| change.actor_id().to_bytes())
        .collect();
    let receipts = facts.actors.receipts() + met.len();
    actors <= limits::ACTORS && actors * PER_ACTOR + receipts * PER_RECEIPT <= limits::FACTS
}

/// Those of these changes that are layouts.
fn layouts(id: DocumentId, nature: Nature, changes: &[Change]) -> Result<Vec<ChangeHash>, HubError> {
    let deterministic = |change: &Change| genesis::is_deterministic(change.actor_id());
    match nature {
        Nature::Docket(kind) if changes.iter().any(deterministic) => {
            let layouts =
                genesis::changes(kind, id).map_err(|error| HubError::Document(id, Box::new(error)))?;
            Ok(layouts.iter().map(Change::hash).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// Is there nothing but layouts?
pub(super) fn is_bare(id: DocumentId, nature: Nature, changes: &[Change]) -> Result<bool, HubError> {
    let Nature::Docket(kind) = nature else {
        return Ok(false);
    };
    if changes.len() > genesis::layouts(kind).len() {
        return Ok(false);
    }
    let layouts = genesis::changes(kind, id).map_err(|error| HubError::Document(id, Box::new(error)))?;
    let is_layout = |change: &Change| layouts.iter().any(|layout| layout.hash() == change.hash());
    Ok(changes.iter().all(is_layout))
}

pub(super) fn operations(changes: &[Change]) -> u64 {
    changes.iter().map(|change| change.len() as u64).sum()
}

pub(super) fn bytes(changes: &[Change]) -> u64 {
    changes.iter().map(|change| change.raw_bytes().len() as u64).sum()
}

pub(super) fn sorted(mut heads: Vec<ChangeHash>) -> Vec<ChangeHash> {
    heads.sort_unstable();
    heads
}

/// Facts as bytes.
pub(super) fn encoded(facts: &Facts) -> Vec<u8> {
    // Writing to a Vec doesn't fail.
    minicbor::to_vec(facts).unwrap_or_default()
}

/// Cuts content into pieces that a store can hold; at least one.
pub(super) fn pieces(chunk: &[u8], facts: &[u8]) -> Vec<Piece> {
    let mut chunks = chunk.chunks(PIECE_LIMIT);
    let mut facts = facts.chunks(PIECE_LIMIT);
    let mut pieces = Vec::new();
    loop {
        match (chunks.next(), facts.next()) {
            (None, None) => return pieces,
            (chunk, facts) => pieces.push(Piece {
                chunk: chunk.unwrap_or_default().to_vec(),
                facts: facts.unwrap_or_default().to_vec(),
            }),
        }
    }
}
