//! The one queue through which everything is written.
//!
//! Batches are written in the order in which they came. What waits while a transaction runs goes into the next one
//! together: typing, a burst of rows and an import share transactions instead of queueing for them. A batch is never
//! torn apart, and one that fails takes no other with it.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use futures_channel::oneshot;
use wasm_bindgen_futures::spawn_local;

use super::{
    StoreError,
    database::{Database, Write},
};

/// The most writes of one transaction, unless a single batch has more.
const MOST: usize = 2_000;

/// The queue to a database.
#[derive(Debug)]
pub(super) struct Writer {
    database: Rc<Database>,
    waiting: RefCell<Vec<Batch>>,
    runs: Cell<bool>,
    /// Nothing is written any more: the copy is about to be somebody else's.
    closed: Cell<bool>,
    trouble: leptos::prelude::ArcRwSignal<Option<String>>,
}

#[derive(Debug)]
struct Batch {
    writes: Vec<Write>,
    /// Nobody listens to the answer of what the hub can send again.
    done: Option<oneshot::Sender<Result<(), StoreError>>>,
}

impl Writer {
    pub(super) fn new(
        database: Rc<Database>,
        trouble: leptos::prelude::ArcRwSignal<Option<String>>,
    ) -> Rc<Self> {
        Rc::new(Self {
            database,
            waiting: RefCell::default(),
            runs: Cell::new(false),
            closed: Cell::new(false),
            trouble,
        })
    }

    /// Writes a batch and answers when it is safe.
    pub(super) async fn write(self: &Rc<Self>, writes: Vec<Write>) -> Result<(), StoreError> {
        let (done, answer) = oneshot::channel();
        self.add(Batch {
            writes,
            done: Some(done),
        });
        answer
            .await
            .unwrap_or_else(|_| Err(StoreError::Storage("the page is closing".to_owned())))
    }

    /// Writes a batch soon. A failure shows as trouble.
    pub(super) fn later(self: &Rc<Self>, writes: Vec<Write>) {
        if !writes.is_empty() {
            self.add(Batch { writes, done: None });
        }
    }

    /// Waits until what was to be written is.
    pub(super) async fn settled(self: &Rc<Self>) {
        // An empty batch goes through the same queue. What fails has been told of.
        let _ = self.write(Vec::new()).await;
    }

    /// Writes nothing from now on; what waits is dropped, and whoever waits for it is told.
    pub(super) fn close(&self) {
        self.closed.set(true);
        self.waiting.borrow_mut().clear();
    }

    fn add(self: &Rc<Self>, batch: Batch) {
        if self.closed.get() {
            return;
        }
        self.waiting.borrow_mut().push(batch);
        if !self.runs.replace(true) {
            let writer = Rc::clone(self);
            spawn_local(async move { writer.run().await });
        }
    }

    async fn run(&self) {
        loop {
            let batches = self.take();
            if batches.is_empty() {
                self.runs.set(false);
                return;
            }
            self.write_together(batches).await;
        }
    }

    /// The next batches, as many as one transaction should have.
    fn take(&self) -> Vec<Batch> {
        let mut waiting = self.waiting.borrow_mut();
        let mut writes = 0;
        let count = waiting
            .iter()
            .take_while(|batch| {
                let fits = writes == 0 || writes + batch.writes.len() <= MOST;
                writes += batch.writes.len().max(1);
                fits
            })
            .count();
        waiting.drain(..count).collect()
    }

    async fn write_together(&self, mut batches: Vec<Batch>) {
        let sizes: Vec<usize> = batches.iter().map(|batch| batch.writes.len()).collect();
        let mut all: Vec<Write> = batches
            .iter_mut()
            .flat_map(|batch| batch.writes.drain(..))
            .collect();
        let together = self.database.write(&all).await;
        let alone = batches.len() == 1;
        for (batch, size) in batches.into_iter().zip(sizes) {
            let rest = all.split_off(size.min(all.len()));
            let writes = std::mem::replace(&mut all, rest);
            let result = match &together {
                // One of them failed: each by itself.
                Err(_) if !alone => self.database.write(&writes).await,
                result => result.clone(),
            };
            match (batch.done, result) {
                (Some(done), result) => {
                    // The one who asked may be gone; it is written all the same.
                    let _ = done.send(result);
                }
                (None, Err(error)) => {
                    use leptos::prelude::Set;
                    self.trouble.set(Some(error.to_string()));
                }
                (None, Ok(())) => {}
            }
        }
    }
}
