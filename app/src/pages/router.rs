//! From the browser's address to [`Address`], and back.
//!
//! Our own, in place of a general router: the pages are an enum, links are plain links, and a page that stays (the
//! workspace's frame, its store) is never built anew because a part of the address changed.

use std::cell::Cell;

use leptos::{ev, prelude::*};
use wasm_bindgen::{JsCast, JsValue};

use super::address::Address;

/// Where this tab is. Copied freely; one for the page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Router {
    address: RwSignal<Address>,
    query: RwSignal<String>,
}

impl Router {
    /// Reads the address, and follows links and the browser's buttons from now on.
    pub(crate) fn start() -> Self {
        let (address, query) = read();
        let router = Self {
            address: RwSignal::new(address),
            query: RwSignal::new(query),
        };
        let _ = window_event_listener(ev::popstate, move |_| router.follow());
        let _ = window_event_listener(ev::click, move |event| router.click(&event));
        ROUTER.with(|own| own.set(Some(router)));
        router
    }

    /// The address, tracked.
    pub(crate) fn address(self) -> Address {
        self.address.get()
    }

    /// What stands after the `?`, tracked.
    pub(crate) fn query(self) -> String {
        self.query.get()
    }

    /// Goes to a path of this app; a query may follow it.
    pub(crate) fn go(self, path: &str) {
        self.write(path, false);
        self.follow();
    }

    /// As [`go`](Self::go), in the place of the present entry of the browser's history.
    pub(crate) fn replace(self, path: &str) {
        self.write(path, true);
        self.follow();
    }

    /// Puts another query after the present path, without a new entry in the browser's history.
    pub(crate) fn set_query(self, query: &str) {
        let path = window().location().pathname().unwrap_or_default();
        let path = if query.is_empty() {
            path
        } else {
            format!("{path}?{query}")
        };
        self.write(&path, true);
        self.query.set(query.to_owned());
    }

    /// Takes the fragment out of the address: it held a secret.
    pub(crate) fn take_fragment() -> String {
        let location = window().location();
        let fragment = location.hash().unwrap_or_default();
        if !fragment.is_empty() {
            let path = location.pathname().unwrap_or_default() + &location.search().unwrap_or_default();
            if let Ok(history) = window().history() {
                // Without a history the fragment merely stays in view.
                let _ = history.replace_state_with_url(&JsValue::NULL, "", Some(&path));
            }
        }
        fragment.trim_start_matches('#').to_owned()
    }

    fn follow(self) {
        let (address, query) = read();
        if self.query.get_untracked() != query {
            self.query.set(query);
        }
        if self.address.get_untracked() != address {
            self.address.set(address);
        }
    }

    fn write(self, path: &str, replace: bool) {
        let Ok(history) = window().history() else { return };
        let (state, url) = (JsValue::NULL, Some(path));
        let done = if replace {
            history.replace_state_with_url(&state, "", url)
        } else {
            history.push_state_with_url(&state, "", url)
        };
        if done.is_err() {
            // A browser that takes no more entries: load the page instead.
            let _ = window().location().set_href(path);
        }
    }

    /// A click on a link within the app changes the page without loading it.
    fn click(self, event: &web_sys::MouseEvent) {
        let modified = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
        if event.default_prevented() || event.button() != 0 || modified {
            return;
        }
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let link = target.and_then(|target| target.closest("a[href]").ok().flatten());
        let Some(link) = link.and_then(|link| link.dyn_into::<web_sys::HtmlAnchorElement>().ok()) else {
            return;
        };
        let elsewhere = !link.target().is_empty() || link.has_attribute("download");
        let here = window().location().origin().unwrap_or_default();
        if elsewhere || link.origin() != here || link.pathname().starts_with("/api/") {
            return;
        }
        if !link.hash().is_empty() {
            return;
        }
        event.prevent_default();
        self.go(&(link.pathname() + &link.search()));
    }
}

/// A text as a value in a query.
pub(crate) fn encode(text: &str) -> String {
    js_sys::encode_uri_component(text).into()
}

/// The text of a value in a query.
pub(crate) fn decode(text: &str) -> String {
    let spaced = text.replace('+', " ");
    js_sys::decode_uri_component(&spaced)
        .map(String::from)
        .unwrap_or(spaced)
}

fn read() -> (Address, String) {
    let location = window().location();
    let address = Address::parse(&location.pathname().unwrap_or_default());
    let query = location.search().unwrap_or_default();
    (address, query.trim_start_matches('?').to_owned())
}

// Not in the context: listeners on the window and what comes after an await have none.
thread_local! {
    static ROUTER: Cell<Option<Router>> = const { Cell::new(None) };
}

/// The router of this tab.
pub(crate) fn router() -> Router {
    ROUTER.with(Cell::get).unwrap_or_else(Router::start)
}
