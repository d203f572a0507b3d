//! Undoing an import, and bringing back what that deleted: jobs like an import's own ([`super::import`]), whose batches
//! are commands' changes.

use std::rc::Rc;

use docket_domain::{DocumentId, Timestamp};
use leptos::prelude::*;

use super::{
    ImportId, ImportRecord, Replica, StoreError, Undone,
    database::Write,
    import::Job,
    running::{Outcome, Running, Task},
};
use crate::job::Request;

impl Replica {
    /// Deletes what an import added and nobody has changed since ([`Task::Undo`]), or brings back what that deleted
    /// ([`Task::Redo`]).
    pub(super) fn turn(self: &Rc<Self>, task: Task, import: ImportId, record: ImportRecord) -> Running {
        let (name, total) = (record.name.clone(), record.added);
        self.begin(task, name, total, move |replica, job| {
            if task == Task::Undo {
                // It may go on with one that broke off.
                let deleted = record.undone.unwrap_or_default().deleted;
                job.progress.update(|it| it.stored = deleted);
            }
            let work = Rc::clone(&replica);
            let turned = async move {
                if task == Task::Redo {
                    work.bring_back(import, record, job).await
                } else {
                    work.take_back(import, record, job).await
                }
            };
            async move { replica.alone(turned).await }
        })
    }

    async fn take_back(
        self: &Rc<Self>,
        import: ImportId,
        mut record: ImportRecord,
        job: Job,
    ) -> Result<Outcome, StoreError> {
        let mut undone = record.undone.unwrap_or(Undone {
            at: self.now(),
            ..Undone::default()
        });
        // Bringing back knows its own deletions by their not being earlier, wherever the clock was set meanwhile.
        let now = self.now().max(undone.at);
        let request = self.undo_request(import, now, None)?;
        let at = undone.at;
        let outcome = self
            .follow(&request, None, job, async |items, shown| {
                let mut next = undone;
                let of_this = |ids: &[DocumentId], _: &[DocumentId]| {
                    next.deleted += ids.len() as u64;
                    record.undone = Some(next);
                    vec![Write::Import(import, record.clone())]
                };
                self.store_items(items, shown, of_this).await?;
                undone = next;
                Ok(())
            })
            .await?;
        if let Outcome::Undone(undone) = outcome {
            record.undone = Some(Undone { at, ..undone });
            self.writer.write(vec![Write::Import(import, record)]).await?;
        }
        Ok(outcome)
    }

    async fn bring_back(
        self: &Rc<Self>,
        import: ImportId,
        record: ImportRecord,
        job: Job,
    ) -> Result<Outcome, StoreError> {
        let since = record.undone.map_or(record.at, |undone| undone.at);
        let request = self.undo_request(import, self.now(), Some(since))?;
        let outcome = self
            .follow(&request, None, job, async |items, shown| {
                self.store_items(items, shown, |_, _| Vec::new()).await
            })
            .await?;
        if let Outcome::Undone(_) = outcome {
            let record = ImportRecord {
                undone: None,
                ..record
            };
            self.writer.write(vec![Write::Import(import, record)]).await?;
        }
        Ok(outcome)
    }

    fn undo_request(
        &self,
        import: ImportId,
        now: Timestamp,
        back: Option<Timestamp>,
    ) -> Result<Request, StoreError> {
        Ok(Request::Undo {
            slug: self.slug.clone(),
            import,
            known: self.known(),
            member: self.my_id().ok_or(StoreError::SignedOut)?,
            now,
            back,
        })
    }
}
