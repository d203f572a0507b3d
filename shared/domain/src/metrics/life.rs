//! An issue's life: what measures need of its row, read from the timeline once.

use std::collections::BTreeMap;

use crate::{
    ids::{DocumentId, OrganisationId, PersonId, Timestamp},
    member::Who,
    row::{Body, Moment, Row, What},
    words::{Priority, Severity, Status},
};

/// What happened to an issue until a day, and what it is about now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Life {
    /// The issue.
    pub document: DocumentId,
    /// Nothing after this is known here: figures of a past day stay the same.
    pub as_of: Timestamp,
    /// When it was reported.
    pub reported: Timestamp,
    /// When somebody other than its reporter first commented or changed its status.
    pub responded: Option<Timestamp>,
    /// Its statuses, one after the other. What came before the first one that is on record is missing.
    pub stays: Vec<Stay>,
    /// Each time it was resolved: from a status in which it is to be done, or an unknown one, to one in which it is done.
    pub resolved: Vec<Timestamp>,
    /// Each time it was reopened: the other way.
    pub reopened: Vec<Timestamp>,
    /// Each time it went from one assignee to another.
    pub reassigned: Vec<Timestamp>,
    /// How bad it is.
    pub severity: Option<Severity>,
    /// How soon it is wanted.
    pub priority: Option<Priority>,
    /// The part of the software.
    pub component: Option<String>,
    /// The reporter's organisation.
    pub organisation: Option<OrganisationId>,
    /// Who works on it.
    pub assignee: Option<PersonId>,
    /// Labels.
    pub labels: Vec<String>,
}

/// A time in one status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stay {
    /// The status.
    pub status: Status,
    /// Since when.
    pub from: Timestamp,
    /// Until when; none while it lasts.
    pub until: Option<Timestamp>,
}

impl Life {
    /// The life of an issue until `as_of`. None for another kind of document, a deleted issue, and one that was reported
    /// later, or nobody knows when.
    #[must_use]
    pub fn of(row: &Row, as_of: Timestamp) -> Option<Self> {
        Self::among(row, as_of, Who(&BTreeMap::new()))
    }

    /// As [`of`](Self::of), where `who` says who somebody of another tracker is here.
    #[must_use]
    pub fn among(row: &Row, as_of: Timestamp, who: Who<'_>) -> Option<Self> {
        let Body::Issue(issue) = &row.body else {
            return None;
        };
        // A time of 0 is none: when it was reported isn't on record.
        if row.deleted || row.created > as_of || row.created == Timestamp::default() {
            return None;
        }
        let moments = || issue.timeline.iter().filter(|moment| moment.at <= as_of);
        let mut changes = won(changes(&issue.timeline), issue.status);
        let first = match changes.first() {
            Some(change) => change.from,
            // Without a change on record it is as new as on the first day, or nobody knows since when it isn't.
            None => (issue.status == Status::New).then_some(Status::New),
        };
        changes.retain(|change| change.at <= as_of);
        let mut life = Self {
            document: row.document,
            as_of,
            reported: row.created,
            responded: responded(moments(), issue.reporter.as_ref(), who),
            stays: Vec::new(),
            resolved: Vec::new(),
            reopened: Vec::new(),
            reassigned: reassigned(moments(), who),
            severity: issue.severity,
            priority: issue.priority,
            component: issue.component.clone(),
            organisation: issue.organisation.clone(),
            assignee: issue.assignee.as_ref().map(|person| who.is(person)),
            labels: issue.labels.clone(),
        };
        life.enter(first, row.created);
        let mut reached = first;
        for change in changes {
            let (done, was_done) = (!change.to.is_open(), reached.map(|status| !status.is_open()));
            if done && was_done != Some(true) {
                life.resolved.push(change.at);
            } else if !done && was_done == Some(true) {
                life.reopened.push(change.at);
            }
            if reached != Some(change.to) {
                life.enter(Some(change.to), change.at);
            }
            reached = Some(change.to);
        }
        Some(life)
    }

    fn enter(&mut self, status: Option<Status>, at: Timestamp) {
        if let Some(last) = self.stays.last_mut() {
            last.until = Some(at);
        }
        self.stays.extend(status.map(|status| Stay {
            status,
            from: at,
            until: None,
        }));
    }

    /// Was it resolved, and not reopened since?
    #[must_use]
    pub fn is_resolved(&self) -> bool {
        self.was_resolved(Timestamp(i64::MAX))
    }

    /// Was it so just before that time?
    #[must_use]
    pub fn was_resolved(&self, until: Timestamp) -> bool {
        let last = self.stays.iter().rev().find(|stay| stay.from < until);
        last.is_some_and(|stay| !stay.status.is_open()) && self.resolved.iter().any(|at| *at < until)
    }
}

/// How far the clocks of those who work together may be apart, in milliseconds.
const APART: i64 = 60_000;

/// The time until which lives are read, to know all that is here: now, or a little later, where what somebody did has
/// come from a device whose clock is ahead of this one's.
#[must_use]
pub fn present<'a>(now: Timestamp, rows: impl IntoIterator<Item = &'a Row>) -> Timestamp {
    let times = rows.into_iter().flat_map(|row| [row.created, row.updated]);
    times
        .filter(|at| *at <= now.plus(APART))
        .fold(now, Timestamp::max)
}

/// A change of status.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Change {
    at: Timestamp,
    from: Option<Status>,
    to: Status,
}

/// The changes of status in order of time. Of several at one time the next is the one that begins where the last ended,
/// so that their order is theirs and not that of their arrival.
fn changes(timeline: &[Moment]) -> Vec<Change> {
    let mut left: Vec<Change> = timeline
        .iter()
        .filter_map(|moment| match moment.what {
            What::Status { from, to, .. } => Some(Change {
                at: moment.at,
                from,
                to,
            }),
            _ => None,
        })
        .collect();
    left.sort_unstable();
    for place in 1..left.len() {
        let (before, after) = left.split_at_mut(place);
        let (Some(last), Some(at)) = (before.last(), after.first().map(|change| change.at)) else {
            continue;
        };
        let fits = after
            .iter()
            .take_while(|change| change.at == at)
            .position(|change| change.from == Some(last.to));
        if let Some(fits) = fits {
            // The others keep their order.
            if let Some(part) = after.get_mut(..=fits) {
                part.rotate_right(1);
            }
        }
    }
    left
}

/// Without those that lost: where two changed the status at the same time, each from what it was before, one's holds (the
/// status that the issue has now leads back to it), and what the other began never was.
fn won(mut changes: Vec<Change>, status: Status) -> Vec<Change> {
    let mut reached = Some(status);
    let mut end = changes.len();
    while let Some((last, before)) = changes.get(..end).and_then(<[Change]>::split_last) {
        let place = before.len();
        if reached != Some(last.to)
            && let Some(held) = before.iter().rposition(|change| Some(change.to) == reached)
            // Had it begun there, only what came in between would be missing from the record.
            && changes.get(held + 1).is_some_and(|next| next.from != reached)
        {
            changes.drain(held + 1..end);
            end = held + 1;
            continue;
        }
        reached = last.from;
        end = place;
    }
    changes
}

fn responded<'m>(
    moments: impl Iterator<Item = &'m Moment>,
    reporter: Option<&PersonId>,
    who: Who<'_>,
) -> Option<Timestamp> {
    let reporter = reporter.map(|person| who.named(person.as_str()));
    let mut first: Option<Timestamp> = None;
    for moment in moments.filter(|moment| matches!(moment.what, What::Commented | What::Status { .. })) {
        // Who it was is asked only where it matters.
        if first.is_some_and(|first| first <= moment.at) {
            continue;
        }
        let by = moment.by.as_ref().map(|person| who.named(person.as_str()));
        // Whoever isn't known may be the reporter.
        if by.is_some() && by != reporter {
            first = Some(moment.at);
        }
    }
    first
}

fn reassigned<'m>(moments: impl Iterator<Item = &'m Moment>, who: Who<'_>) -> Vec<Timestamp> {
    let mut times: Vec<Timestamp> = moments
        .filter(|moment| match &moment.what {
            What::Field {
                field,
                from: Some(from),
                to: Some(to),
            } => field == "assignee" && who.named(from) != who.named(to),
            _ => false,
        })
        .map(|moment| moment.at)
        .collect();
    times.sort_unstable();
    times
}
