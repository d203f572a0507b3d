//! Which rows are in storage. Written with them, and only if they join on to what is there: each tab follows the
//! catalogue by itself, and all write to one database.

use docket_domain::row::DERIVATION;
use docket_sync::client::Cursor;
use minicbor::{Decode, Encode};

/// Which rows are in storage.
#[derive(Debug, Clone, Default, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub(crate) struct StoredCursor {
    #[n(0)]
    epoch: Option<String>,
    #[n(1)]
    version: u64,
    #[n(2)]
    derivation: u32,
    /// All rows were here when this was written.
    #[n(3)]
    pub(crate) complete: bool,
}

impl StoredCursor {
    /// The cursor's name among the single values.
    pub(super) const NAME: &str = "cursor";

    pub(crate) fn new(cursor: &Cursor, complete: bool) -> Self {
        Self {
            epoch: cursor.epoch.clone(),
            version: cursor.version,
            derivation: cursor.derivation,
            complete,
        }
    }

    /// The cursor for the client. Rows of an older derivation are asked for again, all of them.
    pub(crate) fn cursor(&self) -> Cursor {
        let current = self.derivation == DERIVATION;
        Cursor {
            epoch: self.epoch.clone(),
            version: if current { self.version } else { 0 },
            derivation: DERIVATION,
        }
    }
}
