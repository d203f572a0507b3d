//! Lists: the agreed one, the organisations', and all issues.
//!
//! `filter` says which issues are wanted, `order` which lines there are, `grid` shows the few that are in view, `row`
//! is one of them; `ranking` changes the order, `drag` and `actions` are its ways in by pointer and by menu.

mod actions;
mod bar;
mod drag;
pub(crate) mod filter;
mod grid;
mod keys;
mod order;
mod panel;
mod ranking;
mod row;

pub(crate) use self::actions::copy;

use std::sync::Arc;

use docket_domain::{DocumentId, OrganisationId};
use leptos::prelude::*;

use self::{
    actions::Actions, bar::Bar, drag::Drag, filter::Filter, grid::Grid, order::Order, ranking::ToRank,
};
use super::{
    address::{Page, Whose},
    router::router,
};
use crate::{
    components::{
        Show,
        menu::Anchor,
        people::{self, May, store},
        state::{Loading, State},
    },
    store::{Connection, Store},
};

/// What the parts of a list's page share.
#[derive(Clone, Copy)]
struct ListState {
    store: Store,
    /// The list's document; none for all issues.
    list: Signal<Option<DocumentId>>,
    filter: Memo<Filter>,
    order: Memo<Arc<Order>>,
    /// May this person change the order?
    may_rank: Memo<bool>,
    /// The issue that the keys act on.
    active: RwSignal<Option<DocumentId>>,
    /// The issue whose actions are open, and where.
    menu: RwSignal<Option<(DocumentId, Anchor)>>,
    /// The issue that asks for its rank.
    to_rank: RwSignal<Option<DocumentId>>,
    /// The issue that is being dragged.
    drag: RwSignal<Option<Drag>>,
    /// A change of rank is being stored.
    busy: RwSignal<bool>,
    /// Counts up when this person has moved an issue: it is shown where it went.
    moved: RwSignal<u32>,
    /// Where the scroll position is kept.
    place: StoredValue<String>,
}

impl ListState {
    /// What people call an issue.
    fn name(self, issue: DocumentId) -> String {
        let prefix = self
            .store
            .workspace()
            .with_untracked(|workspace| workspace.prefix.clone());
        let row = self.store.row(issue).map(|row| row.get_untracked());
        row.and_then(|row| Some(row.issue()?.name(&prefix)))
            .unwrap_or_else(|| "The issue".to_owned())
    }

    /// Goes to an issue's page.
    fn open(self, issue: DocumentId) {
        router().go(&Page::Issue(issue).of(&self.store.slug()));
    }
}

/// A list's page.
#[component]
pub(crate) fn ListPage(
    /// Whose list; none for all issues.
    whose: Option<Whose>,
) -> impl IntoView {
    let store = store();
    let router = router();
    store.here(None, None);
    let owner = match &whose {
        Some(Whose::Organisation(id)) => Some(id.clone()),
        _ => None,
    };
    let place = whose.clone().map_or(Page::Issues, Page::List).to_string();
    let list = {
        let whose = whose.clone();
        Signal::derive(move || {
            let workspace = store.workspace().get();
            match whose.as_ref()? {
                Whose::Agreed => workspace.agreed,
                Whose::Organisation(id) => workspace.organisations.iter().find(|it| it.id == *id)?.list,
            }
        })
    };
    let filter = Memo::new(move |_| Filter::parse(&router.query()));
    let order = Memo::new(move |_| Arc::new(Order::now(store, list.get(), &filter.get())));
    let may_rank = {
        let owner = owner.clone();
        Memo::new(move |_| list.get().is_some() && May::rank(store, owner.as_ref()))
    };
    let state = ListState {
        store,
        list,
        filter,
        order,
        may_rank,
        active: RwSignal::new(None),
        menu: RwSignal::new(None),
        to_rank: RwSignal::new(None),
        drag: RwSignal::new(None),
        busy: RwSignal::new(false),
        moved: RwSignal::new(0),
        place: StoredValue::new(place),
    };
    provide_context(state);
    keys::listen(state);
    let title = {
        let whose = whose.clone();
        move || title(store, whose.as_ref(), owner.as_ref())
    };
    let is_list = whose.is_some();
    let missing = move || is_list && list.get().is_none() && store.status().get().complete;
    let coming = Memo::new(move |_| is_list && ranking_is_coming(store, list.get()));
    let empty = move || coming.get() || order.with(|order| order.lines.is_empty());
    view! {
        <div class="list-page">
            <Bar title=Signal::derive(title) is_list />
            <Show
                when=move || !missing()
                fallback=|| view! {
                    <State icon="list" title="There is no such list" text="It may have been in another workspace. Choose a list in the navigation." />
                }
            >
                <Show when=move || !empty() fallback=move || view! { <Empty state coming /> }>
                    <Grid state />
                </Show>
            </Show>
            <Actions state />
            <ToRank state />
        </div>
    }
}

fn title(store: Store, whose: Option<&Whose>, owner: Option<&OrganisationId>) -> String {
    match (whose, owner) {
        (None, _) => "All issues".to_owned(),
        (Some(_), None) => "Agreed list".to_owned(),
        (Some(_), Some(owner)) => people::organisation(store, owner),
    }
}

/// Is the list's order on its way, and was never here? Without it every issue would stand there as not ranked.
fn ranking_is_coming(store: Store, list: Option<DocumentId>) -> bool {
    let status = store.status().get();
    if !matches!(status.connection, Connection::Live | Connection::Connecting) {
        return false;
    }
    let Some(list) = list else {
        return !status.complete;
    };
    store.changed().track();
    let ranks = store.row(list).map(|row| match row.get().body {
        docket_domain::row::Body::List { entries, .. } => entries > 0,
        _ => false,
    });
    let ranking = store.ranking(list).get();
    !ranking.loaded && ranking.issues.is_empty() && ranks.unwrap_or(!status.complete)
}

/// What stands in the place of a list without lines.
#[component]
fn Empty(state: ListState, coming: Memo<bool>) -> impl IntoView {
    let ListState { store, filter, .. } = state;
    let router = router();
    let kind = Memo::new(move |_| {
        let status = store.status().get();
        let none = state.order.with(|order| order.all == 0);
        match (filter.with(Filter::is_empty), none) {
            _ if coming.get() => Why::Coming,
            (false, false) => Why::Filtered,
            _ if !status.complete
                && matches!(status.connection, Connection::Live | Connection::Connecting) =>
            {
                Why::Coming
            }
            _ if !status.complete => Why::Offline,
            _ => Why::Nothing,
        }
    });
    move || {
        match kind.get() {
        Why::Filtered => view! {
            <State icon="filter" title="Nothing fits this filter" text="Other issues are there: ask for less, or for everything.">
                <button type="button" class="primary" on:click=move |_| router.set_query("")>"Show all issues"</button>
            </State>
        }
        .into_any(),
        Why::Coming => view! { <Loading what="Fetching the issues…" /> }.into_any(),
        Why::Offline => view! {
            <State
                icon="offline"
                title="No issues on this device yet"
                text="There is no connection to the server. The issues come by themselves as soon as there is one; new issues can be written now."
            />
        }
        .into_any(),
        Why::Nothing => {
            let new = Page::New.of(&store.slug());
            let import = Page::Import.of(&store.slug());
            view! {
                <State icon="issues" title="No issues yet" text="Report the first one, or bring them in from another tracker.">
                    <Show when=move || May::now(store).write()>
                        <a class="button primary" href=new.clone()>"New issue"</a>
                        <a class="button" href=import.clone()>"Import"</a>
                    </Show>
                </State>
            }
            .into_any()
        }
    }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Why {
    Filtered,
    Coming,
    Offline,
    Nothing,
}
