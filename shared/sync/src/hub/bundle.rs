//! What a bundle carries: every document with all that the hub keeps of it, out of one store and into another.
//!
//! What goes out is what is stored. What comes in is a file from outside: each change is inspected and passes the gates
//! of [`guard::rebuild`] before Automerge sees it, the facts have to fit the changes, and the row is derived anew.

use std::collections::{HashMap, HashSet};

use automerge::{ActorId, AutomergeError, Change, ReadDoc};
use docket_domain::{
    Audience, DocumentId, Facts, Kind, Member, MemberId, OrganisationId, Role, Row, Timestamp,
    facts::{ActorFacts, Author, Receipt},
    generation, genesis,
    limits::{self, SAFE_INTEGER},
    read, row,
};
use minicbor::Decoder;

use super::{
    Asker, Hub, HubError, Meta, Store,
    bulk::{BATCH_BYTES, READ},
    custody::opens,
    documents::{Loaded, PER_CHANGE, facts, weight},
    intake::{encoded, is_bare, operations, pieces},
    rule,
};
use crate::{
    guard::{self, Nature, Verdict},
    inspect::{self, InspectError, Limits},
};

/// Changes that are judged together: what the guard notes of them grows with the square of the actors among them.
const AT_ONCE: usize = 500;

/// The most parties of an agreement: an audience is stored beside each document.
pub const MOST_PARTIES: usize = 1_000;

/// A document with all that the hub keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whole {
    /// The document.
    pub document: DocumentId,
    /// Its changes, one chunk each, each after those it builds on.
    pub changes: Vec<u8>,
    /// `domain::Facts` in CBOR.
    pub facts: Vec<u8>,
    /// `domain::Row` in CBOR, as this version derives it; none for a plain document.
    pub row: Option<Vec<u8>>,
}

/// Some of a workspace's documents.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct WholeBatch {
    /// Documents, in the order of ids.
    pub documents: Vec<Whole>,
    /// Sealed documents that the member may not read, and when they open.
    pub withheld: Vec<(DocumentId, Timestamp)>,
    /// Go on after this document; none when all is read.
    pub next: Option<DocumentId>,
}

/// Why a document can't be restored.
#[derive(Debug, thiserror::Error)]
pub enum RestoreError {
    /// The store failed.
    #[error(transparent)]
    Hub(#[from] HubError),
    /// A change can't be read.
    #[error("{0}")]
    Change(#[from] InspectError),
    /// A change can't be applied.
    #[error("{0}")]
    Guard(#[from] guard::Refusal),
    /// Automerge can't apply a change.
    #[error("Its changes don't make a document: {0}.")]
    Unfit(#[source] Box<AutomergeError>),
    /// What is there doesn't fit together.
    #[error("{0}.")]
    Damaged(&'static str),
}

impl From<super::StoreError> for RestoreError {
    fn from(error: super::StoreError) -> Self {
        Self::Hub(error.into())
    }
}

impl<S: Store> Hub<S> {
    /// The workspace as its document has it.
    ///
    /// # Errors
    /// When the store fails, or there is no such document.
    pub fn workspace(&mut self) -> Result<read::Workspace, HubError> {
        let id = self.current(self.workspace.document)?;
        let loaded = self.load(id)?.ok_or(HubError::NotFound(id))?;
        let workspace = read::Workspace::read(&loaded.document);
        self.documents.put(id, loaded);
        Ok(workspace)
    }

    /// All documents after `after`, in the order of ids, also those that aren't Docket's: about a megabyte.
    ///
    /// # Errors
    /// When there is no such member, or the store fails.
    pub fn read_whole<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        after: Option<DocumentId>,
        now: Timestamp,
    ) -> Result<WholeBatch, HubError> {
        let member = self.reader(asker)?;
        let mut batch = WholeBatch {
            next: after,
            ..WholeBatch::default()
        };
        let documents = self.store.documents(after, READ)?;
        let all = documents.len() < READ;
        let mut size = 0;
        for (id, meta) in documents {
            if size >= BATCH_BYTES {
                return Ok(batch);
            }
            batch.next = Some(id);
            if !rule::may_read(&member, &meta, now) {
                batch.withheld.extend(meta.opens.map(|opens| (id, opens)));
                continue;
            }
            let whole = self.whole(id, &meta)?;
            size += whole.changes.len() + whole.facts.len();
            batch.documents.push(whole);
        }
        if all {
            batch.next = None;
        }
        Ok(batch)
    }

    /// A document whose changes have more bytes than `limit`; none when there is none. Only older ones can be that large:
    /// a bundle can't hold them, which is better said before it begins.
    ///
    /// # Errors
    /// When the store fails.
    pub fn larger_than(&self, limit: u64) -> Result<Option<DocumentId>, HubError> {
        let mut after = None;
        loop {
            let documents = self.store.documents(after, READ)?;
            if let Some((id, _)) = documents.iter().find(|(_, meta)| meta.bytes > limit) {
                return Ok(Some(*id));
            }
            after = documents.last().map(|(id, _)| *id);
            if documents.len() < READ {
                return Ok(None);
            }
        }
    }

    fn whole(&self, id: DocumentId, meta: &Meta) -> Result<Whole, HubError> {
        let content = self.store.content(id)?;
        let facts = facts(id, meta, &content.facts)?;
        let row = match meta.kind {
            None => None,
            Some(_) if meta.derivation == row::DERIVATION => self.store.row(id)?,
            Some(_) => {
                let loaded = Loaded::read(id, meta.clone(), &content)?;
                Row::derive(&loaded.document, id, &facts).map(|row| row.to_bytes())
            }
        };
        let single = inspect::chunks(&content.chunks, &self.config.limits)
            .is_ok_and(|chunks| chunks.into_iter().all(inspect::is_single));
        let changes = if single {
            content.chunks
        } else {
            // Compaction saved the document as a whole.
            let loaded = Loaded::read(id, meta.clone(), &content)?;
            let changes = loaded.document.get_changes(&[]);
            changes
                .iter()
                .flat_map(|change| change.raw_bytes())
                .copied()
                .collect()
        };
        Ok(Whole {
            document: id,
            changes,
            facts: encoded(&facts),
            row,
        })
    }

    /// Stores a document of a bundle, in place of what is here of it. Answers the row that follows from it.
    ///
    /// Its changes aren't judged again: they were when they were received, and what was stored stays.
    ///
    /// # Errors
    /// When it isn't a document that a hub can have, or the store fails. Nothing is stored then.
    pub fn restore_document(
        &mut self,
        id: DocumentId,
        changes: &[u8],
        facts: &[u8],
        now: Timestamp,
    ) -> Result<Option<Vec<u8>>, RestoreError> {
        let given = read_facts(facts)?;
        let mut rebuilt = Rebuilt::new(given.clone());
        let limits = Limits {
            changes: usize::try_from(self.config.document / PER_CHANGE).unwrap_or(usize::MAX),
            ..self.config.limits.of_stored()
        };
        let chunks = inspect::chunks(changes, &limits)?;
        let mut rest = chunks.as_slice();
        while !rest.is_empty() {
            let batch = batch(rest, &limits)?;
            rest = rest.get(batch.len()..).unwrap_or_default();
            self.take_in(id, &mut rebuilt, batch)?;
        }
        let Rebuilt {
            mut loaded,
            nature,
            changes: all,
            ..
        } = rebuilt;
        let nature = nature.ok_or(RestoreError::Damaged("A document has no changes"))?;
        if loaded.document.stats().num_changes != all.len() as u64 {
            return Err(RestoreError::Damaged("A change stands there twice"));
        }
        fits(&given, &all)?;
        if !generation::fits(&loaded.document, id) {
            return Err(RestoreError::Damaged(
                "It tells of other generations than it can have",
            ));
        }
        if let Nature::Docket(kind) = nature {
            loaded.meta.kind = Some(kind);
            loaded.meta.derivation = row::DERIVATION;
            if kind == Kind::Issue && given.number.is_none() && !is_bare(id, nature, &all)? {
                return Err(RestoreError::Damaged("An issue has no number"));
            }
        }
        loaded.meta.number = given.number;
        loaded.meta.opens = opens(&given.audience, now);
        loaded.meta.audience = given.audience;
        let kept = Facts {
            actors: given.actors,
            ..Facts::default()
        };
        let pieces = pieces(changes, &encoded(&kept));
        loaded.grow(&all, &pieces, self.store.version()? + 1);
        let row = loaded
            .meta
            .kind
            .and_then(|_| Row::derive(&loaded.document, id, &loaded.facts))
            .map(|row| row.to_bytes());
        self.documents.take(id);
        self.store.replace(id, &pieces, &loaded.meta, row.as_deref())?;
        Ok(row)
    }

    /// Gives a batch of changes to Automerge, once they are known to be fit for it.
    fn take_in(
        &self,
        id: DocumentId,
        rebuilt: &mut Rebuilt,
        mut batch: Vec<Change>,
    ) -> Result<(), RestoreError> {
        let nobody = Member {
            id: MemberId::random(),
            name: String::new(),
            role: Role::Viewer,
            organisation: None,
            duties: Vec::new(),
        };
        let judgement = guard::rebuild(&guard::Input {
            workspace: self.workspace.document,
            document: id,
            stored: rebuilt.nature.map(|nature| (&rebuilt.loaded.document, nature)),
            facts: &rebuilt.so_far,
            member: &nobody,
            plain_allowed: true,
            barred: &HashSet::new(),
            changes: &batch,
        });
        for verdict in judgement.verdicts {
            match verdict {
                Verdict::Allowed => {}
                Verdict::Refused(refusal) => return Err(refusal.into()),
                Verdict::Stored => return Err(RestoreError::Damaged("A change stands there twice")),
                Verdict::Dependent { .. } | Verdict::Incomplete { .. } => {
                    return Err(RestoreError::Damaged("A change comes before what it builds on"));
                }
            }
        }
        rebuilt.nature = judgement.nature;
        rebuilt.operations += operations(&batch);
        let changes = (rebuilt.changes.len() + batch.len()) as u64;
        if weight(changes, rebuilt.operations) > self.config.document {
            return Err(guard::Refusal::Full.into());
        }
        // What a change depends on has lower counters than it.
        batch.sort_by_key(Change::start_op);
        let applied = rebuilt.loaded.document.apply_changes(batch.iter().cloned());
        applied.map_err(|error| RestoreError::Unfit(Box::new(error)))?;
        rebuilt.keep(batch);
        Ok(())
    }

    /// Notes that a document was purged where the bundle comes from: it must not come back here either.
    ///
    /// # Errors
    /// When it is the workspace's own, or the store fails.
    pub fn restore_purged(&mut self, id: DocumentId) -> Result<(), RestoreError> {
        if id == self.workspace.document {
            return Err(RestoreError::Damaged(
                "The workspace's own document is told to be purged",
            ));
        }
        let known = self.store.meta(id)?;
        self.bury(id, known.unwrap_or_else(|| Loaded::absent().meta))?;
        Ok(())
    }
}

/// A document on its way out of a bundle.
struct Rebuilt {
    loaded: Loaded,
    nature: Option<Nature>,
    changes: Vec<Change>,
    /// In all of them.
    operations: u64,
    /// The last operation of each actor's changes, as facts, by which the guard finds an actor's last change.
    so_far: Facts,
}

impl Rebuilt {
    fn new(facts: Facts) -> Self {
        let loaded = Loaded {
            facts,
            ..Loaded::absent()
        };
        Self {
            loaded,
            nature: None,
            changes: Vec::new(),
            operations: 0,
            so_far: Facts::default(),
        }
    }

    fn keep(&mut self, batch: Vec<Change>) {
        for change in &batch {
            let receipt = Receipt {
                max_op: change.max_op(),
                received: Timestamp(0),
                contact: Timestamp(0),
            };
            self.so_far.record(change.actor_id(), Author::Nobody, receipt);
        }
        self.changes.extend(batch);
    }
}

/// The first changes, as many as are looked at together.
fn batch(chunks: &[&[u8]], limits: &Limits) -> Result<Vec<Change>, InspectError> {
    let mut left = *limits;
    let mut changes = Vec::new();
    for chunk in chunks.iter().take(AT_ONCE) {
        match inspect::change(chunk, &left) {
            // Too much beside the others: it comes with the next ones.
            Err(InspectError::TooMuch { .. }) if !changes.is_empty() => break,
            change => {
                let change = change?;
                left.operations = left.operations.saturating_sub(change.len());
                changes.push(change);
            }
        }
    }
    Ok(changes)
}

/// Facts from outside: what the hub takes for granted of its own holds.
fn read_facts(bytes: &[u8]) -> Result<Facts, RestoreError> {
    let mut decoder = Decoder::new(bytes);
    let facts = decoder.decode::<Facts>().ok();
    let facts = facts.filter(|_| decoder.position() == bytes.len());
    let facts = facts.ok_or(RestoreError::Damaged("Its facts can't be read"))?;
    let is_member = |member: &MemberId| member.as_str().parse::<MemberId>().is_ok();
    // The next number is one more.
    let known = facts.number.is_none_or(|number| number < SAFE_INTEGER)
        && facts
            .actors
            .iter()
            .flat_map(|actor| [&actor.member, &actor.brought_by])
            .flatten()
            .all(is_member)
        && is_audience(&facts.audience);
    if known {
        Ok(facts)
    } else {
        Err(RestoreError::Damaged("Its facts hold what can't be"))
    }
}

/// Can a hub keep such an audience, and take it in again from a bundle?
#[must_use]
pub fn is_audience(audience: &Audience) -> bool {
    let is_organisation = |id: &OrganisationId| id.as_str().parse::<OrganisationId>().is_ok();
    match audience {
        Audience::Public | Audience::Group => true,
        Audience::Parties { organisations } => {
            organisations.len() <= MOST_PARTIES && organisations.iter().all(is_organisation)
        }
        Audience::Organisation { organisation } => is_organisation(organisation),
        Audience::Sealed {
            organisation,
            until,
            readers,
            since,
        } => {
            is_organisation(organisation)
                && (0..=limits::LAST_TIME).contains(&until.0)
                && (0..=limits::LAST_TIME).contains(&since.0)
                && readers.len() <= limits::MEMBERS
                && readers
                    .iter()
                    .all(|member| member.as_str().parse::<MemberId>().is_ok())
        }
    }
}

/// Do the facts tell who brought each of these changes, and when, and of nothing else? Else somebody could go on under
/// an actor that was another's.
fn fits(facts: &Facts, changes: &[Change]) -> Result<(), RestoreError> {
    let mut last: HashMap<&[u8], u64> = HashMap::new();
    for change in changes {
        let max_op = last.entry(change.actor_id().to_bytes()).or_default();
        *max_op = change.max_op().max(*max_op);
    }
    let mut is_told = |actor: &ActorFacts| {
        let deterministic = genesis::is_deterministic(&ActorId::from(actor.actor.as_slice()));
        let in_order = actor.receipts.is_sorted_by(|a, b| a.max_op < b.max_op);
        // Each actor once: what was found is taken out.
        let max_op = last.remove(actor.actor.as_slice());
        deterministic == actor.member.is_none()
            && (deterministic || actor.brought_by.is_none())
            && in_order
            && max_op
                .is_some_and(|max_op| actor.receipts.last().map(|receipt| receipt.max_op) == Some(max_op))
    };
    if facts.actors.iter().all(&mut is_told) && last.is_empty() {
        Ok(())
    } else {
        Err(RestoreError::Damaged(
            "Its facts don't tell who brought its changes",
        ))
    }
}
