//! The report of a dry run, and what is under way.

use std::sync::Arc;

use leptos::{html, prelude::*};

use super::mapping::Mapping;
use crate::{
    components::{
        Show,
        count::{issues, number},
        icon::Icon,
        people::store,
    },
    job::Told,
    pages::address::Page,
    store::{FileRead, Outcome, Progress, Running, Task},
};

/// A count for a sentence.
pub(super) fn count(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

/// A section that takes the focus when it is shown: what was pressed to come here is gone.
fn seen_first() -> NodeRef<html::Section> {
    let section = NodeRef::new();
    section.on_load(|section: web_sys::HtmlElement| {
        let _ = section.focus();
    });
    section
}

fn focus(section: NodeRef<html::Section>) {
    if let Some(section) = section.get_untracked() {
        // Without the focus the page can still be read.
        let _ = section.focus();
    }
}

/// What would come in.
#[component]
pub(super) fn DryRun(
    name: String,
    read: Arc<FileRead>,
    #[prop(into)] on_run: UnsyncCallback<()>,
    #[prop(into)] on_again: UnsyncCallback<()>,
    #[prop(into)] on_reread: UnsyncCallback<()>,
) -> impl IntoView {
    let incoming = count(read.read.incoming);
    let unkept = RwSignal::new(false);
    let store = store();
    let undone = {
        let name = name.clone();
        move || {
            let all = store.imports().get();
            incoming == 0
                && all
                    .iter()
                    .any(|(_, record)| record.name == name && record.undone.is_some())
        }
    };
    let section = seen_first();
    let lead = match incoming {
        0 => read.read.sum.clone(),
        _ => format!("Would come in: {}", read.read.sum),
    };
    view! {
        <section class="card" aria-label="Dry run" tabindex="-1" node_ref=section>
            <h2>{name.clone()}</h2>
            <p class="lead" role="status">{lead}</p>
            <Show when=undone>
                <p class="hint">"An import of this file was undone. Under “Another file” you can bring it back; importing again then brings what is new."</p>
            </Show>
            <Mapping read=Arc::clone(&read) unkept on_again=on_reread />
            <Parts read=Arc::clone(&read) />
            <div class="actions">
                <button type="button" class="primary" disabled=move || incoming == 0 || unkept.get() on:click=move |_| on_run.run(())>
                    {format!("Import {}", issues(incoming))}
                </button>
                <Downloads name read />
                <button type="button" on:click=move |_| on_again.run(())>"Another file"</button>
            </div>
        </section>
    }
}

/// What is under way, and its end.
#[component]
pub(super) fn Under(running: Running, #[prop(into)] on_again: UnsyncCallback<()>) -> impl IntoView {
    let store = store();
    let Running {
        task, name, total, ..
    } = running.clone();
    let progress = running.progress();
    let ended = {
        let progress = progress.clone();
        Memo::new(move |_| progress.with(|progress| progress.outcome.is_some()))
    };
    let share = {
        let progress = progress.clone();
        move || progress.with(|progress| share(task, total, progress).map(|share| share.to_string()))
    };
    let words = {
        let progress = progress.clone();
        move || progress.with(|progress| words(task, total, progress))
    };
    let read = move || match progress.with(|progress| progress.outcome.clone()) {
        Some(Outcome::Read(read)) => Some(read),
        _ => None,
    };
    let pending = move || {
        let pending = store.status().get().pending;
        (ended.get() && pending > 0).then(|| {
            let words = match pending {
                1 => "1 change is still on its way".to_owned(),
                _ => format!("{} changes are still on their way", number(pending)),
            };
            format!("{words} to the server. You can leave this page.")
        })
    };
    let (heading, label, again) = match task {
        Task::DryRun => ("Reading the file".to_owned(), "Read", "Another file"),
        Task::Import => (name.clone(), "Imported", "Another file"),
        Task::Undo => (format!("Undoing the import of {name}"), "Undone", "All imports"),
        Task::Redo => (
            format!("Bringing back the import of {name}"),
            "Brought back",
            "All imports",
        ),
    };
    let issues = Page::Issues.of(&store.slug());
    let section = seen_first();
    // Its button to cancel went, perhaps with the focus in it.
    Effect::new(move |before: Option<bool>| {
        let ended = ended.get();
        if before == Some(false) && ended {
            focus(section);
        }
        ended
    });
    view! {
        <section class="card" aria-label=heading.clone() tabindex="-1" node_ref=section>
            <h2>{heading.clone()}</h2>
            <progress max="1" value=share aria-label=label></progress>
            // Said aloud at its end, and not ten times a second until then.
            <p role="status" aria-live=move || if ended.get() { "polite" } else { "off" }>{words}</p>
            <p class="hint">{pending}</p>
            <Show when=move || ended.get() fallback={
                let running = running.clone();
                move || {
                    let running = running.clone();
                    view! { <div class="actions"><button type="button" on:click=move |_| running.cancel()>"Cancel"</button></div> }
                }
            }>
                {
                    let read = read.clone();
                    move || read().map(|read| view! { <Parts read /> })
                }
                <div class="actions">
                    <a class="button primary" href=issues.clone()>"To the issues"</a>
                    {
                        let (name, read) = (name.clone(), read.clone());
                        move || read().map(|read| view! { <Downloads name=name.clone() read /> })
                    }
                    <button type="button" on:click=move |_| on_again.run(())>{again}</button>
                </div>
            </Show>
        </section>
    }
}

/// How much is done; none where nobody knows.
fn share(task: Task, total: u64, progress: &Progress) -> Option<f64> {
    match (&progress.outcome, task) {
        (Some(Outcome::Read(_) | Outcome::Undone(_)), _) => Some(1.0),
        (_, Task::Import) => Some(progress.stored as f64 / total.max(1) as f64),
        _ => progress.share,
    }
}

fn words(task: Task, total: u64, progress: &Progress) -> String {
    let stored = number(count(progress.stored));
    let total = issues(count(total));
    let records = issues(count(progress.records));
    match (&progress.outcome, task) {
        (None, Task::DryRun) => format!("{records} read. Nothing is stored yet."),
        (None, Task::Import) => format!("Stored on this device: {stored} of {total}."),
        (None, Task::Undo) => format!(
            "Looked at {} of {total}; deleted: {stored}.",
            number(count(progress.records))
        ),
        (None, Task::Redo) => format!(
            "Looked at {} of {total}; brought back: {stored}.",
            number(count(progress.records))
        ),
        (Some(Outcome::Read(_)), _) => {
            format!("Done: {} stored on this device.", issues(count(progress.stored)))
        }
        (Some(Outcome::Undone(undone)), Task::Redo) => match undone.kept {
            0 => format!("Here again: {}.", issues(count(undone.deleted))),
            kept => format!(
                "Here again: {}. Somebody has changed {} since, which stay as they are.",
                issues(count(undone.deleted)),
                issues(count(kept))
            ),
        },
        (Some(Outcome::Undone(undone)), _) => undone_words(undone.deleted, undone.kept),
        (Some(Outcome::Cancelled), Task::Undo) => {
            format!("Cancelled: {stored} of {total} deleted. You can go on with it, or leave it at that.")
        }
        (Some(Outcome::Cancelled), Task::Redo) => {
            format!("Cancelled: {stored} brought back. You can go on with it.")
        }
        (Some(Outcome::Cancelled), _) => {
            format!("Cancelled after {stored} of {total}; import the file again for the others.")
        }
        (Some(Outcome::Failed(error)), _) => format!("It stopped after {stored} of {total}: {error}"),
    }
}

/// What came of undoing.
pub(super) fn undone_words(deleted: u64, kept: u64) -> String {
    let deleted = issues(count(deleted));
    match kept {
        0 => format!("Undone: {deleted} deleted."),
        1 => format!("Undone: {deleted} deleted. 1 issue stays, because somebody has changed it since."),
        _ => format!(
            "Undone: {deleted} deleted. {} stay, because somebody has changed them since.",
            issues(count(kept))
        ),
    }
}

#[component]
fn Parts(read: Arc<FileRead>) -> impl IntoView {
    let part = |part: &Told| {
        let (shown, all) = (part.lines.len(), count(part.count));
        let lines = part.lines.iter().map(|(key, words)| {
            view! { <li><span class="key">{key.clone()}</span><span>{words.clone()}</span></li> }
        });
        view! {
            <details class="part" class:left-out=part.left_out open=part.left_out>
                <summary>{part.title.clone()}<span class="count">{number(all)}</span></summary>
                <p class="hint">{part.means.clone()}</p>
                <ul class="part-lines">{lines.collect_view()}</ul>
                {(all > shown).then(|| view! {
                    <p class="hint">{format!("… and {} more: the report that you can download has all of them.", number(all - shown))}</p>
                })}
            </details>
        }
    };
    view! { <div class="parts">{read.read.parts.iter().map(part).collect_view()}</div> }
}

#[component]
fn Downloads(name: String, read: Arc<FileRead>) -> impl IntoView {
    let mend = read.mend.as_ref().map(|mend| {
        // It isn't packed.
        let name = name.strip_suffix(".gz").unwrap_or(&name);
        view! {
            <a class="button" href=mend.address() download=format!("left-out-{name}")>"Download what is left out"</a>
        }
    });
    view! {
        <a class="button" href=read.report.address() download="import-report.txt"><Icon name="import" />"Download the report"</a>
        {mend}
    }
}
