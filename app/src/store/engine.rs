//! The way into the part of the store that syncs and edits. Its code (Automerge, the sync, the commands) is more than
//! half of the app's, and the first paint from stored rows needs none of it: the build cuts it here into a module of wasm
//! of its own, which is fetched while the page is painted (docs/decisions/app-size.md).
//!
//! What the first module can reach without passing here is in the first module: `scripts/check` weighs it.

// The macro declares what the other module exports. Both sides are one program of one compiler, so the types agree.
#![allow(unsafe_code, improper_ctypes, improper_ctypes_definitions)]

use std::rc::Rc;

use docket_domain::{Command, DocumentId, WorkspaceSlug};
use futures_util::{FutureExt, future::LocalBoxFuture};
use wasm_split_helpers::wasm_split;

use super::{OpenDocument, Replica, SavedFile, StoreError, unsent};

type Answer<T> = LocalBoxFuture<'static, Result<T, StoreError>>;

/// What the first module asks of this part; each is the method of [`Replica`] with its name, but for the last.
pub(super) struct Engine {
    pub(super) start: fn(&Rc<Replica>),
    pub(super) run: fn(Rc<Replica>, Command) -> Answer<()>,
    pub(super) open_document: fn(Rc<Replica>, DocumentId) -> Answer<OpenDocument>,
    pub(super) watch: fn(&Rc<Replica>, DocumentId),
    pub(super) close_unused: fn(&Rc<Replica>, DocumentId),
    pub(super) here: fn(&Rc<Replica>, Option<DocumentId>, Option<String>),
    pub(super) unsent: fn(WorkspaceSlug) -> Answer<Option<SavedFile>>,
}

static ENGINE: Engine = Engine {
    start: |replica| replica.start(),
    run: |replica, command| async move { replica.run(command).await }.boxed_local(),
    open_document: |replica, id| {
        let id = replica.rows.current(id);
        async move { replica.open_document(id).await }.boxed_local()
    },
    watch: |replica, list| replica.watch(list),
    close_unused: |replica, id| replica.close_unused(id),
    here: |replica, document, field| replica.here(document, field),
    unsent: |slug| unsent::gather(slug).boxed_local(),
};

/// The engine: at once if it was here before, so that whoever has a document open may rely on [`Engine::run`] changing it
/// when it is first polled.
///
/// # Errors
/// [`StoreError::NotLoaded`] when its code can't be fetched; the next call tries again.
#[wasm_split(engine, fallible)]
pub(super) fn engine() -> Result<&'static Engine, StoreError> {
    Ok(&ENGINE)
}
