//! docket-worker
