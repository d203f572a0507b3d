//! docket-app
fn main() {}
