//! The reactive collection of rows.
//!
//! One signal for each row, so that a changed row repaints one line; one signal for which issues there are; one
//! counter for “something changed”, which counts a batch once. A keyed store of the framework's would be tidier and is
//! slow and panics on ten thousand entries.

use std::{
    cell::RefCell,
    collections::{HashMap, HashSet},
    sync::Arc,
};

use automerge::ChangeHash;
use docket_domain::{DocumentId, Kind, Row};
use leptos::prelude::*;

/// What the hub said with a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Known {
    /// The heads that the hub has.
    pub(super) heads: Vec<ChangeHash>,
    /// The epoch in which the hub last confirmed it.
    pub(super) confirmed: Option<Arc<str>>,
}

/// All rows.
#[derive(Debug, Default)]
pub(super) struct Rows {
    rows: RefCell<HashMap<DocumentId, ArcRwSignal<Arc<Row>>>>,
    known: RefCell<HashMap<DocumentId, Known>>,
    conflicted: RefCell<HashSet<DocumentId>>,
    pub(super) issues: ArcRwSignal<Arc<[DocumentId]>>,
    pub(super) changed: ArcRwSignal<u64>,
}

impl Rows {
    pub(super) fn get(&self, id: DocumentId) -> Option<ArcRwSignal<Arc<Row>>> {
        self.rows.borrow().get(&id).cloned()
    }

    /// The document in which this one goes on now, as far as the rows tell: itself, as a rule.
    pub(super) fn current(&self, id: DocumentId) -> DocumentId {
        let rows = self.rows.borrow();
        let mut current = id;
        // Each names a later one; in a circle that nobody should make, it ends.
        for _ in 0..rows.len() {
            let next = rows
                .get(&current)
                .and_then(|row| row.with_untracked(|row| row.next));
            match next {
                Some(next) => current = next,
                None => break,
            }
        }
        current
    }

    pub(super) fn with<R>(&self, read: impl FnOnce(&HashMap<DocumentId, ArcRwSignal<Arc<Row>>>) -> R) -> R {
        read(&self.rows.borrow())
    }

    pub(super) fn known(&self, id: DocumentId) -> Option<Known> {
        self.known.borrow().get(&id).cloned()
    }

    /// What the hub said, of every document.
    pub(super) fn all_known(&self) -> Vec<(DocumentId, Known)> {
        let known = self.known.borrow();
        known.iter().map(|(id, known)| (*id, known.clone())).collect()
    }

    pub(super) fn set_known(&self, id: DocumentId, known: Known) {
        self.known.borrow_mut().insert(id, known);
    }

    pub(super) fn conflicts(&self) -> usize {
        self.conflicted.borrow().len()
    }

    /// Takes in a batch: `Some` is a row's new content, `None` a row that is gone. Signals are told once all of the
    /// batch is in, so that whoever reads several rows reads one state.
    pub(super) fn apply(&self, batch: impl IntoIterator<Item = (DocumentId, Option<Arc<Row>>)>) {
        let mut updates = Vec::new();
        let mut added = Vec::new();
        let (mut new, mut gone) = (false, false);
        for (id, row) in batch {
            // Its creation was refused: nobody has said anything in it yet.
            match row.filter(|row| !is_blank(row)) {
                Some(row) => match self.put(id, row, &mut updates) {
                    Some(Kind::Issue) => added.push(id),
                    Some(_) => new = true,
                    None => {}
                },
                None => gone |= self.remove(id),
            }
        }
        // The hub tells this device of its own changes, too.
        if updates.is_empty() && added.is_empty() && !new && !gone {
            return;
        }
        for (signal, row) in updates {
            signal.set(row);
        }
        if gone {
            self.issues.set(self.sorted_issues());
        } else if !added.is_empty() {
            let before = self.issues.get_untracked();
            self.issues.set(with_added(&before, &added));
        }
        self.changed.update(|count| *count += 1);
    }

    /// Answers what kind of document that brings, if it brings one.
    fn put(
        &self,
        id: DocumentId,
        row: Arc<Row>,
        updates: &mut Vec<(ArcRwSignal<Arc<Row>>, Arc<Row>)>,
    ) -> Option<Kind> {
        let conflicts = row.issue().is_some_and(|issue| !issue.conflicts.is_empty());
        if conflicts && !row.deleted {
            self.conflicted.borrow_mut().insert(id);
        } else {
            self.conflicted.borrow_mut().remove(&id);
        }
        let mut rows = self.rows.borrow_mut();
        if let Some(signal) = rows.get(&id) {
            if signal.with_untracked(|before| **before != *row) {
                updates.push((signal.clone(), row));
            }
            return None;
        }
        let kind = row.kind();
        rows.insert(id, ArcRwSignal::new(row));
        Some(kind)
    }

    fn remove(&self, id: DocumentId) -> bool {
        self.conflicted.borrow_mut().remove(&id);
        self.known.borrow_mut().remove(&id);
        self.rows.borrow_mut().remove(&id).is_some()
    }

    fn sorted_issues(&self) -> Arc<[DocumentId]> {
        let rows = self.rows.borrow();
        let issues = rows
            .iter()
            .filter(|(_, row)| row.with_untracked(|row| row.kind() == Kind::Issue));
        let mut ids: Vec<DocumentId> = issues.map(|(id, _)| *id).collect();
        ids.sort_unstable();
        ids.into()
    }
}

/// Sorted ids with further ones. An import brings many batches: looking at all rows each time would hold up the page.
fn with_added(before: &[DocumentId], added: &[DocumentId]) -> Arc<[DocumentId]> {
    let mut all = [before, added].concat();
    all.sort_unstable();
    all.into()
}

/// Is this the row of an issue with nothing in it but its genesis? The hub may keep that of a refused one.
fn is_blank(row: &Row) -> bool {
    row.kind() == Kind::Issue && row.title.is_empty() && row.created.0 == 0
}
