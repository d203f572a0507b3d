//! What an import, or its undoing, tells of itself while it is under way, and at its end.

use std::sync::Arc;

use futures_util::future::AbortHandle;
use leptos::prelude::*;
use web_sys::{Blob, Url};

use super::{StoreError, Undone};
use crate::job;

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Task {
    /// A file is read; nothing is stored.
    DryRun,
    /// A file is imported.
    Import,
    /// An import is undone.
    Undo,
    /// What an undoing deleted is brought back.
    Redo,
}

/// How it stands.
#[derive(Debug, Clone, Default)]
pub(crate) struct Progress {
    /// Records of the file read, or issues of the import looked at.
    pub(crate) records: u64,
    /// The share of all; none where the end isn't known (a packed file).
    pub(crate) share: Option<f64>,
    /// Issues stored on this device, or deleted.
    pub(crate) stored: u64,
    /// How it ended; none while it is under way.
    pub(crate) outcome: Option<Outcome>,
}

/// How it ended.
#[derive(Debug, Clone)]
pub(crate) enum Outcome {
    /// The file was read.
    Read(Arc<FileRead>),
    /// All issues of the import were looked at: deleted, or brought back.
    Undone(Undone),
    /// A person stopped it. What was stored until then stays.
    Cancelled,
    /// It can't go on: why, in words.
    Failed(String),
}

/// What a file came to.
#[derive(Debug)]
pub(crate) struct FileRead {
    /// The report.
    pub(crate) read: job::Read,
    /// All of it as a text.
    pub(crate) report: Download,
    /// The records that don't come in, as a file of the same format; none if there are none.
    pub(crate) mend: Option<Download>,
}

/// The address of a file that can be saved, as long as this is.
#[derive(Debug)]
pub(crate) struct Download(String);

impl Download {
    pub(super) fn new(file: &Blob) -> Result<Self, StoreError> {
        let address = Url::create_object_url_with_blob(file);
        address.map(Self).map_err(|_| StoreError::BrokeDown)
    }

    /// For a link.
    pub(crate) fn address(&self) -> String {
        self.0.clone()
    }
}

impl Drop for Download {
    fn drop(&mut self) {
        // It was none: nothing to give back.
        let _ = Url::revoke_object_url(&self.0);
    }
}

/// Something under way. It goes on when this is dropped.
#[derive(Debug, Clone)]
pub(crate) struct Running {
    /// What is done.
    pub(crate) task: Task,
    /// The file's name.
    pub(crate) name: String,
    /// How many issues are expected: to come in, or to be looked at.
    pub(crate) total: u64,
    pub(super) progress: ArcRwSignal<Progress>,
    pub(super) cancel: AbortHandle,
}

impl Running {
    /// How it stands.
    #[must_use]
    pub(crate) fn progress(&self) -> ArcRwSignal<Progress> {
        self.progress.clone()
    }

    /// Stops it at once. A batch that is being stored is stored whole.
    pub(crate) fn cancel(&self) {
        self.cancel.abort();
    }
}
