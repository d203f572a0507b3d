//! Pages whose code comes when they are first opened: the build cuts it, at the functions below, into modules of wasm of
//! their own (docs/decisions/app-size.md). The service worker keeps them all, so each opens without a network too.

// The macro declares what the other module exports. Both sides are one program of one compiler, so the types agree.
#![allow(unsafe_code, improper_ctypes, improper_ctypes_definitions)]

use docket_domain::WorkspaceSlug;
use leptos::{prelude::*, task::spawn_local};
use wasm_split_helpers::wasm_split;

use super::{
    address::Page,
    audit::AuditPage,
    conflicts::Conflicts,
    door::Door,
    export::Export,
    figures::FiguresPage,
    import::Import,
    issue::IssuePage,
    join::Join,
    members::{MemberPage, Members},
    new::NewPage,
    refused::RefusedPage,
    reports::{ReportPage, ReportsPage},
    settings::Settings,
    usage::UsagePage,
};
use crate::{
    components::state::{Loading, State},
    store::StoreError,
};

/// A page that comes later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Later {
    /// One of a workspace's; its lists are here from the beginning.
    In(Page),
    /// What an invitation leads to.
    Join(WorkspaceSlug),
    /// The way in, perhaps with what a link brought.
    Door(Option<String>),
}

/// How such a page is made, once its code is here.
type Render = fn(Later) -> AnyView;

/// Most of them: small, and used often.
#[wasm_split(pages, fallible)]
fn pages() -> Result<Render, StoreError> {
    Ok(|page| match page {
        Later::In(Page::Issue(id)) => view! { <IssuePage id /> }.into_any(),
        Later::In(Page::New) => view! { <NewPage /> }.into_any(),
        Later::In(Page::Export) => view! { <Export /> }.into_any(),
        Later::In(Page::Refused) => view! { <RefusedPage /> }.into_any(),
        Later::In(Page::Conflicts) => view! { <Conflicts /> }.into_any(),
        Later::In(Page::Settings) => view! { <Settings /> }.into_any(),
        Later::Join(slug) => view! { <Join slug /> }.into_any(),
        Later::Door(token) => view! { <Door token /> }.into_any(),
        // They are elsewhere.
        Later::In(
            Page::List(_)
            | Page::Issues
            | Page::Figures
            | Page::Reports
            | Page::Report(_)
            | Page::Import
            | Page::Members
            | Page::Member(_)
            | Page::Audit
            | Page::Usage,
        ) => ().into_any(),
    })
}

/// Figures and the reports made of them are for few.
#[wasm_split(figures, fallible)]
fn figures() -> Result<Render, StoreError> {
    Ok(|page| match page {
        Later::In(Page::Reports) => view! { <ReportsPage /> }.into_any(),
        Later::In(Page::Report(quarter)) => view! { <ReportPage quarter /> }.into_any(),
        _ => view! { <FiguresPage /> }.into_any(),
    })
}

/// Imports bring the readers of other trackers' formats.
#[wasm_split(import, fallible)]
fn import() -> Result<Render, StoreError> {
    Ok(|_| view! { <Import /> }.into_any())
}

/// What only admins see.
#[wasm_split(administration, fallible)]
fn administration() -> Result<Render, StoreError> {
    Ok(|page| match page {
        Later::In(Page::Member(id)) => view! { <MemberPage id /> }.into_any(),
        Later::In(Page::Audit) => view! { <AuditPage /> }.into_any(),
        Later::In(Page::Usage) => view! { <UsagePage /> }.into_any(),
        _ => view! { <Members /> }.into_any(),
    })
}

impl Later {
    async fn load(&self) -> Result<Render, StoreError> {
        match self {
            Self::In(Page::Figures | Page::Reports | Page::Report(_)) => figures().await,
            Self::In(Page::Import) => import().await,
            Self::In(Page::Members | Page::Member(_) | Page::Audit | Page::Usage) => administration().await,
            _ => pages().await,
        }
    }

    /// Fetches what most people will open next, so that it opens at once.
    pub(crate) async fn fetch_ahead() {
        // It is fetched again when it is wanted.
        let _ = pages().await;
    }
}

/// The page, as soon as its code is here.
#[component]
pub(crate) fn LaterPage(page: Later) -> impl IntoView {
    let render: RwSignal<Option<Result<Render, StoreError>>> = RwSignal::new(None);
    let load = {
        let page = page.clone();
        move || {
            let page = page.clone();
            spawn_local(async move {
                let loaded = page.load().await;
                // The page may have been left.
                let _ = render.try_set(Some(loaded));
            });
        }
    };
    load();
    move || match render.get() {
        None => view! { <Loading what="Opening…" /> }.into_any(),
        Some(Ok(render)) => render(page.clone()),
        Some(Err(error)) => {
            let load = load.clone();
            view! {
                <State icon="offline" title="This page isn’t here yet" text=error.to_string()>
                    <button type="button" class="primary" on:click=move |_| {
                        render.set(None);
                        load();
                    }>"Try again"</button>
                </State>
            }
            .into_any()
        }
    }
}
