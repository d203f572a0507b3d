//! The keys that work on every page, and the page that tells of all keys.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::frame::{Above, AboveSignal};
use crate::{
    components::{
        dialog::Dialog,
        people::{May, store},
    },
    pages::{
        address::{Page, Whose},
        router::router,
    },
};

/// All keys, in groups, as the help shows them.
const KEYS: &[(&str, &[(&str, &str)])] = &[
    (
        "Everywhere",
        &[
            ("?", "This help"),
            ("Ctrl K", "Go to an issue or a page, or do something"),
            ("c", "New issue"),
            ("/", "Search in the list"),
            ("g a", "Go to the agreed list"),
            ("g i", "Go to all issues"),
            ("g c", "Go to conflicts"),
            ("g r", "Go to refused changes"),
            ("Escape", "Close what is open"),
        ],
    ),
    (
        "In a list",
        &[
            ("j  ↓", "Next issue"),
            ("k  ↑", "Issue before"),
            ("Home  End", "First, last issue"),
            ("Page ↑  Page ↓", "A screen up, down"),
            ("Enter", "Open the issue"),
            ("Alt ↑  Alt ↓", "Move the issue up, down by one rank"),
            ("Alt Home  Alt End", "Move the issue to the top, to the bottom"),
            (
                "m",
                "All actions for the issue: to rank N, remove from the list …",
            ),
        ],
    ),
    (
        "On an issue",
        &[
            (
                "Ctrl Enter",
                "Save what you type: a comment, a title, a new issue",
            ),
            ("Escape", "Stop editing"),
            ("u", "Back to the list"),
        ],
    ),
];

/// The keys of every page.
pub(super) struct Keys;

impl Keys {
    /// Listens as long as the frame lives.
    pub(super) fn listen(above: AboveSignal) {
        let store = store();
        let router = router();
        let after_g = StoredValue::new(false);
        let handle = window_event_listener(ev::keydown, move |event| {
            let key = event.key();
            if (event.ctrl_key() || event.meta_key()) && key.eq_ignore_ascii_case("k") {
                event.prevent_default();
                above.update(|above| {
                    *above = if *above == Some(Above::Palette) {
                        None
                    } else {
                        Some(Above::Palette)
                    }
                });
                return;
            }
            if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
                return;
            }
            if typing() || dialog_open() {
                return;
            }
            let go = |page: Page| router.go(&page.of(&store.slug()));
            let second = after_g.get_value();
            after_g.set_value(key == "g" && !second);
            match (second, key.as_str()) {
                (true, "a") => go(Page::List(Whose::Agreed)),
                (true, "i") => go(Page::Issues),
                (true, "c") => go(Page::Conflicts),
                (true, "r") => go(Page::Refused),
                (false, "?") => above.set(Some(Above::Help)),
                (false, "c") if May::now(store).write() => go(Page::New),
                (false, "/") => focus_search(),
                (false, "u") => back(),
                (false, "Escape") if above.get_untracked().is_some() => above.set(None),
                _ => return,
            }
            event.prevent_default();
        });
        on_cleanup(move || handle.remove());
    }
}

/// Is the person writing somewhere? Then letters are letters.
pub(crate) fn typing() -> bool {
    let Some(element) = document().active_element() else {
        return false;
    };
    let editable = element
        .dyn_ref::<web_sys::HtmlElement>()
        .is_some_and(web_sys::HtmlElement::is_content_editable);
    editable || matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
}

/// Is a dialog or a menu open? Then its keys are its own.
pub(crate) fn dialog_open() -> bool {
    document()
        .query_selector("dialog[open], [role=menu]")
        .ok()
        .flatten()
        .is_some()
}

fn focus_search() {
    let search = document().get_element_by_id("search");
    if let Some(search) = search.and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok()) {
        let _ = search.focus();
        search.select();
    }
}

fn back() {
    if document().query_selector(".issue-page").ok().flatten().is_some() {
        // Without a history there is nothing to go back to.
        let _ = window().history().and_then(|history| history.back());
    }
}

/// What the keys do.
#[component]
pub(super) fn Help(#[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let group = |(name, keys): &(&'static str, &'static [(&'static str, &'static str)])| {
        let keys = keys.iter().map(|(key, does)| {
            let keys = key
                .split("  ")
                .map(|key| view! { <kbd>{key}</kbd> })
                .collect_view();
            view! { <div><dt>{keys}</dt><dd>{*does}</dd></div> }
        });
        view! {
            <section>
                <h3>{*name}</h3>
                <dl class="keys">{keys.collect_view()}</dl>
            </section>
        }
    };
    view! {
        <Dialog title="Keys" on_close class="wide">
            <div class="help">{KEYS.iter().map(group).collect_view()}</div>
            <p class="hint">
                "Everything a key or a drag does is also in the menu at the end of each row."
            </p>
        </Dialog>
    }
}
