//! An issue's fields: each is set where it is shown.

use docket_domain::{
    Action, MemberId, PersonId, Timestamp,
    words::{Priority, Severity},
};
use leptos::prelude::*;

use super::{IssueState, offers, status::StatusField};
use crate::components::{
    choice::{Choice, word_options},
    names::Names,
    people::{self, May},
    time::{When, date},
};
use crate::store::Store;

/// The column of fields.
#[component]
pub(super) fn Fields(state: IssueState) -> impl IntoView {
    let IssueState { store, id, issue, .. } = state;
    let locked = Signal::derive(move || !state.may_write());
    let triage = Signal::derive(move || locked.get() || !May::now(store).triage());
    let text = move |read: fn(&docket_domain::read::Issue) -> String| {
        Signal::derive(move || issue.with(|issue| read(issue)))
    };
    let edits = move |field: &'static str| move |on: bool| store.here(Some(id), on.then(|| field.to_owned()));
    let assignees = {
        let offered = offers::assignees(store);
        Signal::derive(move || {
            let mut offered = offered.get();
            // Somebody of another tracker, or who left, stays to be seen.
            issue.with(|issue| {
                if let Some(person) = &issue.assignee
                    && !offered.iter().any(|(id, _)| id == person.as_str())
                {
                    let name = people::name(store, person, issue.name_of(person));
                    offered.push((person.as_str().to_owned(), name));
                }
            });
            offered
        })
    };
    let facts = move || {
        let row = store.row(id)?.get();
        let (reporter, source) = issue.with(|issue| {
            let reporter = issue
                .reporter
                .as_ref()
                .map(|it| people::name(store, it, issue.name_of(it)));
            let source = issue
                .source
                .as_ref()
                .map(|it| (it.key.clone(), it.system.clone(), web_address(&it.fields)));
            (reporter, source)
        });
        Some(view! {
            <dl class="facts">
                {reporter.map(|reporter| view! { <div><dt>"Reporter"</dt><dd>{reporter}</dd></div> })}
                <div><dt>"Reported"</dt><dd><When at=row.created /></dd></div>
                <div><dt>"Changed"</dt><dd><When at=row.updated /></dd></div>
                {source.map(|(key, system, address)| {
                    let words = format!("{key} in {system}");
                    view! {
                        <div>
                            <dt>"Came from"</dt>
                            <dd>
                                {match address {
                                    Some(address) => view! {
                                        <a href=address target="_blank" rel="noopener noreferrer">{words}</a>
                                    }.into_any(),
                                    None => words.into_any(),
                                }}
                            </dd>
                        </div>
                    }
                })}
                {importers(store, &store.facts(id).get().importers())}
            </dl>
        })
    };
    view! {
        <aside class="issue-fields" aria-label="Fields">
            <StatusField state />
            <Choice
                label="Severity"
                options=Signal::stored(word_options!(Severity, "Not set"))
                value=text(|issue| issue.severity.map_or("", Severity::as_str).to_owned())
                on_change=move |value: String| state.run(Action::SetSeverity { severity: Severity::parse(&value) })
                on_focus=edits("severity")
                disabled=triage
            />
            <Choice
                label="Priority"
                options=Signal::stored(word_options!(Priority, "Not set"))
                value=text(|issue| issue.priority.map_or("", Priority::as_str).to_owned())
                on_change=move |value: String| state.run(Action::SetPriority { priority: Priority::parse(&value) })
                on_focus=edits("priority")
                disabled=triage
            />
            <Choice
                label="Assignee"
                options=assignees
                value=text(|issue| issue.assignee.as_ref().map(|it| it.as_str().to_owned()).unwrap_or_default())
                on_change=move |value: String| state.run(Action::SetAssignee { assignee: some(value).map(PersonId::from_stored) })
                on_focus=edits("assignee")
                disabled=locked
            />
            <Choice
                label="Component"
                options=offers::components(store)
                value=text(|issue| issue.component.clone().unwrap_or_default())
                on_change=move |value: String| state.run(Action::SetComponent { component: some(value) })
                on_focus=edits("component")
                disabled=locked
            />
            <Choice
                label="Organisation"
                options=offers::organisations(store)
                value=text(|issue| issue.organisation.as_ref().map(ToString::to_string).unwrap_or_default())
                on_change=move |value: String| state.run(Action::SetOrganisation { organisation: value.parse().ok() })
                on_focus=edits("organisation")
                disabled=locked
            />
            <Names
                label="Labels"
                one="label"
                value=Signal::derive(move || issue.with(|issue| issue.labels.clone()))
                known=offers::labels(store)
                on_change=move |(label, on): (String, bool)| state.run(Action::SetLabel { label, on })
                disabled=locked
            />
            <Names
                label="Affected versions"
                one="version"
                value=Signal::derive(move || issue.with(|issue| issue.affects.clone()))
                known=offers::versions(store)
                on_change=move |(version, on): (String, bool)| state.run(Action::SetAffects { version, on })
                disabled=locked
            />
            {facts}
        </aside>
    }
}

/// Who brought what came from another tracker, and when: they answer for what it says.
fn importers(store: Store, importers: &[(MemberId, Timestamp)]) -> Option<AnyView> {
    if importers.is_empty() {
        return None;
    }
    let lines = importers.iter().map(|(member, at)| {
        let words = format!(
            "{}, {}",
            people::name(store, &PersonId::from(member), None),
            date(*at)
        );
        view! { <dd>{words}</dd> }
    });
    Some(view! { <div><dt>"Imported by"</dt>{lines.collect_view()}</div> }.into_any())
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The issue's address in the tracker it came from, if the import kept one and it is a web address.
fn web_address(fields: &[(String, String)]) -> Option<String> {
    let address = fields
        .iter()
        .find(|(name, _)| name == "url")
        .map(|(_, value)| value)?;
    (address.starts_with("https://") || address.starts_with("http://")).then(|| address.clone())
}
