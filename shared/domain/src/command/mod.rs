//! Commands: the only way anything changes.
//!
//! A view makes a command, [`Command::apply`] checks it and changes the document in one Automerge change, and the
//! app keeps the command until the hub has acknowledged that change; a refused one is replayed from here. So a
//! command says what a person meant (“to the top”, “this text inserted there”), not which bytes came of it.

mod error;
mod issue;
mod list;
mod report;
mod text;
mod workspace;
mod write;

use automerge::{ActorId, Automerge, ChangeHash, transaction::CommitOptions};
use minicbor::{Decode, Encode};

pub use error::CommandError;
pub use issue::NewIssue;
pub use list::Place;
pub use text::Splice;

use crate::{
    field::Field,
    generation, genesis,
    ids::{DocumentId, EntryId, MemberId, OrganisationId, PersonId, Timestamp},
    kind::Kind,
    metrics::Quarter,
    read,
    report::Section,
    words::{Priority, Resolution, Severity, Status},
};

/// An intended change of one document.
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub struct Command {
    /// The document to be changed.
    #[n(0)]
    pub document: DocumentId,
    /// What is to be done.
    #[n(1)]
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
#[derive(Debug, Clone, PartialEq, Encode, Decode)]
pub enum Action {
    /// Makes an issue.
    #[n(0)]
    CreateIssue(#[n(0)] Box<NewIssue>),
    /// Renames an issue.
    #[n(1)]
    SetTitle {
        /// The new title, one line.
        #[n(0)]
        title: String,
    },
    /// Sets how bad it is.
    #[n(2)]
    SetSeverity {
        /// The severity, or none.
        #[n(0)]
        severity: Option<Severity>,
    },
    /// Sets how soon it is wanted.
    #[n(3)]
    SetPriority {
        /// The priority, or none.
        #[n(0)]
        priority: Option<Priority>,
    },
    /// Sets the component.
    #[n(4)]
    SetComponent {
        /// The component, or none.
        #[n(0)]
        component: Option<String>,
    },
    /// Hands the issue to somebody.
    #[n(5)]
    SetAssignee {
        /// The assignee, or none.
        #[n(0)]
        assignee: Option<PersonId>,
    },
    /// Sets the reporter's organisation.
    #[n(6)]
    SetOrganisation {
        /// The organisation, or none.
        #[n(0)]
        organisation: Option<OrganisationId>,
    },
    /// Puts a label on, or takes it off.
    #[n(7)]
    SetLabel {
        /// The label.
        #[n(0)]
        label: String,
        /// On?
        #[n(1)]
        on: bool,
    },
    /// Says that a version is affected, or not.
    #[n(8)]
    SetAffects {
        /// The version.
        #[n(0)]
        version: String,
        /// Affected?
        #[n(1)]
        on: bool,
    },
    /// Edits the description as people type.
    #[n(9)]
    EditDescription {
        /// The edits, one after the other.
        #[n(0)]
        edits: Vec<Splice>,
    },
    /// Adds a comment.
    #[n(10)]
    AddComment {
        /// The new comment's key.
        #[n(0)]
        id: EntryId,
        /// The text.
        #[n(1)]
        body: String,
    },
    /// Changes the text of a comment.
    #[n(11)]
    EditComment {
        /// The comment's key.
        #[n(0)]
        id: EntryId,
        /// The new text.
        #[n(1)]
        body: String,
    },
    /// Deletes a comment; its text stays in the history.
    #[n(12)]
    DeleteComment {
        /// The comment's key.
        #[n(0)]
        id: EntryId,
    },
    /// Changes the status.
    #[n(13)]
    SetStatus {
        /// The key of the event that records it.
        #[n(0)]
        id: EntryId,
        /// The new status.
        #[n(1)]
        to: Status,
        /// How it was resolved: needed with [`Status::Resolved`].
        #[n(2)]
        resolution: Option<Resolution>,
        /// Why.
        #[n(3)]
        reason: Option<String>,
    },
    /// Raises the flag that the issue needs attention.
    #[n(14)]
    RaiseAttention {
        /// The flag's key.
        #[n(0)]
        id: EntryId,
        /// Why.
        #[n(1)]
        reason: String,
    },
    /// Lowers that flag.
    #[n(15)]
    ClearAttention {
        /// The flag's key.
        #[n(0)]
        id: EntryId,
    },
    /// Links the issue to another.
    #[n(16)]
    AddLink {
        /// The link's key.
        #[n(0)]
        id: EntryId,
        /// The relation, read from this issue.
        #[n(1)]
        relation: String,
        /// The other issue's URL or key.
        #[n(2)]
        target: String,
    },
    /// Removes a link.
    #[n(17)]
    RemoveLink {
        /// The link's key.
        #[n(0)]
        id: EntryId,
    },
    /// Settles a conflict by choosing one value.
    #[n(18)]
    Settle {
        /// The key of the event that records it, for fields whose history counts.
        #[n(0)]
        id: EntryId,
        /// The field.
        #[n(1)]
        field: Field,
        /// The value that is to hold.
        #[n(2)]
        value: Option<String>,
    },
    /// Deletes an issue: it is hidden, and can be restored.
    #[n(19)]
    Delete,
    /// Restores a deleted issue.
    #[n(20)]
    Restore,
    /// Gives issues their place in a list, together and in this order.
    #[n(21)]
    Rank {
        /// The issues.
        #[n(0)]
        issues: Vec<DocumentId>,
        /// Where to.
        #[n(1)]
        place: Place,
    },
    /// Takes an issue out of a list.
    #[n(22)]
    Unrank {
        /// The issue.
        #[n(0)]
        issue: DocumentId,
    },
    /// Names a new list, and says whose it is.
    #[n(23)]
    CreateList {
        /// The name.
        #[n(0)]
        name: String,
        /// Whose; none for the group's.
        #[n(1)]
        organisation: Option<OrganisationId>,
    },
    /// Names the workspace.
    #[n(24)]
    SetupWorkspace {
        /// The name.
        #[n(0)]
        name: String,
        /// What stands before an issue's number.
        #[n(1)]
        prefix: String,
    },
    /// Adds an organisation and links its list, or renames it.
    #[n(25)]
    AddOrganisation {
        /// The organisation.
        #[n(0)]
        id: OrganisationId,
        /// Its name.
        #[n(1)]
        name: String,
    },
    /// Adds a component that issues can be about.
    #[n(26)]
    AddComponent {
        /// Its name.
        #[n(0)]
        name: String,
    },
    /// Begins a quarter's report.
    #[n(27)]
    CreateReport {
        /// The quarter.
        #[n(0)]
        quarter: Quarter,
    },
    /// Links a quarter's report in the workspace.
    #[n(28)]
    LinkReport {
        /// The quarter.
        #[n(0)]
        quarter: Quarter,
    },
    /// Edits a section of a report as people type.
    #[n(29)]
    EditSection {
        /// Which.
        #[n(0)]
        section: Section,
        /// The edits, one after the other.
        #[n(1)]
        edits: Vec<Splice>,
    },
    /// Keeps a report's figures as they are now.
    #[n(30)]
    FreezeFigures {
        /// Their key.
        #[n(0)]
        id: EntryId,
        /// The figures: [`Figures::to_json`](crate::report::Figures::to_json).
        #[n(1)]
        data: String,
    },
    /// Says who somebody of another tracker is here, or that they are nobody.
    #[n(31)]
    MapPerson {
        /// The person: `jira:jdoe`.
        #[n(0)]
        person: PersonId,
        /// The member.
        #[n(1)]
        member: Option<MemberId>,
    },
    /// Says what another tracker's word means here, or that it means what imports take it for.
    #[n(32)]
    MapWord {
        /// The word: `jira/status/Parked`.
        #[n(0)]
        word: String,
        /// Its meaning: `waiting-vendor`; or, under `columns/…`, how a table is read.
        #[n(1)]
        meaning: Option<String>,
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
            Action::SetupWorkspace { .. }
            | Action::AddOrganisation { .. }
            | Action::AddComponent { .. }
            | Action::LinkReport { .. }
            | Action::MapPerson { .. }
            | Action::MapWord { .. } => Kind::Workspace,
            Action::CreateReport { .. } | Action::EditSection { .. } | Action::FreezeFigures { .. } => {
                Kind::Report
            }
            _ => Kind::Issue,
        }
    }

    /// Does this command begin a document?
    #[must_use]
    pub const fn creates(&self) -> bool {
        matches!(
            self.action,
            Action::CreateIssue(_)
                | Action::CreateList { .. }
                | Action::SetupWorkspace { .. }
                | Action::CreateReport { .. }
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
        if let Some(next) = generation::next(document) {
            return Err(CommandError::Moved(next));
        }
        genesis::migrate(document, self.kind(), self.document)?;
        let options = CommitOptions::default().with_time(context.now.seconds());
        let done = document.transact_with(
            |()| options,
            |tx| match self.kind() {
                Kind::Issue => issue::apply(tx, &self.action, context),
                Kind::List => list::apply(tx, &self.action, context),
                Kind::Workspace => workspace::apply(tx, self.document, &self.action),
                Kind::Report => report::apply(tx, &self.action, context),
            },
        );
        match done {
            Ok(success) => success.hash.ok_or(CommandError::Unchanged),
            Err(failure) => Err(failure.error),
        }
    }
}
