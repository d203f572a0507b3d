//! Records a session of this build, for later builds to be held against:
//! `cargo run -p docket-sync --example record -- FOLDER`.
//!
//! What is recorded, and how each release adds its own, is told in `tests/recorded/README.md`.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    dead_code
)]

mod recorder;
mod script;

use std::path::PathBuf;

fn main() {
    let folder: PathBuf = std::env::args_os().nth(1).expect("name a folder").into();
    std::fs::create_dir_all(&folder).unwrap();
    script::play().write(&folder);
}
