//! A workspace's frame: opens this device's copy and shows the page, unless somebody stands at the door: with a link's
//! token, after signing out without a network, or because their access ended.

pub(crate) mod frame;
pub(crate) mod keys;
mod palette;
pub(crate) mod presence;
mod sidebar;
mod status;

use docket_domain::WorkspaceSlug;
use leptos::{prelude::*, task::spawn_local};

use self::frame::Frame;
use super::{
    later::{Later, LaterPage},
    router::Router,
};
use crate::{
    components::state::{Loading, State},
    store::{Store, StoreError, person},
};

pub(crate) use crate::store::reload;

/// What is shown of a workspace.
#[derive(Clone)]
enum Shown {
    /// Nothing yet.
    Opening,
    /// Somebody is at the door, perhaps with a token.
    Door(Option<String>),
    /// The workspace.
    Open(Store),
    /// It can't be opened.
    Closed(StoreError),
}

/// The way between the door and the workspace. In the context of both.
#[derive(Clone, Copy)]
pub(crate) struct Gate {
    slug: StoredValue<WorkspaceSlug>,
    shown: RwSignal<Shown>,
    /// The store that was opened in this page, if one was.
    store: StoredValue<Option<Store>>,
    /// What comes after somebody came in, or stays, where no store is opened here: an invitation's page.
    onward: Option<Callback<()>>,
}

impl Gate {
    /// Of an invitation's page: it goes on to the workspace.
    pub(crate) fn of_invitation(slug: WorkspaceSlug, onward: impl Fn() + Send + Sync + 'static) -> Self {
        Self {
            slug: StoredValue::new(slug),
            shown: RwSignal::new(Shown::Opening),
            store: StoredValue::new(None),
            onward: Some(Callback::new(move |()| onward())),
        }
    }

    /// The workspace's name in addresses.
    pub(crate) fn slug(self) -> WorkspaceSlug {
        self.slug.get_value()
    }

    /// Somebody wants in.
    pub(crate) fn knock(self) {
        self.shown.set(Shown::Door(None));
    }

    /// Back to what was open: nobody else came in.
    pub(crate) fn stay(self) {
        match self.store.get_value() {
            // It was closed to let somebody else in, which came to nothing.
            Some(store) if store.is_closed() => reload(),
            Some(store) => self.shown.set(Shown::Open(store)),
            None => self.open(),
        }
    }

    /// Nothing more is sent from this page, since somebody else is about to come in.
    pub(crate) async fn close(self) {
        if let Some(store) = self.store.get_value() {
            store.close().await;
        }
    }

    /// Somebody came in: the one whose copy was open here (or the first), or another.
    pub(crate) fn entered(self, another: bool) {
        match self.store.get_value() {
            Some(store) if another || store.is_closed() => reload(),
            Some(store) => {
                store.signed_in();
                self.shown.set(Shown::Open(store));
            }
            None => self.open(),
        }
    }

    fn open(self) {
        if let Some(onward) = self.onward {
            return onward.run(());
        }
        spawn_local(async move {
            let shown = match self.opened().await {
                Ok(shown) => shown,
                Err(error) => Shown::Closed(error),
            };
            self.shown.set(shown);
            Later::fetch_ahead().await;
        });
    }
}

impl Gate {
    /// The workspace, unless somebody who left has to be seen out first: by their cookie nobody comes in.
    async fn opened(self) -> Result<Shown, StoreError> {
        let slug = self.slug();
        let owner = person::owner(&slug).await?;
        if owner.ending || owner.left.is_some() {
            return Ok(Shown::Door(None));
        }
        let store = Store::open(slug).await?;
        self.store.set_value(Some(store));
        Ok(Shown::Open(store))
    }
}

/// A workspace, once its data is there.
#[component]
pub(crate) fn Workspace(slug: WorkspaceSlug) -> impl IntoView {
    // A token behind the `#`, which no server sees; it leaves the address at once.
    let fragment = Router::take_fragment();
    let token = fragment.strip_prefix("token=").map(str::to_owned);
    super::home::remember(&slug);
    let gate = Gate {
        slug: StoredValue::new(slug),
        shown: RwSignal::new(Shown::Opening),
        store: StoredValue::new(None),
        onward: None,
    };
    provide_context(gate);
    match token {
        Some(token) => gate.shown.set(Shown::Door(Some(token))),
        None => gate.open(),
    }
    move || match gate.shown.get() {
        Shown::Opening => view! { <Loading what="Opening the workspace…" /> }.into_any(),
        Shown::Door(token) => view! { <LaterPage page=Later::Door(token) /> }.into_any(),
        Shown::Open(store) => {
            provide_context(store);
            view! { <Frame /> }.into_any()
        }
        Shown::Closed(error) => view! {
            <State icon="refused" title="This workspace can’t be opened here" text=error.to_string()>
                <button type="button" class="primary" on:click=move |_| reload()>"Reload the page"</button>
            </State>
        }
        .into_any(),
    }
}
