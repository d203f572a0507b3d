//! The flag that an issue needs attention.

use docket_domain::{Action, EntryId};
use leptos::{ev, prelude::*};

use super::IssueState;
use crate::components::{Show, dialog::Dialog, icon::Icon, people, time::When};

/// The standing flag, or the button that raises one.
#[component]
pub(super) fn Attention(state: IssueState) -> impl IntoView {
    let open = RwSignal::new(false);
    let flag = Memo::new(move |_| state.issue.with(|issue| issue.needs_attention().cloned()));
    let standing = move || {
        flag.get().map(|flag| {
            let by = flag.by.as_ref().map(|by| {
                state.issue.with(|issue| people::name(state.store, by, issue.name_of(by)))
            });
            let id = flag.id.clone();
            view! {
                <div class="attention-flag">
                    <Icon name="flag" />
                    <div>
                        <p><strong>"Needs attention: "</strong>{flag.reason.clone()}</p>
                        <p class="hint">{by} " · " <When at=flag.at />" · on the agenda of the next meeting"</p>
                    </div>
                    <Show when=move || state.may_write()>
                        <button
                            type="button"
                            on:click={
                                let id = id.clone();
                                move |_| {
                                    if let Ok(id) = id.parse() {
                                        state.run(Action::ClearAttention { id });
                                    }
                                }
                            }
                        >"Lower the flag"</button>
                    </Show>
                </div>
            }
        })
    };
    view! {
        {standing}
        <Show when=move || flag.with(Option::is_none) && state.may_write()>
            <button type="button" class="quiet raise-flag" on:click=move |_| open.set(true)>
                <Icon name="flag" />"Needs attention…"
            </button>
        </Show>
        <Show when=move || open.get()>
            <Raise state on_close=move |()| open.set(false) />
        </Show>
    }
}

#[component]
fn Raise(state: IssueState, #[prop(into)] on_close: Callback<()>) -> impl IntoView {
    let reason = RwSignal::new(String::new());
    let submit = move || {
        let reason = reason.get_untracked().trim().to_owned();
        if !reason.is_empty() {
            on_close.run(());
            state.run(Action::RaiseAttention {
                id: EntryId::random(),
                reason,
            });
        }
    };
    view! {
        <Dialog title="This issue needs attention" on_close>
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
                <label class="field">
                    <span class="field-label">"Why: it puts the issue on the next agenda"</span>
                    <textarea
                        rows="3"
                        maxlength="5000"
                        required
                        autofocus
                        placeholder="Not getting adequate reviewer attention"
                        on:input=move |event| reason.set(event_target_value(&event))
                    ></textarea>
                </label>
                <div class="actions">
                    <button type="submit" class="primary">"Raise the flag"</button>
                    <button type="button" on:click=move |_| on_close.run(())>"Cancel"</button>
                </div>
            </form>
        </Dialog>
    }
}
