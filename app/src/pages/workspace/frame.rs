//! The frame around every page: navigation, the page, the status bar, keys.

use docket_domain::{DocumentId, metrics::words};
use leptos::prelude::*;

use super::{
    keys::{Help, Keys},
    palette::Palette,
    sidebar::{BottomBar, Sidebar},
    status::StatusBar,
};
use crate::{
    components::{Show, people::store},
    pages::{
        address::{Address, Page, Whose},
        later::{Later, LaterPage},
        list::ListPage,
        router::router,
        sign_in::SessionEnded,
    },
    store::Connection,
};

/// What is open above the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Above {
    /// The keys and what they do.
    Help,
    /// The palette: go to, do.
    Palette,
    /// The navigation, on a narrow screen.
    Navigation,
}

/// What is open above the page, if anything. In the context of every page.
pub(crate) type AboveSignal = RwSignal<Option<Above>>;

/// Which issue was looked at last, by list, and how far it was scrolled: so that going back finds the place again.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Places(
    pub(crate) StoredValue<std::collections::HashMap<String, (f64, Option<DocumentId>)>>,
);

/// The frame.
#[component]
pub(super) fn Frame() -> impl IntoView {
    let store = store();
    let router = router();
    let above: AboveSignal = RwSignal::new(None);
    provide_context(above);
    provide_context(Places::default());
    Keys::listen(above);
    let page = Memo::new(move |_| match router.address() {
        Address::In(_, page) => Some(page),
        _ => None,
    });
    // Signed out with nothing on this device: there is nothing to show but the way in.
    let shut = Memo::new(move |_| {
        store.status().get().connection == Connection::SignedOut
            && store.workspace_document().is_none()
            && store.issues().with(|issues| issues.is_empty())
    });
    let title = move || {
        let workspace = store.workspace().with(|workspace| workspace.name.clone());
        let workspace = if workspace.is_empty() {
            store.slug().to_string()
        } else {
            workspace
        };
        let what = page.get().map(|page| title_of(&page));
        what.map_or_else(|| workspace.clone(), |what| format!("{what} · {workspace}"))
    };
    Effect::new(move |_| document().set_title(&title()));
    Effect::new(move |_| {
        page.track();
        above.set(None);
        // Where the page before was scrolled to says nothing of this one. A list scrolls by itself, and remembers.
        if let Some(main) = document().get_element_by_id("main") {
            main.set_scroll_top(0);
        }
    });
    view! {
        <a class="skip" href="#main" on:click=move |event| {
            event.prevent_default();
            focus_main();
        }>"Skip to the content"</a>
        <Show when=move || !shut.get() fallback=move || view! { <LaterPage page=Later::Door(None) /> }>
            <div class="shell" class:navigation-open=move || above.get() == Some(Above::Navigation)>
                <Sidebar />
                <div class="shell-main">
                    <SessionEnded />
                    <main id="main" tabindex="-1">
                        {move || page.get().map(show)}
                    </main>
                    <StatusBar />
                </div>
                <BottomBar />
            </div>
            <Show when=move || above.get() == Some(Above::Help)>
                <Help on_close=move |()| above.set(None) />
            </Show>
            <Show when=move || above.get() == Some(Above::Palette)>
                <Palette on_close=move |()| above.set(None) />
            </Show>
        </Show>
    }
}

fn show(page: Page) -> AnyView {
    match page {
        Page::List(whose) => view! { <ListPage whose=Some(whose) /> }.into_any(),
        Page::Issues => view! { <ListPage whose=None /> }.into_any(),
        page => view! { <LaterPage page=Later::In(page) /> }.into_any(),
    }
}

fn title_of(page: &Page) -> String {
    let name = match page {
        Page::List(Whose::Agreed) => "Agreed list",
        Page::List(Whose::Organisation(_)) => "List",
        Page::Issues => "All issues",
        Page::Issue(_) => "Issue",
        Page::New => "New issue",
        Page::Figures => "Figures",
        Page::Reports => "Reports",
        Page::Report(quarter) => return format!("Report {}", words::quarter(*quarter)),
        Page::Import => "Import",
        Page::Export => "Export",
        Page::Members => "Members",
        Page::Member(_) => "Member",
        Page::Audit => "Audit log",
        Page::Usage => "Usage",
        Page::Refused => "Refused changes",
        Page::Conflicts => "Conflicts",
        Page::Settings => "Settings",
    };
    name.to_owned()
}

fn focus_main() {
    use wasm_bindgen::JsCast;
    let main = document().get_element_by_id("main");
    if let Some(main) = main.and_then(|main| main.dyn_into::<web_sys::HtmlElement>().ok()) {
        let _ = main.focus();
    }
}
