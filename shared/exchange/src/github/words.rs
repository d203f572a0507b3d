//! GitHub's words (in small letters) in the working group's. The original name is always kept beside.

use docket_domain::words::{Priority, Resolution, Severity, Status};

/// A state. What was closed and is open again says so as the reason of its state.
pub(super) fn status(state: &str) -> Option<Status> {
    match state {
        "open" => Some(Status::New),
        "reopened" => Some(Status::Reopened),
        "closed" => Some(Status::Closed),
        _ => None,
    }
}

/// The reason of a closed issue's state.
pub(super) fn resolution(reason: &str) -> Option<Resolution> {
    match reason {
        "completed" => Some(Resolution::Fixed),
        "not_planned" => Some(Resolution::WontFix),
        "duplicate" => Some(Resolution::Duplicate),
        _ => None,
    }
}

/// The severity that a label or a type says: none but that it is a wish, until the group says more.
pub(super) fn severity(label: &str) -> Option<Severity> {
    matches!(label, "enhancement" | "feature" | "feature request").then_some(Severity::Enhancement)
}

/// The priority that a label says: none, until the group says more.
pub(super) fn priority(_label: &str) -> Option<Priority> {
    None
}
