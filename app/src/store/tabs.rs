//! Other tabs of this browser. Each is a peer of its own, with its own socket and actors; they share IndexedDB.
//!
//! A message between tabs is a hint that storage changed, and carries no data: a tab that missed one (frozen, just
//! opened) is only late, never wrong.

use std::{collections::HashSet, rc::Rc, sync::Arc};

use docket_domain::{DocumentId, WorkspaceSlug};
use js_sys::Uint8Array;
use leptos::prelude::*;
use minicbor::{Decode, Encode};
use wasm_bindgen::{JsCast, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{BroadcastChannel, MessageEvent};

use super::{
    Replica, StoreError,
    browser::sleep,
    database::{from_cbor, to_cbor},
    documents::join,
    rows::Known,
};

/// How long another tab is given to bring its changes to the hub itself, in milliseconds.
const PATIENCE: u32 = 5_000;
/// The most documents one message names: more than that, and all tabs read everything again when they reload.
const MOST: usize = 200;

/// The channel to the other tabs.
#[derive(Debug)]
pub(super) struct Tabs {
    /// None in a browser without it: tabs then hear of one another from the hub.
    channel: Option<BroadcastChannel>,
}

#[derive(Debug, Default, Encode, Decode)]
#[cbor(map)]
struct Hint {
    /// Whose chunks, row or commands changed.
    #[n(0)]
    documents: Vec<DocumentId>,
    /// Somebody signed out.
    #[n(1)]
    signed_out: bool,
}

impl Tabs {
    pub(super) fn new(slug: &WorkspaceSlug) -> Self {
        Self {
            channel: BroadcastChannel::new(&format!("docket:{slug}")).ok(),
        }
    }

    fn post(&self, hint: &Hint) {
        if let Some(channel) = &self.channel {
            // A closed channel: the page is going.
            let _ = channel.post_message(&Uint8Array::from(to_cbor(hint).as_slice()));
        }
    }
}

/// Tells all other tabs that whose copy this device holds is about to change. A tab's own channel doesn't hear it.
pub(super) fn tell_all_signed_out(slug: &WorkspaceSlug) {
    let tabs = Tabs::new(slug);
    tabs.post(&Hint {
        signed_out: true,
        ..Hint::default()
    });
}

impl Replica {
    /// Tells the other tabs that storage has something new.
    pub(super) fn tell_tabs(&self, documents: &[DocumentId]) {
        for part in documents.chunks(MOST) {
            self.tabs.post(&Hint {
                documents: part.to_vec(),
                signed_out: false,
            });
        }
        if documents.is_empty() {
            self.tabs.post(&Hint::default());
        }
    }

    pub(super) fn listen_to_tabs(self: &Rc<Self>) {
        let Some(channel) = &self.tabs.channel else { return };
        let replica = Rc::clone(self);
        let listen = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let Some(hint) = message
                .data()
                .dyn_ref::<Uint8Array>()
                .and_then(|bytes| from_cbor(&bytes.to_vec()))
            else {
                return;
            };
            let replica = Rc::clone(&replica);
            spawn_local(async move {
                if let Err(error) = replica.take_hint(hint).await {
                    replica.trouble.set(Some(error.to_string()));
                }
            });
        });
        channel.set_onmessage(Some(listen.as_ref().unchecked_ref()));
        // Listens as long as the page lives.
        listen.forget();
    }

    async fn take_hint(self: &Rc<Self>, hint: Hint) -> Result<(), StoreError> {
        if hint.signed_out {
            if self.line.is_stopped() {
                // It was this page that said so, through another channel, or it reloads already.
                return Ok(());
            }
            self.close();
            if let Some(window) = web_sys::window() {
                // What this tab shows is no longer on the device.
                let _ = window.location().reload();
            }
            return Ok(());
        }
        self.set_aside.set(Arc::new(self.database.set_aside().await?));
        let mut rows = Vec::new();
        let (mut unsent, mut uploads) = (Vec::new(), false);
        for id in hint.documents {
            let entries = self.database.entries_of(Some(id)).await?;
            let uploading = self.database.is_upload(id).await?;
            // What the hub has stored it tells this tab itself, and perhaps has told already: then its row is newer
            // than the stored one.
            let ours = !entries.is_empty() || uploading || self.rows.get(id).is_none();
            if !entries.is_empty() {
                unsent.push(id);
            }
            self.outbox.replace(id, entries);
            // It waits here, too: what waits for nothing, and the hub doesn't confirm, leaves the device.
            if uploading {
                self.outbox.add_uploads([id]);
                uploads = true;
            } else {
                self.outbox.remove_upload(id);
            }
            let stored = self.database.row(id).await?;
            let known = self.rows.known(id);
            if stored.is_none() && known.as_ref().is_none_or(|known| known.confirmed.is_none()) {
                // Made on this device, and refused.
                rows.push((id, None));
            } else if let (true, Some((row, record))) = (ours, stored) {
                if known.is_none() {
                    let confirmed = record.confirmed.as_deref().map(Into::into);
                    let heads = record.heads.clone();
                    self.rows.set_known(id, Known { heads, confirmed });
                }
                rows.push((id, Some(Arc::new(row))));
            }
            self.merge_stored(id).await?;
        }
        self.rows.apply(rows);
        self.refresh_status();
        self.send_for_others(unsent, uploads);
        Ok(())
    }

    /// Takes what another tab stored of a document into the one that is open here.
    pub(super) async fn merge_stored(self: &Rc<Self>, id: DocumentId) -> Result<(), StoreError> {
        if !self.has(id) {
            return Ok(());
        }
        let opened = self.opened(id);
        let seen: HashSet<_> = opened.seen.borrow().clone();
        let chunks = self.database.chunks(id, &seen).await?;
        if chunks.is_empty() {
            return Ok(());
        }
        opened
            .seen
            .borrow_mut()
            .extend(chunks.iter().map(|(key, _)| key.clone()));
        let output = self.client.borrow_mut().merge(id, &join(&chunks));
        self.act(output);
        Ok(())
    }

    /// A tab that was closed or is frozen sends nothing: what it leaves unsent for long is sent from here.
    fn send_for_others(self: &Rc<Self>, documents: Vec<DocumentId>, uploads: bool) {
        if documents.is_empty() && !uploads {
            return;
        }
        let replica = Rc::clone(self);
        spawn_local(async move {
            sleep(PATIENCE).await;
            for id in documents {
                // It may have ended before it carried out what waits for its document.
                replica.carry_out_waiting(id);
                if replica.outbox.is_pending(id) && !replica.has(id) {
                    match replica.hold(id).await {
                        Ok(document) => drop(document),
                        Err(error) => replica.trouble.set(Some(error.to_string())),
                    }
                }
            }
            replica.upload();
        });
    }
}
