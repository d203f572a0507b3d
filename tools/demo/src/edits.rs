//! What the people do with the issues: a beginning of triage, by each of them.

use docket_domain::{
    Action, Command, DocumentId, EntryId, OrganisationId,
    read::Issue,
    words::{Severity, Status},
};

use crate::{
    Demo, Failure, PATIENCE,
    cast::Person,
    lists::{open_issues, stored},
};

/// How many issues each person takes up.
const EACH: usize = 5;

const SEVERITIES: [Severity; 4] = [Severity::S2, Severity::S3, Severity::S1, Severity::S4];

const COMMENTS: [&str; 4] = [
    "We see this every week. Could it be looked at before the next release?",
    "Same here; happy to test a fix.",
    "There is a workaround for us, but not one that we would want to keep.",
    "Let us talk about this one at the next meeting.",
];

/// Everybody takes up a few of the open issues, each their own.
pub(crate) fn make(demo: &Demo, people: &[Person]) -> Result<(), Failure> {
    let editors = people
        .iter()
        .filter(|person| person.cast.is_member() || person.cast.is_vendor());
    let count = editors.clone().count();
    for (n, person) in editors.enumerate() {
        let mut peer = demo.peer(&person.token)?;
        let issues: Vec<DocumentId> = open_issues(&peer)
            .into_iter()
            .skip(n)
            .step_by(count)
            .take(EACH)
            .collect();
        for issue in &issues {
            peer.open(*issue);
        }
        for (turn, issue) in issues.into_iter().enumerate() {
            peer.until(PATIENCE, "an issue", |peer| peer.document(issue).is_some())?;
            let Some(document) = peer.document(issue) else {
                continue;
            };
            let read = Issue::read(document);
            // Somebody who commented has been here in an earlier run.
            let been = read.comments.iter().any(|comment| {
                comment
                    .by
                    .as_ref()
                    .zip(peer.member.as_ref())
                    .is_some_and(|(by, me)| by == me)
            });
            if been {
                continue;
            }
            for action in actions(person, &read, n + turn)? {
                peer.run(&Command::new(issue, action))?;
            }
            stored(&mut peer, issue)?;
        }
    }
    Ok(())
}

/// What they do with one issue; the comment comes last, as the sign that all was done.
fn actions(person: &Person, issue: &Issue, turn: usize) -> Result<Vec<Action>, Failure> {
    let mut actions = Vec::new();
    if let Some(organisation) = person.cast.organisation {
        let severity = SEVERITIES.get(turn % SEVERITIES.len()).copied();
        if issue.severity.is_none() {
            actions.push(Action::SetSeverity { severity });
        }
        if issue.organisation.is_none() {
            let organisation: OrganisationId = organisation.id.parse()?;
            actions.push(Action::SetOrganisation {
                organisation: Some(organisation),
            });
        }
        if turn.is_multiple_of(4) && issue.needs_attention().is_none() {
            actions.push(Action::RaiseAttention {
                id: EntryId::random(),
                reason: "No answer for a long time.".to_owned(),
            });
        }
    }
    let to = if person.cast.is_vendor() {
        Status::InProgress
    } else {
        Status::Triaged
    };
    if issue.status.next().contains(&to) {
        actions.push(Action::SetStatus {
            id: EntryId::random(),
            to,
            resolution: None,
            reason: None,
        });
    }
    if let Some(body) = COMMENTS.get(turn % COMMENTS.len()) {
        actions.push(Action::AddComment {
            id: EntryId::random(),
            body: (*body).to_owned(),
        });
    }
    Ok(actions)
}
