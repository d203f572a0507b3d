//! Undoes an import: deletes what it added and nobody has changed since, with the command that a person would give. And
//! the other way: brings back what an undoing deleted.

use automerge::{ActorId, Change, ROOT, legacy::Key};
use docket_domain::{
    Action, Command, Context, DocumentId, Timestamp, genesis,
    read::{self, Issue},
};

use super::{
    here::Here,
    message::{Answer, Batch, Item},
    scope::Scope,
};
use crate::store::{ImportId, StoreError, random};

/// The most changes of a batch.
const BATCH: usize = 50;

/// Deletes what `import` added, or brings back what was deleted of it from then on.
pub(super) async fn undo(
    scope: &mut Scope,
    import: ImportId,
    context: Context,
    back: Option<Timestamp>,
    here: Here,
) -> Result<(), StoreError> {
    let added = here.database.imported(import).await?;
    let mut batch = Batch::default();
    let (mut done, mut kept) = (0, 0);
    for (index, id) in added.iter().enumerate() {
        match look(&here, *id, &context, back).await? {
            Found::Done => done += 1,
            Found::Changed => kept += 1,
            Found::ToDo(item) => {
                done += 1;
                batch.items.push(*item);
            }
        }
        if batch.items.len() >= BATCH {
            scope.hand_over(std::mem::take(&mut batch)).await;
        }
        if (index + 1) % BATCH == 0 {
            scope.tell(&Answer::Progress {
                records: (index + 1) as u64,
                share: Some((index + 1) as f64 / added.len() as f64),
            });
        }
    }
    scope.hand_over(batch).await;
    scope.stored().await;
    scope.tell(&Answer::Undone { deleted: done, kept });
    Ok(())
}

enum Found {
    /// It is so already: by this before it broke off, or by a person.
    Done,
    /// Somebody changed it, or it isn't on this device: it stays as it is.
    Changed,
    /// This does it.
    ToDo(Box<Item>),
}

async fn look(
    here: &Here,
    id: DocumentId,
    context: &Context,
    back: Option<Timestamp>,
) -> Result<Found, StoreError> {
    let stored = here.stored(id).await?;
    let Some(mut document) = stored.filter(|document| here.is_whole(id, document)) else {
        return Ok(Found::Changed);
    };
    let deleted = Issue::read(&document).deleted_at;
    if deleted.is_some() != back.is_some() {
        return Ok(Found::Done);
    }
    let by_undoing = |since: Timestamp| {
        let by = read::string(&document, &ROOT, "deleted_by");
        deleted.is_some_and(|at| at >= since) && by.as_deref() == Some(context.member.as_str())
    };
    if back.is_some_and(|since| !by_undoing(since)) {
        return Ok(Found::Changed);
    }
    if !document.get_changes(&[]).iter().all(leaves_content) {
        return Ok(Found::Changed);
    }
    document.set_actor(ActorId::from(random::<16>()));
    let action = if back.is_some() {
        Action::Restore
    } else {
        Action::Delete
    };
    Command::new(id, action).apply(&mut document, context)?;
    let item = here.changed(id, &document).await?;
    Ok(Found::ToDo(Box::new(item)))
}

/// Is it an import's own change, or one that only deletes the issue or restores it?
fn leaves_content(change: &Change) -> bool {
    let of_deletion =
        |key: &Key| matches!(key, Key::Map(name) if name == "deleted_at" || name == "deleted_by");
    genesis::is_deterministic(change.actor_id())
        || change
            .decode()
            .operations
            .iter()
            .all(|operation| of_deletion(&operation.key))
}
