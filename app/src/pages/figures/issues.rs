//! The issues behind a figure.

use docket_domain::{
    DocumentId,
    metrics::{self, words},
};
use leptos::prelude::*;

use super::{Figures, asked};
use crate::{
    components::{For, Show, key::key_name},
    pages::entry::IssueEntry,
};

/// The most issues listed at once.
const MOST: usize = 200;

/// They are listed where somebody asked for them.
#[component]
pub(super) fn Behind() -> impl IntoView {
    let figures: Figures = expect_context();
    let store = figures.store;
    let found = Memo::new(move |_| {
        let asked = figures.asked.get();
        let behind = asked.behind.as_ref()?;
        let key = match behind {
            asked::Behind::All => None,
            asked::Behind::Key(key) => Some((asked.by, key)),
        };
        let ids = figures.counted.with(|counted| {
            let now = &counted.as_ref()?.now;
            Some(metrics::issues(&now.lives, asked.measure, key, &now.selection))
        })?;
        let several = ids.values().any(|times| *times > 1);
        let mut ids: Vec<_> = ids
            .into_keys()
            .map(|id| {
                let updated = store.row(id).map(|row| row.with_untracked(|row| row.updated));
                (std::cmp::Reverse(updated), id)
            })
            .collect();
        ids.sort_unstable();
        let ids: Vec<DocumentId> = ids.into_iter().map(|(_, id)| id).collect();
        Some((ids, several))
    });
    let title = move || {
        let asked = figures.asked.get();
        let key = match &asked.behind {
            Some(asked::Behind::Key(key)) => format!(", {}: {}", asked.by.name, key_name(store, key)),
            _ => String::new(),
        };
        format!("{}{key}", asked.measure.name)
    };
    let count = move || found.with(|found| found.as_ref().map_or(0, |(ids, _)| ids.len()));
    let several = move || found.with(|found| found.as_ref().is_some_and(|(_, several)| *several));
    let many = move || count() > MOST;
    let shown = move || {
        found.with(|found| {
            let ids = found.iter().flat_map(|(ids, _)| ids);
            ids.take(MOST).copied().collect::<Vec<_>>()
        })
    };
    // It opens below what was pressed, perhaps out of sight.
    Effect::new(move |before: Option<Option<asked::Behind>>| {
        let behind = figures.asked.with(|asked| asked.behind.clone());
        if behind.is_some() && before.is_some_and(|before| before != behind) {
            request_animation_frame(|| {
                if let Some(section) = document().get_element_by_id("behind") {
                    section.scroll_into_view();
                }
            });
        }
        behind
    });
    view! {
        <Show when=move || found.with(Option::is_some)>
            <section class="card" aria-labelledby="behind">
                <h2 id="behind">{title}" · "{move || words::issues(count())}</h2>
                <Show when=several>
                    <p class="hint">"Some of them count more than once."</p>
                </Show>
                <ul class="entries">
                    <For each=shown key=|id| *id let:id>
                        <li><IssueEntry id /></li>
                    </For>
                </ul>
                <Show when=many>
                    <p class="hint">{format!("The {MOST} that changed last are listed.")}</p>
                </Show>
            </section>
        </Show>
    }
}
