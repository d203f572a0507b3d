//! The imports of this device: what came of each, and its undoing.

use leptos::{prelude::*, task::spawn_local};

use super::result::{count, undone_words};
use crate::{
    components::{
        Show,
        count::{issues, number},
        dialog::Dialog,
        people::store,
        time::When,
    },
    store::{ImportId, ImportRecord, Running, Undone},
};

/// How many are shown: the last ones.
const SHOWN: usize = 10;

/// The last imports.
#[component]
pub(super) fn Past(#[prop(into)] on_run: UnsyncCallback<Running>) -> impl IntoView {
    let store = store();
    let elsewhere = RwSignal::new(false);
    let asked = RwSignal::new(None::<(ImportId, ImportRecord)>);
    spawn_local(async move {
        let busy = store.imports_elsewhere().await;
        // The page may have been left.
        let _ = elsewhere.try_set(busy);
    });
    let imports = move || {
        let all = store.imports().get();
        let one = |(import, record): &(ImportId, ImportRecord)| {
            let (import, record) = (*import, record.clone());
            let begun = record.undone.is_some_and(|undone| !undone.ended);
            let undo = (record.added > 0 && record.undone.is_none_or(|undone| !undone.ended)).then(|| {
                let record = record.clone();
                let words = if begun {
                    "Go on undoing"
                } else {
                    "Undo this import"
                };
                view! {
                    <button type="button" disabled=move || elsewhere.get() on:click=move |_| {
                        asked.set(Some((import, record.clone())));
                    }>{words}</button>
                }
            });
            let redo = record
                .undone
                .is_some_and(|undone| undone.ended && undone.deleted > 0)
                .then(|| {
                    let record = record.clone();
                    view! {
                        <button type="button" disabled=move || elsewhere.get() on:click=move |_| {
                            on_run.run(store.redo(import, record.clone()));
                        }>"Bring it back"</button>
                    }
                });
            view! {
                <li class="past-import">
                    <p><strong>{record.name.clone()}</strong>" "<When at=record.at /></p>
                    <p>{words(&record)}</p>
                    {undo}
                    {redo}
                </li>
            }
        };
        let shown = all.iter().take(SHOWN).map(one);
        (!all.is_empty()).then(|| {
            view! {
                <section class="card" aria-label="Imports on this device">
                    <h2>"Imports on this device"</h2>
                    <Show when=move || elsewhere.get()>
                        <p class="hint">"An import is under way in another tab of this browser."</p>
                    </Show>
                    <ul class="past-imports">{shown.collect_view()}</ul>
                </section>
            }
        })
    };
    let dialog = move || {
        asked.get().map(|(import, record)| {
            let added = issues(count(record.added));
            view! {
                <Dialog title="Undo this import" on_close=move |()| asked.set(None)>
                    <p>{format!("It added {added}. Those that nobody has changed since disappear from all lists, for everybody; each can be restored from the filter “Deleted”. The others stay.")}</p>
                    <div class="actions">
                        <button type="button" class="danger" on:click=move |_| {
                            let running = store.undo(import, record.clone());
                            asked.set(None);
                            on_run.run(running);
                        }>"Undo it"</button>
                        <button type="button" on:click=move |_| asked.set(None)>"Leave it"</button>
                    </div>
                </Dialog>
            }
        })
    };
    view! {
        {imports}
        {dialog}
    }
}

/// What came of an import.
fn words(record: &ImportRecord) -> String {
    let (added, expected) = (count(record.added), count(record.expected));
    match record.undone {
        Some(Undone {
            deleted,
            kept,
            ended: true,
            ..
        }) => undone_words(deleted, kept),
        Some(Undone { deleted, .. }) => format!(
            "Undoing it broke off: {} of {} deleted.",
            number(count(deleted)),
            issues(added)
        ),
        None if record.ended => format!("{} added.", issues(added)),
        None => format!(
            "It broke off after {} of {}. Choose the file again to go on: what is here is passed over.",
            number(added),
            issues(expected)
        ),
    }
}
