//! A list's keys.

use docket_domain::{DocumentId, command::Place};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{ListState, ranking};
use crate::{
    components::menu::Anchor,
    pages::workspace::keys::{dialog_open, typing},
};

/// How many lines a page is.
const PAGE: isize = 15;

/// Listens as long as the list lives.
pub(super) fn listen(state: ListState) {
    let handle = window_event_listener(ev::keydown, move |event| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || typing() || dialog_open() {
            return;
        }
        if press(state, &event) {
            event.prevent_default();
        }
    });
    on_cleanup(move || handle.remove());
}

/// Answers whether the key was for the list.
fn press(state: ListState, event: &ev::KeyboardEvent) -> bool {
    let active = state.active.get_untracked();
    let key = event.key();
    if event.alt_key() {
        let Some(issue) = active else { return false };
        match key.as_str() {
            "ArrowUp" => ranking::step(state, issue, false),
            "ArrowDown" => ranking::step(state, issue, true),
            "Home" => ranking::rank(state, issue, Place::First),
            "End" => ranking::rank(state, issue, Place::Last),
            _ => return false,
        }
        return true;
    }
    // Arrows and Enter on a focused link or button are that one's.
    let free = focus_is_free();
    match key.as_str() {
        "j" => go(state, By(1)),
        "k" => go(state, By(-1)),
        "ArrowDown" if free => go(state, By(1)),
        "ArrowUp" if free => go(state, By(-1)),
        "PageDown" if free => go(state, By(PAGE)),
        "PageUp" if free => go(state, By(-PAGE)),
        "Home" if free => go(state, First),
        "End" if free => go(state, Last),
        "Enter" if free => {
            let Some(issue) = active else { return false };
            state.open(issue);
        }
        "m" | "ContextMenu" => {
            let Some(issue) = active else { return false };
            let line = document().get_element_by_id(&format!("line-{issue}"));
            let Some(line) = line else { return false };
            state.menu.set(Some((issue, Anchor::of(&line))));
        }
        _ => return false,
    }
    true
}

use Step::{By, First, Last};

enum Step {
    By(isize),
    First,
    Last,
}

fn go(state: ListState, step: Step) {
    let next: Option<DocumentId> = state.order.with_untracked(|order| {
        let last = order.lines.len().checked_sub(1)?;
        let now = state
            .active
            .get_untracked()
            .and_then(|issue| order.line_of(issue));
        let (target, forward) = match (step, now) {
            (First, _) | (By(_), None) => (0, true),
            (Last, _) => (last, false),
            (By(n), Some(now)) => (now.saturating_add_signed(n).min(last), n > 0),
        };
        // The heading is passed over.
        let near = if forward {
            target + 1
        } else {
            target.saturating_sub(1)
        };
        let issue = |line: usize| order.lines.get(line).and_then(|line| line.issue());
        issue(target).or_else(|| issue(near))
    });
    if let Some(issue) = next {
        state.active.set(Some(issue));
        let grid = document().get_element_by_id("list");
        if let Some(grid) = grid.and_then(|grid| grid.dyn_into::<web_sys::HtmlElement>().ok()) {
            let _ = grid.focus();
        }
    }
}

fn focus_is_free() -> bool {
    document().active_element().is_none_or(|element| {
        matches!(element.tag_name().as_str(), "BODY" | "MAIN") || element.id() == "list"
    })
}
