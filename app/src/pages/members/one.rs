//! One member, for admins: who they are, and how they get in.

use docket_domain::MemberId;
use leptos::prelude::*;

use crate::{
    components::{
        Show,
        people::{self, May, store},
        state::State,
    },
    pages::{address::Page, credentials::Credentials},
};

/// The page.
#[component]
pub(crate) fn MemberPage(id: MemberId) -> impl IntoView {
    let store = store();
    store.here(None, None);
    let members = Page::Members.of(&store.slug());
    let own = store
        .me()
        .with_untracked(|me| me.as_ref().is_some_and(|me| me.id == id));
    let of = id.clone();
    let member = Memo::new(move |_| {
        let members = store.members().get();
        members.iter().find(|member| member.id == of).cloned()
    });
    let name = move || {
        member
            .get()
            .map_or_else(|| "A former member".to_owned(), |member| member.name)
    };
    let role = move || {
        member.get().map(|member| {
            let of = member
                .organisation
                .as_ref()
                .map(|id| format!(" of {}", people::organisation(store, id)));
            view! { <p class="lead">{people::role(member.role)}{of}</p> }
        })
    };
    view! {
        <Show
            when=move || May::now(store).administer()
            fallback=|| view! { <State icon="members" title="This page is for admins" text="Your own devices and tokens are in the settings." /> }
        >
            <div class="page">
                <header class="page-head">
                    <p><a href=members.clone()>"Members"</a></p>
                    <h1>{name}</h1>
                    {role}
                </header>
                <Credentials member=id.clone() own />
            </div>
        </Show>
    }
}
