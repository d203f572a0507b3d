//! Numbers in sentences.

pub(crate) use docket_domain::metrics::words::number;

/// A number of issues: `1 issue`, `1,499 issues`.
pub(crate) fn issues(n: usize) -> String {
    let word = if n == 1 { "issue" } else { "issues" };
    format!("{} {word}", number(n))
}
