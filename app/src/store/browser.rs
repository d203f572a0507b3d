//! The few things of the browser that the store needs: time, chance, waiting, locks, and room on the device.

use docket_domain::Timestamp;
use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, future_to_promise};

/// This device's clock.
pub(crate) fn now() -> Timestamp {
    // Milliseconds since 1970 are far below 2^53, and a clock before that counts as 0.
    Timestamp(js_sys::Date::now() as i64)
}

/// Random bytes that nobody can guess.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    // A worker has no window.
    let crypto = Reflect::get(&js_sys::global(), &JsValue::from_str("crypto"));
    if let Some(crypto) = crypto
        .ok()
        .and_then(|crypto| crypto.dyn_into::<web_sys::Crypto>().ok())
    {
        // Fails for more than 65,536 bytes only.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
}

/// A name that nobody else has: 32 hexadecimal digits.
pub(crate) fn random_name() -> String {
    random::<16>().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Waits that many milliseconds.
pub(crate) async fn sleep(milliseconds: u32) {
    gloo_timers::future::TimeoutFuture::new(milliseconds).await;
}

/// Loads the page anew.
pub(crate) fn reload() {
    if let Some(window) = web_sys::window() {
        // A browser that refuses keeps showing what it shows.
        let _ = window.location().reload();
    }
}

/// Asks the browser to keep this device's data when room gets scarce. It may decline.
pub(crate) async fn persist() -> bool {
    let Some(window) = web_sys::window() else {
        return false;
    };
    let Ok(asked) = window.navigator().storage().persist() else {
        return false;
    };
    JsFuture::from(asked).await.is_ok_and(|answer| answer.is_truthy())
}

/// Does `work` while holding the lock `name`, which one tab of this browser has at a time. Bound by hand:
/// web-sys keeps Web Locks behind a flag. A browser without them has few tabs at most: the work is done all the same.
pub(crate) async fn locked<T: 'static>(name: &str, work: impl Future<Output = T> + 'static) -> Option<T> {
    let Some((locks, request)) = locks() else {
        return Some(work.await);
    };
    let (done, answer) = futures_channel::oneshot::channel();
    let callback = Closure::once_into_js(move |_lock: JsValue| -> Promise {
        future_to_promise(async move {
            // Nobody may wait for the answer any more.
            let _ = done.send(work.await);
            Ok(JsValue::UNDEFINED)
        })
    });
    let arguments = Array::of2(&JsValue::from_str(name), &callback);
    let held = Reflect::apply(&request, &locks, &arguments).ok()?;
    let held = JsFuture::from(held.dyn_into::<Promise>().ok()?);
    let (_, answer) = futures_util::future::join(held, answer).await;
    answer.ok()
}

/// Does a tab of this browser hold the lock `name`? Nobody does in a browser without locks.
pub(crate) async fn is_locked(name: &str) -> bool {
    let held = async {
        let locks = locks()?.0;
        let query: Function = field(&locks, "query")?.dyn_into().ok()?;
        let snapshot = JsFuture::from(query.call0(&locks).ok()?.dyn_into::<Promise>().ok()?);
        let held: Array = field(&snapshot.await.ok()?, "held")?.dyn_into().ok()?;
        Some(
            held.iter()
                .any(|lock| field(&lock, "name").is_some_and(|it| it == name)),
        )
    };
    held.await.unwrap_or(false)
}

fn field(object: &JsValue, name: &str) -> Option<JsValue> {
    Reflect::get(object, &JsValue::from_str(name)).ok()
}

fn locks() -> Option<(JsValue, Function)> {
    let navigator = web_sys::window()?.navigator();
    let locks = field(&navigator, "locks")?;
    let request = field(&locks, "request")?;
    Some((locks, request.dyn_into().ok()?))
}
