//! The lines in view, out of as many as there are: forty elements for ten thousand issues.
//!
//! Lines have one height, so a line's place is a multiplication; each is placed by a transform and keyed by its issue,
//! so that scrolling makes and drops single lines and a moved issue keeps its element.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::{JsCast, closure::Closure};

use super::{ListState, drag, order::Line, row::IssueLine};
use crate::components::{For, Show};
use crate::pages::workspace::frame::Places;

/// Lines above and below the view that exist already.
const BEYOND: usize = 6;
/// Below this width a line has two rows, in pixels.
const NARROW: f64 = 720.0;

/// What the lines need to know of the grid.
#[derive(Clone, Copy)]
pub(super) struct Lines {
    /// Lines in view with their numbers, from 0.
    pub(super) view: Memo<Vec<(usize, Line)>>,
    /// A line's height in pixels.
    pub(super) height: Memo<f64>,
}

/// The grid.
#[component]
pub(super) fn Grid(state: ListState) -> impl IntoView {
    let ListState { order, active, .. } = state;
    let scroller: NodeRef<html::Div> = NodeRef::new();
    let top = RwSignal::new(0.0_f64);
    let size = RwSignal::new((0.0_f64, 600.0_f64));
    let coarse = is_coarse();
    let height = Memo::new(move |_| {
        let (width, _) = size.get();
        if width < NARROW {
            64.0
        } else if coarse {
            46.0
        } else {
            38.0
        }
    });
    let range = Memo::new(move |_| {
        let (height, (_, view)) = (height.get(), size.get());
        let count = order.with(|order| order.lines.len());
        let first = (top.get() / height) as usize;
        let last = first + (view / height).ceil() as usize + 1 + BEYOND;
        (first.saturating_sub(BEYOND).min(count), last.min(count))
    });
    let view = Memo::new(move |_| {
        let (first, last) = range.get();
        order.with(|order| {
            let lines = order.lines.get(first..last).unwrap_or_default();
            lines
                .iter()
                .enumerate()
                .map(|(n, line)| (first + n, *line))
                .collect::<Vec<_>>()
        })
    });
    let lines = Lines { view, height };
    watch_size(scroller, size);
    keep_place(state, scroller, top);
    // The active issue is in view, also where it was moved.
    Effect::new(move |before: Option<(Option<docket_domain::DocumentId>, u32)>| {
        let now = (active.get(), state.moved.get());
        if let ((Some(issue), _), true) = (now, before != Some(now)) {
            let line = order.with_untracked(|order| order.line_of(issue));
            if let (Some(line), Some(scroller)) = (line, scroller.get_untracked()) {
                show(
                    &scroller,
                    line as f64 * height.get_untracked(),
                    height.get_untracked(),
                );
            }
        }
        now
    });
    drag::listen(state, scroller, height);
    let total = move || {
        format!(
            "{}px",
            order.with(|order| order.lines.len()) as f64 * height.get()
        )
    };
    let key = |(_, line): &(usize, Line)| match line {
        Line::Issue(id, _) => Some(*id),
        Line::NotRanked(_) => None,
    };
    let child = move |(_, line): (usize, Line)| match line {
        Line::Issue(id, _) => view! { <IssueLine state lines id /> }.into_any(),
        Line::NotRanked(_) => view! { <Heading state lines /> }.into_any(),
    };
    view! {
        <div
            node_ref=scroller
            id="list"
            class="grid"
            class:narrow=move || { size.get().0 < NARROW }
            class:unranked=move || state.list.get().is_none()
            class:fixed=move || !state.may_rank.get()
            role="grid"
            tabindex="0"
            aria-label="Issues"
            aria-rowcount=move || order.with(|order| order.lines.len()).to_string()
            aria-colcount="1"
            aria-activedescendant=move || active.get().map(|id| format!("line-{id}"))
            on:scroll=move |event: ev::Event| {
                let element = event.current_target().and_then(|it| it.dyn_into::<web_sys::Element>().ok());
                if let Some(element) = element {
                    top.set(f64::from(element.scroll_top()));
                }
            }
        >
            <div class="grid-lines" role="rowgroup" style:height=total style:--line=move || format!("{}px", height.get())>
                <For each=move || view.get() key=key children=child />
                <drag::Insertion state height />
            </div>
        </div>
    }
}

/// The line between ranked issues and the others.
#[component]
fn Heading(state: ListState, lines: Lines) -> impl IntoView {
    let place = Memo::new(move |before: Option<&(usize, u32)>| {
        let found = lines.view.with(|view| {
            view.iter().find_map(|(n, line)| match line {
                Line::NotRanked(count) => Some((*n, *count)),
                Line::Issue(..) => None,
            })
        });
        found.or(before.copied()).unwrap_or_default()
    });
    view! {
        <div
            class="line heading"
            role="row"
            aria-rowindex=move || (place.get().0 + 1).to_string()
            style:transform=move || format!("translateY({}px)", place.get().0 as f64 * lines.height.get())
        >
            <span role="gridcell">
                <strong>"Not ranked"</strong>
                <span class="count">{move || place.get().1}</span>
                <Show when=move || state.may_rank.get()>
                    <span class="hint">"Drag an issue up into the list, or choose “Add to the list” in its menu."</span>
                </Show>
            </span>
        </div>
    }
}

/// Scrolls as little as is needed to show what stands at `place`.
fn show(scroller: &web_sys::HtmlDivElement, place: f64, height: f64) {
    let (top, view) = (
        f64::from(scroller.scroll_top()),
        f64::from(scroller.client_height()),
    );
    if place < top {
        scroller.set_scroll_top(place as i32);
    } else if place + height > top + view {
        scroller.set_scroll_top((place + height - view).ceil() as i32);
    }
}

fn watch_size(scroller: NodeRef<html::Div>, size: RwSignal<(f64, f64)>) {
    let observer = StoredValue::new_local(None::<(web_sys::ResizeObserver, Closure<dyn FnMut()>)>);
    Effect::new(move |_| {
        let Some(element) = scroller.get() else { return };
        let measured = element.clone();
        let measure = Closure::<dyn FnMut()>::new(move || {
            let now = (
                f64::from(measured.client_width()),
                f64::from(measured.client_height()),
            );
            if size.get_untracked() != now {
                size.set(now);
            }
        });
        // Every browser with WebAssembly has it; without it the first guess stays.
        if let Ok(watching) = web_sys::ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            watching.observe(&element);
            observer.set_value(Some((watching, measure)));
        }
    });
    on_cleanup(move || {
        observer.update_value(|observer| {
            if let Some((observer, _)) = observer.take() {
                observer.disconnect();
            }
        });
    });
}

/// Finds the place again where the list was left.
fn keep_place(state: ListState, scroller: NodeRef<html::Div>, top: RwSignal<f64>) {
    let Places(places) = expect_context();
    let key = state.place.get_value();
    Effect::new(move |_| {
        let Some(scroller) = scroller.get() else { return };
        let kept = places.with_value(|places| places.get(&key).copied());
        if let Some((at, active)) = kept {
            // Once the lines give it its height.
            request_animation_frame(move || {
                scroller.set_scroll_top(at as i32);
                top.set(f64::from(scroller.scroll_top()));
                state.active.set(active);
            });
        }
    });
    on_cleanup(move || {
        let left = (top.get_untracked(), state.active.get_untracked());
        places.update_value(|places| {
            places.insert(state.place.get_value(), left);
        });
    });
}

/// Fingers need more room than a mouse.
fn is_coarse() -> bool {
    let query = window().match_media("(pointer: coarse)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
