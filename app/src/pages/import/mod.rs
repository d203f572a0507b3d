//! Import from another tracker, from a file: first a dry run that says what will come in and what won't, then the
//! import itself; and the imports that were, which can be gone on with and undone. The work is the store's; `result`
//! shows how it stands, `past` what was.

mod mapping;
mod past;
mod result;

use std::sync::Arc;

use leptos::{prelude::*, task::spawn_local};
use wasm_bindgen::JsCast;

use self::{
    past::Past,
    result::{DryRun, Under},
};
use crate::{
    components::{
        Show, notices,
        people::{May, store},
        state::State,
    },
    store::{FileRead, Outcome, Running, Task},
};

/// Where the import stands.
#[derive(Clone)]
enum Stage {
    /// No file yet.
    Choose,
    /// A file is being read; nothing is stored.
    Reading(web_sys::File, Running),
    /// A file is being imported, or an import undone; or that is done.
    Under(Running),
    /// The dry run's result.
    Ready(web_sys::File, Arc<FileRead>),
}

/// The page.
#[component]
pub(crate) fn Import() -> impl IntoView {
    let store = store();
    store.here(None, None);
    // What was begun goes on when the page is left, and is found again.
    let begun = store.running().filter(|running| {
        running.task != Task::DryRun && running.progress().with_untracked(|it| it.outcome.is_none())
    });
    let stage = RwSignal::new_local(begun.map_or(Stage::Choose, Stage::Under));
    let wrong = RwSignal::new(None::<String>);
    spawn_local(async move {
        if let Err(error) = store.list_imports().await {
            notices().wrong(error);
        }
    });
    let again = move |()| stage.set(Stage::Choose);
    let look = move |chosen: web_sys::File| {
        wrong.set(None);
        let running = store.dry_run(chosen.clone());
        stage.set(Stage::Reading(chosen, running));
    };
    // Made with the page: what a button makes goes with the button.
    Effect::new(move |_| {
        let Stage::Reading(file, running) = stage.get() else {
            return;
        };
        match running.progress().with(|progress| progress.outcome.clone()) {
            None => {}
            Some(Outcome::Read(read)) => stage.set(Stage::Ready(file, read)),
            Some(outcome) => {
                if let Outcome::Failed(words) = outcome {
                    wrong.set(Some(words));
                }
                stage.set(Stage::Choose);
            }
        }
    });
    // A dry run is for whoever looks at it.
    on_cleanup(move || {
        let dry = store.running().filter(|running| running.task == Task::DryRun);
        if let Some(running) = dry {
            running.cancel();
        }
    });
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Import"</h1>
                <p class="lead">"Issues from Jira, GitHub, Bugzilla or another Docket: the JSON of their interfaces, as a search answers it or one issue a line; or any table as CSV. Packed with gzip, too. Keys and history stay. Importing again adds nothing twice and brings what is new, whoever does it."</p>
            </header>
            <Show
                when=move || May::now(store).triage()
                fallback=|| view! { <State icon="refused" title="Importing is for members" text="A member or an admin of the workspace can import." /> }
            >
                {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
                {move || match stage.get() {
                    Stage::Choose => view! {
                        <Choose on_file=look />
                        <Past on_run=move |running| stage.set(Stage::Under(running)) />
                    }
                    .into_any(),
                    Stage::Reading(_, running) | Stage::Under(running) => view! { <Under running on_again=again /> }.into_any(),
                    Stage::Ready(file, read) => {
                        let (name, expected) = (file.name(), read.read.incoming);
                        let run = {
                            let file = file.clone();
                            move |()| stage.set(Stage::Under(store.import(file.clone(), expected)))
                        };
                        let reread = move |()| look(file.clone());
                        view! { <DryRun name read on_run=run on_again=again on_reread=reread /> }.into_any()
                    }
                }}
            </Show>
        </div>
    }
}

#[component]
fn Choose(on_file: impl Fn(web_sys::File) + Copy + 'static) -> impl IntoView {
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
                type="file"
                accept=".json,.jsonl,.ndjson,.csv,.tsv,.txt,.gz,application/json,text/csv,application/gzip"
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
