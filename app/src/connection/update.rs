//! The service worker, and new versions of the app: one waits until the person says so, since it would take the page
//! and what is typed in it.

use std::{cell::Cell, rc::Rc};

use js_sys::Reflect;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{ServiceWorkerContainer, ServiceWorkerRegistration};

use crate::store::sleep;

/// How often a new version is looked for, in milliseconds.
const HOUR: u32 = 3_600_000;

/// Whether a new version of the app waits, and how to take it.
#[derive(Debug, Clone)]
pub(crate) struct Update {
    available: ArcRwSignal<bool>,
}

impl Update {
    /// Registers the service worker and looks for new versions, as long as the page lives. Once for a page.
    pub(crate) fn start() -> Self {
        let update = Self {
            available: ArcRwSignal::new(false),
        };
        // None in a browser or at an address without service workers: the app then needs the network to start.
        if let Some(container) = container() {
            let available = update.available.clone();
            spawn_local(async move {
                // Refused by a setting, or no network at the first visit: it is tried again at the next.
                let _ = watch(container, available).await;
            });
        }
        update
    }

    /// Does a new version wait?
    pub(crate) fn available(&self) -> Signal<bool> {
        self.available.clone().into()
    }

    /// Takes the new version: the page reloads. Only on a person's word.
    pub(crate) fn take(&self) {
        spawn_local(async move {
            // Without a waiting version there is nothing to take.
            let _ = take_over().await;
        });
    }
}

async fn watch(container: ServiceWorkerContainer, available: ArcRwSignal<bool>) -> Result<(), JsValue> {
    let registered = JsFuture::from(container.register("/sw.js")).await?;
    let registration: ServiceWorkerRegistration = registered.dyn_into()?;
    let found = Closure::<dyn FnMut()>::new({
        let (registration, available) = (registration.clone(), available.clone());
        move || follow(&registration, &available)
    });
    registration.set_onupdatefound(Some(found.as_ref().unchecked_ref()));
    loop {
        look(&registration, &available);
        sleep(HOUR).await;
        // Without a network nothing new is found.
        if let Ok(update) = registration.update() {
            let _ = JsFuture::from(update).await;
        }
    }
}

/// A version that waits beside an active one is a new one; the first of all is not.
fn look(registration: &ServiceWorkerRegistration, available: &ArcRwSignal<bool>) {
    let waits = registration.waiting().is_some() && registration.active().is_some();
    if available.get_untracked() != waits {
        available.set(waits);
    }
}

/// A version is being installed: looks again when its state changes.
fn follow(registration: &ServiceWorkerRegistration, available: &ArcRwSignal<bool>) {
    let Some(installing) = registration.installing() else {
        return;
    };
    let (registration, available) = (registration.clone(), available.clone());
    let changed = Closure::<dyn FnMut()>::new(move || look(&registration, &available));
    installing.set_onstatechange(Some(changed.as_ref().unchecked_ref()));
    // A few for each version, each called a few times.
    changed.forget();
}

async fn take_over() -> Result<(), JsValue> {
    let Some(container) = container() else {
        return Ok(());
    };
    let registration = JsFuture::from(container.get_registration()).await?;
    let Some(waiting) = registration
        .dyn_into::<ServiceWorkerRegistration>()
        .ok()
        .and_then(|registration| registration.waiting())
    else {
        return Ok(());
    };
    // Only the page that asked reloads; another tab goes on with what it has loaded.
    let reloaded = Rc::new(Cell::new(false));
    let changed = Closure::<dyn FnMut()>::new(move || {
        if let (false, Some(window)) = (reloaded.replace(true), web_sys::window()) {
            let _ = window.location().reload();
        }
    });
    container.set_oncontrollerchange(Some(changed.as_ref().unchecked_ref()));
    changed.forget();
    waiting.post_message(&JsValue::from_str("take over"))
}

fn container() -> Option<ServiceWorkerContainer> {
    let navigator = web_sys::window()?.navigator();
    let value = Reflect::get(&navigator, &JsValue::from_str("serviceWorker")).ok()?;
    value.dyn_into().ok()
}
