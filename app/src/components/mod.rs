//! Pieces that several pages use: marks, avatars, dialogs, menus, notices, Markdown, words for times and people.
//!
//! What may not live here: pages, and anything that knows an address's meaning.

// `#[component]` writes a public type for the properties, whatever the component's own visibility.
#![allow(unreachable_pub)]

pub(crate) mod avatar;
pub(crate) mod choice;
pub(crate) mod count;
pub(crate) mod dialog;
pub(crate) mod download;
pub(crate) mod figures;
mod flow;
pub(crate) mod focus;
pub(crate) mod icon;
pub(crate) mod key;
pub(crate) mod markdown;
pub(crate) mod marks;
pub(crate) mod menu;
pub(crate) mod names;
mod notices;
pub(crate) mod people;
pub(crate) mod state;
pub(crate) mod text;
pub(crate) mod theme;
pub(crate) mod time;

pub(crate) use flow::{For, Show};
pub(crate) use notices::{Notices, NoticesView, notices};
