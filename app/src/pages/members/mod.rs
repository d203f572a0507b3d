//! Members: who takes part, invitations, roles. For admins; needs the network, because access is the hub's alone.

mod api;
mod invite;
mod one;

use docket_domain::{Action, Command, Member, Role};
use leptos::{prelude::*, task::spawn_local};

use self::invite::Invite;
pub(crate) use self::one::MemberPage;
use crate::{
    components::{
        For, Show,
        avatar::Avatar,
        dialog::Dialog,
        notices,
        people::{self, May, store},
        state::{Loading, State},
    },
    pages::address::Page,
    store::{Store, StoreError},
};

/// The page.
#[component]
pub(crate) fn Members() -> impl IntoView {
    let store = store();
    store.here(None, None);
    view! {
        <Show
            when=move || May::now(store).administer()
            fallback=|| view! { <State icon="members" title="This page is for admins" text="An admin of the workspace invites people and changes roles." /> }
        >
            <Page />
        </Show>
    }
}

type Loaded = RwSignal<Option<Result<Vec<(Member, bool)>, StoreError>>>;

#[component]
fn Page() -> impl IntoView {
    let store = store();
    let loaded: Loaded = RwSignal::new(None);
    let load = move || {
        spawn_local(async move {
            let members = api::members(&store.slug()).await;
            let _ = loaded.try_set(Some(members));
        });
    };
    // Again whenever the hub says that somebody came or changed.
    Effect::new(move |_| {
        store.members().track();
        load();
    });
    view! {
        <div class="page">
            <header class="page-head">
                <h1>"Members"</h1>
                <p class="lead">"What a role may do is judged by the server with every change. A changed role counts at once."</p>
            </header>
            <Invite />
            <section class="card">
                <h2>"Everybody"</h2>
                {move || match loaded.get() {
                    None => view! { <Loading what="Fetching the members…" /> }.into_any(),
                    Some(Err(error)) => view! {
                        <State icon="offline" title="The members can’t be fetched" text=error.to_string()>
                            <button type="button" class="primary" on:click=move |_| load()>"Try again"</button>
                        </State>
                    }
                    .into_any(),
                    Some(Ok(members)) => view! {
                        <ul class="members">
                            {members.into_iter().map(|(member, newer)| view! { <OneMember member newer load /> }).collect_view()}
                        </ul>
                    }
                    .into_any(),
                }}
            </section>
            <Organisations />
        </div>
    }
}

#[component]
fn OneMember(
    member: Member,
    /// Their role is none that this version knows.
    newer: bool,
    load: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let store = store();
    let id = StoredValue::new(member.id.clone());
    let me = store
        .me()
        .with_untracked(|me| me.as_ref().is_some_and(|me| me.id == member.id));
    let asks = RwSignal::new(false);
    let name = member.name.clone();
    let name_of = StoredValue::new(name.clone());
    let set_role = move |event| {
        let Some(role) = role_of(&event_target_value(&event)) else {
            return;
        };
        spawn_local(async move {
            match api::set_role(&store.slug(), &id.get_value(), role).await {
                Ok(()) => notices().done("The role is changed."),
                Err(error) => notices().wrong(error),
            }
            load();
        });
    };
    let revoke = move |_| {
        asks.set(false);
        spawn_local(async move {
            match api::revoke(&store.slug(), &id.get_value()).await {
                Ok(()) => notices().done("Their access has ended."),
                Err(error) => notices().wrong(error),
            }
            load();
        });
    };
    let devices = Page::Member(member.id.clone()).of(&store.slug());
    let of = member
        .organisation
        .as_ref()
        .map(|id| people::organisation(store, id));
    view! {
        <li class="member">
            <Avatar name=name.clone() decorative=true />
            <div class="member-name">
                <strong>{name.clone()}</strong>
                {me.then(|| view! { <span class="hint">" (you)"</span> })}
                <span class="hint">{of}</span>
                {newer.then(|| view! { <span class="hint">" A role of a newer version: here they count as a viewer."</span> })}
            </div>
            <label class="member-role">
                <span class="visually-hidden">{format!("Role of {name}")}</span>
                <select on:change=set_role disabled=me>
                    {Role::ALL.map(|role| view! {
                        <option value=people::role(role) selected=role == member.role>{people::role(role)}</option>
                    }).into_iter().collect_view()}
                </select>
            </label>
            <div class="actions">
                <a class="button quiet" href=devices aria-label=format!("Devices and tokens of {name}")>"Devices and tokens"</a>
                {(!me).then(|| view! {
                    <button type="button" class="quiet danger" on:click=move |_| asks.set(true)>"Revoke…"</button>
                })}
            </div>
            <Show when=move || asks.get()>
                <Dialog title=format!("End the access of {}?", name_of.get_value()) on_close=move |()| asks.set(false)>
                    <p>"Their tokens and sessions end now, and the workspace’s data is removed from their devices as soon as these have a network; what they hadn’t sent they may keep as a file. What they wrote here stays."</p>
                    <div class="actions">
                        <button type="button" class="danger" on:click=revoke>"Revoke"</button>
                        <button type="button" on:click=move |_| asks.set(false)>"Cancel"</button>
                    </div>
                </Dialog>
            </Show>
        </li>
    }
}

/// The organisations of the workspace, and a field to add one.
#[component]
fn Organisations() -> impl IntoView {
    let store = store();
    let name = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<String>);
    let add = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let text = name.get_untracked().trim().to_owned();
        let known = store.workspace().with_untracked(|workspace| {
            workspace
                .organisations
                .iter()
                .any(|it| it.name.to_lowercase() == text.to_lowercase())
        });
        if known {
            wrong.set(Some(format!("There is an organisation called “{text}” already.")));
            return;
        }
        add_organisation(store, &text);
        name.set(String::new());
    };
    view! {
        <section class="card">
            <h2>"Organisations"</h2>
            <ul class="plain">
                <For each=move || store.workspace().get().organisations.clone() key=|it| (it.id.clone(), it.name.clone()) let:it>
                    <li>{it.name.clone()}<span class="hint">{format!(" {}", it.id)}</span></li>
                </For>
            </ul>
            <form class="form inline" on:submit=add>
                <label class="field">
                    <span class="field-label">"Another organisation; it gets a list of its own"</span>
                    <input
                        type="text"
                        maxlength="100"
                        required
                        prop:value=move || name.get()
                        on:input=move |event| {
                            name.set(event_target_value(&event));
                            wrong.set(None);
                        }
                    />
                </label>
                <button type="submit">"Add"</button>
            </form>
            {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
        </section>
    }
}

fn add_organisation(store: Store, name: &str) {
    let Some(workspace) = store.workspace_document() else {
        return;
    };
    let letters = name.to_lowercase();
    let letters = letters
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' });
    let slug: String = letters
        .collect::<String>()
        .split('-')
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("-");
    let name = name.to_owned();
    spawn_local(async move {
        let id = match slug.parse::<docket_domain::OrganisationId>() {
            Ok(id) => id,
            Err(error) => return notices().wrong(error),
        };
        let list = docket_domain::read::Workspace::organisation_list(workspace, &id);
        let organisation = Some(id.clone());
        let named = format!("Priorities of {name}");
        let steps = [
            Command::new(
                list,
                Action::CreateList {
                    name: named,
                    organisation,
                },
            ),
            Command::new(workspace, Action::AddOrganisation { id, name }),
        ];
        for command in steps {
            if let Err(error) = store.run(command).await {
                return notices().wrong(error);
            }
        }
        notices().done("The organisation is added.");
    });
}

fn role_of(text: &str) -> Option<Role> {
    Role::ALL.into_iter().find(|role| people::role(*role) == text)
}
