//! What figures are shown in: a table, and the bar of a chart within it.

use leptos::prelude::*;

/// A table of figures; what is wider than the page scrolls within it.
pub(crate) fn figure_table(caption: String, heads: AnyView, lines: Vec<AnyView>) -> AnyView {
    view! {
        <div class="figure-table">
            <table>
                <caption class="visually-hidden">{caption}</caption>
                <thead>
                    <tr>{heads}</tr>
                </thead>
                <tbody>{lines}</tbody>
            </table>
        </div>
    }
    .into_any()
}

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
