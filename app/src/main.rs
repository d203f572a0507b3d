//! Docket in the browser: an app that is installed, works without a network, and syncs when there is one.
//!
//! What lives here: `store` (this device's data) and `connection` (the way to the hub) below, `components` and `pages`
//! above them; `job` is what runs beside the page, in a worker. A view reads rows and documents from the store and gives
//! it commands; it never changes a document.

mod components;
mod connection;
mod job;
mod pages;
mod store;

use leptos::prelude::*;

fn main() {
    console_error_panic_hook::set_once();
    if web_sys::window().is_none() {
        return job::start();
    }
    mount_to_body(pages::App);
    // What index.html shows until the app runs.
    if let Some(splash) = document().get_element_by_id("splash") {
        splash.remove();
    }
}
