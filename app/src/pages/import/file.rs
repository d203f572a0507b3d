//! Reading a file piece by piece: unpacked if it is packed, cut into records, each placed by the plan.

use std::collections::HashMap;

use automerge::{Automerge, ChangeHash};
use docket_domain::DocumentId;
use docket_exchange::{Existing, Format, Incoming, Placed, Plan, Report, Source};
use js_sys::{Array, Function, Reflect, Uint8Array};
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStream, ReadableStreamDefaultReader};

use crate::store::{Store, StoreError, sleep};

/// How many records are placed before the page may paint again.
const TURN: usize = 20;

/// How far a file is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reading {
    /// The share that is read; none where the end isn't known (a packed file).
    pub(super) share: RwSignal<Option<f64>>,
    /// The records read.
    pub(super) records: RwSignal<usize>,
    /// Stop.
    pub(super) cancelled: StoredValue<bool>,
}

impl Reading {
    /// No file yet. Made with the page: what a button makes goes with the button.
    pub(super) fn new() -> Self {
        Self {
            share: RwSignal::new(None),
            records: RwSignal::new(0),
            cancelled: StoredValue::new(false),
        }
    }

    /// At the beginning of this file.
    pub(super) fn begin(self, file: &File) {
        self.share.set((!is_packed(file)).then_some(0.0));
        self.records.set(0);
        self.cancelled.set_value(false);
    }
}

/// What a dry run comes to.
pub(super) struct DryRun {
    /// What will come in, and what won't.
    pub(super) report: Report,
    /// The documents that will.
    pub(super) documents: Vec<(DocumentId, Vec<u8>)>,
}

/// Why a file can't be read.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    /// The browser can't read it.
    #[error("The file can’t be read: it may have been moved or be damaged. Choose it again.")]
    Unreadable,
    /// The browser can't unpack it.
    #[error("This browser can’t unpack gzip. Unpack the file first.")]
    NoGzip,
    /// There is no workspace yet.
    #[error("This device doesn’t know the workspace yet. Connect once, then import.")]
    NoWorkspace,
    /// A document that had to be looked at can't be read.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Reads the file, and places every issue without storing anything. `Err(None)` when it was cancelled.
pub(super) async fn dry_run(
    store: Store,
    file: &File,
    reading: Reading,
) -> Result<DryRun, Option<FileError>> {
    let workspace = untrack(|| store.workspace_document()).ok_or(Some(FileError::NoWorkspace))?;
    let known = store.known_heads();
    let mut documents = Vec::new();
    let pieces = pieces(file).map_err(Some)?;
    let mut beginning = next(&pieces).await.map_err(Some)?;
    // What is none of the formats is read as the most usual one, whose refusals then say what is wrong with it.
    let format = Format::detect(beginning.as_deref().unwrap_or_default(), &file.name());
    let format = format.unwrap_or(Format::Jira);
    let (mut plan, mut source) = (Plan::new(workspace, format), Source::open(format));
    let (mut turn, size) = (0, file.size());
    loop {
        let piece = match beginning.take() {
            Some(beginning) => Some(beginning),
            None => next(&pieces).await.map_err(Some)?,
        };
        let ended = piece.is_none();
        if let Some(piece) = piece {
            source.feed(&piece);
        }
        loop {
            let record = if ended {
                source.finish()
            } else {
                source.next_record()
            };
            let Some(record) = record else { break };
            if let Some(incoming) = plan.read(record) {
                let placed = place(store, &mut plan, &incoming, &known)
                    .await
                    .map_err(|error| Some(error.into()))?;
                documents.extend(placed);
            }
            reading.records.try_update(|records| *records += 1);
            turn += 1;
            if turn % TURN == 0 {
                sleep(0).await;
                // Also when the page was left.
                if reading.cancelled.try_get_value().unwrap_or(true) {
                    return Err(None);
                }
            }
        }
        if ended {
            return Ok(DryRun {
                report: plan.finish(),
                documents,
            });
        }
        let read = source.consumed() as f64 / size.max(1.0);
        reading
            .share
            .try_update(|share| *share = share.map(|_| read.min(1.0)));
    }
}

/// The document, if it is to be added.
async fn place(
    store: Store,
    plan: &mut Plan,
    incoming: &Incoming,
    known: &HashMap<DocumentId, Vec<ChangeHash>>,
) -> Result<Option<(DocumentId, Vec<u8>)>, StoreError> {
    // Documents that had to be looked at, because they changed since they were imported.
    let mut open: Vec<(DocumentId, Automerge)> = Vec::new();
    loop {
        let placed = {
            let existing = |id: DocumentId| match open.iter().find(|(known, _)| *known == id) {
                Some((_, document)) => Existing::Document(document),
                None => known
                    .get(&id)
                    .map_or(Existing::Nothing, |heads| Existing::Heads(heads)),
            };
            plan.place(incoming, existing)
        };
        match placed {
            Placed::Add(id) => {
                let made = incoming.content.document(id);
                let made = made.map_err(|error| StoreError::Unreadable(id, error.to_string()))?;
                return Ok(Some((id, made.document.save())));
            }
            Placed::Nothing => return Ok(None),
            Placed::Needs(id) => {
                let document = store.open_document(id).await?;
                let copy = document
                    .with_untracked(Clone::clone)
                    .ok_or(StoreError::NotFound(id))?;
                open.push((id, copy));
            }
        }
    }
}

fn is_packed(file: &File) -> bool {
    file.name().ends_with(".gz") || file.type_() == "application/gzip"
}

/// The file's bytes as they come, unpacked.
fn pieces(file: &File) -> Result<ReadableStreamDefaultReader, FileError> {
    let stream = file.stream();
    let stream = if is_packed(file) {
        unpacked(&stream).ok_or(FileError::NoGzip)?
    } else {
        stream
    };
    stream.get_reader().dyn_into().map_err(|_| FileError::Unreadable)
}

/// Bound by hand: web-sys has no `pipeThrough` for it.
fn unpacked(stream: &ReadableStream) -> Option<ReadableStream> {
    let unpacker = Reflect::get(&js_sys::global(), &JsValue::from_str("DecompressionStream")).ok()?;
    let unpacker = unpacker.dyn_into::<Function>().ok()?;
    let unpacker = Reflect::construct(&unpacker, &Array::of1(&JsValue::from_str("gzip"))).ok()?;
    let pipe: Function = Reflect::get(stream, &JsValue::from_str("pipeThrough"))
        .ok()?
        .dyn_into()
        .ok()?;
    pipe.call1(stream, &unpacker).ok()?.dyn_into().ok()
}

async fn next(pieces: &ReadableStreamDefaultReader) -> Result<Option<Vec<u8>>, FileError> {
    let piece = JsFuture::from(pieces.read())
        .await
        .map_err(|_| FileError::Unreadable)?;
    let field =
        |name: &str| Reflect::get(&piece, &JsValue::from_str(name)).map_err(|_| FileError::Unreadable);
    if field("done")?.is_truthy() {
        return Ok(None);
    }
    let bytes: Uint8Array = field("value")?.dyn_into().map_err(|_| FileError::Unreadable)?;
    Ok(Some(bytes.to_vec()))
}
