//! The bar above a list: its name, how many issues, the search, the filter.

use std::time::Duration;

use leptos::{ev, html, prelude::*};

use super::{
    ListState,
    filter::{Facet, Filter, Sort},
    panel::{self, Panel},
};
use crate::{
    components::{
        For, Show,
        count::{issues, number},
        icon::Icon,
        people::May,
    },
    pages::{address::Page, router::router},
};

/// How long typing pauses before the list follows.
const PAUSE: Duration = Duration::from_millis(120);

/// The bar.
#[component]
pub(super) fn Bar(title: Signal<String>, is_list: bool) -> impl IntoView {
    let state: ListState = expect_context();
    let ListState {
        store, filter, order, ..
    } = state;
    let router = router();
    let open = RwSignal::new(false);
    let input: NodeRef<html::Input> = NodeRef::new();
    // The address may change by itself: back, a shared link, “clear”.
    Effect::new(move |_| {
        let text = filter.with(|filter| filter.text.clone());
        if let Some(input) = input.get()
            && input.value().trim() != text
        {
            input.set_value(&text);
        }
    });
    let waits = StoredValue::new(None::<TimeoutHandle>);
    let typed = move |event: ev::Event| {
        let text = event_target_value(&event);
        if let Some(handle) = waits.get_value() {
            handle.clear();
        }
        let search = move || change(state, |filter| filter.text.clone_from(&text));
        waits.set_value(set_timeout_with_handle(search, PAUSE).ok());
    };
    let count = move || {
        order.with(|order| {
            let ranked = if is_list {
                format!("{} ranked · ", order.of_ranked)
            } else {
                String::new()
            };
            if filter.with(Filter::is_empty) {
                format!("{ranked}{}", issues(order.all))
            } else {
                format!("{ranked}{} of {}", number(order.found), issues(order.all))
            }
        })
    };
    let chips = move || {
        let chosen = |facet: Facet| {
            let values = filter.with(|filter| filter.values(facet).clone());
            values.into_iter().map(move |value| (facet, value))
        };
        Facet::ALL.into_iter().flat_map(chosen).collect::<Vec<_>>()
    };
    let chip = move |(facet, value): (Facet, String)| {
        let words = panel::words(store, facet, &value);
        let remove = value.clone();
        view! {
            <li class="chip">
                <span><span class="chip-facet">{facet.label()}</span>{words.clone()}</span>
                <button
                    type="button"
                    aria-label=format!("No longer ask for {} {words}", facet.label())
                    on:click=move |_| change(state, |filter| filter.set(facet, &remove, false))
                >
                    <Icon name="close" />
                </button>
            </li>
        }
    };
    let filtered = move || !filter.with(Filter::is_empty);
    let new = Page::New.of(&store.slug());
    view! {
        <header class="bar">
            <div class="bar-main">
                <h1>{move || title.get()}</h1>
                <span class="bar-count" role="status">{count}</span>
                <div class="bar-tools">
                    <label class="search">
                        <Icon name="search" />
                        <span class="visually-hidden">"Search title, key, labels, people"</span>
                        <input
                            node_ref=input
                            id="search"
                            type="search"
                            placeholder="Search"
                            autocomplete="off"
                            enterkeyhint="search"
                            on:input=typed
                            on:keydown=move |event| {
                                if (event.key() == "Escape" || event.key() == "Enter")
                                    && let Some(input) = input.get_untracked() {
                                        let _ = input.blur();
                                    }
                            }
                        />
                    </label>
                    <button
                        type="button"
                        class="tool"
                        class:on=filtered
                        aria-label="Filter"
                        aria-expanded=move || open.get().to_string()
                        aria-controls="filter"
                        on:click=move |_| open.update(|open| *open = !*open)
                    >
                        <Icon name="filter" />
                        <span>"Filter"</span>
                    </button>
                    <label class="tool sort" hidden=is_list>
                        <span class="visually-hidden">"Order"</span>
                        <select
                            prop:value=move || filter.with(|filter| filter.sort.as_str())
                            on:change=move |event| {
                                let sort = Sort::parse(&event_target_value(&event));
                                change(state, |filter| filter.sort = sort);
                            }
                        >
                            {Sort::ALL.map(|sort| view! { <option value=sort.as_str()>{sort.label()}</option> }).into_iter().collect_view()}
                        </select>
                    </label>
                    <Show when=move || May::now(store).write()>
                        <a class="button primary new-issue" href=new.clone()>
                            <Icon name="plus" />
                            <span>"New issue"</span>
                        </a>
                    </Show>
                </div>
            </div>
            <Show when=move || open.get()>
                <Panel state />
            </Show>
            <Show when=filtered>
                <div class="bar-chips">
                    <ul class="chips" aria-label="Filter">
                        <For each=chips key=|chip| chip.clone() children=chip />
                    </ul>
                    <button type="button" class="quiet" on:click=move |_| router.set_query("")>"Clear"</button>
                </div>
            </Show>
        </header>
    }
}

/// Changes the filter: in the address, from which everything follows.
pub(super) fn change(state: ListState, change: impl FnOnce(&mut Filter)) {
    let mut filter = state.filter.get_untracked();
    change(&mut filter);
    router().set_query(&filter.query());
}
