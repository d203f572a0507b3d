//! The palette: type a few letters of an issue or a page, and go there.

use docket_domain::DocumentId;
use leptos::{ev, prelude::*};

use crate::{
    components::{
        Show,
        dialog::Dialog,
        icon::Icon,
        marks::StatusMark,
        people::{May, store},
    },
    pages::{
        address::{Page, Whose},
        list::filter,
        router::router,
    },
    store::Store,
};

/// The most issues offered.
const SHOWN: usize = 12;

/// Somewhere to go.
#[derive(Debug, Clone, PartialEq)]
enum Offer {
    Page {
        page: Page,
        icon: &'static str,
        words: String,
    },
    Issue(DocumentId),
}

/// The palette.
#[component]
pub(super) fn Palette(#[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let store = store();
    let router = router();
    let text = RwSignal::new(String::new());
    let chosen = RwSignal::new(0_usize);
    let offers = Memo::new(move |_| offers(store, &text.get()));
    let go = move |offer: Offer| {
        on_close.run(());
        let page = match offer {
            Offer::Page { page, .. } => page,
            Offer::Issue(id) => Page::Issue(id),
        };
        router.go(&page.of(&store.slug()));
    };
    let keys = move |event: ev::KeyboardEvent| {
        let count = offers.with(Vec::len);
        match event.key().as_str() {
            "ArrowDown" => chosen.update(|n| *n = (*n + 1).min(count.saturating_sub(1))),
            "ArrowUp" => chosen.update(|n| *n = n.saturating_sub(1)),
            "Enter" => {
                let offer = offers.with(|offers| offers.get(chosen.get_untracked()).cloned());
                if let Some(offer) = offer {
                    go(offer);
                }
            }
            _ => return,
        }
        event.prevent_default();
    };
    let option = move |(n, offer): (usize, Offer)| {
        let content = match &offer {
            Offer::Page { icon, words, .. } => {
                view! { <Icon name=*icon /><span class="title">{words.clone()}</span> }.into_any()
            }
            Offer::Issue(id) => issue(store, *id),
        };
        view! {
            <li
                id=format!("offer-{n}")
                role="option"
                aria-selected=move || (chosen.get() == n).to_string()
                on:pointermove=move |_| chosen.set(n)
                on:click=move |_| go(offer.clone())
            >
                {content}
            </li>
        }
    };
    view! {
        <Dialog title="Go to" on_close class="palette">
            <input
                type="text"
                autofocus
                role="combobox"
                aria-label="Go to an issue or a page"
                aria-expanded="true"
                aria-controls="offers"
                aria-autocomplete="list"
                aria-activedescendant=move || format!("offer-{}", chosen.get())
                placeholder="Title, number, page…"
                autocomplete="off"
                on:input=move |event| {
                    text.set(event_target_value(&event));
                    chosen.set(0);
                }
                on:keydown=keys
            />
            <ul id="offers" role="listbox" aria-label="Issues and pages">
                {move || offers.get().into_iter().enumerate().map(option).collect_view()}
            </ul>
            <Show when=move || offers.with(Vec::is_empty)>
                <p class="hint">"Nothing on this device matches."</p>
            </Show>
        </Dialog>
    }
}

fn issue(store: Store, id: DocumentId) -> AnyView {
    let Some(row) = store.row(id).map(|row| row.get_untracked()) else {
        return ().into_any();
    };
    let Some(issue) = row.issue() else {
        return ().into_any();
    };
    let prefix = store
        .workspace()
        .with_untracked(|workspace| workspace.prefix.clone());
    view! {
        <StatusMark status=issue.status />
        <span class="key">{issue.name(&prefix)}</span>
        <span class="title">{row.title.clone()}</span>
    }
    .into_any()
}

fn offers(store: Store, text: &str) -> Vec<Offer> {
    let text = text.trim().to_lowercase();
    let page = |page, icon, words: &str| Offer::Page {
        page,
        icon,
        words: words.to_owned(),
    };
    let mut pages = vec![page(Page::List(Whose::Agreed), "list", "Agreed list")];
    let workspace = store.workspace().get();
    pages.extend(workspace.organisations.iter().map(|organisation| {
        let whose = Whose::Organisation(organisation.id.clone());
        page(
            Page::List(whose),
            "organisation",
            &format!("List of {}", organisation.name),
        )
    }));
    pages.push(page(Page::Issues, "issues", "All issues"));
    let may = May::now(store);
    if may.write() {
        pages.push(page(Page::New, "plus", "New issue"));
    }
    if may.triage() {
        pages.push(page(Page::Import, "import", "Import issues"));
    }
    pages.push(page(Page::Conflicts, "conflict", "Conflicts"));
    pages.push(page(Page::Refused, "refused", "Refused changes"));
    pages.push(page(Page::Figures, "figures", "Figures"));
    pages.push(page(Page::Reports, "report", "Reports"));
    pages.push(page(Page::Export, "export", "Export"));
    if may.administer() {
        pages.push(page(Page::Members, "members", "Members"));
        pages.push(page(Page::Usage, "usage", "Usage"));
        pages.push(page(Page::Audit, "history", "Audit log"));
    }
    pages.push(page(Page::Settings, "settings", "Settings"));
    pages.retain(|offer| matches!(offer, Offer::Page { words, .. } if words.to_lowercase().contains(&text)));
    if text.is_empty() {
        return pages;
    }
    let words = filter::words(&text);
    let mut found: Vec<(bool, std::cmp::Reverse<i64>, DocumentId)> = store.with_rows(|rows| {
        let hits = rows.iter().filter_map(|(id, row)| {
            row.with_untracked(|row| {
                let issue = row.issue().filter(|_| !row.deleted)?;
                let name = issue.name(&workspace.prefix).to_lowercase();
                let hit = filter::says(row, issue, &name, &words);
                // An exact key comes first.
                hit.then_some((name != text, std::cmp::Reverse(row.updated.0), *id))
            })
        });
        hits.collect()
    });
    found.sort_unstable();
    let issues = found.into_iter().take(SHOWN).map(|(_, _, id)| Offer::Issue(id));
    issues.chain(pages).collect()
}
