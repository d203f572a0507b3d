//! docket-sync
