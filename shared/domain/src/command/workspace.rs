//! Commands on the workspace.

use automerge::{ROOT, transaction::Transactable};

use super::{
    Action, CommandError,
    write::{self, NAME, REASON},
};
use crate::{
    generation,
    ids::DocumentId,
    read::{self, Workspace},
};

pub(super) fn apply<T: Transactable>(
    tx: &mut T,
    workspace: DocumentId,
    action: &Action,
) -> Result<(), CommandError> {
    // Whichever generation it is, ids derive from the first.
    let workspace = generation::first(tx, workspace);
    match action {
        Action::SetupWorkspace { name, prefix } => {
            let (name, prefix) = (
                write::line("the name", name, NAME)?,
                write::line("the prefix", prefix, 20)?,
            );
            tx.put(ROOT, "name", name)?;
            tx.put(ROOT, "prefix", prefix)?;
            let lists = write::container(tx, "lists")?;
            if read::string(tx, &lists, Workspace::AGREED).is_none() {
                tx.put(&lists, Workspace::AGREED, Workspace::agreed_list(workspace).url())?;
            }
            Ok(())
        }
        Action::AddOrganisation { id, name } => {
            let name = write::line("the name", name, NAME)?;
            let organisations = write::container(tx, "organisations")?;
            if read::string(tx, &organisations, id.as_str()).as_ref() == Some(&name) {
                return Err(CommandError::Unchanged);
            }
            write::put(tx, &organisations, id.as_str(), Some(&name))?;
            let lists = write::container(tx, "lists")?;
            let list = Workspace::organisation_list(workspace, id).url();
            write::put(tx, &lists, id.as_str(), Some(&list))
        }
        Action::AddComponent { name } => write::member(tx, "components", name, true),
        Action::LinkReport { quarter } => {
            let report = Workspace::report(workspace, *quarter).url();
            mark(tx, "reports", &quarter.to_string(), Some(&report))
        }
        Action::MapPerson { person, member } => {
            if !person.is_external() {
                return Err(CommandError::NoEntry { what: "person" });
            }
            mark(
                tx,
                "people",
                person.as_str(),
                member.as_ref().map(crate::MemberId::as_str),
            )
        }
        Action::MapWord { word, meaning } => {
            let meaning = meaning
                .as_deref()
                .map(|meaning| write::filled("the meaning", meaning, REASON));
            mark(tx, "mappings", word, meaning.transpose()?)
        }
        _ => Err(CommandError::Unchanged),
    }
}

/// Writes a text under a name on one line, or null for none.
fn mark<T: Transactable>(tx: &mut T, key: &str, name: &str, text: Option<&str>) -> Result<(), CommandError> {
    let name = write::line("the name", name, NAME)?;
    let map = write::container(tx, key)?;
    if read::string(tx, &map, &name).as_deref() == text {
        return Err(CommandError::Unchanged);
    }
    write::put(tx, &map, &name, text)
}
