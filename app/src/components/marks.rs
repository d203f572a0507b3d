//! Marks: severity, priority and status as small signs. Each also says its meaning in words; colour is never alone.

use docket_domain::words::{Priority, Severity, Status};
use leptos::prelude::*;

/// Severity: a short word on a ground that gets stronger.
#[component]
pub(crate) fn SeverityMark(severity: Option<Severity>) -> impl IntoView {
    let (short, label) = match severity {
        None => ("–", "No severity".to_owned()),
        Some(severity) => (severity_short(severity), format!("Severity {}", severity.label())),
    };
    let class = format!("severity {}", severity.map_or("none", Severity::as_str));
    view! {
        <span class=class title=label.clone()>
            <span aria-hidden="true">{short}</span>
            <span class="visually-hidden">{label.clone()}</span>
        </span>
    }
}

/// The word that fits into a narrow column.
pub(crate) const fn severity_short(severity: Severity) -> &'static str {
    match severity {
        Severity::S1 => "S1",
        Severity::S2 => "S2",
        Severity::S3 => "S3",
        Severity::S4 => "S4",
        Severity::Enhancement => "Enh",
        Severity::Contribution => "Con",
    }
}

/// Priority: bars, as many as it is urgent.
#[component]
pub(crate) fn PriorityMark(priority: Option<Priority>) -> impl IntoView {
    let label = priority.map_or_else(
        || "No priority".to_owned(),
        |it| format!("Priority {}", it.label()),
    );
    let level = match priority {
        None => 0,
        Some(Priority::Trivial) => 1,
        Some(Priority::Minor) => 2,
        Some(Priority::Major) => 3,
        Some(Priority::Critical) => 4,
        Some(Priority::Blocker) => 5,
    };
    let class = format!("priority {}", priority.map_or("none", Priority::as_str));
    let shape = if level == 5 {
        view! {
            <rect x="1.5" y="1.5" width="13" height="13" rx="3" class="fill"></rect>
            <path d="M8 4.5v4.2M8 11.2v.2" class="cut"></path>
        }
        .into_any()
    } else {
        let bar = move |n: u32, x: &'static str, y: &'static str, height: &'static str| {
            let class = if level >= n { "on" } else { "off" };
            view! { <rect x=x y=y width="2.6" height=height rx="0.8" class=class></rect> }
        };
        view! {
            {bar(1, "1", "10.5", "3.5")}
            {bar(2, "4.8", "8", "6")}
            {bar(3, "8.6", "5.5", "8.5")}
            {bar(4, "12.4", "3", "11")}
        }
        .into_any()
    };
    view! {
        <span class=class title=label.clone()>
            <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">{shape}</svg>
            <span class="visually-hidden">{label.clone()}</span>
        </span>
    }
}

/// Status: a ring that fills up on the way.
#[component]
pub(crate) fn StatusMark(status: Status) -> impl IntoView {
    let label = status.label();
    let class = format!("status {}", status.as_str());
    let shape = match status {
        Status::New => view! { <circle cx="8" cy="8" r="5.7" class="ring dashed"></circle> }.into_any(),
        Status::Triaged => view! { <circle cx="8" cy="8" r="5.7" class="ring"></circle> }.into_any(),
        Status::InProgress => view! {
            <circle cx="8" cy="8" r="5.7" class="ring"></circle>
            <path d="M8 4.6a3.4 3.4 0 0 1 0 6.8z" class="fill"></path>
        }
        .into_any(),
        Status::WaitingReporter | Status::WaitingVendor => view! {
            <circle cx="8" cy="8" r="5.7" class="ring"></circle>
            <path d="M6.3 5.8v4.4M9.7 5.8v4.4" class="line"></path>
        }
        .into_any(),
        Status::Reopened => view! {
            <circle cx="8" cy="8" r="5.7" class="ring"></circle>
            <path d="M10.3 6.6A2.7 2.7 0 1 0 10.6 9M10.6 4.8v2h-2" class="line"></path>
        }
        .into_any(),
        Status::Resolved => view! {
            <circle cx="8" cy="8" r="6.2" class="fill"></circle>
            <path d="m5.3 8.2 1.9 1.9 3.5-3.9" class="cut"></path>
        }
        .into_any(),
        Status::Closed => view! {
            <circle cx="8" cy="8" r="5.7" class="ring"></circle>
            <path d="m5.5 8.2 1.8 1.8 3.2-3.7" class="line"></path>
        }
        .into_any(),
    };
    view! {
        <span class=class title=label>
            <svg viewBox="0 0 16 16" aria-hidden="true" focusable="false">{shape}</svg>
            <span class="visually-hidden">{label}</span>
        </span>
    }
}
