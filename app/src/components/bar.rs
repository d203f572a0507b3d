//! A bar of a chart, within a table that has its number.

use leptos::prelude::*;

/// A bar as long as its share of the longest. The numbers beside it say the same to whoever doesn't see it.
pub(crate) fn bar(length: f64, longest: f64) -> impl IntoView + use<> {
    let width = if longest > 0.0 {
        (length / longest * 100.0).max(0.0)
    } else {
        0.0
    };
    view! {
        <svg class="figure-bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
            <rect width=format!("{width:.2}") height="10" rx="0.8" />
        </svg>
    }
}
