//! An invitation: a name, and one is in. Over somebody's session not without a question.

use docket_domain::{Member, WorkspaceSlug};
use leptos::{html, prelude::*, task::spawn_local};

use super::{
    door::{Asked, Begin, Question, Taken},
    router::{Router, router},
    workspace::Gate,
};
use crate::{
    components::state::State,
    connection::session,
    store::{StoreError, person},
};

/// Accepts an invitation.
#[component]
pub(super) fn Join(slug: WorkspaceSlug) -> impl IntoView {
    let secret = StoredValue::new(Router::take_fragment());
    let slug = StoredValue::new(slug);
    let workspace = slug.with_value(|slug| format!("/w/{slug}/"));
    let target = workspace.clone();
    provide_context(Gate::of_invitation(slug.get_value(), move || {
        router().replace(&target);
    }));
    let asked = RwSignal::new(None::<(Asked, String)>);
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
                {move || match asked.get() {
                    None => view! { <Form slug secret asked /> }.into_any(),
                    Some((question, name)) => view! {
                        <Question
                            asked=question
                            on_another={
                                let name = name.clone();
                                move |another| asked.set(Some((another, name.clone())))
                            }
                            begin=begin(slug.get_value(), secret.get_value(), name)
                        />
                    }
                    .into_any(),
                }}
            </div>
        </main>
    }
    .into_any()
}

#[component]
fn Form(
    slug: StoredValue<WorkspaceSlug>,
    secret: StoredValue<String>,
    asked: RwSignal<Option<(Asked, String)>>,
) -> impl IntoView {
    let gate: Gate = expect_context();
    let input: NodeRef<html::Input> = NodeRef::new();
    let wrong = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
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
            let slug = slug.get_value();
            let joined = accept(&slug, secret.get_value(), name.clone()).await;
            let _ = busy.try_set(false);
            match joined {
                Ok(None) => gate.entered(false),
                Ok(Some(taken)) => {
                    let question = Asked {
                        who: None,
                        before: Some(taken),
                    };
                    let _ = asked.try_set(Some((question, name)));
                }
                Err(error) => {
                    let _ = wrong.try_set(Some(error.to_string()));
                }
            }
        });
    };
    view! {
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
    }
}

/// Comes in, if nobody is in the way; else says who is.
async fn accept(slug: &WorkspaceSlug, secret: String, name: String) -> Result<Option<Taken>, StoreError> {
    // Whoever signed out without a network is out first.
    person::finish(slug.clone()).await?;
    let owner = person::owner(slug).await?;
    if let Some(before) = owner.member {
        return Ok(Some(Taken::Device(before, owner.unsent)));
    }
    match person::enter(slug.clone(), begin(slug.clone(), secret, name)(None)).await {
        Err(StoreError::SignedInAs(other)) => Ok(Some(Taken::Session(*other))),
        done => done.map(|()| None),
    }
}

fn begin(slug: WorkspaceSlug, secret: String, name: String) -> Begin {
    std::sync::Arc::new(move |over: Option<Member>| {
        let (slug, secret, name) = (slug.clone(), secret.clone(), name.clone());
        Box::pin(async move {
            session::accept_invitation(&slug, &secret, &name, over.as_ref().map(|over| &over.id)).await
        })
    })
}
