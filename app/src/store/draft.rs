//! What was typed and isn't saved: kept on this device, so that a crash, a reload or a slip of the finger loses nothing.

use std::{
    cell::{Cell, RefCell},
    collections::{HashMap, HashSet},
    rc::Rc,
};

use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;

use super::{Replica, browser::sleep, database::Write, writer::Writer};

/// How long typing must pause before it is stored, in milliseconds.
const PAUSE: u32 = 300;

/// The text typed at one place.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    drafts: Rc<Drafts>,
    place: String,
}

/// All drafts of this device.
#[derive(Debug)]
pub(super) struct Drafts {
    texts: RefCell<HashMap<String, String>>,
    changed: RefCell<HashSet<String>>,
    waits: Cell<bool>,
    writer: Rc<Writer>,
}

impl Draft {
    /// What was typed; none if nothing is left unsaved.
    #[must_use]
    pub(crate) fn get(&self) -> Option<String> {
        self.drafts.texts.borrow().get(&self.place).cloned()
    }

    /// Keeps what is typed now: stored after a short pause, and when the page is hidden. Empty text keeps nothing.
    pub(crate) fn set(&self, text: &str) {
        let mut texts = self.drafts.texts.borrow_mut();
        if text.is_empty() {
            texts.remove(&self.place);
        } else {
            texts.insert(self.place.clone(), text.to_owned());
        }
        drop(texts);
        self.drafts.changed.borrow_mut().insert(self.place.clone());
        self.drafts.store_soon();
    }

    /// The text is saved, or thrown away.
    pub(crate) fn clear(&self) {
        self.set("");
    }
}

impl Drafts {
    pub(super) fn new(stored: Vec<(String, String)>, writer: Rc<Writer>) -> Rc<Self> {
        let drafts = Rc::new(Self {
            texts: RefCell::new(stored.into_iter().collect()),
            changed: RefCell::default(),
            waits: Cell::new(false),
            writer,
        });
        drafts.store_when_hidden();
        drafts
    }

    fn store_soon(self: &Rc<Self>) {
        if self.waits.replace(true) {
            return;
        }
        let drafts = Rc::clone(self);
        spawn_local(async move {
            sleep(PAUSE).await;
            drafts.waits.set(false);
            drafts.store();
        });
    }

    pub(super) fn store(&self) {
        let texts = self.texts.borrow();
        let changed = self.changed.take();
        let writes = changed.into_iter().map(|place| match texts.get(&place) {
            Some(text) => Write::Draft(place, text.clone()),
            None => Write::NoDraft(place),
        });
        self.writer.later(writes.collect());
    }

    /// A phone kills a hidden page without asking.
    fn store_when_hidden(self: &Rc<Self>) {
        let Some(window) = web_sys::window() else { return };
        let drafts = Rc::clone(self);
        let store = Closure::<dyn FnMut()>::new(move || drafts.store());
        for event in ["pagehide", "blur"] {
            // The names are right, so this can't fail.
            let _ = window.add_event_listener_with_callback(event, store.as_ref().unchecked_ref());
        }
        store.forget();
    }
}

impl Replica {
    pub(super) fn draft(&self, place: String) -> Draft {
        Draft {
            drafts: Rc::clone(&self.drafts),
            place,
        }
    }
}
