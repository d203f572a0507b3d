//! Commands: the only way anything changes.
//!
//! A view makes a command, [`Command::apply`] checks it and changes the document in one Automerge change, and the
//! app keeps the command until the hub has acknowledged that change; a refused one is replayed from here. So a
//! command says what a person meant (“to the top”, “this text inserted there”), not which bytes came of it.

mod error;
mod issue;
mod list;
mod text;
mod workspace;
mod write;

use automerge::{ActorId, Automerge, ChangeHash, transaction::CommitOptions};
use serde::{Deserialize, Serialize};

pub use error::CommandError;
pub use issue::NewIssue;
pub use list::Place;
pub use text::Splice;

use crate::{
    field::Field,
    genesis,
    ids::{DocumentId, EntryId, MemberId, OrganisationId, PersonId, Timestamp},
    kind::Kind,
    read,
    words::{Priority, Resolution, Severity, Status},
};

/// An intended change of one document.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Command {
    /// The document to be changed.
    pub document: DocumentId,
    /// What is to be done.
    pub action: Action,
}

/// Who gives a command, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    /// The member.
    pub member: MemberId,
    /// The time.
    pub now: Timestamp,
}

/// What a command does. Empty texts stand for “not set” nowhere: absent values are `None`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "do", rename_all = "snake_case")]
pub enum Action {
    /// Makes an issue.
    CreateIssue(Box<NewIssue>),
    /// Renames an issue.
    SetTitle {
        /// The new title, one line.
        title: String,
    },
    /// Sets how bad it is.
    SetSeverity {
        /// The severity, or none.
        severity: Option<Severity>,
    },
    /// Sets how soon it is wanted.
    SetPriority {
        /// The priority, or none.
        priority: Option<Priority>,
    },
    /// Sets the component.
    SetComponent {
        /// The component, or none.
        component: Option<String>,
    },
    /// Hands the issue to somebody.
    SetAssignee {
        /// The assignee, or none.
        assignee: Option<PersonId>,
    },
    /// Sets the reporter's organisation.
    SetOrganisation {
        /// The organisation, or none.
        organisation: Option<OrganisationId>,
    },
    /// Puts a label on, or takes it off.
    SetLabel {
        /// The label.
        label: String,
        /// On?
        on: bool,
    },
    /// Says that a version is affected, or not.
    SetAffects {
        /// The version.
        version: String,
        /// Affected?
        on: bool,
    },
    /// Edits the description as people type.
    EditDescription {
        /// The edits, one after the other.
        edits: Vec<Splice>,
    },
    /// Adds a comment.
    AddComment {
        /// The new comment's key.
        id: EntryId,
        /// The text.
        body: String,
    },
    /// Changes the text of a comment.
    EditComment {
        /// The comment's key.
        id: EntryId,
        /// The new text.
        body: String,
    },
    /// Deletes a comment; its text stays in the history.
    DeleteComment {
        /// The comment's key.
        id: EntryId,
    },
    /// Changes the status.
    SetStatus {
        /// The key of the event that records it.
        id: EntryId,
        /// The new status.
        to: Status,
        /// How it was resolved: needed with [`Status::Resolved`].
        resolution: Option<Resolution>,
        /// Why.
        reason: Option<String>,
    },
    /// Raises the flag that the issue needs attention.
    RaiseAttention {
        /// The flag's key.
        id: EntryId,
        /// Why.
        reason: String,
    },
    /// Lowers that flag.
    ClearAttention {
        /// The flag's key.
        id: EntryId,
    },
    /// Links the issue to another.
    AddLink {
        /// The link's key.
        id: EntryId,
        /// The relation, read from this issue.
        relation: String,
        /// The other issue's URL or key.
        target: String,
    },
    /// Removes a link.
    RemoveLink {
        /// The link's key.
        id: EntryId,
    },
    /// Settles a conflict by choosing one value.
    Settle {
        /// The key of the event that records it, for fields whose history counts.
        id: EntryId,
        /// The field.
        field: Field,
        /// The value that is to hold.
        value: Option<String>,
    },
    /// Deletes an issue: it is hidden, and can be restored.
    Delete,
    /// Restores a deleted issue.
    Restore,
    /// Gives issues their place in a list, together and in this order.
    Rank {
        /// The issues.
        issues: Vec<DocumentId>,
        /// Where to.
        place: Place,
    },
    /// Takes an issue out of a list.
    Unrank {
        /// The issue.
        issue: DocumentId,
    },
    /// Names a new list, and says whose it is.
    CreateList {
        /// The name.
        name: String,
        /// Whose; none for the group's.
        organisation: Option<OrganisationId>,
    },
    /// Names the workspace.
    SetupWorkspace {
        /// The name.
        name: String,
        /// What stands before an issue's number.
        prefix: String,
    },
    /// Adds an organisation and links its list, or renames it.
    AddOrganisation {
        /// The organisation.
        id: OrganisationId,
        /// Its name.
        name: String,
    },
    /// Adds a component that issues can be about.
    AddComponent {
        /// Its name.
        name: String,
    },
}

impl Command {
    /// A command for `document`.
    #[must_use]
    pub const fn new(document: DocumentId, action: Action) -> Self {
        Self { document, action }
    }

    /// The kind of document this command is for.
    #[must_use]
    pub const fn kind(&self) -> Kind {
        match self.action {
            Action::Rank { .. } | Action::Unrank { .. } | Action::CreateList { .. } => Kind::List,
            Action::SetupWorkspace { .. } | Action::AddOrganisation { .. } | Action::AddComponent { .. } => {
                Kind::Workspace
            }
            _ => Kind::Issue,
        }
    }

    /// Does this command begin a document?
    #[must_use]
    pub const fn creates(&self) -> bool {
        matches!(
            self.action,
            Action::CreateIssue(_) | Action::CreateList { .. } | Action::SetupWorkspace { .. }
        )
    }

    /// The document that a creating command begins: its genesis, ready for [`apply`](Self::apply).
    ///
    /// # Errors
    /// [`CommandError::NotFound`] when the command doesn't create one.
    pub fn begin(&self, actor: ActorId) -> Result<Automerge, CommandError> {
        if self.creates() {
            Ok(genesis::create(self.kind(), self.document, actor)?)
        } else {
            Err(CommandError::NotFound)
        }
    }

    /// Checks the command and changes the document, in one change of the document's actor.
    ///
    /// # Errors
    /// When the command can't be carried out: the document is then as it was.
    pub fn apply(&self, document: &mut Automerge, context: &Context) -> Result<ChangeHash, CommandError> {
        if read::kind(document) != Some(self.kind()) {
            return Err(CommandError::WrongKind {
                expected: self.kind(),
            });
        }
        genesis::migrate(document, self.kind(), self.document)?;
        let options = CommitOptions::default().with_time(context.now.seconds());
        let done = document.transact_with(
            |()| options,
            |tx| match self.kind() {
                Kind::Issue => issue::apply(tx, &self.action, context),
                Kind::List => list::apply(tx, &self.action, context),
                Kind::Workspace => workspace::apply(tx, self.document, &self.action),
            },
        );
        match done {
            Ok(success) => success.hash.ok_or(CommandError::Unchanged),
            Err(failure) => Err(failure.error),
        }
    }
}
