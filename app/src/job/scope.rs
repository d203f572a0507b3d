//! The worker's side: listens to the page, does what it asks for, and answers.

use docket_domain::Context;
use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::StreamExt;
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Blob, DedicatedWorkerGlobalScope, File, MessageEvent};

use super::{
    here::Here,
    import,
    message::{Answer, Batch, Request},
    undo,
};
use crate::store::{StoreError, from_cbor, to_cbor};

/// How a job tells the page what it comes to.
pub(super) struct Scope {
    page: DedicatedWorkerGlobalScope,
    messages: UnboundedReceiver<JsValue>,
    /// The page hasn't stored the last batch yet.
    storing: bool,
}

/// Begins to listen, and tells the page: what it posted before that would be lost.
pub(super) fn listen() {
    let page: DedicatedWorkerGlobalScope = js_sys::global().unchecked_into();
    let (sender, messages) = unbounded();
    let take = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
        // Nobody takes it when the job is done.
        let _ = sender.unbounded_send(message.data());
    });
    page.set_onmessage(Some(take.as_ref().unchecked_ref()));
    // Listens as long as the worker lives.
    take.forget();
    let scope = Scope {
        page,
        messages,
        storing: false,
    };
    spawn_local(scope.run());
}

impl Scope {
    async fn run(mut self) {
        self.tell(&Answer::Ready);
        let Some(message) = self.messages.next().await else {
            return;
        };
        if let Err(error) = self.carry_out(&message).await {
            self.tell(&Answer::Failed(error.to_string()));
        }
    }

    async fn carry_out(&mut self, message: &JsValue) -> Result<(), StoreError> {
        let message: &Array = message.unchecked_ref();
        let request = message.get(0).dyn_into::<Uint8Array>().ok();
        let file = message.get(1).dyn_into::<File>().ok();
        match (request.and_then(|bytes| from_cbor(&bytes.to_vec())), file) {
            (
                Some(Request::Read {
                    slug,
                    workspace,
                    known,
                    mappings,
                    documents,
                }),
                Some(file),
            ) => {
                let import = import::Import {
                    file: &file,
                    workspace,
                    mappings: &mappings,
                    documents,
                };
                import::read(self, import, Here::open(slug, known).await?).await
            }
            (
                Some(Request::Undo {
                    slug,
                    import,
                    known,
                    member,
                    now,
                    back,
                }),
                _,
            ) => {
                undo::undo(
                    self,
                    import,
                    Context { member, now },
                    back,
                    Here::open(slug, known).await?,
                )
                .await
            }
            // Page and worker are of one build.
            _ => Err(StoreError::Outdated),
        }
    }

    /// Tells the page.
    pub(super) fn tell(&self, answer: &Answer) {
        self.post(answer, &[]);
    }

    /// Tells the page, and gives it files.
    pub(super) fn post(&self, answer: &Answer, files: &[Blob]) {
        let bytes = Uint8Array::from(to_cbor(answer).as_slice());
        let buffer = bytes.buffer();
        let message = Array::of1(&bytes);
        for file in files {
            message.push(file);
        }
        // Fails for what can't be copied to a page only: none of this.
        let _ = self
            .page
            .post_message_with_transfer(&message, &Array::of1(&buffer));
    }

    /// Hands a batch over. The next is made while the page stores this one; it is handed over when that is stored, so
    /// that no more than two are in memory.
    pub(super) async fn hand_over(&mut self, batch: Batch) {
        if batch.items.is_empty() {
            return;
        }
        self.stored().await;
        self.tell(&Answer::Batch(batch));
        self.storing = true;
    }

    /// Waits until the page has stored the last batch.
    pub(super) async fn stored(&mut self) {
        if std::mem::take(&mut self.storing) {
            // Whatever it says, it has.
            let _ = self.messages.next().await;
        }
    }
}
