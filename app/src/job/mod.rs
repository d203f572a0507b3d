//! Long work beside the page: jobs that run in a worker of the browser, so that a file of 200 MB holds up nobody's
//! typing, and the memory that it took is given back when the job ends.
//!
//! A worker runs the same wasm as the page, started without one: `main` then calls [`start`]. The page's side is
//! [`Work`]. What they tell one another is in `message`; `import` and `undo` are the jobs. The worker only reads: what
//! comes of a job is handed to the page, whose store writes it.

// The macro declares what the other module exports. Both sides are one program of one compiler, so the types agree.
#![allow(unsafe_code, improper_ctypes, improper_ctypes_definitions)]

mod file;
mod here;
mod import;
mod message;
mod page;
mod reading;
mod scope;
mod told;
mod undo;

use wasm_bindgen_futures::spawn_local;
use wasm_split_helpers::wasm_split;

pub(crate) use self::{
    message::{Answer, Heads, Item, Preview, Read, Request, Told, Unknown},
    page::{Come, Work},
};
use crate::store::StoreError;

/// What a worker does, once its code is here. Apart from the pages', which need no reader of another tracker's files.
#[wasm_split(job, fallible)]
fn job() -> Result<fn(), StoreError> {
    Ok(scope::listen)
}

/// Begins to listen to the page that started this worker.
pub(crate) fn start() {
    spawn_local(async {
        match job().await {
            Ok(listen) => listen(),
            // The page hears of what is thrown.
            Err(error) => wasm_bindgen::throw_str(&error.to_string()),
        }
    });
}
