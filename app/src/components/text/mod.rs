//! A text that several people can type in at once: shown as Markdown, edited in a field.

mod editor;

use docket_domain::{Action, DocumentId, command::Splice, report::Section};
use leptos::{html, prelude::*};

use self::editor::Editor;
use super::{
    Show,
    icon::Icon,
    markdown::{Markdown, Plain},
};
use crate::store::{OpenDocument, Store};

/// A text of a document.
#[derive(Clone, Copy)]
pub(crate) struct Together {
    /// The workspace's data.
    pub(crate) store: Store,
    /// The document.
    pub(crate) document: StoredValue<OpenDocument, LocalStorage>,
    /// Which of its texts.
    pub(crate) which: Which,
}

/// The texts that are edited together. A value, and nothing of a view's: what is typed is stored after its view is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Which {
    /// An issue's description.
    Description,
    /// A section of a report.
    Section(Section),
}

impl Which {
    /// Its key at the document's root.
    pub(crate) const fn key(self) -> &'static str {
        match self {
            Self::Description => "description",
            Self::Section(section) => section.as_str(),
        }
    }

    /// Its heading.
    const fn label(self) -> &'static str {
        match self {
            Self::Description => "Description",
            Self::Section(section) => section.label(),
        }
    }

    /// The action that makes these edits.
    const fn edit(self, edits: Vec<Splice>) -> Action {
        match self {
            Self::Description => Action::EditDescription { edits },
            Self::Section(section) => Action::EditSection { section, edits },
        }
    }
}

impl Together {
    fn id(self) -> DocumentId {
        self.document.with_value(OpenDocument::id)
    }
}

/// The text, with its heading.
#[component]
pub(crate) fn SharedText(
    text: Together,
    /// What it says.
    #[prop(into)]
    value: Signal<String>,
    /// May it be edited?
    #[prop(into)]
    may_edit: Signal<bool>,
    /// Who else edits it, in words; empty for nobody.
    #[prop(into)]
    others: Signal<String>,
    /// What stands where it says nothing.
    nothing: &'static str,
    /// It isn't Markdown: it came from another tracker.
    #[prop(optional, into)]
    plain: Signal<bool>,
) -> impl IntoView {
    let editing = RwSignal::new(false);
    let edit: NodeRef<html::Button> = NodeRef::new();
    // The field went away with the focus in it: on from where it was opened.
    Effect::new(move |before: Option<bool>| {
        let now = editing.get();
        if before == Some(true) && !now {
            request_animation_frame(move || {
                if let Some(edit) = edit.get_untracked() {
                    let _ = edit.focus();
                }
            });
        }
        now
    });
    let shown = move || {
        let text = value.get();
        if text.trim().is_empty() {
            view! { <p class="nothing">{nothing}</p> }.into_any()
        } else if plain.get() {
            view! { <Plain text /> }.into_any()
        } else {
            view! { <Markdown text /> }.into_any()
        }
    };
    let label = text.which.label();
    view! {
        <section class="description" aria-label=label>
            <header class="section-head">
                <h2>{label}</h2>
                {move || (!others.with(String::is_empty)).then(|| view! {
                    <span class="typing"><Icon name="edit" />{others.get()}</span>
                })}
                <Show when=move || may_edit.get() && !editing.get()>
                    <button
                        node_ref=edit
                        type="button"
                        class="quiet"
                        aria-label=format!("Edit “{label}”")
                        on:click=move |_| editing.set(true)
                    >
                        <Icon name="edit" />
                        "Edit"
                    </button>
                </Show>
                <Show when=move || editing.get()>
                    <button type="button" class="quiet" on:click=move |_| editing.set(false)>
                        <Icon name="check" />
                        "Done"
                    </button>
                </Show>
            </header>
            <Show when=move || editing.get() fallback=move || view! {
                <div on:dblclick=move |_| if may_edit.get_untracked() { editing.set(true); }>{shown}</div>
            }>
                <Editor text on_done=move |()| editing.set(false) />
            </Show>
        </section>
    }
}

/// Makes a text field as high as its text.
pub(crate) fn fit(field: &web_sys::HtmlTextAreaElement) {
    let element: &web_sys::HtmlElement = field.as_ref();
    let style = element.style();
    // Both properties exist in every browser.
    let _ = style.set_property("height", "auto");
    let _ = style.set_property("height", &format!("{}px", field.scroll_height() + 2));
}
