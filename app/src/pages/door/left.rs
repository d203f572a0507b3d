//! Somebody's access ended: this device's copy is gone, and what they hadn't sent is offered as a file.

use leptos::{prelude::*, task::spawn_local};

use crate::{
    components::{Show, dialog::Dialog, download::download, icon::Icon, notices, time::exact},
    pages::workspace::Gate,
    store::{Left, person},
};

/// Says so, and keeps the file until it is saved or discarded.
#[component]
pub(super) fn LeftBehind(left: Left, #[prop(into)] on_done: UnsyncCallback<()>) -> impl IntoView {
    let gate: Gate = expect_context();
    let saved = RwSignal::new(left.file.is_none());
    let asks = RwSignal::new(false);
    let forget = move || {
        spawn_local(async move {
            match person::forget_left(&gate.slug()).await {
                Ok(()) => on_done.run(()),
                Err(error) => notices().wrong(error),
            }
        });
    };
    let whose = match left.name.as_str() {
        "" => "Access".to_owned(),
        name => format!("{name}’s access"),
    };
    let file = left.file.map(|(name, text)| {
        let save = move |_| match download(&name, &text) {
            Ok(()) => saved.set(true),
            Err(_) => notices().wrong("The browser doesn’t let Docket save a file."),
        };
        view! {
            <p>{format!("Not sent: {}. It is kept here as a file until you save or discard it.", left.what)}</p>
            <div class="actions">
                <button type="button" class:primary=move || !saved.get() on:click=save>
                    <Icon name="export" />
                    {move || if saved.get() { "Save it again" } else { "Save it as a file" }}
                </button>
                <Show when=move || !saved.get()>
                    <button type="button" class="danger" on:click=move |_| asks.set(true)>"Discard it…"</button>
                </Show>
            </div>
        }
    });
    view! {
        <h1><Icon name="refused" />"Access has ended"</h1>
        <p class="lead">
            {format!("{whose} to “{}” was ended by an admin. The workspace’s data was removed from this device on {}.", gate.slug(), exact(left.at))}
        </p>
        {file}
        <Show when=move || saved.get()>
            <div class="actions">
                <button type="button" class="primary" on:click=move |_| forget()>"Done"</button>
            </div>
        </Show>
        <p class="hint">"Ask an admin of the workspace if you think that this is a mistake."</p>
        <Show when=move || asks.get()>
            <Dialog title="Discard what wasn’t sent?" on_close=move |()| asks.set(false)>
                <p>"It is nowhere else, and can’t be brought back."</p>
                <div class="actions">
                    <button type="button" class="danger" on:click=move |_| {
                        asks.set(false);
                        forget();
                    }>"Discard it"</button>
                    <button type="button" on:click=move |_| asks.set(false)>"Keep it"</button>
                </div>
            </Dialog>
        </Show>
    }
}
