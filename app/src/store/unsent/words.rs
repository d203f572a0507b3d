//! What a command was meant to do, in words, and the text that somebody typed for it.

use docket_domain::{
    Action, Member, MemberId, OrganisationId, PersonId,
    command::Splice,
    metrics::words,
    read::Workspace,
    words::{Priority, Severity},
};

use crate::store::SetAside;

/// What people and organisations are called.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Names<'n> {
    /// Organisations, and who somebody of another tracker is.
    pub(crate) workspace: &'n Workspace,
    /// Everybody.
    pub(crate) members: &'n [Member],
}

impl Names<'_> {
    fn member(&self, id: &MemberId) -> String {
        let member = self.members.iter().find(|member| member.id == *id);
        member.map_or_else(|| "a former member".to_owned(), |member| member.name.clone())
    }

    fn person(&self, person: &PersonId) -> String {
        let is = self.workspace.who().is(person);
        let member = self.members.iter().find(|member| is == member.id);
        let there = person.as_str().split_once(':').map(|(_, name)| name.to_owned());
        let name = member.map(|member| member.name.clone());
        name.or(there).unwrap_or_else(|| "a former member".to_owned())
    }

    fn organisation(&self, id: &OrganisationId) -> String {
        let organisation = self.workspace.organisations.iter().find(|it| it.id == *id);
        organisation.map_or_else(|| id.to_string(), |it| it.name.clone())
    }
}

/// What was set aside, in words; the text it carries, to be copied.
pub(crate) fn of_aside(names: &Names<'_>, aside: &SetAside) -> (String, Option<String>) {
    aside.command.as_ref().map_or_else(
        || ("An imported issue".to_owned(), None),
        |command| of(names, &command.action),
    )
}

/// The command in words; the text it carries, to be copied.
pub(crate) fn of(names: &Names<'_>, action: &Action) -> (String, Option<String>) {
    let set = |field: &str, value: Option<String>| match value {
        Some(value) => format!("{field} set to “{value}”"),
        None => format!("{field} cleared"),
    };
    let on = |what: &str, name: &str, on: bool| {
        format!("{what} “{name}” {}", if on { "added" } else { "removed" })
    };
    match action {
        Action::CreateIssue(new) => {
            let text = format!("{}\n\n{}", new.title, new.description);
            (
                format!("New issue “{}”", new.title),
                Some(text.trim_end().to_owned()),
            )
        }
        Action::SetTitle { title } => ("New title".to_owned(), Some(title.clone())),
        Action::SetSeverity { severity } => (
            set("Severity", severity.map(|it| Severity::label(it).to_owned())),
            None,
        ),
        Action::SetPriority { priority } => (
            set("Priority", priority.map(|it| Priority::label(it).to_owned())),
            None,
        ),
        Action::SetComponent { component } => (set("Component", component.clone()), None),
        Action::SetAssignee { assignee } => {
            let name = assignee.as_ref().map(|person| names.person(person));
            (set("Assignee", name), None)
        }
        Action::SetOrganisation { organisation } => {
            let name = organisation.as_ref().map(|id| names.organisation(id));
            (set("Organisation", name), None)
        }
        Action::SetLabel { label, on: is } => (on("Label", label, *is), None),
        Action::SetAffects { version, on: is } => (on("Affected version", version, *is), None),
        Action::EditDescription { edits } => ("Edit of the description".to_owned(), typed(edits)),
        Action::AddComment { body, .. } => ("New comment".to_owned(), Some(body.clone())),
        Action::EditComment { body, .. } => ("Edit of a comment".to_owned(), Some(body.clone())),
        Action::DeleteComment { .. } => ("Deletion of a comment".to_owned(), None),
        Action::SetStatus { to, reason, .. } => (format!("Status set to “{}”", to.label()), reason.clone()),
        Action::RaiseAttention { reason, .. } => ("Flag for attention".to_owned(), Some(reason.clone())),
        Action::ClearAttention { .. } => ("Flag for attention lowered".to_owned(), None),
        Action::AddLink { relation, target, .. } => (format!("Link “{relation} {target}”"), None),
        Action::RemoveLink { .. } => ("Removal of a link".to_owned(), None),
        Action::Settle { field, value, .. } => (
            set(&format!("Conflict settled: {}", field.label()), value.clone()),
            None,
        ),
        Action::Delete => ("Deletion of the issue".to_owned(), None),
        Action::Restore => ("Restoring the issue".to_owned(), None),
        Action::Rank { issues, .. } => match issues.len() {
            1 => ("New rank for an issue".to_owned(), None),
            n => (format!("New ranks for {n} issues"), None),
        },
        Action::Unrank { .. } => ("Removal of an issue from the list".to_owned(), None),
        Action::CreateList { name, .. } => (format!("New list “{name}”"), None),
        Action::SetupWorkspace { name, .. } => (format!("Workspace named “{name}”"), None),
        Action::AddOrganisation { name, .. } => (format!("Organisation “{name}”"), None),
        Action::AddComponent { name } => (format!("Component “{name}”"), None),
        Action::CreateReport { quarter } => (format!("Report of {}", words::quarter(*quarter)), None),
        Action::LinkReport { quarter } => (
            format!("Link to the report of {}", words::quarter(*quarter)),
            None,
        ),
        Action::EditSection { section, edits } => (
            format!("Edit of the report’s “{}”", section.label()),
            typed(edits),
        ),
        Action::FreezeFigures { .. } => ("Frozen figures of a report".to_owned(), None),
        Action::MapPerson { person, member } => {
            let member = member.as_ref().map(|id| names.member(id));
            (
                set(&format!("“{}” of another tracker", person.as_str()), member),
                None,
            )
        }
        Action::MapWord { word, meaning } => (set(&format!("Meaning of “{word}”"), meaning.clone()), None),
    }
}

/// What was typed in edits of a text.
fn typed(edits: &[Splice]) -> Option<String> {
    let inserted = edits.iter().map(|edit| edit.inserted.as_str());
    let typed: Vec<&str> = inserted.filter(|text| !text.is_empty()).collect();
    (!typed.is_empty()).then(|| typed.join("\n"))
}
