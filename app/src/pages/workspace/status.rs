//! The status bar: whether the hub is there, what it hasn't stored, refused and left in conflict, and who is here.

use leptos::prelude::*;

use super::presence::Presence;
use crate::{
    components::{Show, count::number, icon::Icon, people::store},
    pages::address::Page,
    store::Connection,
};

/// The status bar. Always visible.
#[component]
pub(super) fn StatusBar() -> impl IntoView {
    let store = store();
    let status = store.status();
    let connection = Memo::new(move |_| status.get().connection);
    let slug = store.slug();
    let link = move |page: Page| page.of(&slug);
    let (refused_page, conflicts_page) = (link(Page::Refused), link(Page::Conflicts));
    let settings_page = link(Page::Settings);
    let fetching = move || {
        let status = status.get();
        // Nothing is said only when it is known that everything is here: then a person may leave the network.
        let words = match status.to_fetch {
            Some(0) => return None,
            Some(1) => "1 issue to fetch for offline use".to_owned(),
            Some(n) => format!("{} issues to fetch for offline use", number(n)),
            None => "Preparing for offline use…".to_owned(),
        };
        (status.connection == Connection::Live && status.complete).then_some(words)
    };
    let loading = move || {
        let status = status.get();
        status.connection == Connection::Live && !status.complete
    };
    view! {
        <footer class="status-bar" aria-label="Status">
            <div class="status-facts">
                <span class="connection" data-state=move || state(connection.get()) role="status">
                    <Icon name=Signal::derive(move || icon(connection.get())) />
                    <span>{move || words(connection.get())}</span>
                </span>
                <a
                    class="status-link pending"
                    class:none=move || status.get().pending == 0
                    href=settings_page
                    title="Changes on this device that the server hasn’t stored yet. They are sent by themselves."
                >
                    {move || match status.get().pending {
                        0 => "All stored".to_owned(),
                        1 => "1 change not yet stored".to_owned(),
                        n => format!("{} changes not yet stored", number(n)),
                    }}
                </a>
                <a class="status-link" class:none=move || status.get().refused == 0 class:wrong=move || { status.get().refused > 0 } href=refused_page>
                    {move || format!("{} refused", number(status.get().refused))}
                </a>
                <a class="status-link" class:none=move || status.get().conflicts == 0 class:warn=move || { status.get().conflicts > 0 } href=conflicts_page>
                    {move || match status.get().conflicts {
                        1 => "1 conflict".to_owned(),
                        n => format!("{} conflicts", number(n)),
                    }}
                </a>
                <Show when=loading>
                    <span class="status-note">"Fetching the list…"</span>
                </Show>
                {move || fetching().map(|words| view! { <span class="status-note">{words}</span> })}
                {move || store.trouble().get().map(|trouble| view! {
                    <span class="status-note wrong" title=trouble.clone()>{trouble.clone()}</span>
                })}
            </div>
            <Presence />
        </footer>
    }
}

const fn state(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "live",
        Connection::Connecting => "connecting",
        Connection::Offline => "offline",
        Connection::SignedOut => "signed-out",
    }
}

const fn icon(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "live",
        Connection::Connecting => "sync",
        Connection::Offline => "offline",
        Connection::SignedOut => "user",
    }
}

const fn words(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "Live",
        Connection::Connecting => "Connecting…",
        Connection::Offline => "Offline",
        Connection::SignedOut => "Signed out",
    }
}
