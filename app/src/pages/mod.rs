//! The pages: what a person sees at an address. Each asks the store for what it shows and gives it commands.
//!
//! What may not live here: anything that decides what a record means, and pieces that several pages use
//! (`crate::components`).

// `#[component]` writes a public type for the properties, whatever the component's own visibility.
#![allow(unreachable_pub)]

pub(crate) mod address;
mod audit;
mod conflicts;
mod credentials;
mod door;
mod entry;
mod export;
mod figures;
mod home;
mod import;
mod issue;
mod join;
mod later;
mod list;
mod members;
mod new;
mod opening;
mod refused;
mod reports;
pub(crate) mod router;
mod settings;
mod sign_in;
mod update;
mod usage;
mod workspace;

use leptos::prelude::*;

use self::{
    address::Address,
    later::{Later, LaterPage},
    router::Router,
};
use crate::components::{Notices, NoticesView, theme::Theme};

/// The app: one page at a time, and what belongs to all of them.
#[component]
pub(crate) fn App() -> impl IntoView {
    let router = Router::start();
    Notices::provide();
    Theme::provide();
    // Only another workspace makes another frame; its pages change within it.
    let frame = Memo::new(move |_| match router.address() {
        Address::Home => Frame::Home,
        Address::Join(slug) => Frame::Join(slug),
        Address::In(slug, _) => Frame::In(slug),
        Address::Nowhere => Frame::Nowhere,
    });
    view! {
        {move || match frame.get() {
            Frame::Home => view! { <home::Home /> }.into_any(),
            Frame::Join(slug) => view! { <LaterPage page=Later::Join(slug) /> }.into_any(),
            Frame::In(slug) => view! { <workspace::Workspace slug /> }.into_any(),
            Frame::Nowhere => view! { <home::Nowhere /> }.into_any(),
        }}
        <NoticesView />
        <update::NewVersion />
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Frame {
    Home,
    Join(docket_domain::WorkspaceSlug),
    In(docket_domain::WorkspaceSlug),
    Nowhere,
}
