//! Bugzilla's words (in small letters) in the working group's. The original name is always kept beside.

use docket_domain::words::{Priority, Resolution, Severity, Status};

/// A status: of the workflow with NEW and ASSIGNED, and of the later one with CONFIRMED and IN_PROGRESS.
///
/// NEW is what has been reported and not been looked at in most Bugzillas, so it is new here, as UNCONFIRMED is.
pub(super) fn status(name: &str) -> Option<Status> {
    Some(match name {
        "unconfirmed" | "new" => Status::New,
        "confirmed" => Status::Triaged,
        "assigned" | "in_progress" => Status::InProgress,
        "needinfo" => Status::WaitingReporter,
        "reopened" => Status::Reopened,
        "resolved" => Status::Resolved,
        "verified" | "closed" => Status::Closed,
        _ => return None,
    })
}

/// A priority: the five of each of Bugzilla's scales stay five in order.
pub(super) fn priority(name: &str) -> Option<Priority> {
    Some(match name {
        "p1" | "highest" => Priority::Blocker,
        "p2" | "high" => Priority::Critical,
        "p3" | "normal" => Priority::Major,
        "p4" | "low" => Priority::Minor,
        "p5" | "lowest" => Priority::Trivial,
        _ => return None,
    })
}

/// A resolution.
pub(super) fn resolution(name: &str) -> Option<Resolution> {
    Some(match name {
        "fixed" => Resolution::Fixed,
        "wontfix" => Resolution::WontFix,
        "duplicate" => Resolution::Duplicate,
        "worksforme" | "incomplete" => Resolution::CannotReproduce,
        "invalid" | "notabug" | "notourbug" => Resolution::NotABug,
        _ => return None,
    })
}

/// A severity: Bugzilla's own seven as Mozilla brought them to S1 to S4.
pub(super) fn severity(name: &str) -> Option<Severity> {
    Some(match name {
        "s1" | "blocker" | "critical" => Severity::S1,
        "s2" | "major" => Severity::S2,
        "s3" | "normal" => Severity::S3,
        "s4" | "minor" | "trivial" => Severity::S4,
        "enhancement" => Severity::Enhancement,
        _ => return None,
    })
}

/// Does a word say that nothing is set?
pub(super) fn is_none(name: &str) -> bool {
    matches!(name.trim(), "" | "--" | "---" | "N/A")
}
