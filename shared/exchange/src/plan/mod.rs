//! Where each issue of a file goes. Run it without storing anything, and it is the dry run.

mod likeness;

use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

use automerge::{Automerge, AutomergeError, ChangeHash, ROOT, ReadDoc, ScalarValue, Value};
use docket_domain::DocumentId;

use self::likeness::{Former, Likeness, has_same_clock, number_of};
use crate::{
    content::{Content, Imported, Limit, OPERATIONS, Past, Updated, hex, pasts},
    encode::Encoded,
    format::Format,
    mapping::Words,
    record::Record,
    report::{Collision, Listed, Reason, Refused, Remark, Remarked, Report},
};

/// An import's decisions so far.
#[derive(Debug)]
pub struct Plan {
    workspace: DocumentId,
    format: Format,
    words: Arc<Words>,
    /// What this file has put where.
    taken: HashMap<DocumentId, Taken>,
    /// Documents whose key another issue has too, by its number: one without a number could be either.
    shared: HashSet<DocumentId>,
    /// The report says where the file's times are meant.
    zone_said: bool,
    report: Report,
}

/// An issue that this file has put somewhere.
#[derive(Debug)]
struct Taken {
    /// The digest of the content.
    digest: [u8; 32],
    /// The issue's number there.
    number: Option<String>,
    updated: Updated,
    /// Something of this file's was written there.
    written: bool,
}

/// An issue of the file, ready to be placed.
#[derive(Debug, Clone)]
pub struct Incoming {
    /// The line of the file on which it begins, from 1.
    pub line: u64,
    /// What it holds.
    pub content: Content,
    remarks: Vec<Remark>,
    raw: Vec<u8>,
    /// The digest of the content, and that of the content with what is told.
    digest: [u8; 32],
    told: [u8; 32],
}

/// What is here of a document.
#[derive(Debug, Clone, Copy)]
pub enum Existing<'a> {
    /// Nothing.
    Nothing,
    /// Its row; these are its heads.
    Heads(&'a [ChangeHash]),
    /// The document.
    Document(&'a Automerge),
}

/// What becomes of an issue.
#[derive(Debug)]
pub enum Placed {
    /// It comes in, as this document: [`Incoming::changes`] makes it.
    Add(DocumentId),
    /// It is here, and there is news of it: store this change. The document is what was given, with the change in it.
    Update(DocumentId, Box<Imported>),
    /// Nothing is to be done: it is here, or can't come in. The report says which.
    Nothing,
    /// That needs a look into this document, which has changed since: load it and place the issue again.
    Needs(DocumentId),
}

impl Plan {
    /// A plan for the import of a file of this format into the workspace with this document.
    #[must_use]
    pub fn new(workspace: DocumentId, format: Format) -> Self {
        Self {
            workspace,
            format,
            words: Arc::default(),
            taken: HashMap::new(),
            shared: HashSet::new(),
            zone_said: false,
            report: Report::default(),
        }
    }

    /// With the group's own meanings of the tracker's words. Two members who import one file with different ones make
    /// different documents of it, so they belong to the workspace.
    #[must_use]
    pub fn with_words(self, words: Words) -> Self {
        Self {
            words: Arc::new(words),
            ..self
        }
    }

    /// The report so far.
    #[must_use]
    pub const fn report(&self) -> &Report {
        &self.report
    }

    /// The final report.
    #[must_use]
    pub fn finish(self) -> Report {
        self.report
    }

    /// The document that the issue with this key has, if no other issue had the key first: for resolving links.
    #[must_use]
    pub fn document(workspace: DocumentId, system: &str, key: &str) -> DocumentId {
        workspace.derive(&format!("{system}:{key}"))
    }

    /// Reads a record. None if it doesn't come in: the report says why.
    pub fn read(&mut self, mut record: Record) -> Option<Incoming> {
        let line = record.line;
        let key = self.format.key(&record);
        let raw = std::mem::take(&mut record.raw);
        if let Some(zone) = record.zone.filter(|_| !self.zone_said) {
            self.zone_said = true;
            self.report.remarks.push(Remarked {
                line,
                key: key.clone().unwrap_or_default(),
                remark: Remark::ZoneAssumed(zone),
            });
        }
        match self.format.read(record, &self.words) {
            Ok((content, remarks)) => {
                let digest = content.digest();
                let told = content.told.digest(&digest);
                Some(Incoming {
                    line,
                    content,
                    remarks,
                    raw,
                    digest,
                    told,
                })
            }
            Err(reason) => {
                self.report.refuse(Refused { line, key, reason }, &raw);
                None
            }
        }
    }

    /// Finds the issue's place, and reports it. `existing` tells what is here of a document.
    pub fn place<'a>(
        &mut self,
        incoming: &Incoming,
        existing: impl Fn(DocumentId) -> Existing<'a>,
    ) -> Placed {
        let placed = self.try_place(incoming, existing);
        placed.unwrap_or_else(|error| self.refuse(incoming, Reason::Document(error.to_string())))
    }

    fn try_place<'a>(
        &mut self,
        incoming: &Incoming,
        existing: impl Fn(DocumentId) -> Existing<'a>,
    ) -> Result<Placed, AutomergeError> {
        // What left this workspace by an export and is still here isn't added to it.
        if let Some((workspace, id)) = incoming.content.left
            && workspace == self.workspace
            && !matches!(existing(id), Existing::Nothing)
        {
            return Ok(self.already(incoming, id, None));
        }
        let mut first = None;
        let mut same: Option<(Likeness, DocumentId, &Automerge, Vec<Past>)> = None;
        for id in incoming.candidates(self.workspace) {
            let taken = self.taken.get(&id);
            if taken.is_some_and(|taken| taken.digest == incoming.digest) {
                self.report.repeated.push(incoming.listed(id));
                return Ok(Placed::Nothing);
            }
            let number = taken.map(|taken| taken.number.as_ref());
            if number.is_some_and(|number| self.likeness(id, number, incoming) == Likeness::Another) {
                self.pass(id, incoming, &mut first);
                continue;
            }
            let document = match existing(id) {
                Existing::Nothing if taken.is_some() => return Ok(self.another_state(incoming, id)),
                // A later version of an issue that is here never comes in as a second one.
                Existing::Nothing if same.is_some() => continue,
                Existing::Nothing => {
                    return Ok(match self.former(incoming, &existing) {
                        Former::Needs(id) => Placed::Needs(id),
                        Former::Here(key) => {
                            let added = self.add(incoming, id, first);
                            self.remark(incoming, Remark::Moved(key));
                            added
                        }
                        Former::Nowhere => self.add(incoming, id, first),
                    });
                }
                Existing::Heads(heads) => {
                    let made = incoming.changes(id)?;
                    if heads.iter().eq(made.last().map(|change| &change.hash)) {
                        return Ok(self.already(incoming, id, None));
                    }
                    return Ok(Placed::Needs(id));
                }
                Existing::Document(document) => document,
            };
            let likeness = match number_of(document, &incoming.content.system, &incoming.content.key) {
                Some(number) => self.likeness(id, number.as_ref(), incoming),
                None => Likeness::Another,
            };
            if likeness == Likeness::Another {
                self.pass(id, incoming, &mut first);
                continue;
            }
            let pasts = pasts(document, id)?;
            if pasts.iter().any(|past| past.is_last && incoming.is(past)) {
                return Ok(self.already(incoming, id, Some(document)));
            }
            // The one with its number is it, rather than one without any.
            if same
                .as_ref()
                .is_none_or(|(before, ..)| *before == Likeness::Likely && likeness == Likeness::Same)
            {
                same = Some((likeness, id, document, pasts));
            }
        }
        match same {
            Some((_, id, document, pasts)) => self.follow(incoming, id, document, &pasts),
            // The last candidate's id depends on the content: something else under it was made to be there.
            None => Ok(self.refuse(incoming, Reason::Document("its place is taken".to_owned()))),
        }
    }

    /// The issue is here as an earlier (or later) import left it, and as people edited it since.
    fn follow(
        &mut self,
        incoming: &Incoming,
        id: DocumentId,
        document: &Automerge,
        pasts: &[Past],
    ) -> Result<Placed, AutomergeError> {
        let Some(past) = pasts.last() else {
            return Ok(self.refuse(incoming, Reason::Document("its place is taken".to_owned())));
        };
        let updated = incoming.content.updated();
        // A state that was here before is an earlier one only by its time: an issue that was closed and is open again
        // says without a time what it said at first.
        let known = updated.is_comparable(past.updated) && pasts.iter().any(|past| incoming.is(past));
        // Read in another zone, the same state seems to be another one.
        let is_same_state = updated != past.updated && has_same_clock(document, past, &incoming.content);
        if !is_same_state && (known || updated.is_before(past.updated)) {
            return Ok(self.older(incoming, id));
        }
        if self.taken.get(&id).is_some_and(|taken| taken.written) {
            return Ok(self.another_state(incoming, id));
        }
        let Some((made, operations)) = incoming.content.update(id, document, past.hash, &incoming.told)?
        else {
            return Ok(self.already(incoming, id, Some(document)));
        };
        if operations > OPERATIONS {
            return Ok(self.refuse(incoming, Limit::of_operations(operations).into()));
        }
        self.take(incoming, id, true);
        self.report.updated.push(incoming.listed(id));
        if is_deleted(document) {
            self.remark(incoming, Remark::DeletedHere);
        }
        let told = |remark: &&Remark| {
            let missing = remark.missing();
            missing.is_none_or(|field| incoming.content.told.has(field))
        };
        for remark in incoming.remarks.iter().filter(told) {
            self.remark(incoming, remark.clone());
        }
        Ok(Placed::Update(id, Box::new(made)))
    }

    fn add(&mut self, incoming: &Incoming, id: DocumentId, first: Option<DocumentId>) -> Placed {
        self.take(incoming, id, true);
        let issue = incoming.listed(id);
        if let Some(first) = first {
            self.report.collisions.push(Collision {
                issue: issue.clone(),
                first,
            });
        }
        self.report.incoming.push(issue);
        let counts = &mut self.report.counts;
        let content = &incoming.content;
        counts.comments += content.comments.len();
        counts.links += content.links.len();
        counts.attachments += content.attachments.len();
        counts.labels += content.labels.len();
        counts.events += content.events.len();
        counts.people.extend(content.people.keys().cloned());
        for remark in &incoming.remarks {
            self.remark(incoming, remark.clone());
        }
        Placed::Add(id)
    }

    fn already(&mut self, incoming: &Incoming, id: DocumentId, document: Option<&Automerge>) -> Placed {
        self.take(incoming, id, false);
        self.report.already.push(incoming.listed(id));
        if document.is_some_and(is_deleted) {
            self.remark(incoming, Remark::DeletedHere);
        }
        Placed::Nothing
    }

    fn older(&mut self, incoming: &Incoming, id: DocumentId) -> Placed {
        self.take(incoming, id, false);
        self.report.older.push(incoming.listed(id));
        Placed::Nothing
    }

    /// The file had the same issue before, in another state: a later one is for an import of its own, which then
    /// follows this one.
    fn another_state(&mut self, incoming: &Incoming, id: DocumentId) -> Placed {
        let updated = incoming.content.updated();
        match self.taken.get(&id) {
            Some(taken) if updated.is_before(taken.updated) => self.older(incoming, id),
            _ => self.refuse(incoming, Reason::AnotherState),
        }
    }

    /// Remembers where the latest state of an issue went.
    fn take(&mut self, incoming: &Incoming, id: DocumentId, written: bool) {
        let updated = incoming.content.updated();
        let before = self.taken.get(&id);
        if before.is_some_and(|before| updated.is_before(before.updated)) {
            return;
        }
        let number = incoming.content.number.clone();
        let taken = Taken {
            digest: incoming.digest,
            number: number.or_else(|| before.and_then(|before| before.number.clone())),
            updated,
            written: written || before.is_some_and(|before| before.written),
        };
        self.taken.insert(id, taken);
    }

    fn refuse(&mut self, incoming: &Incoming, reason: Reason) -> Placed {
        let refused = Refused {
            line: incoming.line,
            key: Some(incoming.content.key.clone()),
            reason,
        };
        self.report.refuse(refused, &incoming.raw);
        Placed::Nothing
    }

    fn remark(&mut self, incoming: &Incoming, remark: Remark) {
        self.report.remarks.push(Remarked {
            line: incoming.line,
            key: incoming.content.key.clone(),
            remark,
        });
    }
}

impl Incoming {
    /// The changes of its document, [`Content::changes`].
    ///
    /// # Errors
    /// None are known; Automerge's are passed on.
    pub fn changes(&self, id: DocumentId) -> Result<Vec<Encoded>, AutomergeError> {
        self.content.changes_by(id, &self.digest)
    }

    /// Has that import brought all that this one would? A document's first import is all of its content; what a later
    /// one wrote depends on what was told as well.
    fn is(&self, past: &Past) -> bool {
        let is = |digest: &[u8; 32]| past.digest.as_ref() == Some(&hex(digest));
        is(&self.digest) || is(&self.told)
    }

    /// The documents it can have, the preferred one first. The later ones are for issues whose key is taken.
    fn candidates(&self, workspace: DocumentId) -> impl Iterator<Item = DocumentId> {
        let Content {
            system, key, number, ..
        } = &self.content;
        let of_digest = || {
            let digest: String = hex(&self.digest).chars().take(32).collect();
            format!("#{digest}")
        };
        let numbered = number.iter().map(|number| format!("#{number}"));
        std::iter::once(String::new())
            .chain(numbered)
            .chain(std::iter::once_with(of_digest))
            .map(move |suffix| workspace.derive(&format!("{system}:{key}{suffix}")))
    }

    fn listed(&self, document: DocumentId) -> Listed {
        Listed {
            line: self.line,
            key: self.content.key.clone(),
            title: self.content.title.clone(),
            document,
        }
    }
}

fn is_deleted(document: &Automerge) -> bool {
    match document.get(ROOT, "deleted_at") {
        Ok(Some((Value::Scalar(value), _))) => matches!(value.as_ref(), ScalarValue::Timestamp(_)),
        _ => false,
    }
}
