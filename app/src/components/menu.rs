//! Menus: a button's list of actions, reached by pointer, touch and keyboard.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::icon::Icon;

/// One action of a menu.
#[derive(Clone)]
pub(crate) struct Item {
    /// What it does, in words.
    pub(crate) label: String,
    /// Its icon in the sprite.
    pub(crate) icon: &'static str,
    /// The key that does the same, as people write it.
    pub(crate) key: &'static str,
    /// Does it.
    pub(crate) run: Callback<()>,
}

impl Item {
    /// An action without a key.
    pub(crate) fn new(
        label: impl Into<String>,
        icon: &'static str,
        run: impl Fn() + Send + Sync + 'static,
    ) -> Self {
        Self {
            label: label.into(),
            icon,
            key: "",
            run: Callback::new(move |()| run()),
        }
    }

    /// The same with the key that does it as well.
    pub(crate) const fn key(mut self, key: &'static str) -> Self {
        self.key = key;
        self
    }
}

/// Where a menu opens: the edges of what it belongs to, in the window's pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Anchor {
    right: f64,
    top: f64,
    bottom: f64,
}

impl Anchor {
    /// The place of this element.
    pub(crate) fn of(element: &web_sys::Element) -> Self {
        let place = element.get_bounding_client_rect();
        Self {
            right: place.right(),
            top: place.top(),
            bottom: place.bottom(),
        }
    }
}

/// An open menu. It closes by choosing, by Escape, by Tab and by a press elsewhere; focus returns to what had it.
#[component]
pub(crate) fn Menu(
    /// Where.
    anchor: Anchor,
    /// What the actions are for.
    #[prop(into)]
    label: String,
    /// The actions.
    items: Vec<Item>,
    /// Called when it closes.
    #[prop(into)]
    on_close: Callback<()>,
) -> impl IntoView {
    let menu: NodeRef<html::Div> = NodeRef::new();
    let before = document()
        .active_element()
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    let before = StoredValue::new_local(before);
    let close = move || {
        if let Some(element) = before.get_value() {
            let _ = element.focus();
        }
        on_close.run(());
    };
    Effect::new(move |_| {
        if menu.get().is_some() {
            request_animation_frame(move || step(menu, Step::First));
        }
    });
    let keys = move |event: ev::KeyboardEvent| {
        match event.key().as_str() {
            "ArrowDown" => step(menu, Step::By(1)),
            "ArrowUp" => step(menu, Step::By(-1)),
            "Home" => step(menu, Step::First),
            "End" => step(menu, Step::Last),
            "Escape" | "Tab" => close(),
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    // Below its button, or above where there is no room below.
    let height = window()
        .inner_height()
        .ok()
        .and_then(|value| value.as_f64())
        .unwrap_or_default();
    let width = window()
        .inner_width()
        .ok()
        .and_then(|value| value.as_f64())
        .unwrap_or_default();
    let below = height - anchor.bottom > 44.0 * items.len() as f64 + 24.0 || anchor.top < height / 2.0;
    let (over, under) = (height - anchor.top + 4.0, anchor.bottom + 4.0);
    let (top, bottom) = match below {
        true => (format!("{under}px"), String::new()),
        false => (String::new(), format!("{over}px")),
    };
    let right = format!("{}px", (width - anchor.right).max(8.0));
    let entries = items.into_iter().map(|item| {
        let run = item.run;
        view! {
            <button
                type="button"
                role="menuitem"
                tabindex="-1"
                on:click=move |_| {
                    close();
                    run.run(());
                }
            >
                <Icon name=item.icon />
                <span>{item.label}</span>
                {(!item.key.is_empty()).then(|| view! { <kbd aria-hidden="true">{item.key}</kbd> })}
            </button>
        }
    });
    view! {
        <div class="menu-cover" on:pointerdown=move |_| close()></div>
        <div
            node_ref=menu
            class="menu"
            role="menu"
            aria-label=label
            style:top=top
            style:bottom=bottom
            style:right=right
            on:keydown=keys
        >
            {entries.collect_view()}
        </div>
    }
}

enum Step {
    First,
    Last,
    By(i32),
}

fn step(menu: NodeRef<html::Div>, step: Step) {
    let Some(menu) = menu.get_untracked() else { return };
    let items = menu.children();
    let count = i32::try_from(items.length()).unwrap_or(0);
    let active = document().active_element();
    let current = (0..count)
        .find(|n| items.item(n.unsigned_abs()) == active)
        .unwrap_or(0);
    let next = match step {
        Step::First => 0,
        Step::Last => count - 1,
        Step::By(n) => (current + n).rem_euclid(count.max(1)),
    };
    if let Some(item) = items
        .item(next.unsigned_abs())
        .and_then(|it| it.dyn_into::<web_sys::HtmlElement>().ok())
    {
        let _ = item.focus();
    }
}
