//! Numbers in sentences.

pub(crate) use docket_domain::metrics::words::{issues, number};
