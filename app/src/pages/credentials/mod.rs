//! Devices and tokens: how somebody gets in, each to be ended by itself. One's own in the settings, anybody's for admins.

mod api;

use docket_domain::{MemberId, PersonId, WorkspaceSlug};
use leptos::{html, prelude::*, task::spawn_local};

use self::api::{Credential, Kind};
use crate::{
    components::{
        Show,
        dialog::Dialog,
        icon::Icon,
        notices,
        people::{self, store},
        state::{Loading, State},
        time::When,
    },
    pages::list::copy,
    store::StoreError,
};

type Loaded = RwSignal<Option<Result<Vec<Credential>, StoreError>>>;

/// The list, with what can be done.
#[component]
pub(crate) fn Credentials(
    /// Whose.
    member: MemberId,
    /// One's own?
    own: bool,
) -> impl IntoView {
    let store = store();
    let loaded: Loaded = RwSignal::new(None);
    let id = StoredValue::new(member);
    let load = move || {
        spawn_local(async move {
            let all = api::list(&store.slug(), &id.get_value()).await;
            // The page may have been left.
            let _ = loaded.try_set(Some(all));
        });
    };
    load();
    let everywhere = RwSignal::new(false);
    let others = move || {
        loaded.with(|loaded| match loaded {
            Some(Ok(all)) => all.iter().filter(|one| !one.current).count(),
            _ => 0,
        })
    };
    let end_all = move |_| {
        everywhere.set(false);
        let all = loaded.get_untracked().and_then(Result::ok).unwrap_or_default();
        spawn_local(async move {
            let ended = match own {
                // This browser stays signed in.
                true => end_others(store.slug(), &id.get_value(), &all).await,
                false => api::revoke_all(&store.slug(), &id.get_value()).await,
            };
            match ended {
                Ok(()) if own => notices().done("Signed out everywhere else."),
                Ok(()) => notices().done("Signed out everywhere."),
                Err(error) => notices().wrong(error),
            }
            load();
        });
    };
    let all_words = if own {
        "Sign out everywhere else…"
    } else {
        "Sign out everywhere…"
    };
    view! {
        <section class="card" aria-label="Devices and tokens">
            <h2>"Devices and tokens"</h2>
            <p class="hint">"Each browser that is signed in, and each token. Ending one ends it at once; what it hadn’t sent stays on that device."</p>
            {move || match loaded.get() {
                None => view! { <Loading what="Fetching devices and tokens…" /> }.into_any(),
                Some(Err(error)) => view! {
                    <State icon="offline" title="Devices and tokens can’t be fetched" text=error.to_string()>
                        <button type="button" class="primary" on:click=move |_| {
                            loaded.set(None);
                            load();
                        }>"Try again"</button>
                    </State>
                }
                .into_any(),
                Some(Ok(all)) if all.is_empty() => view! {
                    <p class="nothing">"Nobody can get in this way: there is no token, and no browser is signed in."</p>
                }
                .into_any(),
                Some(Ok(all)) => view! {
                    <ul class="credentials">
                        {all.into_iter().map(|one| view! { <OneCredential of=id one load own /> }).collect_view()}
                    </ul>
                }
                .into_any(),
            }}
            <NewToken of=id load />
            <Show when=move || { others() > 0 }>
                <div class="actions">
                    <button type="button" class="danger" on:click=move |_| everywhere.set(true)>{all_words}</button>
                </div>
            </Show>
            <Show when=move || everywhere.get()>
                <Dialog title="Sign out everywhere?" on_close=move |()| everywhere.set(false)>
                    <p>{move || format!("{} sessions and tokens end now{}. Scripts that use one of the tokens stop working.", others(), if own { ", all but this browser’s" } else { "" })}</p>
                    <div class="actions">
                        <button type="button" class="danger" on:click=end_all>"Sign out"</button>
                        <button type="button" on:click=move |_| everywhere.set(false)>"Cancel"</button>
                    </div>
                </Dialog>
            </Show>
        </section>
    }
}

async fn end_others(slug: WorkspaceSlug, of: &MemberId, all: &[Credential]) -> Result<(), StoreError> {
    for one in all.iter().filter(|one| !one.current) {
        api::revoke(&slug, of, &one.id).await?;
    }
    Ok(())
}

#[component]
fn OneCredential(
    of: StoredValue<MemberId>,
    one: Credential,
    own: bool,
    load: impl Fn() + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let store = store();
    let busy = RwSignal::new(false);
    let id = StoredValue::new(one.id.clone());
    let end = move |_| {
        busy.set(true);
        spawn_local(async move {
            match api::revoke(&store.slug(), &of.get_value(), &id.get_value()).await {
                Ok(()) => notices().done("It is ended."),
                Err(error) => notices().wrong(error),
            }
            let _ = busy.try_set(false);
            load();
        });
    };
    let (icon, what) = match one.kind {
        Kind::Session => ("user", "Browser"),
        Kind::Token => ("link", "Token"),
        Kind::Other => ("more", "Something newer"),
    };
    let name = one.name.clone().filter(|name| !name.trim().is_empty());
    let name = name.unwrap_or_else(|| what.to_owned());
    let by = one
        .made_by
        .as_ref()
        .filter(|by| of.with_value(|of| of != *by))
        .map(|by| format!(" by {}", people::name(store, &PersonId::from(by), None)));
    let label = format!("End {name}");
    let here = one.current && own;
    view! {
        <li class="credential">
            <Icon name=icon />
            <div class="credential-name">
                <strong>{name}</strong>
                {here.then(|| view! { <span class="chip"><span>"this browser"</span></span> })}
                <span class="hint">
                    {what}", made "<When at=one.made_at />{by}
                    {one.used_at.map_or_else(
                        || view! { ", never used" }.into_any(),
                        |at| view! { ", last used "<When at /> }.into_any(),
                    )}
                </span>
            </div>
            {(!here).then(|| view! {
                <button type="button" class="quiet danger" aria-label=label disabled=move || busy.get() on:click=end>"End"</button>
            })}
        </li>
    }
}

/// Makes a token with a name; it is shown once.
#[component]
fn NewToken(of: StoredValue<MemberId>, load: impl Fn() + Copy + Send + Sync + 'static) -> impl IntoView {
    let store = store();
    let input: NodeRef<html::Input> = NodeRef::new();
    let busy = RwSignal::new(false);
    let made = RwSignal::new(None::<String>);
    let make = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = input.get_untracked().map(|input| input.value());
        busy.set(true);
        spawn_local(async move {
            let result = api::make(
                &store.slug(),
                &of.get_value(),
                name.as_deref().unwrap_or_default(),
            )
            .await;
            let _ = busy.try_set(false);
            match result {
                Ok(token) => {
                    if let Some(input) = input.try_get_untracked().flatten() {
                        input.set_value("");
                    }
                    let _ = made.try_set(Some(token));
                    load();
                }
                Err(error) => notices().wrong(error),
            }
        });
    };
    view! {
        <form class="form inline" on:submit=make>
            <label class="field">
                <span class="field-label">"A token for a script or another device: its name"</span>
                <input node_ref=input type="text" maxlength="100" required placeholder="Nightly export" autocomplete="off" />
            </label>
            <button type="submit" disabled=move || busy.get()>"Make a token"</button>
        </form>
        {move || made.get().map(|token| {
            let shown = token.clone();
            view! {
                <Dialog title="A new token" on_close=move |()| made.set(None)>
                    <p>"It is shown once. Whoever has it acts as this member."</p>
                    <code class="secret">{shown}</code>
                    <div class="actions">
                        <button type="button" class="primary" on:click=move |_| copy(token.clone(), "The token is copied.")>"Copy"</button>
                    </div>
                </Dialog>
            }
        })}
    }
}
