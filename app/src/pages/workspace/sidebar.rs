//! Navigation: a column on wide screens, a bar at the bottom on phones.

use docket_domain::DocumentId;
use leptos::prelude::*;

use super::frame::{Above, AboveSignal};
use crate::{
    components::{
        For, Show,
        icon::Icon,
        people::{May, store},
    },
    pages::{
        address::{Address, Page, Whose},
        router::router,
    },
};

/// The column.
#[component]
pub(super) fn Sidebar() -> impl IntoView {
    let store = store();
    let above: AboveSignal = expect_context();
    let organisations = move || {
        let workspace = store.workspace().get();
        let list = |it: &docket_domain::read::Organisation| (it.id.clone(), it.name.clone(), it.list);
        workspace.organisations.iter().map(list).collect::<Vec<_>>()
    };
    let name = move || {
        let name = store.workspace().with(|workspace| workspace.name.clone());
        if name.is_empty() {
            store.slug().to_string()
        } else {
            name
        }
    };
    let agreed = Signal::derive(move || store.workspace().with(|workspace| workspace.agreed));
    let status = store.status();
    view! {
        <div class="sidebar-cover" on:click=move |_| above.set(None)></div>
        <nav class="sidebar" aria-label="Workspace">
            <header class="sidebar-head">
                <a class="workspace-name" href="/" title="Other workspaces">
                    <span class="logo" aria-hidden="true"></span>
                    <span>{name}</span>
                </a>
            </header>
            <div class="sidebar-actions">
                <button type="button" class="quiet search-button" on:click=move |_| above.set(Some(Above::Palette))>
                    <Icon name="search" />
                    <span>"Go to…"</span>
                    <kbd aria-hidden="true">"Ctrl K"</kbd>
                </button>
                <Show when=move || May::now(store).write()>
                    <Entry page=Page::New icon="plus" label="New issue" class="new" />
                </Show>
            </div>
            <div class="sidebar-scroll">
                <h2>"Lists"</h2>
                <Entry page=Page::List(Whose::Agreed) icon="list" label="Agreed list" list=agreed />
                <For each=organisations key=|(id, name, _)| (id.clone(), name.clone()) let:item>
                    <Entry
                        page=Page::List(Whose::Organisation(item.0.clone()))
                        icon="organisation"
                        label=item.1.clone()
                        list=Signal::derive(move || item.2)
                    />
                </For>
                <Entry page=Page::Issues icon="issues" label="All issues" />
                <h2>"To settle"</h2>
                <Entry
                    page=Page::Conflicts
                    icon="conflict"
                    label="Conflicts"
                    count=Signal::derive(move || status.get().conflicts)
                />
                <Entry
                    page=Page::Refused
                    icon="refused"
                    label="Refused changes"
                    count=Signal::derive(move || status.get().refused)
                />
                <h2>"Workspace"</h2>
                <Entry page=Page::Figures icon="figures" label="Figures" />
                <Entry page=Page::Reports icon="report" label="Reports" />
                <Show when=move || May::now(store).triage()>
                    <Entry page=Page::Import icon="import" label="Import" />
                </Show>
                <Entry page=Page::Export icon="export" label="Export" />
                <Show when=move || May::now(store).administer()>
                    <Entry page=Page::Members icon="members" label="Members" />
                    <Entry page=Page::Usage icon="usage" label="Usage" />
                    <Entry page=Page::Audit icon="history" label="Audit log" />
                </Show>
                <Entry page=Page::Settings icon="settings" label="Settings" />
            </div>
            <button type="button" class="quiet help-button" on:click=move |_| above.set(Some(Above::Help))>
                <Icon name="keyboard" />
                <span>"Keys"</span>
                <kbd aria-hidden="true">"?"</kbd>
            </button>
        </nav>
    }
}

/// The bar at the bottom of a phone.
#[component]
pub(super) fn BottomBar() -> impl IntoView {
    let store = store();
    let above: AboveSignal = expect_context();
    view! {
        <nav class="bottom-bar" aria-label="Main pages">
            <Entry page=Page::List(Whose::Agreed) icon="list" label="Agreed" />
            <Entry page=Page::Issues icon="issues" label="Issues" />
            <Show when=move || May::now(store).write()>
                <Entry page=Page::New icon="plus" label="New" class="new" />
            </Show>
            <button type="button" class="nav-entry" on:click=move |_| above.set(Some(Above::Palette))>
                <Icon name="search" />
                <span>"Go to"</span>
            </button>
            <button
                type="button"
                class="nav-entry"
                aria-expanded=move || (above.get() == Some(Above::Navigation)).to_string()
                on:click=move |_| above.set(Some(Above::Navigation))
            >
                <Icon name="more" />
                <span>"More"</span>
            </button>
        </nav>
    }
}

/// One page in the navigation.
#[component]
fn Entry(
    page: Page,
    icon: &'static str,
    #[prop(into)] label: String,
    /// How many are to be settled there; nothing is shown for none.
    #[prop(optional, into)]
    count: Option<Signal<usize>>,
    /// The list whose length is shown.
    #[prop(optional, into)]
    list: Option<Signal<Option<DocumentId>>>,
    #[prop(optional)] class: &'static str,
) -> impl IntoView {
    let store = store();
    let router = router();
    let href = page.clone().of(&store.slug());
    let current = Signal::derive(move || {
        let here = router.address();
        matches!(&here, Address::In(_, here) if *here == page || (page == Page::Reports && matches!(here, Page::Report(_)))
            || (page == Page::Members && matches!(here, Page::Member(_))))
    });
    let ranked = move || {
        let list = list.and_then(|list| list.get())?;
        // From the row, not the list itself: nothing is opened for a number in the navigation.
        store.changed().track();
        let row = store.row(list)?.get();
        match &row.body {
            docket_domain::row::Body::List { entries, .. } => Some(*entries as usize),
            _ => None,
        }
    };
    let shown = move || {
        count
            .map(|count| count.get())
            .filter(|count| *count > 0)
            .or_else(ranked)
    };
    view! {
        <a
            class=format!("nav-entry {class}")
            href=href
            aria-current=move || current.get().then_some("page")
        >
            <Icon name=icon />
            <span>{label}</span>
            {move || {
                let urgent = count.is_some();
                shown().map(|count| view! { <span class="count" class:urgent=urgent>{count}</span> })
            }}
        </a>
    }
}
