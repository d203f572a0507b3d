//! Undoes an import: deletes what it added and nobody has changed since, with the command that a person would give.

use automerge::{ActorId, Automerge};
use docket_domain::{Action, Command, CommandError, Context, DocumentId, genesis};

use super::{
    here::Here,
    message::{Answer, Batch, Item},
    scope::Scope,
};
use crate::store::{ImportId, StoreError, random};

/// The most deletions of a batch.
const BATCH: usize = 50;

/// Deletes what `import` added.
pub(super) async fn undo(
    scope: &mut Scope,
    import: ImportId,
    context: Context,
    here: Here,
) -> Result<(), StoreError> {
    let added = here.database.imported(import).await?;
    let mut batch = Batch::default();
    let (mut deleted, mut kept) = (0, 0);
    for (done, id) in added.iter().enumerate() {
        match look(&here, *id, &context).await? {
            Found::Deleted => deleted += 1,
            Found::Changed => kept += 1,
            Found::Delete(item) => {
                deleted += 1;
                batch.items.push(*item);
            }
        }
        if batch.items.len() >= BATCH {
            scope.hand_over(std::mem::take(&mut batch)).await;
        }
        if (done + 1) % BATCH == 0 {
            scope.tell(&Answer::Progress {
                records: (done + 1) as u64,
                share: Some((done + 1) as f64 / added.len() as f64),
            });
        }
    }
    scope.hand_over(batch).await;
    scope.stored().await;
    scope.tell(&Answer::Undone { deleted, kept });
    Ok(())
}

enum Found {
    /// It is deleted already: by this undoing before it broke off, or by a person.
    Deleted,
    /// Somebody changed it, or it isn't on this device: it stays.
    Changed,
    /// This deletes it.
    Delete(Box<Item>),
}

async fn look(here: &Here, id: DocumentId, context: &Context) -> Result<Found, StoreError> {
    let stored = here.stored(id).await?;
    let Some(mut document) = stored.filter(|document| here.is_whole(id, document)) else {
        return Ok(Found::Changed);
    };
    if is_deleted(&document) {
        return Ok(Found::Deleted);
    }
    let changes = document.get_changes(&[]);
    if !changes
        .iter()
        .all(|change| genesis::is_deterministic(change.actor_id()))
    {
        return Ok(Found::Changed);
    }
    document.set_actor(ActorId::from(random::<16>()));
    let command = Command {
        document: id,
        action: Action::Delete,
    };
    match command.apply(&mut document, context) {
        Err(CommandError::Deleted) => return Ok(Found::Deleted),
        result => result?,
    };
    let item = here.changed(id, &document).await?;
    Ok(Found::Delete(Box::new(item)))
}

fn is_deleted(document: &Automerge) -> bool {
    docket_domain::read::Issue::read(document).deleted_at.is_some()
}
