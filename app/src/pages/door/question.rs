//! “Sign in as Bob? You are Ann, 3 unsent changes.”

use std::{pin::Pin, sync::Arc};

use docket_domain::Member;
use leptos::{prelude::*, task::spawn_local};

use super::save::Save;
use crate::{
    components::{Show, notices},
    connection::session::Session,
    pages::workspace::Gate,
    store::{Counts, StoreError, person},
};

/// What is asked.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// Who wants in; none for somebody new.
    pub(crate) who: Option<Member>,
    /// Whose place that takes.
    pub(crate) before: Option<Taken>,
}

/// Whose place is taken.
#[derive(Debug, Clone)]
pub(crate) enum Taken {
    /// The device has their copy, and what they haven't sent.
    Device(Member, Counts),
    /// Only the browser's cookie is theirs.
    Session(Member),
}

/// Sets the cookie, in the place of somebody else's.
pub(crate) type Begin =
    Arc<dyn Fn(Option<Member>) -> Pin<Box<dyn Future<Output = Result<Session, StoreError>>>> + Send + Sync>;

impl Taken {
    const fn member(&self) -> &Member {
        match self {
            Self::Device(member, _) | Self::Session(member) => member,
        }
    }

    fn unsent(&self) -> Counts {
        match self {
            Self::Device(_, counts) => *counts,
            Self::Session(_) => Counts::default(),
        }
    }
}

impl Asked {
    /// “You are Ann, 3 unsent changes.”
    fn words(&self) -> String {
        let Some(before) = &self.before else {
            return "Nobody is signed in on this device.".to_owned();
        };
        let (name, unsent) = (&before.member().name, before.unsent());
        match unsent.any() {
            true => format!("You are {name}, {}.", unsent.words()),
            false => format!("You are {name}. Nothing of yours waits to be sent."),
        }
    }
}

/// The question, and what follows from its answer.
#[component]
pub(crate) fn Question(
    asked: Asked,
    /// Somebody else turned out to be signed in: asks about them.
    #[prop(into)]
    on_another: Callback<Asked>,
    begin: Begin,
) -> impl IntoView {
    let gate: Gate = expect_context();
    let name = asked.who.as_ref().map(|who| who.name.clone());
    let title = match &name {
        Some(name) => format!("Sign in as {name}?"),
        None => "Join as somebody new?".to_owned(),
    };
    let does = name.map_or_else(|| "Join".to_owned(), |name| format!("Sign in as {name}"));
    let words = asked.words();
    let before = asked.before.as_ref().map(|before| before.member().clone());
    let unsent = asked.before.as_ref().map(Taken::unsent).unwrap_or_default();
    let saved = RwSignal::new(!unsent.any());
    let busy = RwSignal::new(false);
    let wrong = RwSignal::new(None::<String>);
    let asked = StoredValue::new(asked);
    let stays = before.as_ref().map(|before| format!("Stay {}", before.name));
    let leaves = before.as_ref().map(|before| before.name.clone());
    let before = StoredValue::new(before);
    let enter = move |_| {
        busy.set(true);
        wrong.set(None);
        let begun = begin(before.get_value());
        spawn_local(async move {
            let slug = gate.slug();
            let another = before.with_value(Option::is_some);
            let done = if another {
                gate.close().await;
                person::replace(slug, begun).await
            } else {
                person::enter(slug, begun).await
            };
            let _ = busy.try_set(false);
            match done {
                Ok(()) => {
                    notices().say("You are signed in.");
                    gate.entered(another);
                }
                // A third person's cookie, or one on a device without a copy.
                Err(StoreError::SignedInAs(other)) => {
                    let mut asked = asked.get_value();
                    asked.before = Some(Taken::Session(*other));
                    on_another.run(asked);
                }
                Err(error) => {
                    let _ = wrong.try_set(Some(error.to_string()));
                }
            }
        });
    };
    view! {
        <h1><span class="logo" aria-hidden="true"></span>{title}</h1>
        <p class="lead">{words}</p>
        <Show when=move || unsent.any()>
            <p>"What wasn’t sent leaves this device when somebody else signs in: save it as a file first, and it can be read and typed again."</p>
            <Save saved />
        </Show>
        {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
        <div class="actions">
            <button type="button" class="primary" disabled=move || busy.get() || !saved.get() on:click=enter>
                {move || if busy.get() { "Signing in…".to_owned() } else { does.clone() }}
            </button>
            <button type="button" disabled=move || busy.get() on:click=move |_| gate.stay()>
                {stays.clone().unwrap_or_else(|| "Not now".to_owned())}
            </button>
        </div>
        {leaves.map(|name| view! {
            <p class="hint">{format!("{name}’s copy of the workspace is removed from this device, and a new one is fetched.")}</p>
        })}
    }
}
