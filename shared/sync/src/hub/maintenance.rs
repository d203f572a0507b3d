//! What the hub does by itself, from an alarm: compacting, deriving rows anew, opening what was sealed.

use automerge::Automerge;
use docket_domain::{DocumentId, Row, Timestamp, row};

use super::{
    Effect, Hub, HubError, Meta, Store,
    intake::{encoded, pieces, sorted},
};

/// Documents handled by one alarm: milliseconds each, and edits wait meanwhile.
const AT_ONCE: usize = 50;
/// A new derivation of 10,000 rows takes 200 alarms with so many milliseconds between them.
pub(super) const SOON: i64 = 500;
/// Work that can wait does so for so long, in milliseconds: a document that is being edited is compacted once.
const LATER: i64 = 10_000;

impl<S: Store> Hub<S> {
    /// Does some of what is due, and asks to be called again while there is more.
    ///
    /// # Errors
    /// When the store fails.
    pub fn alarm(&mut self, now: Timestamp) -> Result<Vec<Effect>, HubError> {
        let worked = self.work(now).and_then(|()| self.plan_work(now));
        Ok(self.conclude(worked, now)?.1)
    }

    fn work(&mut self, now: Timestamp) -> Result<(), HubError> {
        for _ in 0..AT_ONCE {
            match self.store.next_opening()? {
                Some((at, id)) if at <= now => self.open(id, now)?,
                _ => break,
            }
        }
        self.finish_generations(now)?;
        for id in self.due(Self::underived)? {
            let derived = self.derive(id, now);
            self.note_failure(id, derived)?;
        }
        for id in self.due(Self::scattered)? {
            let compacted = self.compact(id);
            self.note_failure(id, compacted)?;
        }
        Ok(())
    }

    /// Asks for an alarm, if there is work to come.
    pub(super) fn plan_work(&mut self, now: Timestamp) -> Result<(), HubError> {
        let opening = self.store.next_opening()?.map(|(at, _)| at.max(now));
        let deriving = (!self.due(Self::underived)?.is_empty()).then(|| now.plus(SOON));
        let compacting = (!self.due(Self::scattered)?.is_empty()).then(|| now.plus(LATER));
        let ending = (!self.unfinished.is_empty()).then(|| now.plus(SOON));
        if let Some(at) = [opening, deriving, compacting, ending]
            .into_iter()
            .flatten()
            .min()
        {
            self.effects.push(Effect::Alarm { at });
        }
        Ok(())
    }

    /// Asks for an alarm if this document, just written, should be compacted.
    pub(super) fn plan_compaction(&mut self, meta: &Meta, now: Timestamp) {
        if meta.pieces >= self.config.pieces {
            self.effects.push(Effect::Alarm { at: now.plus(LATER) });
        }
    }

    fn underived(&self, limit: usize) -> Result<Vec<DocumentId>, HubError> {
        Ok(self.store.underived(row::DERIVATION, limit)?)
    }

    fn scattered(&self, limit: usize) -> Result<Vec<DocumentId>, HubError> {
        Ok(self.store.scattered(self.config.pieces, limit)?)
    }

    /// The first documents of `list` that can be worked on.
    fn due(
        &self,
        list: impl Fn(&Self, usize) -> Result<Vec<DocumentId>, HubError>,
    ) -> Result<Vec<DocumentId>, HubError> {
        let mut due = list(self, AT_ONCE + self.failed.len())?;
        due.retain(|id| !self.failed.contains(id));
        due.truncate(AT_ONCE);
        Ok(due)
    }

    /// One damaged document doesn't stop the work on others; it is left alone until the hub starts anew.
    fn note_failure(&mut self, id: DocumentId, result: Result<(), HubError>) -> Result<(), HubError> {
        match result {
            Err(HubError::Document(..) | HubError::Damaged(_)) => {
                self.failed.insert(id);
                Ok(())
            }
            other => other,
        }
    }

    /// A sealed document opens.
    fn open(&mut self, id: DocumentId, now: Timestamp) -> Result<(), HubError> {
        let Some(mut meta) = self.store.meta(id)? else {
            return Ok(());
        };
        let version = self.store.version()? + 1;
        meta.opens = None;
        meta.replace_audience(meta.audience.clone(), version, now);
        self.rewrite_meta(id, &meta)?;
        self.tell_row(id, &meta, now)
    }

    /// Derives a row that older code derived, or that facts have changed.
    pub(super) fn derive(&mut self, id: DocumentId, now: Timestamp) -> Result<(), HubError> {
        let Some(mut loaded) = self.load(id)? else {
            return Ok(());
        };
        let row = Row::derive(&loaded.document, id, &loaded.facts).ok_or(HubError::Damaged(id))?;
        loaded.meta.derivation = row::DERIVATION;
        loaded.meta.version = self.store.version()? + 1;
        self.store.append(id, &[], &loaded.meta, Some(&row.to_bytes()))?;
        self.tell_row(id, &loaded.meta, now)?;
        self.documents.put(id, loaded);
        Ok(())
    }

    /// Puts a document's many pieces together.
    fn compact(&mut self, id: DocumentId) -> Result<(), HubError> {
        let Some(mut loaded) = self.load(id)? else {
            return Ok(());
        };
        let saved = loaded.document.save();
        // What is replaced can't be had again: first see that it can be read.
        let again = Automerge::load(&saved).map_err(|error| HubError::Document(id, Box::new(error)))?;
        if sorted(again.get_heads()) != loaded.meta.heads {
            return Err(HubError::Damaged(id));
        }
        let pieces = pieces(&saved, &encoded(&loaded.facts));
        loaded.meta.pieces = pieces.len() as u64;
        let row = self.store.row(id)?;
        self.store.replace(id, &pieces, &loaded.meta, row.as_deref())?;
        self.documents.put(id, loaded);
        Ok(())
    }
}
