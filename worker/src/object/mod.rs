//! The Durable Object: one workspace.
//!
//! Its invariant: *what a client was told is in SQLite*. The object can vanish between any two messages and is built
//! anew from the database and from the sockets' attachments; everything in memory is a cache of those two. Work
//! between two awaits is one turn, and what a turn wrote becomes durable before anything it sent leaves (the
//! platform's output gate).

mod alarm;
mod founding;
mod restoring;
mod sockets;
mod trouble;
mod waking;

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use docket_domain::Timestamp;
use docket_sync::hub::Hub;
use worker::{
    Date, DurableObject, Env, Error as PlatformError, Request, Response, Result as PlatformResult, Socket,
    State, WebSocket, WebSocketIncomingMessage, durable_object, wasm_bindgen,
};

use crate::{
    access::{secret::Secret, throttle::Throttle},
    answer,
    budget::{Flights, Rates},
    error::Error,
    http,
    store::{self, Database, Documents, errors::Errors},
};

/// The binding of the secret with which workspaces are made.
const SETUP_SECRET: &str = "DOCKET_SETUP_SECRET";

/// The binding that says how many rows may be written on a day, where the platform counts them.
const ROWS_A_DAY: &str = "DOCKET_ROWS_A_DAY";

/// A shorter setup secret could be guessed and is not accepted.
const SHORTEST_SETUP_SECRET: usize = 20;

pub(crate) use restoring::Restoration;

/// The hub of a workspace, on SQLite.
pub(crate) type WorkspaceHub = Hub<Documents>;

/// What the platform calls: hands everything to [`Object`].
#[durable_object]
pub struct Workspace {
    object: Rc<Object>,
}

/// One workspace, awake.
pub(crate) struct Object {
    pub(crate) database: Rc<Database>,
    /// Wrong secrets by address; gone when the object sleeps.
    pub(crate) throttle: RefCell<Throttle>,
    /// Requests under way.
    pub(crate) flights: Rc<RefCell<Flights>>,
    /// How fast everybody asks.
    pub(crate) rates: RefCell<Rates>,
    /// The last errors of its own.
    errors: RefCell<Errors>,
    state: State,
    env: Env,
    /// The hub, once something needed it.
    hub: RefCell<Option<WorkspaceHub>>,
    /// When the alarm goes off, as far as this object knows.
    alarm: Cell<Option<Timestamp>>,
    /// When the hub wants to go on, if it does.
    tick: Cell<Option<Timestamp>>,
    /// Itself, for what goes on later.
    this: Weak<Self>,
    /// Is a workspace known to live here, with its tables up to date? Not known before the first look.
    ready: Cell<bool>,
}

impl Object {
    fn new(state: State, env: Env, this: &Weak<Self>) -> Self {
        let rows_a_day = number(&env, ROWS_A_DAY);
        let database = Rc::new(Database::new(&state.storage(), rows_a_day));
        Self {
            database,
            throttle: RefCell::default(),
            flights: Rc::default(),
            rates: RefCell::default(),
            errors: RefCell::default(),
            state,
            env,
            hub: RefCell::new(None),
            alarm: Cell::new(None),
            tick: Cell::new(None),
            this: this.clone(),
            ready: Cell::new(false),
        }
    }

    /// The time.
    pub(crate) fn now(&self) -> Timestamp {
        Timestamp(i64::try_from(Date::now().as_millis()).unwrap_or(i64::MAX))
    }

    /// Does a workspace live here? Brings its tables up to date at the first look. One that is still being restored
    /// doesn't.
    pub(crate) fn is_claimed(&self) -> Result<bool, Error> {
        if !self.ready.get() && store::exists(&self.database)? {
            store::migrate(&self.database, self.now().0)?;
            self.database.remember_today()?;
            self.ready
                .set(store::restoring::under_way(&self.database)?.is_none());
        }
        Ok(self.ready.get())
    }

    /// Is `secret` the one with which this deployment's workspaces are made?
    pub(crate) fn is_setup_secret(&self, secret: &Secret) -> bool {
        let Ok(bound) = self.env.secret(SETUP_SECRET) else {
            return false;
        };
        let bound = bound.to_string();
        bound.len() >= SHORTEST_SETUP_SECRET
            && Secret::sent(&bound).is_some_and(|bound| bound.digest().is(&secret.digest()))
    }
}

impl DurableObject for Workspace {
    fn new(state: State, env: Env) -> Self {
        Self {
            object: Rc::new_cyclic(|this| Object::new(state, env, this)),
        }
    }

    async fn fetch(&self, request: Request) -> PlatformResult<Response> {
        let secure = answer::is_secure(&request);
        let answered = http::answer(&self.object, request).await;
        let noted = answered.inspect_err(|error| self.object.note_error(error.code(), error));
        answer::either(secure, noted)
    }

    async fn alarm(&self) -> PlatformResult<Response> {
        self.object.ring().map_err(|error| {
            self.object.note_error("an alarm failed", &error);
            // So that the platform tries again.
            PlatformError::RustError("the alarm failed".into())
        })?;
        Response::empty()
    }

    async fn connect(&self, _socket: Socket) -> PlatformResult<()> {
        Err(PlatformError::RustError(
            "the hub speaks HTTP and WebSocket only".into(),
        ))
    }

    async fn websocket_message(
        &self,
        socket: WebSocket,
        message: WebSocketIncomingMessage,
    ) -> PlatformResult<()> {
        self.object.message(&socket, message);
        Ok(())
    }

    async fn websocket_close(
        &self,
        socket: WebSocket,
        code: usize,
        _reason: String,
        _was_clean: bool,
    ) -> PlatformResult<()> {
        self.object.closed(&socket, code);
        Ok(())
    }

    async fn websocket_error(&self, socket: WebSocket, error: PlatformError) -> PlatformResult<()> {
        self.object.note_trouble("a socket failed", &error.to_string());
        self.object.closed(&socket, 1011);
        Ok(())
    }
}

/// A variable that is a number.
fn number(env: &Env, name: &str) -> Option<u64> {
    env.var(name).ok()?.to_string().parse().ok()
}
