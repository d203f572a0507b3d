//! The organisations' lists, and the order in the group's and in theirs.

use docket_domain::{
    Action, Command, DocumentId, OrganisationId, Row, command::Place, read::Workspace, row::Body,
};
use docket_peer::Peer;

use crate::{
    Demo, Failure, PATIENCE,
    cast::{ORGANISATIONS, Person},
};

/// How many issues the group has ranked.
const AGREED: usize = 100;
/// How many issues each organisation has ranked.
const OWN: usize = 20;

/// Does the group's list have an order? It is made last, so then everything is here.
pub(crate) fn is_agreed(demo: &Demo) -> Result<bool, Failure> {
    let admin = demo.peer(&demo.ready.admin)?;
    Ok(has_entries(&admin, Workspace::agreed_list(demo.workspace)))
}

/// Makes the organisations and their lists.
pub(crate) fn make(demo: &Demo) -> Result<(), Failure> {
    let mut admin = demo.peer(&demo.ready.admin)?;
    admin.open(demo.workspace);
    admin.until(PATIENCE, "the workspace", |peer| {
        peer.document(demo.workspace).is_some()
    })?;
    for organisation in &ORGANISATIONS {
        let id: OrganisationId = organisation.id.parse()?;
        let document = Workspace::organisation_list(demo.workspace, &id);
        let known = admin.document(demo.workspace).is_some_and(|workspace| {
            Workspace::read(workspace)
                .organisations
                .iter()
                .any(|known| known.id == id)
        });
        if !known {
            let name = organisation.name.to_owned();
            admin.run(&Command::new(
                demo.workspace,
                Action::AddOrganisation { id: id.clone(), name },
            ))?;
        }
        if !admin.rows.contains_key(&document) {
            let name = organisation.name.to_owned();
            let organisation = Some(id);
            admin.run(&Command::new(document, Action::CreateList { name, organisation }))?;
            stored(&mut admin, document)?;
        }
    }
    stored(&mut admin, demo.workspace)
}

/// Ranks open issues, where nothing is ranked yet: first in each organisation's list, then in the group's.
pub(crate) fn rank(demo: &Demo, people: &[Person]) -> Result<(), Failure> {
    let members: Vec<&Person> = people.iter().filter(|person| person.cast.is_member()).collect();
    for (n, organisation) in ORGANISATIONS.iter().enumerate() {
        let own = |person: &&&Person| {
            person
                .cast
                .organisation
                .is_some_and(|it| it.id == organisation.id)
        };
        let Some(member) = members.iter().find(own) else {
            continue;
        };
        let mut peer = demo.peer(&member.token)?;
        let list = Workspace::organisation_list(demo.workspace, &organisation.id.parse()?);
        let theirs = open_issues(&peer)
            .into_iter()
            .skip(n)
            .step_by(ORGANISATIONS.len())
            .take(OWN);
        fill(&mut peer, list, theirs.collect())?;
    }
    let Some(member) = members.first() else {
        return Ok(());
    };
    let mut peer = demo.peer(&member.token)?;
    let first = open_issues(&peer).into_iter().take(AGREED).collect();
    fill(&mut peer, Workspace::agreed_list(demo.workspace), first)
}

/// The open issues, the most pressing first; those that changed last first among equals.
pub(crate) fn open_issues(peer: &Peer) -> Vec<DocumentId> {
    let mut open: Vec<&Row> = peer
        .rows
        .values()
        .filter(|row| !row.deleted && row.issue().is_some_and(|issue| issue.status.is_open()))
        .collect();
    open.sort_by_key(|row| {
        let issue = row.issue();
        let pressing = |level: Option<usize>| level.unwrap_or(usize::MAX);
        let priority = issue
            .and_then(|issue| issue.priority)
            .map(|priority| priority as usize);
        (pressing(priority), std::cmp::Reverse(row.created), row.document)
    });
    open.into_iter().map(|row| row.document).collect()
}

fn fill(peer: &mut Peer, list: DocumentId, issues: Vec<DocumentId>) -> Result<(), Failure> {
    if has_entries(peer, list) || issues.is_empty() {
        return Ok(());
    }
    peer.open(list);
    peer.until(PATIENCE, "the list", |peer| peer.document(list).is_some())?;
    let place = Place::First;
    peer.run(&Command::new(list, Action::Rank { issues, place }))?;
    stored(peer, list)
}

fn has_entries(peer: &Peer, list: DocumentId) -> bool {
    let row = peer.rows.get(&list);
    row.is_some_and(|row| matches!(row.body, Body::List { entries: 1.., .. }))
}

/// Waits until the hub has all of the document.
pub(crate) fn stored(peer: &mut Peer, document: DocumentId) -> Result<(), Failure> {
    peer.until(PATIENCE, "the hub's acknowledgement", |peer| {
        !peer.is_pending(document) || !peer.refused.is_empty()
    })?;
    match peer.refused.first() {
        Some(refused) => Err(refused.clone().into()),
        None => Ok(()),
    }
}
