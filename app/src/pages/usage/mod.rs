//! What the workspace uses of what it may, what went wrong in the hub, and the documents that are too large or can't be
//! read: an admin deletes those for good without having to open them. For admins; the hub's figures.

mod api;
mod epoch;
mod largest;

use leptos::{prelude::*, task::spawn_local};

use self::{api::Usage, epoch::Epoch, largest::Largest};
use crate::{
    components::{
        Show,
        count::number,
        people::{May, store},
        state::{Loading, State},
        time::When,
    },
    store::StoreError,
};

/// From so many hundredths of a quota on it is warned of.
const WARN: u64 = 80;

/// What happens beyond the quotas.
const OVER: &str =
    "What is over the quota isn’t taken: purge what nobody needs, or go on in a second workspace.";
const OF_THE_DAY: &str = "When it is used up, changes wait on the devices until midnight UTC.";

/// The page.
#[component]
pub(crate) fn UsagePage() -> impl IntoView {
    let store = store();
    store.here(None, None);
    view! {
        <Show
            when=move || May::now(store).administer()
            fallback=|| view! { <State icon="usage" title="This page is for admins" text="An admin of the workspace sees what it uses and what went wrong." /> }
        >
            <div class="page">
                <header class="page-head">
                    <h1>"Usage"</h1>
                    <p class="lead">"What the workspace uses of what it may, and what needs an admin’s eye."</p>
                </header>
                <Figures />
                <Largest />
                <Epoch />
            </div>
        </Show>
    }
}

#[component]
fn Figures() -> impl IntoView {
    let store = store();
    let loaded = RwSignal::new(None::<Result<Usage, StoreError>>);
    let load = move || {
        loaded.set(None);
        spawn_local(async move {
            let usage = api::usage(&store.slug()).await;
            // The page may have been left.
            let _ = loaded.try_set(Some(usage));
        });
    };
    load();
    move || match loaded.get() {
        None => view! { <section class="card"><Loading what="Fetching the figures…" /></section> }.into_any(),
        Some(Err(error)) => view! {
            <section class="card">
                <State icon="offline" title="The figures can’t be fetched" text=error.to_string()>
                    <button type="button" class="primary" on:click=move |_| load()>"Try again"</button>
                </State>
            </section>
        }
        .into_any(),
        Some(Ok(usage)) => {
            let count = |n: u64| number(usize::try_from(n).unwrap_or(usize::MAX));
            let errors = usage.errors.clone();
            view! {
                <section class="card" aria-label="Quotas">
                    <h2>"Quotas"</h2>
                    <Meter label="Documents" used=usage.documents most=usage.quota.documents say=Callback::new(count) then=OVER />
                    <Meter label="Stored" used=usage.bytes most=usage.quota.bytes say=Callback::new(api::size) then=OVER />
                    <Meter label="Rows written today" used=usage.rows_today most=usage.rows_quota say=Callback::new(count) then=OF_THE_DAY />
                    <p class="hint">"The last is the hosting platform’s quota; it begins anew at midnight UTC. When it is used up, changes wait on the devices, and nothing is lost."</p>
                    <dl class="facts"><div><dt>"Connections now"</dt><dd>{count(usage.sockets)}</dd></div></dl>
                </section>
                <section class="card" aria-label="Recent errors">
                    <h2>"Recent errors of the hub"</h2>
                    {if errors.is_empty() {
                        view! { <p class="nothing">"None."</p> }.into_any()
                    } else {
                        let lines = errors.into_iter().map(|error| view! {
                            <li>
                                <p><strong>{error.during}</strong>" "<When at=error.at /></p>
                                <p class="hint">{error.detail}</p>
                            </li>
                        });
                        view! { <ol class="audit">{lines.collect_view()}</ol> }.into_any()
                    }}
                </section>
            }
            .into_any()
        }
    }
}

/// How much of something is used.
#[component]
fn Meter(
    label: &'static str,
    used: u64,
    most: Option<u64>,
    say: Callback<u64, String>,
    /// What happens when all of it is used.
    then: &'static str,
) -> impl IntoView {
    let share = api::share(used, most);
    let warns = share.is_some_and(|share| share >= WARN);
    let words = match most.filter(|_| share.is_some()) {
        Some(most) => format!("{} of {}", say.run(used), say.run(most)),
        None => say.run(used),
    };
    view! {
        <div class="usage-meter" class:warns=warns>
            <p><span>{label}</span><strong>{words}</strong></p>
            {share.map(|share| view! { <progress max="100" value=share.min(100).to_string() aria-label=label></progress> })}
            {warns.then(|| view! {
                <p class="wrong" role="status">{format!("{}% is used. {then}", share.unwrap_or_default())}</p>
            })}
        </div>
    }
}
