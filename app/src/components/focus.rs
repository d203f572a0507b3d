//! Where the focus goes when what had it is no longer there.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Once the page shows what was asked for: if nothing has the focus any more, the first of these elements gets it.
pub(crate) fn focus_if_lost(ids: Vec<String>) {
    request_animation_frame(move || {
        let lost = document()
            .active_element()
            .is_none_or(|active| active.tag_name() == "BODY");
        let elements = ids.iter().filter_map(|id| document().get_element_by_id(id));
        let first = elements
            .filter_map(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
            .next();
        if let (true, Some(first)) = (lost, first) {
            // It stays where it is, whatever the browser says.
            let _ = first.focus();
        }
    });
}
