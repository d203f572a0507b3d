//! The way into the part of the store that syncs and edits. Its code (Automerge, the sync, the commands) is more than
//! half of the app's, and the first paint from stored rows needs none of it: the build cuts it at these functions into
//! a module of wasm of its own, which is fetched while the page is painted (docs/decisions/app-size.md).
//!
//! What the first module can reach without passing here is in the first module: `scripts/check` weighs it.

// The macro declares what the other module exports. Both sides are one program of one compiler, so the types agree.
#![allow(unsafe_code, improper_ctypes, improper_ctypes_definitions)]

use std::rc::Rc;

use docket_domain::{Command, DocumentId};
use futures_util::{FutureExt, future::LocalBoxFuture};
use wasm_split_helpers::wasm_split;

use super::{OpenDocument, Replica, StoreError};

type Answer<T> = LocalBoxFuture<'static, Result<T, StoreError>>;

/// [`Replica::start`].
#[wasm_split(engine, fallible)]
pub(super) fn start(replica: Rc<Replica>) -> Result<(), StoreError> {
    replica.start();
    Ok(())
}

/// [`Replica::run`].
#[wasm_split(engine, fallible, return_wrapper(let done = _; { done.await } -> Result<(), StoreError>))]
pub(super) fn run(replica: Rc<Replica>, command: Command) -> Answer<()> {
    async move { replica.run(command).await }.boxed_local()
}

/// [`Replica::open_document`].
#[wasm_split(engine, fallible, return_wrapper(let opened = _; { opened.await } -> Result<OpenDocument, StoreError>))]
pub(super) fn open_document(replica: Rc<Replica>, id: DocumentId) -> Answer<OpenDocument> {
    async move { replica.open_document(id).await }.boxed_local()
}

/// Opens a list's document and keeps it open: [`Replica::watch`].
#[wasm_split(engine, fallible)]
pub(super) fn watch(replica: Rc<Replica>, list: DocumentId) -> Result<(), StoreError> {
    replica.watch(list);
    Ok(())
}

/// [`Replica::close_unused`].
#[wasm_split(engine, fallible)]
pub(super) fn close_unused(replica: Rc<Replica>, id: DocumentId) -> Result<(), StoreError> {
    replica.close_unused(id);
    Ok(())
}

/// [`Replica::here`].
#[wasm_split(engine, fallible)]
pub(super) fn here(
    replica: Rc<Replica>,
    document: Option<DocumentId>,
    field: Option<String>,
) -> Result<(), StoreError> {
    replica.here(document, field);
    Ok(())
}
