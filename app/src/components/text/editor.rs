//! The text field: what is typed is shown at once and stored after a pause; what others type comes in
//! while one types, and the caret stays where it was in the text.

use std::time::Duration;

use docket_domain::{
    Command,
    command::Splice,
    working::{Working, moved},
};
use futures_util::future::join;
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{Together, fit};
use crate::components::notices;

/// How long typing pauses before it is stored: a change for a sentence, not for a letter.
const PAUSE: Duration = Duration::from_millis(1_000);
/// How long one who doesn't pause types before it is stored all the same, in milliseconds.
const MOST: f64 = 4_000.0;

/// What belongs to one stay in the text field.
struct Typing {
    working: Working,
    /// What the field shows, as far as the working copy knows.
    shown: String,
    /// An input method is composing: its text isn't touched.
    composing: bool,
    /// A command is on its way.
    storing: bool,
    timer: Option<TimeoutHandle>,
    /// When the first unstored key was pressed.
    since: Option<f64>,
}

/// The text field.
#[component]
pub(super) fn Editor(text: Together, #[prop(into)] on_done: Callback<()>) -> impl IntoView {
    let field: NodeRef<html::Textarea> = NodeRef::new();
    let key = text.which.key();
    let working = text.document.with_value(|document| {
        document
            .with_untracked(|document| Working::of(document, key))
            .flatten()
    });
    let Some(working) = working else {
        return view! {
            <p class="wrong">"This text can’t be edited together: it isn’t one that several people can type in."</p>
        }
        .into_any();
    };
    let shown = working.text();
    let start = shown.clone();
    let typing = StoredValue::new_local(Typing {
        working,
        shown,
        composing: false,
        storing: false,
        timer: None,
        since: None,
    });
    let editor = Session { text, field, typing };
    Effect::new(move |_| {
        if let Some(field) = field.get() {
            let _ = field.focus();
            // Once it is laid out.
            request_animation_frame(move || fit(&field));
        }
    });
    // Others' changes, and one's own once they are stored.
    Effect::new(move |_| {
        text.document.with_value(|document| document.revision().track());
        editor.take_in();
    });
    let id = text.id();
    text.store.here(Some(id), Some(key.to_owned()));
    let hidden = window_event_listener(ev::pagehide, move |_| editor.store());
    on_cleanup(move || {
        hidden.remove();
        editor.store();
        text.store.here(Some(id), None);
    });
    let keys = move |event: ev::KeyboardEvent| {
        let done =
            event.key() == "Escape" || (event.key() == "Enter" && (event.ctrl_key() || event.meta_key()));
        if done && !event.is_composing() {
            event.prevent_default();
            on_done.run(());
        }
    };
    view! {
        <textarea
            node_ref=field
            class="description-input"
            aria-label=text.which.label()
            rows="6"
            prop:value=start
            on:input=move |_| editor.typed()
            on:compositionstart=move |_| typing.update_value(|typing| typing.composing = true)
            on:compositionend=move |_| {
                typing.update_value(|typing| typing.composing = false);
                editor.typed();
                editor.take_in();
            }
            // A field that is taken away with the focus in it is blurred, too: after its end, which has stored it.
            on:blur=move |_| if field.try_get_untracked().is_some() { editor.store() }
            on:keydown=keys
        ></textarea>
        <p class="hint">"Markdown. Stored while you type; others can type at the same time."</p>
    }
    .into_any()
}

#[derive(Clone, Copy)]
struct Session {
    text: Together,
    field: NodeRef<html::Textarea>,
    typing: StoredValue<Typing, LocalStorage>,
}

impl Session {
    /// The field has another text.
    fn typed(self) {
        let Some(field) = self.field.get_untracked() else {
            return;
        };
        let after = field.value();
        fit(&field);
        let failed = self.typing.try_update_value(|typing| {
            if typing.composing {
                return None;
            }
            let result = typing.working.typed(&typing.shown, &after);
            typing.shown = after;
            result.err()
        });
        if let Some(Some(error)) = failed {
            notices().wrong(format!(
                "What you typed can’t be taken in ({error}). Copy it and reload the page."
            ));
        }
        self.store_soon();
    }

    /// Takes in what the document has and the field doesn't.
    fn take_in(self) {
        let document = self.text.document;
        let came = self.typing.try_update_value(|typing| {
            if typing.composing || typing.storing {
                return Vec::new();
            }
            let pulled =
                document.try_with_value(|document| document.with_untracked(|doc| typing.working.pull(doc)));
            pulled.flatten().and_then(Result::ok).unwrap_or_default()
        });
        self.show(&came.unwrap_or_default());
    }

    /// Shows the working copy's text; `edits` led to it, and move the caret.
    fn show(self, edits: &[Splice]) {
        let Some(field) = self.field.get_untracked() else {
            return;
        };
        let text = self.typing.try_update_value(|typing| {
            let text = typing.working.text();
            (typing.shown != text).then(|| {
                typing.shown.clone_from(&text);
                text
            })
        });
        let Some(Some(text)) = text else { return };
        let caret = |at: Result<Option<u32>, _>| {
            let at = at.ok().flatten().unwrap_or_default() as usize;
            u32::try_from(edits.iter().fold(at, moved)).unwrap_or(u32::MAX)
        };
        let (start, end) = (caret(field.selection_start()), caret(field.selection_end()));
        let (scrolled, active) = (field.scroll_top(), document().active_element());
        field.set_value(&text);
        fit(&field);
        // Setting the selection of a field that isn't focused would move the page.
        let element: &web_sys::Element = field.as_ref();
        if active.as_ref() == Some(element) {
            let _ = field.set_selection_range(start, end);
        }
        field.set_scroll_top(scrolled);
    }

    fn store_soon(self) {
        let now = js_sys::Date::now();
        let overdue = self.typing.try_update_value(|typing| {
            if let Some(timer) = typing.timer.take() {
                timer.clear();
            }
            let since = *typing.since.get_or_insert(now);
            let overdue = now - since > MOST;
            if !overdue {
                typing.timer = set_timeout_with_handle(move || self.store(), PAUSE).ok();
            }
            overdue
        });
        if overdue == Some(true) {
            self.store();
        }
    }

    /// Carries what was typed over into the document.
    fn store(self) {
        let document = self.text.document;
        // The handle keeps the document open until it is done, even if the page is left.
        let Some(document) = document.try_with_value(Clone::clone) else {
            return;
        };
        self.take_in();
        let ready = self.typing.try_update_value(|typing| {
            if typing.storing || typing.composing || !typing.working.is_dirty() {
                return None;
            }
            let edits = document.with_untracked(|doc| typing.working.edits(doc))?;
            typing.storing = true;
            typing.since = None;
            Some((edits, typing.working.mark()))
        });
        let Some(Some((edits, mark))) = ready else { return };
        let (store, id, which) = (self.text.store, document.id(), self.text.which);
        spawn_local(async move {
            let command = Command::new(id, which.edit(edits));
            // The command is applied when it is first polled, and the heads are read right after it: what comes
            // from others meanwhile is on neither side of the line.
            let heads = async { document.with_untracked(automerge::Automerge::get_heads) };
            let (done, heads) = join(store.run(command), heads).await;
            let stored = done.is_ok();
            if let Err(error) = done {
                notices().wrong(error);
            }
            let again = self.typing.try_update_value(|typing| {
                typing.storing = false;
                if let (true, Some(heads)) = (stored, heads) {
                    let moved =
                        document.with_untracked(|doc| typing.working.carried_over(doc, &mark, &heads));
                    if !matches!(moved, Some(Ok(()))) {
                        return false;
                    }
                }
                stored && typing.working.is_dirty()
            });
            let Some(again) = again else { return };
            self.settle();
            if again {
                self.store_soon();
            }
        });
    }

    /// The working copy began anew: the field may lack what came meanwhile.
    fn settle(self) {
        let edit = self
            .typing
            .try_with_value(|typing| Splice::between(&typing.shown, &typing.working.text()));
        if let Some(Some(edit)) = edit {
            self.show(&[edit]);
        }
    }
}
