//! Jira's words (in small letters) in the working group's. The original name is always kept beside.

use docket_domain::words::{Priority, Resolution, Severity, Status};

use crate::mapping::{own, plain};

/// A status by its name.
pub(crate) fn status(name: &str) -> Option<Status> {
    Some(match name {
        "open" | "new" | "to do" | "backlog" | "created" => Status::New,
        "triaged" | "accepted" | "selected for development" | "ready" | "ready for development" => {
            Status::Triaged
        }
        "in progress" | "in review" | "review" | "code review" | "in development" | "testing"
        | "in testing" => Status::InProgress,
        "waiting for customer"
        | "waiting for reporter"
        | "waiting on customer"
        | "needs info"
        | "need info" => Status::WaitingReporter,
        "waiting for vendor" | "waiting on vendor" => Status::WaitingVendor,
        "reopened" => Status::Reopened,
        "resolved" | "fixed" => Status::Resolved,
        "closed" | "done" | "completed" => Status::Closed,
        _ => return own::status(name),
    })
}

/// A status by its category's key: Jira has three, whatever the names of its statuses.
pub(crate) fn category(key: &str) -> Option<Status> {
    match key {
        "new" => Some(Status::New),
        "indeterminate" => Some(Status::InProgress),
        "done" => Some(Status::Closed),
        _ => None,
    }
}

/// A priority by its name: of both of Jira's own scales (Blocker … Trivial, Highest … Lowest), and of the mixture
/// Critical, High, Medium, Low, which stays four different ones.
pub(crate) fn priority(name: &str) -> Option<Priority> {
    Some(match name {
        "blocker" => Priority::Blocker,
        "critical" | "highest" | "urgent" => Priority::Critical,
        "major" | "high" => Priority::Major,
        "minor" | "medium" | "normal" => Priority::Minor,
        "trivial" | "low" | "lowest" => Priority::Trivial,
        _ => return own::priority(name),
    })
}

/// A name by which people say that there is no priority.
pub(crate) fn is_no_priority(name: &str) -> bool {
    matches!(
        plain(name).as_str(),
        "" | "none" | "unprioritized" | "not prioritized"
    )
}

/// A resolution by its name.
pub(crate) fn resolution(name: &str) -> Option<Resolution> {
    Some(match name.replace('’', "'").as_str() {
        "fixed" | "done" | "completed" | "complete" | "resolved" | "implemented" => Resolution::Fixed,
        "won't fix" | "won't do" | "wontfix" | "declined" | "rejected" | "deferred" => Resolution::WontFix,
        "duplicate" => Resolution::Duplicate,
        "cannot reproduce" | "can't reproduce" | "needs more info" | "incomplete" => {
            Resolution::CannotReproduce
        }
        "invalid" | "not a bug" | "not our bug" | "works as designed" => Resolution::NotABug,
        _ => return own::resolution(name),
    })
}

/// The severity that a type of issue says; none for reports of problems, whose severity Jira doesn't have.
pub(crate) fn severity(kind: &str) -> Option<Severity> {
    match kind {
        "improvement" | "new feature" | "feature" | "feature request" | "enhancement" | "wish" => {
            Some(Severity::Enhancement)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_four_priorities_of_a_mixed_scale_stay_four_in_order() {
        let mapped: Vec<_> = ["critical", "high", "medium", "low"].map(priority).into();
        assert!(mapped.is_sorted_by(|a, b| a < b) && mapped.iter().all(Option::is_some));
        assert_eq!(priority("none"), None);
        assert!(is_no_priority("None"));
    }
}
