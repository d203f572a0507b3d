//! Dragging an issue to another rank: one pointer, from press to release; Escape leaves everything as it was.
//!
//! A mouse drags the whole line after a few pixels; a finger only its grip, so that it can still scroll. Near the
//! edges the list scrolls by itself, faster the nearer.

use docket_domain::{DocumentId, command::Place};
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::{ListState, ranking};

/// How far a pointer moves before it drags, in pixels.
const SLACK: f64 = 5.0;
/// How near to an edge the list begins to scroll, in pixels.
const EDGE: f64 = 48.0;

/// An issue under the pointer.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Drag {
    issue: DocumentId,
    pointer: i32,
    from_y: f64,
    x: f64,
    y: f64,
    /// It has moved far enough.
    on: bool,
    /// The line above which it would go.
    target: usize,
}

impl Drag {
    /// Is it this issue, and dragged already?
    pub(super) fn is(&self, issue: DocumentId) -> bool {
        self.on && self.issue == issue
    }
}

/// A pointer goes down on a line.
pub(super) fn press(state: ListState, issue: DocumentId, event: &ev::PointerEvent) {
    let on = |selector: &str| {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        target.is_some_and(|target| target.closest(selector).ok().flatten().is_some())
    };
    let mouse = event.pointer_type() == "mouse";
    let fits = event.button() == 0 && event.is_primary() && !on("button") && (mouse || on(".grip"));
    if !fits || !state.may_rank.get_untracked() {
        return;
    }
    let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
    state.drag.set(Some(Drag {
        issue,
        pointer: event.pointer_id(),
        from_y: y,
        x,
        y,
        on: false,
        target: usize::MAX,
    }));
}

/// Follows the pointer as long as the list lives.
pub(super) fn listen(state: ListState, scroller: NodeRef<html::Div>, height: Memo<f64>) {
    let drag = state.drag;
    let mine =
        move |pointer: i32| drag.with_untracked(|drag| drag.as_ref().is_some_and(|it| it.pointer == pointer));
    let moves = window_event_listener(ev::pointermove, move |event| {
        if !mine(event.pointer_id()) {
            return;
        }
        let (x, y) = (f64::from(event.client_x()), f64::from(event.client_y()));
        let started = drag.with_untracked(|drag| {
            drag.as_ref()
                .is_some_and(|it| !it.on && (y - it.from_y).abs() > SLACK)
        });
        drag.update(|drag| {
            if let Some(drag) = drag {
                (drag.x, drag.y) = (x, y);
                drag.on |= started;
            }
        });
        aim(state, scroller, height);
        if started {
            scroll_near_edges(state, scroller, height);
        }
    });
    let ups = window_event_listener(ev::pointerup, move |event| {
        if !mine(event.pointer_id()) {
            return;
        }
        let Some(dragged) = drag.get_untracked() else {
            return;
        };
        drag.set(None);
        if dragged.on {
            swallow_click();
            drop_at(state, &dragged);
        }
    });
    let cancels = window_event_listener(ev::pointercancel, move |event| {
        if mine(event.pointer_id()) {
            drag.set(None);
        }
    });
    let escapes = window_event_listener(ev::keydown, move |event| {
        let on = drag.with_untracked(|drag| drag.as_ref().is_some_and(|drag| drag.on));
        if event.key() == "Escape" && on {
            event.prevent_default();
            drag.set(None);
            swallow_click();
            crate::components::notices().say("Nothing was moved.");
        }
    });
    on_cleanup(move || {
        moves.remove();
        ups.remove();
        cancels.remove();
        escapes.remove();
    });
}

/// Finds the line above which the issue would go.
fn aim(state: ListState, scroller: NodeRef<html::Div>, height: Memo<f64>) {
    let Some(scroller) = scroller.get_untracked() else {
        return;
    };
    let ranked = state.order.with_untracked(|order| order.ranked);
    state.drag.update(|drag| {
        let Some(drag) = drag.as_mut().filter(|drag| drag.on) else {
            return;
        };
        let top = scroller.get_bounding_client_rect().top();
        let at = drag.y - top + f64::from(scroller.scroll_top());
        drag.target = ((at / height.get_untracked()).round().max(0.0) as usize).min(ranked);
    });
}

fn scroll_near_edges(state: ListState, scroller: NodeRef<html::Div>, height: Memo<f64>) {
    let y = state
        .drag
        .with_untracked(|drag| drag.as_ref().filter(|drag| drag.on).map(|drag| drag.y));
    let (Some(y), Some(element)) = (y, scroller.get_untracked()) else {
        return;
    };
    let place = element.get_bounding_client_rect();
    let (above, below) = (place.top() + EDGE - y, y - (place.bottom() - EDGE));
    let step = if above > 0.0 {
        -above / 3.0
    } else {
        below.max(0.0) / 3.0
    };
    if step != 0.0 {
        element.set_scroll_top(element.scroll_top() + step.clamp(-30.0, 30.0) as i32);
        aim(state, scroller, height);
    }
    request_animation_frame(move || scroll_near_edges(state, scroller, height));
}

/// The click that follows the release isn't one.
fn swallow_click() {
    let swallow = StoredValue::new_local(None::<WindowListenerHandle>);
    let handle = window_event_listener(ev::click, move |event| {
        event.prevent_default();
        event.stop_propagation();
    });
    swallow.set_value(Some(handle));
    request_animation_frame(move || {
        if let Some(handle) = swallow.try_update_value(Option::take).flatten() {
            handle.remove();
        }
    });
}

fn drop_at(state: ListState, drag: &Drag) {
    let place = state.order.with_untracked(|order| {
        let at = |line: usize| order.lines.get(line).and_then(|line| line.issue());
        let before = drag.target.checked_sub(1).and_then(at);
        let after = (drag.target < order.ranked).then(|| at(drag.target)).flatten();
        if before == Some(drag.issue) || after == Some(drag.issue) {
            return None;
        }
        Some(match (before, after) {
            (None, _) => Place::First,
            (_, Some(after)) => Place::Before(after),
            (Some(before), None) => Place::After(before),
        })
    });
    // Put down where it was.
    let Some(place) = place else { return };
    state.active.set(Some(drag.issue));
    ranking::rank(state, drag.issue, place);
}

/// The line that shows where the issue would go, and its name at the pointer.
#[component]
pub(super) fn Insertion(state: ListState, height: Memo<f64>) -> impl IntoView {
    let shown = move || state.drag.get().filter(|drag| drag.on);
    let line = move || {
        shown().filter(|drag| drag.target != usize::MAX).map(|drag| {
            let place = format!("translateY({}px)", drag.target as f64 * height.get());
            view! { <div class="insertion" style:transform=place></div> }
        })
    };
    let ghost = move || {
        shown().map(|drag| {
            let place = format!("translate({}px, {}px)", drag.x + 12.0, drag.y + 8.0);
            view! { <div class="drag-ghost" style:transform=place>{state.name(drag.issue)}</div> }
        })
    };
    view! {
        <div aria-hidden="true">{line} {ghost}</div>
    }
}
