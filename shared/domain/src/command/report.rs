//! Commands on a quarterly report.

use automerge::{ROOT, transaction::Transactable};

use super::{Action, CommandError, Context, write};
use crate::read;

/// The largest figures, in bytes: some ten times those of a large group.
pub(super) const FIGURES: usize = 200_000;

pub(super) fn apply<T: Transactable>(
    tx: &mut T,
    action: &Action,
    context: &Context,
) -> Result<(), CommandError> {
    match action {
        Action::CreateReport { quarter } => {
            if read::string(tx, &ROOT, "quarter").is_some() {
                return Err(CommandError::Exists);
            }
            Ok(tx.put(ROOT, "quarter", quarter.to_string())?)
        }
        Action::EditSection { section, edits } => {
            let text = write::container(tx, section.as_str())?;
            edits.iter().try_for_each(|edit| edit.apply(tx, &text))
        }
        Action::FreezeFigures { id, data } => {
            let data = write::filled("the figures", data, FIGURES)?;
            let entry = write::entry(tx, "figures", id.as_str(), context)?;
            Ok(tx.put(&entry, "data", data)?)
        }
        _ => Err(CommandError::Unchanged),
    }
}
