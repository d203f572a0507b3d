//! Names for people: members by their id, others by what a document says of them.

use docket_domain::{Member, OrganisationId, PersonId, Role, read::Workspace};
use leptos::prelude::*;

use crate::store::Store;

/// The store of this workspace.
pub(crate) fn store() -> Store {
    expect_context()
}

/// A person's name; `known` is what the document says of somebody of another tracker. Tracked.
pub(crate) fn name(store: Store, person: &PersonId, known: Option<&str>) -> String {
    let member = member_name(store, person);
    member.or_else(|| known.map(str::to_owned)).unwrap_or_else(|| {
        // `jira:jdoe`: who that is nobody here knows, but the name there helps.
        let there = person.as_str().split_once(':');
        there.map_or_else(|| "a former member".to_owned(), |(_, name)| name.to_owned())
    })
}

/// A member's name; none for anybody else. Tracked.
pub(crate) fn member_name(store: Store, person: &PersonId) -> Option<String> {
    // Somebody of another tracker may be a member here.
    let person = store.workspace().with(|workspace| workspace.who().is(person));
    store.members().with(|members| {
        let member = members.iter().find(|member| person == member.id);
        member.map(|member| member.name.clone())
    })
}

/// An organisation's name. Tracked.
pub(crate) fn organisation(store: Store, id: &OrganisationId) -> String {
    store.workspace().with(|workspace| organisation_in(workspace, id))
}

/// An organisation's name in that workspace.
pub(crate) fn organisation_in(workspace: &Workspace, id: &OrganisationId) -> String {
    let found = workspace
        .organisations
        .iter()
        .find(|organisation| organisation.id == *id);
    found.map_or_else(|| id.to_string(), |organisation| organisation.name.clone())
}

/// What the person in front of the screen may do: so that a page offers what the hub will take. The hub judges.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct May {
    role: Option<Role>,
}

impl May {
    /// The rights of whoever is signed in. Tracked.
    pub(crate) fn now(store: Store) -> Self {
        Self {
            role: store.me().with(|me| me.as_ref().map(|me| me.role)),
        }
    }

    /// Write anything: comments, descriptions, new issues.
    pub(crate) const fn write(self) -> bool {
        match self.role {
            Some(role) => role.writes(),
            None => false,
        }
    }

    /// Set severity and priority.
    pub(crate) const fn triage(self) -> bool {
        matches!(self.role, Some(Role::Admin | Role::Member))
    }

    /// Run the workspace.
    pub(crate) const fn administer(self) -> bool {
        matches!(self.role, Some(Role::Admin))
    }

    /// Change the order of a list: the group's, or that of one's own organisation. Tracked.
    pub(crate) fn rank(store: Store, owner: Option<&OrganisationId>) -> bool {
        store
            .me()
            .with(|me| me.as_deref().is_some_and(|me| may_rank(me, owner)))
    }
}

fn may_rank(me: &Member, owner: Option<&OrganisationId>) -> bool {
    match (me.role, owner) {
        (Role::Admin, _) | (Role::Member, None) => true,
        (Role::Member | Role::Vendor, Some(owner)) => me.organisation.as_ref() == Some(owner),
        _ => false,
    }
}

/// A role in words.
pub(crate) const fn role(role: Role) -> &'static str {
    match role {
        Role::Admin => "Admin",
        Role::Member => "Member",
        Role::Vendor => "Vendor",
        Role::Viewer => "Viewer",
    }
}
