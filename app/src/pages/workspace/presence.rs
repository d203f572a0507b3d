//! Who else is here.

use std::collections::BTreeMap;

use docket_domain::{DocumentId, MemberId};
use leptos::prelude::*;

use crate::{
    components::{
        For,
        avatar::Avatar,
        people::{self, store},
    },
    pages::address::Page,
    store::{Present, Store},
};

/// The most people shown one by one.
const SHOWN: usize = 6;

/// The people who are here, each with where they are.
#[component]
pub(super) fn Presence() -> impl IntoView {
    let store = store();
    let people = Memo::new(move |_| others(store));
    let entry = move |(_, (name, document)): (MemberId, (String, Option<DocumentId>))| {
        let place = document.and_then(|id| place(store, id));
        let label = place.as_ref().map_or_else(
            || format!("{name} is here"),
            |place| format!("{name} is on {place}"),
        );
        match document {
            Some(id) => {
                let href = Page::Issue(id).of(&store.slug());
                view! { <li><a href=href title=label.clone() aria-label=label><Avatar name decorative=true /></a></li> }
                    .into_any()
            }
            None => view! { <li title=label.clone()><Avatar name /></li> }.into_any(),
        }
    };
    view! {
        <ul class="presence" aria-label="People here">
            <For
                each=move || people.get().into_iter().take(SHOWN)
                key=|(id, place)| (id.clone(), place.clone())
                children=entry
            />
            {move || {
                let more = people.with(BTreeMap::len).saturating_sub(SHOWN);
                (more > 0).then(|| view! { <li class="more">{format!("+{more}")}</li> })
            }}
        </ul>
    }
}

/// Everybody else, once each, with the issue they have open.
fn others(store: Store) -> BTreeMap<MemberId, (String, Option<DocumentId>)> {
    let me = store.me().with(|me| me.as_ref().map(|me| me.id.clone()));
    let mut others = BTreeMap::new();
    for Present {
        member,
        name,
        document,
        ..
    } in store.present().get().iter()
    {
        if Some(member) != me.as_ref() {
            let entry = others
                .entry(member.clone())
                .or_insert_with(|| (name.clone(), None));
            entry.1 = entry.1.or(*document);
        }
    }
    others
}

/// What an issue is called.
fn place(store: Store, id: DocumentId) -> Option<String> {
    let row = store.row(id)?.get();
    let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
    Some(row.issue()?.name(&prefix))
}

/// Who else edits a field of a document, in words; empty if nobody does. Tracked.
pub(crate) fn editors(store: Store, id: DocumentId, field: &str) -> String {
    let names: Vec<String> = on_document(store, id)
        .into_iter()
        .filter(|(_, edits)| edits.as_deref() == Some(field))
        .map(|(name, _)| name)
        .collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => format!("{one} is editing"),
        more => format!("{} are editing", more.join(", ")),
    }
}

/// Who else has this document open, and which field they edit. Tracked.
pub(crate) fn on_document(store: Store, id: DocumentId) -> Vec<(String, Option<String>)> {
    let me = store.me().with(|me| me.as_ref().map(|me| me.id.clone()));
    let mut people: Vec<(String, Option<String>)> = Vec::new();
    for present in store.present().get().iter() {
        if present.document != Some(id) || Some(&present.member) == me.as_ref() {
            continue;
        }
        let name = people::name(store, &(&present.member).into(), Some(&present.name));
        match people.iter_mut().find(|(known, _)| *known == name) {
            Some((_, field)) => *field = field.take().or_else(|| present.field.clone()),
            None => people.push((name, present.field.clone())),
        }
    }
    people
}
