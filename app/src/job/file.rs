//! A file's bytes, piece by piece, unpacked if it is packed.

use js_sys::{Array, Function, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{File, ReadableStream, ReadableStreamDefaultReader};

use crate::store::StoreError;

/// A file that is being read.
pub(super) struct Pieces(ReadableStreamDefaultReader);

/// Is the file packed? Then nobody knows how long it is.
pub(super) fn is_packed(file: &File) -> bool {
    file.name().ends_with(".gz") || file.type_() == "application/gzip"
}

impl Pieces {
    /// At the file's beginning.
    pub(super) fn of(file: &File) -> Result<Self, StoreError> {
        let stream = file.stream();
        let stream = if is_packed(file) {
            unpacked(&stream).ok_or_else(no_gzip)?
        } else {
            stream
        };
        let reader = stream.get_reader().dyn_into();
        reader.map(Self).map_err(|_| unreadable())
    }

    /// The next piece; none at the end.
    pub(super) async fn next(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let piece = JsFuture::from(self.0.read()).await.map_err(|_| unreadable())?;
        let field = |name: &str| Reflect::get(&piece, &JsValue::from_str(name)).map_err(|_| unreadable());
        if field("done")?.is_truthy() {
            return Ok(None);
        }
        let bytes: Uint8Array = field("value")?.dyn_into().map_err(|_| unreadable())?;
        Ok(Some(bytes.to_vec()))
    }
}

/// Bound by hand: web-sys has no `pipeThrough` for it.
fn unpacked(stream: &ReadableStream) -> Option<ReadableStream> {
    let unpacker = Reflect::get(&js_sys::global(), &JsValue::from_str("DecompressionStream")).ok()?;
    let unpacker = unpacker.dyn_into::<Function>().ok()?;
    let unpacker = Reflect::construct(&unpacker, &Array::of1(&JsValue::from_str("gzip"))).ok()?;
    let pipe: Function = Reflect::get(stream, &JsValue::from_str("pipeThrough"))
        .ok()?
        .dyn_into()
        .ok()?;
    pipe.call1(stream, &unpacker).ok()?.dyn_into().ok()
}

fn unreadable() -> StoreError {
    let words = "The file can’t be read: it may have been moved or be damaged. Choose it again.";
    StoreError::Command(words.to_owned())
}

fn no_gzip() -> StoreError {
    StoreError::Command("This browser can’t unpack gzip. Unpack the file first.".to_owned())
}
