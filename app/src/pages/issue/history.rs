//! The history in words: who, when, what, from, to.

use docket_domain::{
    Field, PersonId, Timestamp,
    genesis::is_deterministic,
    history::{self, What},
    read::{Event, Issue},
    words::Resolution,
};
use leptos::prelude::*;

use super::{IssueState, conflicts::words};
use crate::{
    components::{
        For, Show,
        avatar::Avatar,
        people,
        time::{When, exact},
    },
    store::Store,
};

/// One line's worth of history.
#[derive(Debug, Clone, PartialEq)]
struct Told {
    key: String,
    who: String,
    at: Timestamp,
    corrected: bool,
    what: Vec<String>,
}

/// The history, newest first.
#[component]
pub(super) fn History(state: IssueState) -> impl IntoView {
    let facts = state.store.facts(state.id);
    let told = Memo::new(move |_| {
        let issue = state.issue.get();
        let facts = facts.get();
        let told = state
            .document
            .with_value(|document| document.with(|document| tell(state.store, document, &issue, &facts)));
        told.unwrap_or_default()
    });
    let line = |told: Told| {
        view! {
            <li class="history-line">
                <Avatar name=told.who.clone() decorative=true />
                <div>
                    <p>
                        <strong>{told.who.clone()}</strong>
                        <When at=told.at />
                        {told.corrected.then(|| view! {
                            <span class="hint" title=format!("Another time was claimed, which can’t be true; {} is when it arrived.", exact(told.at))>"time corrected"</span>
                        })}
                    </p>
                    <ul>{told.what.iter().map(|what| view! { <li>{what.clone()}</li> }).collect_view()}</ul>
                </div>
            </li>
        }
    };
    view! {
        <ol class="history">
            <For each=move || told.get() key=|told| (told.key.clone(), told.who.clone()) children=line />
        </ol>
        <Show when=move || told.with(Vec::is_empty)>
            <p class="nothing">"Nothing has been changed yet."</p>
        </Show>
    }
}

fn tell(
    store: Store,
    document: &automerge::Automerge,
    issue: &Issue,
    facts: &docket_domain::Facts,
) -> Vec<Told> {
    let imported = |hash: &automerge::ChangeHash| {
        document
            .get_change_meta_by_hash(hash)
            .is_some_and(|change| is_deterministic(&change.actor))
    };
    let mut told = Vec::new();
    for entry in history::history(document, facts) {
        if imported(&entry.change) {
            continue;
        }
        let what: Vec<String> = entry
            .what
            .iter()
            .filter_map(|what| sentence(store, what))
            .collect();
        if what.is_empty() {
            continue;
        }
        let who = match &entry.member {
            Some(member) => people::name(store, &PersonId::from(member), None),
            None => "Not yet stored".to_owned(),
        };
        told.push(Told {
            key: entry.change.to_string(),
            who,
            at: entry.at.at,
            corrected: entry.at.corrected,
            what,
        });
    }
    // What happened in the other tracker came in one change: its own records tell of it.
    if let Some(source) = &issue.source {
        told.extend(
            issue
                .events
                .iter()
                .filter(|event| came_with_import(event))
                .map(|event| {
                    let who = event
                        .by
                        .as_ref()
                        .map(|by| people::name(store, by, issue.name_of(by)));
                    Told {
                        key: event.id.clone(),
                        who: who.unwrap_or_else(|| format!("Somebody in {}", source.system)),
                        at: event.at,
                        corrected: false,
                        what: vec![changed(
                            store,
                            &event.field,
                            event.from.as_deref(),
                            event.to.as_deref(),
                        )],
                    }
                }),
        );
    }
    // Who brought it stands behind what it says.
    told.extend(facts.importers().into_iter().map(|(member, at)| Told {
        key: format!("imported {member} {}", at.0),
        who: people::name(store, &PersonId::from(&member), None),
        at,
        corrected: false,
        what: vec!["Imported what came from another tracker".to_owned()],
    }));
    told.sort_by_key(|told| std::cmp::Reverse(told.at));
    told
}

fn came_with_import(event: &Event) -> bool {
    matches!(&event.object, automerge::ObjId::Id(_, actor, _) if is_deterministic(actor))
}

fn sentence(store: Store, what: &What) -> Option<String> {
    Some(match what {
        What::Set { field, to, .. } if field == "deleted_at" => {
            let done = if to.is_some() { "Deleted" } else { "Restored" };
            format!("{done} the issue")
        }
        What::Set { field, from, to } => changed(store, field, from.as_deref(), to.as_deref()),
        What::Marked { set, name, on } => {
            let what = if set == "affects" {
                "affected version"
            } else {
                "label"
            };
            format!("{} the {what} “{name}”", if *on { "Added" } else { "Removed" })
        }
        What::Edited {
            inserted, removed, ..
        } => {
            let typed = inserted.chars().count();
            match (typed, removed) {
                (0, removed) => format!("Edited the description: {removed} characters removed"),
                (_, 0) => format!("Edited the description: “{}” added", cut(inserted)),
                (_, removed) => {
                    format!(
                        "Edited the description: {removed} characters replaced by “{}”",
                        cut(inserted)
                    )
                }
            }
        }
        What::Entry {
            container,
            added: true,
            text,
            ..
        } => {
            let text = text.as_deref().map(cut).unwrap_or_default();
            match container.as_str() {
                "comments" => format!("Commented: “{text}”"),
                "attention" => format!("Raised the flag for attention: “{text}”"),
                "links" => format!("Linked to {}", super::links::named(store, &text)),
                "attachments" => format!("Attached {text}"),
                "events" => format!("Reason: {text}"),
                _ => return None,
            }
        }
        What::Entry {
            container,
            added: false,
            ..
        } => match container.as_str() {
            "links" => "Removed a link".to_owned(),
            _ => return None,
        },
        What::Changed {
            container, field, to, ..
        } => match (container.as_str(), field.as_str()) {
            ("comments", "body") => {
                format!(
                    "Edited a comment: “{}”",
                    to.as_deref().map(cut).unwrap_or_default()
                )
            }
            ("comments", "deleted_at") => "Deleted a comment".to_owned(),
            ("attention", "cleared_at") => "Lowered the flag for attention".to_owned(),
            _ => return None,
        },
    })
}

fn changed(store: Store, key: &str, from: Option<&str>, to: Option<&str>) -> String {
    let value = |value: Option<&str>| match Field::parse(key) {
        None if key == "resolution" => {
            let resolution = value.and_then(Resolution::parse);
            resolution.map_or_else(
                || "Not set".to_owned(),
                |resolution| resolution.label().to_owned(),
            )
        }
        Some(field) => words(store, field, value),
        None => value.map_or_else(|| "not set".to_owned(), cut),
    };
    let name = Field::parse(key).map_or_else(|| title_case(key), |field| field.label().to_owned());
    match from {
        None => format!("{name}: {}", value(to)),
        Some(_) => format!("{name}: {} → {}", value(from), value(to)),
    }
}

/// A key as a heading: “resolution” is “Resolution”.
fn title_case(key: &str) -> String {
    let mut letters = key.chars();
    letters
        .next()
        .map(|first| first.to_uppercase().chain(letters).collect())
        .unwrap_or_default()
}

/// A text short enough for a line.
fn cut(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(140) {
        Some((end, _)) => format!("{}…", line.get(..end).unwrap_or_default()),
        None => line,
    }
}
