//! A new issue. What is typed survives reloading; it works without a network.

use docket_domain::{
    Action, Command, DocumentId, PersonId,
    command::NewIssue,
    words::{Priority, Severity},
};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{address::Page, issue::offers, router::router};
use crate::components::{
    Show,
    choice::{Choice, word_options},
    names::Names,
    notices,
    people::{May, store},
    state::State,
    text::fit,
};

/// Where the draft is kept.
const DRAFT: &str = "new-issue";

/// The page.
#[component]
pub(crate) fn NewPage() -> impl IntoView {
    let store = store();
    store.here(None, None);
    let may = Memo::new(move |_| May::now(store));
    view! {
        <Show
            when=move || may.get().write()
            fallback=|| view! { <State icon="refused" title="You can read, not write" text="Ask an admin of the workspace if you need to report issues." /> }
        >
            <Form />
        </Show>
    }
}

#[component]
fn Form() -> impl IntoView {
    let store = store();
    let draft = StoredValue::new_local(store.draft(DRAFT));
    let kept = draft.with_value(|draft| draft.get());
    let mut start: NewIssue = kept
        .and_then(|text| serde_json::from_str(&text).ok())
        .unwrap_or_default();
    if start.organisation.is_none() {
        // Most people report for their own organisation.
        start.organisation = store
            .me()
            .with_untracked(|me| me.as_ref().and_then(|me| me.organisation.clone()));
    }
    let empty = StoredValue::new(NewIssue {
        organisation: start.organisation.clone(),
        ..NewIssue::default()
    });
    let new = RwSignal::new(start);
    let title: NodeRef<html::Textarea> = NodeRef::new();
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        let text = new.with(|new| {
            let blank = empty.with_value(|empty| new == empty);
            if blank {
                String::new()
            } else {
                serde_json::to_string(new).unwrap_or_default()
            }
        });
        draft.with_value(|draft| draft.set(&text));
    });
    Effect::new(move |_| {
        if let Some(title) = title.get() {
            let _ = title.focus();
        }
    });
    // It grows with its text, also with what was typed before a reload.
    Effect::new(move |_| {
        new.with(|_| ());
        if let Some(title) = title.get() {
            request_animation_frame(move || fit(&title));
        }
    });
    let submit = move || {
        if busy.get_untracked() {
            return;
        }
        let issue = new.get_untracked();
        if issue.title.trim().is_empty() {
            wrong.set(Some("Please give the issue a title.".to_owned()));
            if let Some(title) = title.get_untracked() {
                let _ = title.focus();
            }
            return;
        }
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let id = DocumentId::random();
            match store
                .run(Command::new(id, Action::CreateIssue(Box::new(issue))))
                .await
            {
                Ok(()) => {
                    let _ = draft.try_with_value(|draft| draft.clear());
                    notices().done("The issue is reported.");
                    router().replace(&Page::Issue(id).of(&store.slug()));
                }
                Err(error) => {
                    let _ = wrong.try_set(Some(error.to_string()));
                    let _ = busy.try_set(false);
                }
            }
        });
    };
    let keys = move |event: ev::KeyboardEvent| {
        if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            submit();
        }
    };
    let triage = Signal::derive(move || !May::now(store).triage());
    let discard = move |_| {
        new.set(empty.get_value());
        if let Some(title) = title.get_untracked() {
            title.set_value("");
        }
        router().go(&Page::Issues.of(&store.slug()));
    };
    view! {
        <form
            class="page new-page"
            on:keydown=keys
            on:submit=move |event| {
                event.prevent_default();
                submit();
            }
        >
            <header class="page-head"><h1>"New issue"</h1></header>
            <div class="new-columns">
                <div class="new-text">
                    <label class="field">
                        <span class="field-label">"Title"</span>
                        <textarea
                            node_ref=title
                            class="title-input"
                            rows="1"
                            maxlength="1000"
                            placeholder="What is wrong, in one line"
                            prop:value=move || new.with(|new| new.title.clone())
                            on:input=move |event| {
                                let text = event_target_value(&event).replace('\n', " ");
                                wrong.set(None);
                                new.update(|new| new.title = text);
                            }
                        ></textarea>
                    </label>
                    {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
                    <label class="field">
                        <span class="field-label">"Description"</span>
                        <textarea
                            class="description-input"
                            rows="12"
                            placeholder="What happens, since when, on which systems; what you have tried. Markdown works."
                            prop:value=move || new.with(|new| new.description.clone())
                            on:input=move |event| new.update(|new| new.description = event_target_value(&event))
                        ></textarea>
                    </label>
                </div>
                <div class="new-fields">
                    <Choice
                        label="Severity: how bad it is for you"
                        options=Signal::stored(word_options!(Severity, "Not set"))
                        value=Signal::derive(move || new.with(|new| new.severity.map_or("", Severity::as_str).to_owned()))
                        on_change=move |value: String| new.update(|new| new.severity = Severity::parse(&value))
                        disabled=triage
                    />
                    <Choice
                        label="Priority: set in triage"
                        options=Signal::stored(word_options!(Priority, "Not set"))
                        value=Signal::derive(move || new.with(|new| new.priority.map_or("", Priority::as_str).to_owned()))
                        on_change=move |value: String| new.update(|new| new.priority = Priority::parse(&value))
                        disabled=triage
                    />
                    <Choice
                        label="Component"
                        options=offers::components(store)
                        value=Signal::derive(move || new.with(|new| new.component.clone().unwrap_or_default()))
                        on_change=move |value: String| new.update(|new| new.component = some(value))
                    />
                    <Choice
                        label="Organisation"
                        options=offers::organisations(store)
                        value=Signal::derive(move || new.with(|new| new.organisation.as_ref().map(ToString::to_string).unwrap_or_default()))
                        on_change=move |value: String| new.update(|new| new.organisation = value.parse().ok())
                    />
                    <Choice
                        label="Assignee"
                        options=offers::assignees(store)
                        value=Signal::derive(move || new.with(|new| new.assignee.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default()))
                        on_change=move |value: String| new.update(|new| new.assignee = some(value).map(PersonId::from_stored))
                    />
                    <Names
                        label="Labels"
                        one="label"
                        value=Signal::derive(move || new.with(|new| new.labels.clone()))
                        known=offers::labels(store)
                        on_change=move |(name, on): (String, bool)| new.update(|new| toggle(&mut new.labels, name, on))
                    />
                    <Names
                        label="Affected versions"
                        one="version"
                        value=Signal::derive(move || new.with(|new| new.affects.clone()))
                        known=offers::versions(store)
                        on_change=move |(name, on): (String, bool)| new.update(|new| toggle(&mut new.affects, name, on))
                    />
                </div>
            </div>
            <div class="actions sticky">
                <button type="submit" class="primary" disabled=move || busy.get()>
                    {move || if busy.get() { "Reporting…" } else { "Report the issue" }}
                    <kbd aria-hidden="true">"Ctrl Enter"</kbd>
                </button>
                <button type="button" on:click=discard>"Discard"</button>
            </div>
        </form>
    }
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

fn toggle(names: &mut Vec<String>, name: String, on: bool) {
    names.retain(|other| *other != name);
    if on {
        names.push(name);
    }
}
