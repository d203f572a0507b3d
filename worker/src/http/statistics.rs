//! `GET /statistics`: figures for the people who run the hub, and for `make bench`.

use serde::Serialize;
use worker::Response;

use super::Asked;
use crate::{answer, error::Error, store};

#[derive(Serialize)]
struct Statistics {
    /// Documents that are kept.
    documents: u64,
    /// Changes that are stored in them.
    changes: u64,
    /// Rows written since the object woke, as Cloudflare counts them.
    rows_written: u64,
    /// The memory of all objects of the isolate; it never shrinks.
    memory_bytes: usize,
    /// Documents in memory.
    cached_documents: usize,
    /// What they are reckoned to take.
    cached_bytes: u64,
    /// The database's size.
    database_bytes: usize,
    /// Open sockets.
    sockets: usize,
    /// Requests that aren't answered yet, this one too, and the bytes that are held for them.
    requests: usize,
    held_bytes: usize,
}

/// Tells them.
pub(crate) fn tell(asked: Asked) -> Result<Response, Error> {
    asked.bare().in_turn(|caller| {
        caller.admin()?;
        let object = caller.object();
        let (documents, changes) = store::totals(&object.database)?;
        let (requests, held_bytes) = object.flights.borrow().under_way();
        let (cached_documents, cached_bytes) = object.with_hub(|hub, _| hub.loaded())?;
        let statistics = Statistics {
            documents,
            changes,
            rows_written: object.database.written(),
            memory_bytes: memory(),
            cached_documents,
            cached_bytes,
            database_bytes: object.database.size(),
            sockets: object.open_sockets(),
            requests,
            held_bytes,
        };
        answer::json(200, &statistics)
    })
}

/// WebAssembly counts its memory in pages of 64 KiB.
#[cfg(target_arch = "wasm32")]
fn memory() -> usize {
    core::arch::wasm32::memory_size(0) * 65_536
}

/// Elsewhere there is no such memory; the crate is only checked and tested there.
#[cfg(not(target_arch = "wasm32"))]
const fn memory() -> usize {
    0
}
