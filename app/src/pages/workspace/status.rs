//! The status bar: whether the hub is there, what it hasn't stored, refused and left in conflict, and who is here.

use std::time::Duration;

use leptos::prelude::*;

use super::presence::Presence;
use crate::{
    components::{Show, count::number, icon::Icon, people::store, time},
    pages::address::Page,
    store::{Connection, Hold, Waiting, Why, now},
};

/// How often the age of what waits is looked at.
const LOOK: Duration = Duration::from_secs(15);

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
    let passed = store.passed();
    // An age grows though nothing happens.
    let clock = RwSignal::new(store.now());
    if let Ok(interval) = set_interval_with_handle(move || clock.set(store.now()), LOOK) {
        on_cleanup(move || interval.clear());
    }
    let waits = move || {
        clock.track();
        let status = status.get();
        Waiting::of(status.oldest, status.online, now())
    };
    let oldest_page = settings_page.clone();
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
                {move || waits().map(|waiting| view! {
                    <a
                        class="status-link oldest"
                        class:wrong=waiting.alarm
                        href=oldest_page.clone()
                        title="How long the oldest change has waited that the server hasn’t stored. It should take seconds while there is a network."
                    >
                        {format!("Oldest unsent change: {}", waiting.words())}
                    </a>
                })}
                {move || status.get().hold.map(|hold| view! {
                    <span class="status-note warn hold" title=held(hold)>{held(hold)}</span>
                })}
                {move || {
                    let passed = passed.get();
                    (passed.count() > 0).then(|| view! {
                        <span class="status-note warn passed" title=passed.words()>
                            {match passed.count() {
                                1 => "1 thing can’t be read by this version".to_owned(),
                                n => format!("{} things can’t be read by this version", number(n)),
                            }}
                        </span>
                    })
                }}
                {move || store.trouble().get().map(|trouble| view! {
                    <span class="status-note wrong" title=trouble.clone()>{trouble.clone()}</span>
                })}
            </div>
            <Presence />
        </footer>
    }
}

/// Why the hub takes nothing, and until when.
fn held(hold: Hold) -> String {
    let until = time::clock(hold.until);
    match hold.why {
        Why::Quota => format!("The hub’s quota of the day is used up: changes wait here until {until}"),
        Why::Budget => format!("The hub asks this device to wait until {until}"),
    }
}

const fn state(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "live",
        Connection::Connecting => "connecting",
        Connection::Offline => "offline",
        Connection::Waiting => "waiting",
        Connection::SignedOut => "signed-out",
    }
}

const fn icon(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "live",
        Connection::Connecting | Connection::Waiting => "sync",
        Connection::Offline => "offline",
        Connection::SignedOut => "user",
    }
}

const fn words(connection: Connection) -> &'static str {
    match connection {
        Connection::Live => "Live",
        Connection::Connecting => "Connecting…",
        Connection::Offline => "Offline",
        Connection::Waiting => "Waiting",
        Connection::SignedOut => "Signed out",
    }
}
