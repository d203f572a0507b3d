//! The status, and the dialog that changes it: only what can follow is offered, with what it needs.

use docket_domain::{
    Action, EntryId,
    words::{Resolution, Status},
};
use leptos::{ev, prelude::*};

use super::IssueState;
use crate::components::{Show, choice::Choice, dialog::Dialog, icon::Icon, marks::StatusMark};

/// The status, and the button that changes it.
#[component]
pub(super) fn StatusField(state: IssueState) -> impl IntoView {
    let open = RwSignal::new(false);
    let now = Memo::new(move |_| state.issue.with(|issue| (issue.status, issue.resolution)));
    let words = move || match now.get() {
        (status, Some(resolution)) if !status.is_open() => {
            format!("{} · {}", status.label(), resolution.label())
        }
        (status, _) => status.label().to_owned(),
    };
    view! {
        <div class="field status-field">
            <span class="field-label" aria-hidden="true">"Status"</span>
            <button
                type="button"
                class="status-button"
                aria-label=move || format!("Status: {}", words())
                disabled=move || !state.may_write()
                on:click=move |_| open.set(true)
            >
                {move || view! { <StatusMark status=now.get().0 /> }}
                <span>{words}</span>
                <Icon name="next" />
            </button>
        </div>
        <Show when=move || open.get()>
            <Change state on_close=move |()| open.set(false) />
        </Show>
    }
}

#[component]
fn Change(state: IssueState, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let from = state.issue.with_untracked(|issue| issue.status);
    let to = RwSignal::new(None::<Status>);
    let resolution = RwSignal::new(Resolution::Fixed.as_str().to_owned());
    let reason = RwSignal::new(String::new());
    let wrong = RwSignal::new(None::<&'static str>);
    let submit = move || {
        let Some(to) = to.get_untracked() else {
            wrong.set(Some("Please choose the new status."));
            return;
        };
        let reason = Some(reason.get_untracked().trim().to_owned()).filter(|reason| !reason.is_empty());
        if to == Status::Reopened && reason.is_none() {
            wrong.set(Some("Please say why it is open again."));
            return;
        }
        on_close.run(());
        state.run(Action::SetStatus {
            id: EntryId::random(),
            to,
            resolution: (to == Status::Resolved)
                .then(|| Resolution::parse(&resolution.get_untracked()))
                .flatten(),
            reason,
        });
    };
    let choice = move |status: &Status| {
        let status = *status;
        view! {
            <label class="status-choice">
                <input
                    type="radio"
                    name="status"
                    prop:checked=move || to.get() == Some(status)
                    on:change=move |_| {
                        to.set(Some(status));
                        wrong.set(None);
                    }
                />
                <StatusMark status />
                <span aria-hidden="true">{status.label()}</span>
            </label>
        }
    };
    let resolutions = Resolution::ALL
        .iter()
        .map(|it| (it.as_str().to_owned(), it.label().to_owned()));
    let resolutions: Signal<Vec<(String, String)>> = Signal::stored(resolutions.collect());
    view! {
        <Dialog title=format!("Status: {} → …", from.label()) on_close>
            <form
                class="form"
                on:submit=move |event| {
                    event.prevent_default();
                    submit();
                }
                on:keydown=move |event: ev::KeyboardEvent| {
                    if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                        event.prevent_default();
                        submit();
                    }
                }
            >
                <fieldset class="status-choices">
                    <legend>"New status"</legend>
                    {from.next().iter().map(choice).collect_view()}
                </fieldset>
                <Show when=move || to.get() == Some(Status::Resolved)>
                    <Choice
                        label="How it was resolved"
                        options=resolutions
                        value=resolution
                        on_change=move |value: String| resolution.set(value)
                    />
                </Show>
                <label class="field">
                    <span class="field-label">
                        {move || if to.get() == Some(Status::Reopened) { "Why" } else { "Why (others will ask)" }}
                    </span>
                    <textarea rows="3" maxlength="5000" on:input=move |event| reason.set(event_target_value(&event))></textarea>
                </label>
                {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
                <div class="actions">
                    <button type="submit" class="primary">"Change the status"</button>
                    <button type="button" on:click=move |_| on_close.run(())>"Cancel"</button>
                </div>
            </form>
        </Dialog>
    }
}
