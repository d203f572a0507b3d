//! The report of a dry run, and the import under way.

use std::sync::Arc;

use js_sys::Array;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

use super::{
    Ready, Running,
    told::{self, Part},
};
use crate::{
    components::{
        Show,
        count::{issues, number},
        icon::Icon,
        notices,
        people::store,
    },
    pages::address::Page,
};

/// The most lines of a part that the page shows; the file has all.
const SHOWN: usize = 200;

/// What would come in.
#[component]
pub(super) fn Result(
    ready: Arc<Ready>,
    #[prop(into)] on_run: UnsyncCallback<()>,
    #[prop(into)] on_again: UnsyncCallback<()>,
) -> impl IntoView {
    let count = ready.documents.len();
    view! {
        <section class="card" aria-label="Dry run">
            <h2>{ready.name.clone()}</h2>
            <p class="lead">
                {if count == 0 { "Nothing new would come in.".to_owned() } else { format!("Would come in: {}", told::sum(&ready.report)) }}
            </p>
            <Parts ready=Arc::clone(&ready) />
            <div class="actions">
                <button type="button" class="primary" disabled=count == 0 on:click=move |_| on_run.run(())>
                    {format!("Import {}", issues(count))}
                </button>
                <Download ready />
                <button type="button" on:click=move |_| on_again.run(())>"Another file"</button>
            </div>
        </section>
    }
}

/// The import under way, and its end.
#[component]
pub(super) fn Done(
    ready: Arc<Ready>,
    running: Running,
    #[prop(into)] on_again: UnsyncCallback<()>,
) -> impl IntoView {
    let store = store();
    let progress = running.progress();
    let finished = {
        let progress = progress.clone();
        Memo::new(move |_| progress.with(|progress| progress.finished))
    };
    let done = {
        let progress = progress.clone();
        move || progress.with(|it| (it.stored + it.present + it.unreadable).to_string())
    };
    let words = move || {
        progress.with(|it| match (&it.error, it.finished, it.cancelled) {
            (Some(error), ..) => format!(
                "It stopped after {} of {}: {error}",
                number(it.stored),
                issues(it.total)
            ),
            (None, true, true) => format!(
                "Cancelled after {} of {}; import the file again for the others.",
                number(it.stored),
                issues(it.total)
            ),
            (None, true, false) => format!("Done: {} stored on this device.", issues(it.stored)),
            (None, false, _) => format!(
                "Stored on this device: {} of {}.",
                number(it.stored),
                issues(it.total)
            ),
        })
    };
    let pending = move || {
        let pending = store.status().get().pending;
        (finished.get() && pending > 0).then(|| {
            format!("{pending} changes are still on their way to the server. You can leave this page.")
        })
    };
    let issues = Page::Issues.of(&store.slug());
    let total = ready.documents.len().max(1).to_string();
    view! {
        <section class="card" aria-label="Import">
            <h2>{ready.name.clone()}</h2>
            <progress max=total value=done aria-label="Imported"></progress>
            <p role="status">{words}</p>
            <p class="hint">{pending}</p>
            <Show when=move || finished.get() fallback={
                let running = running.clone();
                move || {
                    let running = running.clone();
                    view! { <button type="button" on:click=move |_| running.cancel()>"Cancel"</button> }
                }
            }>
                <Parts ready=Arc::clone(&ready) />
                <div class="actions">
                    <a class="button primary" href=issues.clone()>"To the issues"</a>
                    <Download ready=Arc::clone(&ready) />
                    <button type="button" on:click=move |_| on_again.run(())>"Another file"</button>
                </div>
            </Show>
        </section>
    }
}

#[component]
fn Parts(ready: Arc<Ready>) -> impl IntoView {
    let part = |part: Part| {
        let count = part.lines.len();
        let lines = part.lines.into_iter().take(SHOWN).map(|(key, words)| {
            view! { <li><span class="key">{key}</span><span>{words}</span></li> }
        });
        view! {
            <details class="part" class:left-out=part.left_out open=part.left_out>
                <summary>{part.title}<span class="count">{count}</span></summary>
                <p class="hint">{part.means}</p>
                <ul class="part-lines">{lines.collect_view()}</ul>
                {(count > SHOWN).then(|| view! {
                    <p class="hint">{format!("… and {} more: the report that you can download has all of them.", count - SHOWN)}</p>
                })}
            </details>
        }
    };
    view! { <div class="parts">{told::parts(&ready.report).into_iter().map(part).collect_view()}</div> }
}

#[component]
fn Download(ready: Arc<Ready>) -> impl IntoView {
    let save = move |_| {
        let text = told::text(&ready.name, &ready.report);
        if download("import-report.txt", &text).is_err() {
            notices().wrong("The browser doesn’t let Docket save the report.");
        }
    };
    view! {
        <button type="button" on:click=save><Icon name="import" />"Download the report"</button>
    }
}

fn download(name: &str, text: &str) -> std::result::Result<(), JsValue> {
    let blob = web_sys::Blob::new_with_str_sequence(&Array::of1(&JsValue::from_str(text)))?;
    let address = web_sys::Url::create_object_url_with_blob(&blob)?;
    let link: web_sys::HtmlAnchorElement = document().create_element("a")?.dyn_into()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    web_sys::Url::revoke_object_url(&address)
}
