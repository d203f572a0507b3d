//! An invitation: a name, and one is in.

use docket_domain::WorkspaceSlug;
use leptos::{html, prelude::*, task::spawn_local};

use super::router::{Router, router};
use crate::{components::state::State, connection::session};

/// Accepts an invitation.
#[component]
pub(super) fn Join(slug: WorkspaceSlug) -> impl IntoView {
    let secret = StoredValue::new(Router::take_fragment());
    let slug = StoredValue::new(slug);
    let input: NodeRef<html::Input> = NodeRef::new();
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let workspace = slug.with_value(|slug| format!("/w/{slug}/"));
    let target = StoredValue::new(workspace.clone());
    let join = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let name = input
            .get_untracked()
            .map(|input| input.value())
            .unwrap_or_default();
        if name.trim().is_empty() {
            wrong.set(Some("Please say how others should call you.".to_owned()));
            return;
        }
        busy.set(true);
        wrong.set(None);
        spawn_local(async move {
            let accepted = session::accept_invitation(&slug.get_value(), &secret.get_value(), &name).await;
            busy.set(false);
            match accepted {
                Ok(_) => router().replace(&target.get_value()),
                Err(error) => wrong.set(Some(error.to_string())),
            }
        });
    };
    Effect::new(|_| document().set_title("Join · Docket"));
    if secret.with_value(String::is_empty) {
        return view! {
            <main id="main">
                <State icon="link" title="This invitation isn’t whole" text="The link should have a # and a long secret behind it. Open it again from where you got it, or ask for a new one.">
                    <a class="button" href=workspace>"I am a member already"</a>
                </State>
            </main>
        }
        .into_any();
    }
    view! {
        <main class="door" id="main">
            <div class="door-box">
                <h1><span class="logo" aria-hidden="true"></span>{slug.with_value(|slug| format!("Join “{slug}”"))}</h1>
                <p class="lead">"You were invited to this workspace. The link works once."</p>
                <form class="form" on:submit=join>
                    <label class="field">
                        <span class="field-label">"Your name, as others will see it"</span>
                        <input node_ref=input type="text" autocomplete="name" maxlength="100" required autofocus />
                    </label>
                    {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
                    <button type="submit" class="primary" disabled=move || busy.get()>
                        {move || if busy.get() { "Joining…" } else { "Join" }}
                    </button>
                </form>
            </div>
        </main>
    }
    .into_any()
}
