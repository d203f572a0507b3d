//! The order of each list: what was stored last at once, the list's document soon after.

use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
    rc::Rc,
    sync::Arc,
};

use docket_domain::{DocumentId, read::List};
use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use super::{OpenDocument, Replica, browser::sleep, database::Write, engine::engine};

/// A list's order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Ranking {
    /// The ranked issues, first to last.
    pub(crate) issues: Vec<DocumentId>,
    /// It comes from the list's document; until that is loaded it is what this device saw last.
    pub(crate) loaded: bool,
}

impl Ranking {
    /// The place of `issue`, counted from 0.
    #[must_use]
    pub(crate) fn position(&self, issue: DocumentId) -> Option<usize> {
        self.issues.iter().position(|id| *id == issue)
    }

    fn to_bytes(&self) -> Vec<u8> {
        self.issues.iter().flat_map(|id| *id.as_bytes()).collect()
    }

    pub(super) fn from_bytes(bytes: &[u8]) -> Self {
        let ids = bytes.chunks_exact(16).filter_map(|id| id.try_into().ok());
        Self {
            issues: ids.map(DocumentId::from_bytes).collect(),
            loaded: false,
        }
    }
}

/// The lists in use. A list stays open once it was looked at.
#[derive(Debug, Default)]
pub(super) struct Rankings {
    pub(super) lists: RefCell<HashMap<DocumentId, Rc<Watched>>>,
}

/// A list in use.
#[derive(Debug, Default)]
pub(super) struct Watched {
    pub(super) order: ArcRwSignal<Arc<Ranking>>,
    open: RefCell<Option<OpenDocument>>,
    /// A view asked for it.
    used: Cell<bool>,
    opening: Cell<bool>,
    waits: Cell<bool>,
}

impl Rankings {
    /// The orders stored last.
    pub(super) fn load(&self, stored: Vec<(DocumentId, Vec<u8>)>) {
        let mut lists = self.lists.borrow_mut();
        for (list, bytes) in stored {
            let watched = Watched::default();
            watched.order.set(Arc::new(Ranking::from_bytes(&bytes)));
            lists.insert(list, Rc::new(watched));
        }
    }
}

impl Replica {
    pub(super) fn ranking(self: &Rc<Self>, list: DocumentId) -> ArcRwSignal<Arc<Ranking>> {
        let watched = Rc::clone(self.rankings.lists.borrow_mut().entry(list).or_default());
        watched.used.set(true);
        let replica = Rc::clone(self);
        spawn_local(async move {
            // Without the sync the order is what was stored last; `watch_lists` tries again.
            if let Ok(engine) = engine().await {
                (engine.watch)(&replica, list);
            }
        });
        watched.order.clone()
    }

    /// Opens the document of a list in use, unless that is done or under way.
    pub(super) fn watch(self: &Rc<Self>, list: DocumentId) {
        let watched = self.rankings.lists.borrow().get(&list).cloned();
        let Some(watched) = watched else { return };
        let current = self.rows.current(list);
        let is_open = watched
            .open
            .borrow()
            .as_ref()
            .is_some_and(|open| open.id() == current);
        if watched.opening.get() || is_open {
            return;
        }
        watched.opening.set(true);
        let replica = Rc::clone(self);
        spawn_local(async move {
            let opened = replica.open_document(current).await;
            watched.opening.set(false);
            // Not here yet: it is tried again when the hub tells of the list, or after reconnecting.
            if let Ok(document) = opened {
                let before = watched.open.borrow_mut().replace(document);
                drop(before);
                replica.rank_list(list);
                // It may have gone on meanwhile.
                replica.watch(list);
            }
        });
    }

    /// Tries again to open the lists in use that aren't.
    pub(super) fn watch_lists(self: &Rc<Self>) {
        let lists: Vec<_> = self
            .rankings
            .lists
            .borrow()
            .iter()
            .filter(|(_, watched)| watched.used.get())
            .map(|(id, _)| *id)
            .collect();
        for list in lists {
            self.watch(list);
        }
    }

    /// The lists in use that go on in this document.
    fn lists_in(&self, document: DocumentId) -> Vec<DocumentId> {
        let lists = self.rankings.lists.borrow();
        let shows = |watched: &Watched| {
            let open = watched.open.borrow();
            open.as_ref().is_some_and(|open| open.id() == document)
        };
        let lists = lists.iter().filter(|(list, watched)| {
            // Until one is open: that which will be.
            shows(watched) || (watched.open.borrow().is_none() && self.rows.current(**list) == document)
        });
        lists.map(|(list, _)| *list).collect()
    }

    /// A document changed by somebody else: if it is a list's, reads the order again, once for a burst of changes.
    pub(super) fn rank_soon(self: &Rc<Self>, document: DocumentId) {
        for list in self.lists_in(document) {
            self.rank_list_soon(list);
        }
    }

    fn rank_list_soon(self: &Rc<Self>, list: DocumentId) {
        let watched = self.rankings.lists.borrow().get(&list).cloned();
        let Some(watched) = watched else { return };
        if watched.waits.replace(true) {
            return;
        }
        let replica = Rc::clone(self);
        spawn_local(async move {
            sleep(30).await;
            watched.waits.set(false);
            replica.rank_list(list);
        });
    }

    /// A document changed here: if it is a list's, reads the order again.
    pub(super) fn rank_again(self: &Rc<Self>, document: DocumentId) {
        for list in self.lists_in(document) {
            self.rank_list(list);
        }
    }

    /// Reads a list's order from its document, shows and stores it.
    fn rank_list(self: &Rc<Self>, list: DocumentId) {
        let watched = self.rankings.lists.borrow().get(&list).cloned();
        let Some(watched) = watched else { return };
        let open = watched.open.borrow().as_ref().map(OpenDocument::id);
        let document = open.unwrap_or_else(|| self.rows.current(list));
        let ranking = self.client.borrow().document(document).map(|document| Ranking {
            issues: List::read(document)
                .entries
                .into_iter()
                .map(|entry| entry.issue)
                .collect(),
            loaded: true,
        });
        let Some(ranking) = ranking else { return };
        let before = watched.order.get_untracked();
        if *before != ranking {
            if before.issues != ranking.issues {
                self.writer.later(vec![Write::Ranking(list, ranking.to_bytes())]);
            }
            watched.order.set(Arc::new(ranking));
        }
    }
}
