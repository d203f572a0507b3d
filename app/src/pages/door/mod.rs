//! The door of a workspace: who wants in, whose place that takes, and what becomes of what the other hadn't sent.
//!
//! Nobody comes in without a question, and no link answers it: a link with somebody else's token, sent by them, would
//! else have this person write in the other's name. What is in the way comes first: a session that still has to be
//! ended, unsent work of somebody whose access ended.

mod ending;
mod left;
mod question;
mod save;
mod token;

use docket_domain::Member;
use leptos::{prelude::*, task::spawn_local};

use self::{ending::Ending, left::LeftBehind, token::TokenForm};
use super::workspace::Gate;
use crate::{
    components::state::{Loading, State},
    connection::session,
    store::{Left, StoreError, person},
};

pub(crate) use self::{
    question::{Asked, Begin, Question, Taken},
    save::Save,
};

/// Where somebody stands.
#[derive(Debug, Clone)]
enum Step {
    /// What is in the way is looked at.
    Looking,
    /// Somebody's unsent work is still here, whose access ended.
    Left(Left),
    /// Somebody's session still has to be ended.
    Ending,
    /// A token is wanted.
    Token,
    /// The hub is asked whose a token is.
    Asking(String),
    /// Is it right that this person comes in?
    Question(String, Asked),
    /// It goes no further: why, and the token to try again with.
    Wrong(StoreError, Option<String>),
}

/// The door.
#[component]
pub(crate) fn Door(
    /// What a link brought.
    token: Option<String>,
) -> impl IntoView {
    let gate: Gate = expect_context();
    let step = RwSignal::new(Step::Looking);
    let brought = StoredValue::new(token);
    Effect::new(move |_| document().set_title("Sign in · Docket"));
    let look = move || {
        step.set(Step::Looking);
        spawn_local(async move {
            let next = match person::owner(&gate.slug()).await {
                Err(error) => Step::Wrong(error, None),
                Ok(owner) => match (owner.left, owner.ending, brought.get_value()) {
                    (Some(left), ..) => Step::Left(left),
                    (None, true, _) => Step::Ending,
                    (None, false, Some(token)) => Step::Asking(token),
                    (None, false, None) => Step::Token,
                },
            };
            // The page may have been left.
            let _ = step.try_set(next);
        });
    };
    look();
    let ask = move |token: String| {
        spawn_local(async move {
            let next = asked(gate, &token).await;
            let _ = match next {
                Ok(Some(asked)) => step.try_set(Step::Question(token, asked)),
                Ok(None) => None,
                Err(error) => step.try_set(Step::Wrong(error, Some(token))),
            };
        });
    };
    let title = format!("Sign in to “{}”", gate.slug());
    view! {
        <main class="door" id="main" tabindex="-1">
            <div class="door-box">
                {move || {
                    let title = title.clone();
                    match step.get() {
                        Step::Looking => view! { <Loading what="Looking who is here…" /> }.into_any(),
                        Step::Left(left) => view! { <LeftBehind left on_done=look /> }.into_any(),
                        Step::Ending => view! { <Ending on_done=look /> }.into_any(),
                        Step::Token => view! {
                            <h1><span class="logo" aria-hidden="true"></span>{title}</h1>
                            <p class="lead">"Open your invitation link, or sign in with a token. An admin of the workspace makes both."</p>
                            <TokenForm on_token=move |token| step.set(Step::Asking(token)) />
                            <p class="hint"><a href="/">"Another workspace"</a></p>
                        }
                        .into_any(),
                        Step::Asking(token) => {
                            ask(token);
                            view! { <Loading what="Asking whose link this is…" /> }.into_any()
                        }
                        Step::Question(token, asked) => {
                            let begin = begin(gate, token.clone());
                            let another = move |asked| step.set(Step::Question(token.clone(), asked));
                            view! { <Question asked on_another=another begin /> }.into_any()
                        }
                        Step::Wrong(error, token) => {
                            let offline = matches!(error, StoreError::Unreachable);
                            let heading = if offline { "You can’t sign in without a network" } else { "That didn’t work" };
                            view! {
                                <State icon=if offline { "offline" } else { "refused" } title=heading text=error.to_string()>
                                    {token.map(|token| view! {
                                        <button type="button" class="primary" on:click=move |_| step.set(Step::Asking(token.clone()))>"Try again"</button>
                                    })}
                                    <button type="button" on:click=move |_| {
                                        brought.set_value(None);
                                        gate.stay();
                                    }>"Go on without it"</button>
                                </State>
                            }
                            .into_any()
                        }
                    }
                }}
            </div>
        </main>
    }
}

/// What is to be asked before the owner of a token comes in; none if nothing is, and they are in.
async fn asked(gate: Gate, token: &str) -> Result<Option<Asked>, StoreError> {
    let slug = gate.slug();
    let member = session::whose(&slug, token).await?;
    let owner = person::owner(&slug).await?;
    match owner.member {
        Some(before) if before.id == member.id => {
            // The same person: no question, and nothing is cleared. A session that holds needs no other one.
            let holds = session::ask(&slug)
                .await
                .is_ok_and(|session| session.member.id == member.id);
            if !holds {
                let begun = person::enter(slug.clone(), {
                    let (slug, token) = (slug, token.to_owned());
                    async move { session::with_token(&slug, &token, None).await }
                });
                match begun.await {
                    Err(StoreError::SignedInAs(other)) => {
                        return Ok(Some(Asked {
                            who: Some(member),
                            before: Some(Taken::Session(*other)),
                        }));
                    }
                    begun => begun?,
                }
            }
            gate.entered(false);
            Ok(None)
        }
        before => Ok(Some(Asked {
            who: Some(member),
            before: before.map(|before| Taken::Device(before, owner.unsent)),
        })),
    }
}

/// Begins the session of a token's owner, in the place of the one before.
fn begin(gate: Gate, token: String) -> Begin {
    std::sync::Arc::new(move |over: Option<Member>| {
        let (slug, token) = (gate.slug(), token.clone());
        Box::pin(async move { session::with_token(&slug, &token, over.as_ref().map(|over| &over.id)).await })
    })
}
