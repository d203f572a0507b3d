//! Short notices: what was done, for everybody to see and for a screen reader to say; and what went wrong.

use std::{cell::Cell, time::Duration};

use leptos::prelude::*;

use super::For;

/// How long a notice that needs no answer stays.
const STAYS: Duration = Duration::from_secs(6);

/// The notices of this page.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Notices {
    shown: RwSignal<Vec<Notice>>,
    said: RwSignal<String>,
    last: StoredValue<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Notice {
    id: u32,
    text: String,
    wrong: bool,
}

impl Notices {
    /// Makes the page's notices.
    pub(crate) fn provide() -> Self {
        let notices = Self {
            shown: RwSignal::default(),
            said: RwSignal::default(),
            last: StoredValue::new(0),
        };
        NOTICES.with(|own| own.set(Some(notices)));
        notices
    }

    /// Says something to a screen reader; nothing is shown, because the page shows it by itself.
    pub(crate) fn say(self, text: impl Into<String>) {
        let text = text.into();
        // The same text twice is said twice only if it differs: a space that nobody hears.
        let again = self.said.with_untracked(|said| *said == text);
        self.said.set(if again { text + "\u{a0}" } else { text });
    }

    /// Shows and says that something was done.
    pub(crate) fn done(self, text: impl Into<String>) {
        let id = self.add(text.into(), false);
        set_timeout(move || self.remove(id), STAYS);
    }

    /// Shows and says that something went wrong. Stays until it is closed.
    pub(crate) fn wrong(self, text: impl std::fmt::Display) {
        self.add(text.to_string(), true);
    }

    fn add(self, text: String, wrong: bool) -> u32 {
        self.last.update_value(|last| *last += 1);
        let id = self.last.get_value();
        self.shown.update(|shown| {
            shown.retain(|notice| notice.text != text);
            shown.push(Notice { id, text, wrong });
        });
        id
    }

    fn remove(self, id: u32) {
        self.shown.update(|shown| shown.retain(|notice| notice.id != id));
    }
}

// Not in the context: listeners on the window and what comes after an await have none.
thread_local! {
    static NOTICES: Cell<Option<Notices>> = const { Cell::new(None) };
}

/// The notices of this page.
pub(crate) fn notices() -> Notices {
    NOTICES.with(Cell::get).unwrap_or_else(Notices::provide)
}

/// Where notices are shown and said.
#[component]
pub(crate) fn NoticesView() -> impl IntoView {
    let Notices { shown, said, .. } = notices();
    view! {
        <div class="visually-hidden" role="status" aria-live="polite">{move || said.get()}</div>
        <div class="notices" role="log" aria-live="polite" aria-label="Notices">
            <For each=move || shown.get() key=|notice| notice.id let:notice>
                <div class="notice" class:wrong=notice.wrong>
                    <p>{notice.text.clone()}</p>
                    <button
                        type="button"
                        class="quiet icon-only"
                        aria-label="Close this notice"
                        on:click=move |_| notices().remove(notice.id)
                    >
                        <super::icon::Icon name="close" />
                    </button>
                </div>
            </For>
        </div>
    }
}
