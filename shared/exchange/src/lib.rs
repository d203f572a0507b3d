//! docket-exchange
