//! The first documents of a workspace.
//!
//! The hub never writes documents. Here it acts as the admin's client does: the commands that the app would give,
//! changes of an actor of the admin's, taken in through the guard like anybody's.

use automerge::ActorId;
use docket_domain::{
    Member,
    command::{Action, Command, Context},
    ids::EntryId,
    read::Workspace,
};
use docket_sync::wire::record::ChangesRecord;

use super::Object;
use crate::{error::Error, store::Founded};

/// The name of the group's own list.
const AGREED: &str = "Agreed list";

impl Object {
    /// Makes the workspace document and the agreed list, so that any client can walk from the one to the other at once.
    pub(crate) fn write_first_documents(
        &self,
        founded: &Founded,
        admin: &Member,
        prefix: &str,
    ) -> Result<(), Error> {
        let setup = Action::SetupWorkspace {
            name: founded.name.clone(),
            prefix: prefix.to_owned(),
        };
        let list = Action::CreateList {
            name: AGREED.to_owned(),
            organisation: None,
        };
        self.begin(admin, &Command::new(founded.document, setup))?;
        self.begin(
            admin,
            &Command::new(Workspace::agreed_list(founded.document), list),
        )
    }

    fn begin(&self, admin: &Member, command: &Command) -> Result<(), Error> {
        let invalid = |error: docket_domain::command::CommandError| Error::Invalid(error.to_string());
        let actor = ActorId::from(EntryId::random().as_str().as_bytes());
        let mut document = command.begin(actor).map_err(invalid)?;
        let context = Context {
            member: admin.id.clone(),
            now: self.now(),
        };
        command.apply(&mut document, &context).map_err(invalid)?;
        let changes = document.get_changes(&[]);
        let record = ChangesRecord {
            document: command.document,
            changes: changes.iter().map(|change| change.raw_bytes().to_vec()).collect(),
        };
        let (stored, effects) =
            self.with_hub(|hub, now| hub.write_documents(&admin.id, &[record], now))??;
        self.carry_out(effects);
        match stored.iter().flat_map(|stored| &stored.refused).next() {
            None => Ok(()),
            Some(refusal) => Err(Error::Internal(format!(
                "the guard refused a workspace's first documents: {}",
                refusal.message
            ))),
        }
    }

    /// The workspace's name as its document has it.
    pub(crate) fn name(&self, founded: &Founded) -> Result<String, Error> {
        use docket_domain::row::Row;
        use docket_sync::hub::Store;
        let row = self.with_hub(|hub, _| hub.store().row(founded.document))?;
        let row = row.map_err(docket_sync::hub::HubError::from)?;
        let name = row
            .and_then(|bytes| Row::from_bytes(&bytes).ok())
            .map(|row| row.title);
        Ok(name.unwrap_or_else(|| founded.name.clone()))
    }
}
