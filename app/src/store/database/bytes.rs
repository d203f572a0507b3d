//! Values to and from bytes (CBOR), bytes to and from JavaScript.

use js_sys::{ArrayBuffer, Uint8Array};
use minicbor::{Decode, Encode};
use wasm_bindgen::{JsCast, JsValue};

/// The bytes as a key or value.
pub(super) fn to_js(bytes: &[u8]) -> JsValue {
    Uint8Array::from(bytes).into()
}

/// The bytes of a key (an `ArrayBuffer`) or value; none if it is something else.
pub(super) fn from_js(value: &JsValue) -> Option<Vec<u8>> {
    if let Some(array) = value.dyn_ref::<Uint8Array>() {
        Some(array.to_vec())
    } else {
        let buffer = value.dyn_ref::<ArrayBuffer>()?;
        Some(Uint8Array::new(buffer).to_vec())
    }
}

/// The value in CBOR.
pub(crate) fn to_cbor<T: Encode<()>>(value: &T) -> Vec<u8> {
    // Writing to a Vec can't fail.
    minicbor::to_vec(value).unwrap_or_default()
}

/// The value of CBOR; none if it is of another form.
pub(crate) fn from_cbor<T: for<'b> Decode<'b, ()>>(bytes: &[u8]) -> Option<T> {
    minicbor::decode(bytes).ok()
}
