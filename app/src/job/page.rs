//! The page's side of a job.

use futures_channel::mpsc::{UnboundedReceiver, unbounded};
use futures_util::{
    StreamExt,
    stream::{AbortRegistration, Abortable},
};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{Blob, Event, File, MessageEvent, Worker, WorkerOptions, WorkerType};

use super::message::{Answer, Request};
use crate::store::{StoreError, from_cbor, to_cbor};

/// A job under way. Dropping it ends the worker at once.
pub(crate) struct Work {
    worker: Worker,
    answers: Abortable<UnboundedReceiver<Option<JsValue>>>,
    /// What the worker calls, as long as it lives.
    _told: Closure<dyn FnMut(MessageEvent)>,
    _broken: Closure<dyn FnMut(Event)>,
}

/// What came of a worker.
pub(crate) struct Come {
    /// What it told.
    pub(crate) answer: Answer,
    /// The files it gave.
    pub(crate) files: Vec<Blob>,
}

impl Work {
    /// Starts a worker, asks it, and gives it a file. None if it was cancelled before it began.
    ///
    /// # Errors
    /// [`StoreError::NotLoaded`] when its code isn't here.
    pub(crate) async fn begin(
        request: &Request,
        file: Option<&File>,
        cancelled: AbortRegistration,
    ) -> Result<Option<Self>, StoreError> {
        let options = WorkerOptions::new();
        options.set_type(WorkerType::Module);
        let worker = Worker::new_with_options(&script().ok_or(StoreError::NotLoaded)?, &options);
        let worker = worker.map_err(|_| StoreError::NotLoaded)?;
        let (sender, answers) = unbounded();
        let broken = {
            let sender = sender.clone();
            // Nobody takes what comes after the end.
            Closure::<dyn FnMut(Event)>::new(move |_| drop(sender.unbounded_send(None)))
        };
        let told = Closure::<dyn FnMut(MessageEvent)>::new(move |message: MessageEvent| {
            let _ = sender.unbounded_send(Some(message.data()));
        });
        worker.set_onmessage(Some(told.as_ref().unchecked_ref()));
        worker.set_onerror(Some(broken.as_ref().unchecked_ref()));
        let mut work = Self {
            worker,
            answers: Abortable::new(answers, cancelled),
            _told: told,
            _broken: broken,
        };
        match work.answers.next().await {
            None => return Ok(None),
            Some(None) => return Err(StoreError::NotLoaded),
            // It listens.
            Some(Some(_)) => {}
        }
        let message = Array::of1(&Uint8Array::from(to_cbor(request).as_slice()));
        if let Some(file) = file {
            message.push(file);
        }
        work.post(&message);
        Ok(Some(work))
    }

    /// What the worker tells next. None when the job was cancelled.
    ///
    /// # Errors
    /// When the worker broke down, or says that it can't go on.
    pub(crate) async fn next(&mut self) -> Result<Option<Come>, StoreError> {
        let message = match self.answers.next().await {
            None => return Ok(None),
            Some(message) => message.ok_or(StoreError::BrokeDown)?,
        };
        let message: &Array = message.unchecked_ref();
        let bytes: Uint8Array = message.get(0).unchecked_into();
        let answer = from_cbor(&bytes.to_vec()).ok_or(StoreError::BrokeDown)?;
        if let Answer::Failed(words) = answer {
            return Err(StoreError::Command(words));
        }
        let files = message.iter().skip(1).filter_map(|file| file.dyn_into().ok());
        Ok(Some(Come {
            answer,
            files: files.collect(),
        }))
    }

    /// The last batch is stored.
    pub(crate) fn more(&self) {
        self.post(&JsValue::NULL);
    }

    fn post(&self, message: &JsValue) {
        // Fails for what can't be copied to a worker only: none of this.
        let _ = self.worker.post_message(message);
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        self.worker.set_onmessage(None);
        self.worker.set_onerror(None);
        self.worker.terminate();
    }
}

/// The address of the script that starts a worker: the build writes it into the page (`scripts/split/place.mjs`).
fn script() -> Option<String> {
    let meta = web_sys::window()?
        .document()?
        .query_selector("meta[name=docket-worker]")
        .ok()??;
    meta.get_attribute("content")
}
