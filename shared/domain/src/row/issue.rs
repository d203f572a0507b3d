//! An issue's row.

use automerge::Automerge;
use minicbor::{Decode, Encode};

use super::{Body, Moment, Row, short, timeline};
use crate::{
    facts::Facts,
    field::Field,
    ids::{DocumentId, OrganisationId, PersonId, Timestamp},
    read::{self, Issue},
    words::{Priority, Resolution, Severity, Status},
};

/// The most names (labels, versions) a row takes from one document.
const NAMES: usize = 50;

/// What a list shows of an issue.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct IssueRow {
    /// The hub's number; none until the hub has it.
    #[n(0)]
    pub number: Option<u64>,
    /// The key in the tracker it came from.
    #[n(1)]
    pub key: Option<String>,
    /// Where it stands.
    #[n(2)]
    pub status: Status,
    /// How it was resolved.
    #[n(3)]
    pub resolution: Option<Resolution>,
    /// How bad it is.
    #[n(4)]
    pub severity: Option<Severity>,
    /// How soon it is wanted.
    #[n(5)]
    pub priority: Option<Priority>,
    /// The part of the software.
    #[n(6)]
    pub component: Option<String>,
    /// Who works on it.
    #[n(7)]
    pub assignee: Option<PersonId>,
    /// The assignee's name, for somebody of another tracker.
    #[n(8)]
    pub assignee_name: Option<String>,
    /// The reporter's organisation.
    #[n(9)]
    pub organisation: Option<OrganisationId>,
    /// Who reported it.
    #[n(10)]
    pub reporter: Option<PersonId>,
    /// The reporter's name, for somebody of another tracker.
    #[n(11)]
    pub reporter_name: Option<String>,
    /// Labels.
    #[n(12)]
    pub labels: Vec<String>,
    /// Affected versions.
    #[n(13)]
    pub affects: Vec<String>,
    /// Comments that aren't deleted.
    #[n(14)]
    pub comments: u64,
    /// Links to other issues.
    #[n(15)]
    pub links: u64,
    /// Records of attached files.
    #[n(16)]
    pub attachments: u64,
    /// Why it needs attention, while it does.
    #[n(17)]
    pub attention: Option<String>,
    /// The fields with open conflicts.
    #[n(18)]
    pub conflicts: Vec<Field>,
    /// What happened to it, in order of time.
    #[n(19)]
    pub timeline: Vec<Moment>,
}

impl IssueRow {
    /// The name people call the issue by: its key in the old tracker, else its number with the workspace's
    /// prefix, else “new” until the hub has given one.
    #[must_use]
    pub fn name(&self, prefix: &str) -> String {
        match (&self.key, self.number) {
            (Some(key), _) => key.clone(),
            (None, Some(number)) => format!("{prefix}-{number}"),
            (None, None) => format!("{prefix}-…"),
        }
    }
}

impl Row {
    /// The row of an issue that is in no document yet, as [`derive`](Self::derive) makes it of the document that is all
    /// of it: nothing in it is judged, and nothing in conflict.
    #[must_use]
    pub fn of_new(issue: &Issue, id: DocumentId) -> Self {
        of(issue, id, &Facts::default(), issue.created_at, Vec::new())
    }
}

pub(super) fn derive(document: &Automerge, id: DocumentId, facts: &Facts) -> Row {
    let issue = Issue::read(document);
    let created = created(document, &issue, facts);
    let conflicts = read::conflicts(document).into_iter();
    let conflicts = conflicts.map(|conflict| conflict.field).collect();
    of(&issue, id, facts, created, conflicts)
}

fn of(issue: &Issue, id: DocumentId, facts: &Facts, created: Timestamp, conflicts: Vec<Field>) -> Row {
    let timeline = timeline::of(issue, created, facts);
    let edited = issue
        .comments
        .iter()
        .filter_map(|comment| comment.edited_at)
        .max();
    let updated = timeline
        .last()
        .map_or(created, |last| last.at)
        .max(edited.unwrap_or_default());
    let named = |person: &Option<PersonId>| {
        let person = person.as_ref()?;
        issue.name_of(person).map(short)
    };
    let body = IssueRow {
        number: facts.number,
        key: issue.source.as_ref().map(|source| short(&source.key)),
        status: issue.status,
        resolution: issue.resolution,
        severity: issue.severity,
        priority: issue.priority,
        component: issue.component.as_deref().map(short),
        assignee_name: named(&issue.assignee),
        reporter_name: named(&issue.reporter),
        assignee: issue.assignee.clone(),
        organisation: issue.organisation.clone(),
        reporter: issue.reporter.clone(),
        labels: issue.labels.iter().take(NAMES).map(|name| short(name)).collect(),
        affects: issue.affects.iter().take(NAMES).map(|name| short(name)).collect(),
        comments: issue
            .comments
            .iter()
            .filter(|comment| comment.deleted_at.is_none())
            .count() as u64,
        links: issue.links.len() as u64,
        attachments: issue.attachments.len() as u64,
        attention: issue.needs_attention().map(|flag| short(&flag.reason)),
        conflicts,
        timeline,
    };
    Row {
        document: id,
        title: short(&issue.title),
        created,
        updated,
        deleted: issue.deleted_at.is_some(),
        body: Body::Issue(Box::new(body)),
        restricted: false,
        next: None,
    }
}

/// When the issue was made: its own claim, judged like every other.
fn created(document: &Automerge, issue: &Issue, facts: &Facts) -> Timestamp {
    use automerge::ReadDoc;
    match document.get(automerge::ROOT, "created_at") {
        Ok(Some((_, id))) => facts.judge_object(&id, issue.created_at).at,
        _ => issue.created_at,
    }
}
