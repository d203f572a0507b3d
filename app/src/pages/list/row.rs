//! One issue's line.

use docket_domain::{DocumentId, Row, row::IssueRow};
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::{ListState, drag, grid::Lines, order::Line};
use crate::{
    components::{
        Show,
        avatar::Avatar,
        icon::Icon,
        marks::{PriorityMark, SeverityMark, StatusMark},
        menu::Anchor,
        people, time,
    },
    pages::address::Page,
};

/// The most labels shown on a line.
const LABELS: usize = 2;

/// An issue's line.
#[component]
pub(super) fn IssueLine(state: ListState, lines: Lines, id: DocumentId) -> impl IntoView {
    let ListState { store, active, .. } = state;
    // Line number and rank. A line on its way out keeps its last place.
    let place = Memo::new(move |before: Option<&(usize, Option<u32>)>| {
        let found = lines.view.with(|view| {
            view.iter().find_map(|(n, line)| match line {
                Line::Issue(issue, rank) if *issue == id => Some((*n, *rank)),
                _ => None,
            })
        });
        found.or(before.copied()).unwrap_or_default()
    });
    let row = store.row(id);
    let pending = Memo::new(move |_| {
        store.status().track();
        store.is_pending(id)
    });
    let present = Memo::new(move |_| {
        store
            .present()
            .with(|people| people.iter().any(|person| person.document == Some(id)))
    });
    let is_active = Memo::new(move |_| active.get() == Some(id));
    let dragged = Memo::new(move |_| {
        state
            .drag
            .with(|drag| drag.as_ref().is_some_and(|drag| drag.is(id)))
    });
    let href = Page::Issue(id).of(&store.slug());
    let content = move || {
        let row = row.as_ref()?.get();
        let issue = row.issue()?;
        Some(cells(state, id, &row, issue, &href))
    };
    let open_menu = move |event: &web_sys::Event| {
        let button = event
            .current_target()
            .and_then(|it| it.dyn_into::<web_sys::Element>().ok());
        if let Some(button) = button {
            active.set(Some(id));
            state.menu.set(Some((id, Anchor::of(&button))));
        }
    };
    view! {
        <div
            class="line"
            class:active=move || is_active.get()
            class:dragged=move || dragged.get()
            class:pending=move || pending.get()
            id=format!("line-{id}")
            role="row"
            aria-rowindex=move || (place.get().0 + 1).to_string()
            aria-selected=move || is_active.get().to_string()
            style:transform=move || format!("translateY({}px)", place.get().0 as f64 * lines.height.get())
            on:pointerdown=move |event: ev::PointerEvent| drag::press(state, id, &event)
            on:click=move |_| active.set(Some(id))
        >
            <Show when=move || state.may_rank.get()>
                <span class="grip" title="Drag to another rank" aria-hidden="true"><Icon name="grip" /></span>
            </Show>
            <span class="rank" role="gridcell">
                {move || place.get().1.map(|rank| view! {
                    <span class="visually-hidden">"Rank "</span>
                    {rank}
                })}
            </span>
            {content}
            <span class="signs" role="gridcell">
                <Show when=move || present.get()>
                    <span class="present-dot" title="Somebody has this issue open">
                        <span class="visually-hidden">"Somebody has it open"</span>
                    </span>
                </Show>
                <Show when=move || pending.get()>
                    <span class="sync-mark" title="Has changes that the server hasn’t stored yet">
                        <Icon name="sync" />
                        <span class="visually-hidden">"Not yet stored"</span>
                    </span>
                </Show>
            </span>
            <button
                type="button"
                class="quiet icon-only more"
                tabindex="-1"
                aria-haspopup="menu"
                aria-label="Actions for this issue"
                on:click=move |event| {
                    event.stop_propagation();
                    open_menu(&event);
                }
            >
                <Icon name="more" />
            </button>
        </div>
    }
}

fn cells(state: ListState, id: DocumentId, row: &Row, issue: &IssueRow, href: &str) -> AnyView {
    let store = state.store;
    let prefix = store.workspace().with(|workspace| workspace.prefix.clone());
    let name = issue.name(&prefix);
    let labels = issue
        .labels
        .iter()
        .take(LABELS)
        .map(|label| view! { <span class="label">{label.clone()}</span> });
    let more = issue.labels.len().saturating_sub(LABELS);
    let assignee = issue.assignee.as_ref().map(|person| {
        let name = people::name(store, person, issue.assignee_name.as_deref());
        view! { <Avatar name /> }
    });
    let organisation = issue
        .organisation
        .as_ref()
        .map(|id| people::organisation(store, id));
    let attention = issue.attention.clone().map(|reason| {
        view! {
            <span class="sign attention" title=format!("Needs attention: {reason}")>
                <Icon name="flag" />
                <span class="visually-hidden">{format!("Needs attention: {reason}")}</span>
            </span>
        }
    });
    let conflict = (!issue.conflicts.is_empty()).then(|| {
        let fields: Vec<_> = issue.conflicts.iter().map(|field| field.label()).collect();
        let title = format!("Conflict: {}", fields.join(", "));
        view! {
            <span class="sign conflict" title=title.clone()>
                <Icon name="conflict" />
                <span class="visually-hidden">{title.clone()}</span>
            </span>
        }
    });
    let done = !issue.status.is_open() || row.deleted;
    let title = if row.title.is_empty() {
        "Untitled".to_owned()
    } else {
        row.title.clone()
    };
    view! {
        <span class="mark" role="gridcell"><PriorityMark priority=issue.priority /></span>
        <span class="key" role="gridcell">{name}</span>
        <span class="mark" role="gridcell"><StatusMark status=issue.status /></span>
        <span class="title" role="gridcell">
            <a href=href.to_owned() tabindex="-1" draggable="false" class:done=done on:click=move |_| state.active.set(Some(id))>
                {title}
            </a>
            {attention}
            {conflict}
        </span>
        <span class="labels" role="gridcell">
            {labels.collect_view()}
            {(more > 0).then(|| view! { <span class="label">{format!("+{more}")}</span> })}
        </span>
        <span class="mark sev" role="gridcell"><SeverityMark severity=issue.severity /></span>
        <span class="organisation" role="gridcell">{organisation}</span>
        <span class="updated" role="gridcell" title=format!("Changed {}", time::exact(row.updated))>{time::brief(row.updated)}</span>
        <span class="assignee" role="gridcell">{assignee}</span>
    }
    .into_any()
}
