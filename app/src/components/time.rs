//! Times in words: how long ago, and the exact time on demand.

use docket_domain::Timestamp;
use js_sys::{Date, Intl, Object, Reflect};
use leptos::prelude::*;
use wasm_bindgen::JsValue;

const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A time, said as people say it; the exact one is its title.
#[component]
pub(crate) fn When(at: Timestamp) -> impl IntoView {
    view! { <time class="when" datetime=iso(at) title=exact(at)>{ago(at)}</time> }
}

/// How long ago; a date when it is longer than three weeks.
pub(crate) fn ago(at: Timestamp) -> String {
    let passed = now() - at.0;
    match passed {
        i64::MIN..MINUTE => "just now".to_owned(),
        MINUTE..HOUR => format!("{} min ago", passed / MINUTE),
        HOUR..DAY => format!("{} h ago", passed / HOUR),
        _ if passed < 21 * DAY => match passed / DAY {
            1 => "yesterday".to_owned(),
            days => format!("{days} days ago"),
        },
        _ => date(at),
    }
}

/// As short as can be: for lists.
pub(crate) fn brief(at: Timestamp) -> String {
    let passed = now() - at.0;
    match passed {
        i64::MIN..MINUTE => "now".to_owned(),
        MINUTE..HOUR => format!("{}m", passed / MINUTE),
        HOUR..DAY => format!("{}h", passed / HOUR),
        _ if passed < 21 * DAY => format!("{}d", passed / DAY),
        _ if at.0 == 0 => "–".to_owned(),
        _ => date(at),
    }
}

/// The date, in the person's language. 0 is no time: nobody recorded it.
pub(crate) fn date(at: Timestamp) -> String {
    DATE.with(|format| write(format, at))
}

/// The date in UTC: of what is counted in UTC's days, as quarters are.
pub(crate) fn day(at: Timestamp) -> String {
    DAY_UTC.with(|format| write(format, at))
}

/// Date and time, in the person's language and time zone.
pub(crate) fn exact(at: Timestamp) -> String {
    EXACT.with(|format| write(format, at))
}

/// The time of day, in the person's time zone.
pub(crate) fn clock(at: Timestamp) -> String {
    CLOCK.with(|format| write(format, at))
}

/// The time for machines.
pub(crate) fn iso(at: Timestamp) -> String {
    let date = js_date(at);
    // None, or one that no date can show: ten thousand years from now.
    if at.0 == 0 || date.get_time().is_nan() {
        String::new()
    } else {
        date.to_iso_string().into()
    }
}

fn now() -> i64 {
    Date::now() as i64
}

fn js_date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.0 as f64))
}

// Making a formatter costs more than a hundred uses of it.
thread_local! {
    static DATE: Intl::DateTimeFormat = formatter(&[("dateStyle", "medium")]);
    static DAY_UTC: Intl::DateTimeFormat = formatter(&[("dateStyle", "medium"), ("timeZone", "UTC")]);
    static CLOCK: Intl::DateTimeFormat = formatter(&[("timeStyle", "short")]);
    static EXACT: Intl::DateTimeFormat = formatter(&[("dateStyle", "full"), ("timeStyle", "short")]);
}

fn formatter(options: &[(&str, &str)]) -> Intl::DateTimeFormat {
    let object = Object::new();
    for (name, value) in options {
        // Setting a property of a new object can't fail.
        let _ = Reflect::set(&object, &JsValue::from_str(name), &JsValue::from_str(value));
    }
    Intl::DateTimeFormat::new(&js_sys::Array::new(), &object)
}

fn write(format: &Intl::DateTimeFormat, at: Timestamp) -> String {
    if at.0 == 0 {
        return "not on record".to_owned();
    }
    let date = js_date(at);
    if date.get_time().is_nan() {
        return "a time out of range".to_owned();
    }
    let text = format.format().call1(&JsValue::UNDEFINED, &date);
    text.ok().and_then(|text| text.as_string()).unwrap_or_default()
}
