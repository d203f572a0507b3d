//! Import from another tracker, from a file: first a dry run that says what will come in and what won't, then the
//! import itself. `file` reads, `told` puts the report into words, `result` shows it.

mod file;
mod result;
mod told;

use std::sync::Arc;

use docket_domain::DocumentId;
use docket_exchange::Report;
use leptos::{html, prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use self::{
    file::{DryRun, Reading},
    result::{Done, Result as ResultView},
};
use crate::{
    components::{
        Show,
        count::issues,
        people::{May, store},
        state::State,
    },
    store::Import as Running,
};

/// Where the import stands.
#[derive(Clone)]
enum Stage {
    /// No file yet.
    Choose,
    /// A file is being read; nothing is stored.
    Reading(Reading),
    /// The dry run's result.
    Ready(Arc<Ready>),
    /// Documents are being stored.
    Running(Arc<Ready>, Running),
}

/// What a file comes to.
struct Ready {
    name: String,
    report: Report,
    documents: Vec<(DocumentId, Vec<u8>)>,
}

/// The page.
#[component]
pub(crate) fn Import() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let stage = RwSignal::new_local(Stage::Choose);
    let wrong = RwSignal::new(None::<String>);
    let reading = Reading::new();
    let read = move |chosen: web_sys::File| {
        reading.begin(&chosen);
        wrong.set(None);
        stage.set(Stage::Reading(reading));
        spawn_local(async move {
            let done = file::dry_run(store, &chosen, reading).await;
            let next = match done {
                Ok(DryRun { report, documents }) => Stage::Ready(Arc::new(Ready {
                    name: chosen.name(),
                    report,
                    documents,
                })),
                Err(error) => {
                    let _ = wrong.try_set(error.map(|error| error.to_string()));
                    Stage::Choose
                }
            };
            let _ = stage.try_set(next);
        });
    };
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Import"</h1>
                <p class="lead">"Issues from Jira: the JSON of its REST interface, as a search answers it or one issue a line; also packed with gzip. Keys stay. Importing again adds nothing twice, whoever does it."</p>
            </header>
            <Show
                when=move || May::now(store).write()
                fallback=|| view! { <State icon="refused" title="You can read, not write" text="Ask an admin of the workspace to import." /> }
            >
                {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
                {move || match stage.get() {
                    Stage::Choose => view! { <Choose on_file=read /> }.into_any(),
                    Stage::Reading(reading) => view! { <ShowReading reading /> }.into_any(),
                    Stage::Ready(ready) => {
                        let run = {
                            let ready = Arc::clone(&ready);
                            move |()| {
                                let running = store.import_batch(ready.documents.clone());
                                stage.set(Stage::Running(Arc::clone(&ready), running));
                            }
                        };
                        view! { <ResultView ready on_run=run on_again=move |()| stage.set(Stage::Choose) /> }.into_any()
                    }
                    Stage::Running(ready, running) => {
                        view! { <Done ready running on_again=move |()| stage.set(Stage::Choose) /> }.into_any()
                    }
                }}
            </Show>
        </div>
    }
}

#[component]
fn Choose(on_file: impl Fn(web_sys::File) + Copy + 'static) -> impl IntoView {
    let input: NodeRef<html::Input> = NodeRef::new();
    let over = RwSignal::new(false);
    view! {
        <label
            class="drop"
            class:over=move || over.get()
            on:dragover=move |event| {
                event.prevent_default();
                over.set(true);
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event| {
                event.prevent_default();
                over.set(false);
                if let Some(file) = event.data_transfer().and_then(|data| data.files()).and_then(|files| files.get(0)) {
                    on_file(file);
                }
            }
        >
            <span class="drop-title">"Choose a file"</span>
            <span class="hint">"or drop it here. It is read on this device; first you see what would come in."</span>
            <input
                node_ref=input
                type="file"
                accept=".json,.jsonl,.ndjson,.gz,application/json,application/gzip"
                on:change=move |event| {
                    let input = event.target().and_then(|it| it.dyn_into::<web_sys::HtmlInputElement>().ok());
                    if let Some(file) = input.and_then(|input| input.files()).and_then(|files| files.get(0)) {
                        on_file(file);
                    }
                }
            />
        </label>
    }
}

#[component]
fn ShowReading(reading: Reading) -> impl IntoView {
    let share = move || reading.share.get().map(|share| share.to_string());
    view! {
        <section class="card" aria-label="Reading">
            <h2>"Reading the file"</h2>
            <progress max="1" value=share aria-label="Read"></progress>
            <p role="status">{move || format!("{} read. Nothing is stored yet.", issues(reading.records.get()))}</p>
            <div class="actions">
                <button type="button" on:click=move |_| reading.cancelled.set_value(true)>"Cancel"</button>
            </div>
        </section>
    }
}
