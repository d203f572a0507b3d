//! Inviting somebody: a link for one use.

use docket_domain::Role;
use leptos::{prelude::*, task::spawn_local};

use super::{api, role_of};
use crate::{
    components::{
        choice::Choice,
        notices,
        people::{self, store},
        time::exact,
    },
    pages::{issue::offers, list::copy},
};

/// The form, and the link it makes.
#[component]
pub(super) fn Invite() -> impl IntoView {
    let store = store();
    let role = RwSignal::new(people::role(Role::Member).to_owned());
    let organisation = RwSignal::new(String::new());
    let made = RwSignal::new(None::<api::Invitation>);
    let busy = RwSignal::new(false);
    let invite = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        busy.set(true);
        let offer = api::Offer {
            role: role_of(&role.get_untracked()).unwrap_or(Role::Viewer),
            organisation: organisation.get_untracked().parse().ok(),
            name: None,
        };
        spawn_local(async move {
            let result = api::invite(&store.slug(), &offer).await;
            let _ = busy.try_set(false);
            match result {
                Ok(invitation) => {
                    let _ = made.try_set(Some(invitation));
                }
                Err(error) => notices().wrong(error),
            }
        });
    };
    let roles = Role::ALL.map(|role| (people::role(role).to_owned(), people::role(role).to_owned()));
    view! {
        <section class="card">
            <h2>"Invite somebody"</h2>
            <form class="form inline" on:submit=invite>
                <Choice
                    label="Role"
                    options=Signal::stored(roles.to_vec())
                    value=role
                    on_change=move |value: String| role.set(value)
                />
                <Choice
                    label="Organisation"
                    options=offers::organisations(store)
                    value=organisation
                    on_change=move |value: String| organisation.set(value)
                />
                <button type="submit" class="primary" disabled=move || busy.get()>"Make a link"</button>
            </form>
            {move || made.get().map(|invitation| {
                let link = invitation.link.clone();
                view! {
                    <div class="invitation">
                        <input type="text" readonly aria-label="Invitation link" prop:value=invitation.link.clone() />
                        <button type="button" class="primary" on:click=move |_| copy(link.clone(), "The link is copied.")>"Copy"</button>
                        <p class="hint">{format!("For one person, until {}. Send it in a way that only they can read.", exact(invitation.expires))}</p>
                    </div>
                }
            })}
        </section>
    }
}
