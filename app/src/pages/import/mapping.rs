//! What a file doesn't say, or says in words of its own: which column is what, what a word means here, who somebody is.
//! What a person answers is kept in the workspace, so that everybody's next import is read the same.

use std::sync::Arc;

use docket_domain::{
    Action, Command, MemberId, PersonId,
    words::{Priority, Resolution, Severity, Status},
};
use docket_exchange::csv::{Columns, Order, Use};
use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{
        For, Show,
        choice::Choice,
        count::{issues, number},
        notices,
        people::{May, store},
    },
    job::{Preview, Unknown},
    store::{FileRead, Store},
};

/// The most people shown at once; the field above finds the others.
const PEOPLE: usize = 40;

/// Everything there is to be asked about.
#[component]
pub(super) fn Mapping(
    read: Arc<FileRead>,
    /// Was something chosen that isn't kept? The import wouldn't know of it.
    unkept: RwSignal<bool>,
    #[prop(into)] on_again: UnsyncCallback<()>,
) -> impl IntoView {
    let reading = &read.read.reading;
    let format = format!("Read as {}.", reading.format);
    let changed = RwSignal::new(false);
    let table = reading
        .table
        .clone()
        .map(|table| view! { <Table table unkept on_again /> });
    let unknown = reading.unknown.clone();
    let words = (!unknown.is_empty()).then(|| view! { <Words unknown changed /> });
    let people = reading.people.clone();
    let people = (!people.is_empty()).then(|| view! { <People people /> });
    view! {
        <p class="hint">{format}</p>
        {table}
        {words}
        <Show when=move || changed.get()>
            <p role="status">
                "The words’ meanings are kept. "
                <button type="button" on:click=move |_| on_again.run(())>"Read the file again"</button>
            </p>
        </Show>
        {people}
    }
}

/// Keeps something in the workspace.
fn keep(store: Store, action: Action, then: impl FnOnce() + 'static) {
    let Some(workspace) = store.workspace_document() else {
        return;
    };
    spawn_local(async move {
        match store.run(Command::new(workspace, action)).await {
            Ok(()) => then(),
            Err(error) => notices().wrong(error),
        }
    });
}

/// Which column is what, and how dates are meant.
#[component]
fn Table(table: Preview, unkept: RwSignal<bool>, on_again: UnsyncCallback<()>) -> impl IntoView {
    let store = store();
    // The worker wrote it.
    let columns: Columns = serde_json::from_str(&table.columns).unwrap_or_default();
    let columns = RwSignal::new(columns);
    let name = |holds: Use| serde_json::to_string(&holds).unwrap_or_default();
    let options = Signal::derive(move || {
        Use::ALL
            .iter()
            .map(|holds| (name(*holds), holds.label().to_owned()))
            .collect::<Vec<_>>()
    });
    let line = |(index, heading): (usize, &String)| {
        let samples: Vec<&str> = table
            .rows
            .iter()
            .filter_map(|row| row.get(index))
            .map(String::as_str)
            .filter(|cell| !cell.is_empty())
            .collect();
        let label = match heading.trim() {
            "" => format!("Column {}", index + 1),
            heading => heading.to_owned(),
        };
        let value =
            move || columns.with(|columns| columns.columns.get(index).map(|column| name(column.holds)));
        let choose = move |chosen: String| {
            let Ok(holds) = serde_json::from_str::<Use>(&chosen) else {
                return;
            };
            columns.update(|columns| {
                if let Some(column) = columns.columns.get_mut(index) {
                    column.holds = holds;
                }
            });
        };
        view! {
            <li>
                <Choice
                    label=label
                    options=options
                    value=Signal::derive(move || value().unwrap_or_default())
                    on_change=choose
                />
                <p class="hint">{samples.join(" · ")}</p>
            </li>
        }
    };
    let lines = table
        .any
        .then(|| table.header.iter().enumerate().map(line).collect_view());
    let any = table.any;
    let wrong = RwSignal::new(None::<String>);
    let origin = RwSignal::new(
        columns.with_untracked(|columns| columns.origin.clone().map(String::from).unwrap_or_default()),
    );
    let zone = RwSignal::new(columns.with_untracked(|columns| columns.dates.zone.to_string()));
    let order = Signal::derive(move || {
        columns.with(|columns| match columns.dates.order {
            Order::DayFirst => "day".to_owned(),
            Order::MonthFirst => "month".to_owned(),
        })
    });
    let kept_under = table.kept_under.clone();
    let save = move |_| {
        let mut asked = columns.get_untracked();
        let name = origin.get_untracked().trim().to_lowercase();
        asked.origin = match (name.is_empty(), name.parse()) {
            (true, _) => None,
            (false, Ok(origin)) => Some(origin),
            (false, Err(error)) => return wrong.set(Some(error.to_string())),
        };
        asked.dates.zone = match zone.get_untracked().trim().parse() {
            Ok(zone) => zone,
            Err(error) => return wrong.set(Some(error.to_string())),
        };
        wrong.set(None);
        let kept = Action::MapWord {
            word: kept_under.clone(),
            meaning: serde_json::to_string(&asked).ok(),
        };
        keep(store, kept, move || {
            // The page may have been left.
            let _ = on_again.try_run(());
        });
    };
    view! {
        <details class="part" open=any on:input=move |_| unkept.set(true)>
            <summary>"How the table is read"</summary>
            <p class="hint">"Kept for the next file with these columns, whoever imports it."</p>
            <ul class="mapping">{lines}</ul>
            <div class="figure-controls">
                {any.then(|| view! {
                    <label class="field">
                        <span class="field-label">"Where it comes from"</span>
                        <input type="text" maxlength="40" placeholder="helpdesk" bind:value=origin />
                    </label>
                })}
                <Choice
                    label="03/04/2024 is"
                    options=Signal::derive(|| vec![
                        ("day".to_owned(), "3 April".to_owned()),
                        ("month".to_owned(), "March 4".to_owned()),
                    ])
                    value=order
                    on_change=move |chosen: String| columns.update(|columns| {
                        columns.dates.order = if chosen == "month" { Order::MonthFirst } else { Order::DayFirst };
                    })
                />
                <label class="field">
                    <span class="field-label">"Times without a zone are meant at UTC"</span>
                    <input type="text" maxlength="6" bind:value=zone />
                </label>
            </div>
            {any.then(|| view! {
                <p class="hint">"Give tables of different places different names: equal keys are then different issues."</p>
            })}
            {move || wrong.get().map(|wrong| view! { <p class="wrong" role="alert">{wrong}</p> })}
            {move || unkept.get().then(|| view! {
                <p role="status">"Keep this first: the import reads the table as it was kept last."</p>
            })}
            <div class="actions"><button type="button" on:click=save>"Keep this and read the file again"</button></div>
        </details>
    }
}

/// What unknown words mean here.
#[component]
fn Words(unknown: Vec<Unknown>, changed: RwSignal<bool>) -> impl IntoView {
    let store = store();
    let line = |unknown: Unknown| {
        let label = format!(
            "{} “{}” · {}",
            unknown.field,
            unknown.word,
            issues(unknown.count as usize)
        );
        let meanings = meanings(&unknown.field);
        let kept_under = unknown.kept_under.clone();
        let value = {
            let kept_under = kept_under.clone();
            Signal::derive(move || {
                store
                    .workspace()
                    .with(|workspace| workspace.mappings.get(&kept_under).cloned().unwrap_or_default())
            })
        };
        let choose = move |chosen: String| {
            let meaning = (!chosen.is_empty()).then_some(chosen);
            let word = kept_under.clone();
            keep(store, Action::MapWord { word, meaning }, move || {
                changed.set(true)
            });
        };
        view! { <li><Choice label options=meanings.clone() value on_change=choose /></li> }
    };
    let count = number(unknown.len());
    view! {
        <details class="part" open>
            <summary>"Words that aren’t known here"<span class="count">{count}</span></summary>
            <p class="hint">"Say what they mean; it is kept for everybody. The original word stays beside it."</p>
            <ul class="mapping">{unknown.into_iter().map(line).collect_view()}</ul>
        </details>
    }
}

/// The words of a field, with none before them.
fn meanings(field: &str) -> Vec<(String, String)> {
    macro_rules! all {
        ($type:ident) => {
            $type::ALL
                .iter()
                .map(|word| (word.as_str().to_owned(), word.label().to_owned()))
                .collect::<Vec<_>>()
        };
    }
    let words = match field {
        "status" => all!(Status),
        "priority" => all!(Priority),
        "severity" => all!(Severity),
        _ => all!(Resolution),
    };
    let nothing = (String::new(), "As it is taken now".to_owned());
    std::iter::once(nothing).chain(words).collect()
}

/// Who people of the other tracker are here.
#[component]
fn People(people: Vec<(String, String)>) -> impl IntoView {
    let store = store();
    let people = Arc::new(people);
    let wanted = RwSignal::new(String::new());
    // Forty selects are made when somebody looks at them: beside all else that a file brings they held up the page.
    let opened = RwSignal::new(false);
    // An admin says who anybody is; everybody else speaks for themselves.
    let admin = Signal::derive(move || May::now(store).administer());
    let me = Signal::derive(move || store.me().get().map(|me| (me.id.clone(), me.name.clone())));
    let members = Signal::derive(move || {
        let nobody = (String::new(), "Nobody here".to_owned());
        let members = match admin.get() {
            true => {
                let members = store.members().get();
                let members = members
                    .iter()
                    .map(|member| (member.id.to_string(), member.name.clone()));
                members.collect::<Vec<_>>()
            }
            false => {
                let me = me.get().map(|(id, _)| (id.to_string(), "This is me".to_owned()));
                me.into_iter().collect()
            }
        };
        std::iter::once(nobody).chain(members).collect::<Vec<_>>()
    });
    let map = move |person: &str, member: Option<MemberId>| {
        let person = PersonId::from_stored(person);
        keep(store, Action::MapPerson { person, member }, || ());
    };
    // Those who are called as a member is, and whom nobody mapped.
    let namesakes = {
        let people = Arc::clone(&people);
        Memo::new(move |_| {
            let workspace = store.workspace().get();
            store.members().with(|members| {
                let found = people.iter().filter(|(id, _)| !workspace.people.contains_key(id));
                let found = found.filter_map(|(id, name)| {
                    let mut alike = members.iter().filter(|member| member.name == *name);
                    let member = alike.next()?;
                    alike.next().is_none().then(|| (id.clone(), member.id.clone()))
                });
                let may = |member: &MemberId| admin.get() || me.get().is_some_and(|(me, _)| me == *member);
                let found = found.filter(|(_, member)| may(member));
                found.collect::<Vec<_>>()
            })
        })
    };
    let all = people.len();
    let shown = Memo::new(move |_| {
        let wanted = wanted.get().to_lowercase();
        let found = people.iter().filter(|(id, name)| {
            wanted.is_empty() || name.to_lowercase().contains(&wanted) || id.to_lowercase().contains(&wanted)
        });
        found.take(PEOPLE).cloned().collect::<Vec<_>>()
    });
    let line = move |(id, name): (String, String)| {
        let value = {
            let id = id.clone();
            Signal::derive(move || {
                let member = store
                    .workspace()
                    .with(|workspace| workspace.people.get(&id).map(MemberId::to_string));
                member.unwrap_or_default()
            })
        };
        let label = format!("{name} ({id})");
        // Who somebody else is stands there, and isn't this person's to change.
        let theirs = Signal::derive(move || {
            let value = value.get();
            let mine = me.get().is_some_and(|(me, _)| me.to_string() == value);
            !admin.get() && !value.is_empty() && !mine
        });
        let options = Signal::derive(move || {
            let mut options = members.get();
            if theirs.get() {
                let value = value.get();
                let name = store.members().with(|members| {
                    let member = members.iter().find(|member| member.id.as_str() == value);
                    member.map_or_else(|| "A former member".to_owned(), |member| member.name.clone())
                });
                options.push((value, name));
            }
            options
        });
        let choose = move |chosen: String| map(&id, chosen.parse().ok());
        view! { <li><Choice label options value on_change=choose disabled=theirs /></li> }
    };
    view! {
        <details class="part" on:toggle=move |_| opened.set(true)>
            <summary>"People"<span class="count">{number(all)}</span></summary>
            <p class="hint">{move || match admin.get() {
                true => "Say who of them is a member here: lists and figures then know them as one. It holds for what came in before, too.",
                false => "Are you one of them? Say so: lists and figures then know you as one. Who the others are an admin says.",
            }}</p>
            <Show when=move || !namesakes.with(Vec::is_empty)>
                <button type="button" on:click=move |_| {
                    for (person, member) in namesakes.get_untracked() {
                        map(&person, Some(member));
                    }
                }>
                    {move || format!("Take {} with a member’s name for that member", namesakes.with(Vec::len))}
                </button>
            </Show>
            <label class="field">
                <span class="field-label">"Find a person"</span>
                <input type="search" bind:value=wanted />
            </label>
            <ul class="mapping">
                <For
                    each=move || if opened.get() { shown.get() } else { Vec::new() }
                    key=|(id, _)| id.clone()
                    children=line
                />
            </ul>
            {(all > PEOPLE).then(|| view! { <p class="hint">{format!("At most {PEOPLE} are shown at once.")}</p> })}
        </details>
    }
}
