//! What goes wrong in the hub itself: logged, and kept for its admins.

use super::Object;
use crate::{
    error::{self, Error},
    store::errors,
};

impl Object {
    /// Notes an error of the hub's own; what is the asker's mistake, or the platform's quota, is none.
    pub(crate) fn note_error(&self, during: &str, error: &Error) {
        if let Some(detail) = error.detail() {
            self.note_trouble(during, &detail);
        }
    }

    /// Notes that something went wrong.
    pub(crate) fn note_trouble(&self, during: &str, detail: &str) {
        error::log(during, detail);
        let due = self.errors.borrow_mut().note(during, detail, self.now());
        // Before there is a workspace there are no tables.
        if due && self.ready.get() {
            let written = self
                .last_errors()
                .and_then(|all| Ok(errors::write(&self.database, &all)?));
            if let Err(error) = written {
                error::log("noting an error", &error.to_string());
            }
        }
    }

    /// The last errors, the latest first.
    pub(crate) fn last_errors(&self) -> Result<Vec<errors::Noted>, Error> {
        let stored = errors::read(&self.database)?;
        Ok(self.errors.borrow().with(stored))
    }
}
