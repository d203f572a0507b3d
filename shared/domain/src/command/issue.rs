//! Commands on an issue.

use automerge::{ROOT, transaction::Transactable};
use minicbor::{Decode, Encode};
use serde::{Deserialize, Serialize};

use super::{
    Action, CommandError, Context,
    write::{self, BODY, NAME, REASON, TITLE},
};
use crate::{
    field::Field,
    ids::{EntryId, OrganisationId, PersonId},
    read,
    words::{Priority, Resolution, Severity, Status},
};

/// What a new issue says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, Encode, Decode)]
#[serde(default)]
pub struct NewIssue {
    /// One line.
    #[n(0)]
    pub title: String,
    /// Markdown.
    #[n(1)]
    pub description: String,
    /// How bad it is.
    #[n(2)]
    pub severity: Option<Severity>,
    /// How soon it is wanted.
    #[n(3)]
    pub priority: Option<Priority>,
    /// The part of the software.
    #[n(4)]
    pub component: Option<String>,
    /// Who works on it.
    #[n(5)]
    pub assignee: Option<PersonId>,
    /// The reporter's organisation.
    #[n(6)]
    pub organisation: Option<OrganisationId>,
    /// Labels.
    #[n(7)]
    pub labels: Vec<String>,
    /// Affected versions.
    #[n(8)]
    pub affects: Vec<String>,
}

pub(super) fn apply<T: Transactable>(
    tx: &mut T,
    action: &Action,
    context: &Context,
) -> Result<(), CommandError> {
    if let Action::CreateIssue(new) = action {
        return create(tx, new, context);
    }
    // A document with nothing but its genesis isn't an issue yet: replaying an edit must not make one up.
    if read::string(tx, &ROOT, "title").is_none() {
        return Err(CommandError::NotFound);
    }
    let deleted = read::timestamp(tx, &ROOT, "deleted_at").is_some();
    match (action, deleted) {
        (Action::Restore, true) => return write::put(tx, &ROOT, "deleted_at", None),
        (Action::Restore, false) => return Err(CommandError::Unchanged),
        // What was typed into a record that somebody else deleted meanwhile still comes in.
        (Action::EditDescription { .. } | Action::AddComment { .. } | Action::EditComment { .. }, _)
        | (_, false) => {}
        (_, true) => return Err(CommandError::Deleted),
    }
    match action {
        Action::SetTitle { title } => write::set(tx, "title", Some(&write::line("the title", title, TITLE)?)),
        Action::SetSeverity { severity } => {
            recorded(tx, Field::Severity, severity.map(Severity::as_str), context)
        }
        Action::SetPriority { priority } => {
            recorded(tx, Field::Priority, priority.map(Priority::as_str), context)
        }
        Action::SetAssignee { assignee } => {
            let assignee = assignee.as_ref().map(PersonId::as_str);
            assignee
                .map(|name| write::filled("the assignee", name, NAME))
                .transpose()?;
            recorded(tx, Field::Assignee, assignee, context)
        }
        Action::SetComponent { component } => {
            let component = component
                .as_ref()
                .map(|name| write::line("the component", name, NAME))
                .transpose()?;
            write::set(tx, "component", component.as_deref())
        }
        Action::SetOrganisation { organisation } => write::set(
            tx,
            "organisation",
            organisation.as_ref().map(OrganisationId::as_str),
        ),
        Action::SetLabel { label, on } => write::member(tx, "labels", label, *on),
        Action::SetAffects { version, on } => write::member(tx, "affects", version, *on),
        Action::EditDescription { edits } => {
            let text = write::container(tx, "description")?;
            edits.iter().try_for_each(|edit| edit.apply(tx, &text))
        }
        Action::AddComment { id, body } => {
            let body = write::filled("a comment", body, BODY)?;
            let entry = write::entry(tx, "comments", id.as_str(), context)?;
            Ok(tx.put(&entry, "body", body)?)
        }
        Action::EditComment { id, body } => edit_comment(tx, id, body, context),
        Action::DeleteComment { id } => {
            let entry = write::existing(tx, "comments", id.as_str(), "comment")?;
            write::time(tx, &entry, "deleted_at", context.now)
        }
        Action::SetStatus {
            id,
            to,
            resolution,
            reason,
        } => set_status(tx, id, *to, *resolution, reason.as_deref(), context),
        Action::RaiseAttention { id, reason } => {
            let reason = write::filled("a reason", reason, REASON)?;
            let entry = write::entry(tx, "attention", id.as_str(), context)?;
            Ok(tx.put(&entry, "reason", reason)?)
        }
        Action::ClearAttention { id } => {
            let entry = write::existing(tx, "attention", id.as_str(), "flag")?;
            write::time(tx, &entry, "cleared_at", context.now)?;
            write::put(tx, &entry, "cleared_by", Some(context.member.as_str()))
        }
        Action::AddLink { id, relation, target } => {
            let (relation, target) = (
                write::line("a relation", relation, NAME)?,
                write::line("an issue", target, NAME)?,
            );
            let entry = write::entry(tx, "links", id.as_str(), context)?;
            tx.put(&entry, "relation", relation)?;
            Ok(tx.put(&entry, "target", target)?)
        }
        Action::RemoveLink { id } => {
            write::existing(tx, "links", id.as_str(), "link")?;
            let links = write::container(tx, "links")?;
            Ok(tx.delete(&links, id.as_str())?)
        }
        Action::Settle { id, field, value } => settle(tx, id, *field, value.as_deref(), context),
        Action::Delete => {
            write::time(tx, &ROOT, "deleted_at", context.now)?;
            write::put(tx, &ROOT, "deleted_by", Some(context.member.as_str()))
        }
        _ => Err(CommandError::Unchanged),
    }
}

fn create<T: Transactable>(tx: &mut T, new: &NewIssue, context: &Context) -> Result<(), CommandError> {
    if read::string(tx, &ROOT, "title").is_some() {
        return Err(CommandError::Exists);
    }
    let title = write::line("the title", &new.title, TITLE)?;
    tx.put(ROOT, "title", title)?;
    tx.put(ROOT, "status", Status::New.as_str())?;
    write::time(tx, &ROOT, "created_at", context.now)?;
    tx.put(ROOT, "created_by", context.member.as_str())?;
    tx.put(ROOT, "reporter", context.member.as_str())?;
    let description = new.description.trim_end();
    if description.len() > write::DESCRIPTION {
        let (what, length) = ("the description", description.len());
        return Err(CommandError::TooLong {
            what,
            length,
            max: write::DESCRIPTION,
        });
    }
    if !description.is_empty() {
        let text = write::container(tx, "description")?;
        tx.splice_text(&text, 0, 0, description)?;
    }
    let component = new
        .component
        .as_ref()
        .map(|name| write::line("the component", name, NAME))
        .transpose()?;
    let fields = [
        (Field::Severity, new.severity.map(Severity::as_str)),
        (Field::Priority, new.priority.map(Priority::as_str)),
        (Field::Component, component.as_deref()),
        (Field::Assignee, new.assignee.as_ref().map(PersonId::as_str)),
        (
            Field::Organisation,
            new.organisation.as_ref().map(OrganisationId::as_str),
        ),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            tx.put(ROOT, field.key(), value)?;
        }
    }
    for (key, names) in [("labels", &new.labels), ("affects", &new.affects)] {
        for name in names {
            match write::member(tx, key, name, true) {
                // The same name twice.
                Ok(()) | Err(CommandError::Unchanged) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

/// Sets a field whose history counts, and records that.
fn recorded<T: Transactable>(
    tx: &mut T,
    field: Field,
    value: Option<&str>,
    context: &Context,
) -> Result<(), CommandError> {
    let from = read::string(tx, &ROOT, field.key());
    write::set(tx, field.key(), value)?;
    record(tx, &EntryId::random(), field, from.as_deref(), value, context).map(|_| ())
}

/// Appends an event; answers its object.
fn record<T: Transactable>(
    tx: &mut T,
    id: &EntryId,
    field: Field,
    from: Option<&str>,
    to: Option<&str>,
    context: &Context,
) -> Result<automerge::ObjId, CommandError> {
    let event = write::entry(tx, "events", id.as_str(), context)?;
    tx.put(&event, "field", field.key())?;
    write::put(tx, &event, "from", from)?;
    write::put(tx, &event, "to", to)?;
    Ok(event)
}

fn edit_comment<T: Transactable>(
    tx: &mut T,
    id: &EntryId,
    body: &str,
    context: &Context,
) -> Result<(), CommandError> {
    let body = write::filled("a comment", body, BODY)?;
    let entry = write::existing(tx, "comments", id.as_str(), "comment")?;
    if read::string(tx, &entry, "by").as_deref() != Some(context.member.as_str()) {
        return Err(CommandError::NotYours);
    }
    if read::string(tx, &entry, "body").as_deref() == Some(body) {
        return Err(CommandError::Unchanged);
    }
    tx.put(&entry, "body", body)?;
    write::time(tx, &entry, "edited_at", context.now)
}

fn set_status<T: Transactable>(
    tx: &mut T,
    id: &EntryId,
    to: Status,
    resolution: Option<Resolution>,
    reason: Option<&str>,
    context: &Context,
) -> Result<(), CommandError> {
    let from = read::string(tx, &ROOT, "status")
        .and_then(|word| Status::parse(&word))
        .unwrap_or(Status::New);
    if from == to {
        return Err(CommandError::Unchanged);
    }
    if !from.next().contains(&to) {
        return Err(CommandError::Transition { from, to });
    }
    let reason = reason.map(str::trim).filter(|reason| !reason.is_empty());
    if let Some(reason) = reason {
        write::filled("a reason", reason, REASON)?;
    }
    if to == Status::Reopened && reason.is_none() {
        return Err(CommandError::NeedsReason);
    }
    let resolution = match to {
        Status::Resolved => Some(
            resolution
                .ok_or(CommandError::NeedsResolution)?
                .as_str()
                .to_owned(),
        ),
        Status::Closed => read::string(tx, &ROOT, "resolution"),
        _ => None,
    };
    tx.put(ROOT, "status", to.as_str())?;
    if read::string(tx, &ROOT, "resolution") != resolution {
        write::put(tx, &ROOT, "resolution", resolution.as_deref())?;
    }
    let event = record(
        tx,
        id,
        Field::Status,
        Some(from.as_str()),
        Some(to.as_str()),
        context,
    )?;
    if let Some(reason) = reason {
        tx.put(&event, "reason", reason)?;
    }
    if let Some(resolution) = resolution {
        tx.put(&event, "resolution", resolution)?;
    }
    Ok(())
}

fn settle<T: Transactable>(
    tx: &mut T,
    id: &EntryId,
    field: Field,
    value: Option<&str>,
    context: &Context,
) -> Result<(), CommandError> {
    let conflicts = read::conflicts(tx);
    let conflict = conflicts
        .iter()
        .find(|conflict| conflict.field == field)
        .ok_or(CommandError::Settled)?;
    if !conflict
        .candidates
        .iter()
        .any(|candidate| candidate.value.as_deref() == value)
    {
        return Err(CommandError::Settled);
    }
    let from = read::string(tx, &ROOT, field.key());
    write::put(tx, &ROOT, field.key(), value)?;
    let counts = matches!(
        field,
        Field::Status | Field::Severity | Field::Priority | Field::Assignee
    );
    if counts && from.as_deref() != value {
        record(tx, id, field, from.as_deref(), value, context)?;
    }
    Ok(())
}
