//! The way to the hub: one WebSocket for each tab, the few HTTP calls beside it, and who is signed in.
//!
//! What lives here moves bytes and knows when to try again. What they mean is decided in `docket_sync` and the store.

mod backoff;
mod device;
pub(crate) mod documents;
pub(crate) mod http;
mod line;
pub(crate) mod member;
pub(crate) mod session;
mod socket;
pub(crate) mod update;

pub(crate) use self::line::{Line, start};
